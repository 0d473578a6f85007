"""Channels do what they say: levels, bands, laws, losses, times."""

import numpy as np
import pytest
from scipy.signal import lfilter

from lab import channel
from lab.channel import band, codecs, laws, level, line, network

RATE = 8000


@pytest.fixture
def speech() -> np.ndarray:
    """Ten seconds of a buzzing vowel in bursts of 0.4 s with noise between, float32."""
    rng = np.random.default_rng(1)
    pulses = np.zeros(10 * RATE)
    pulses[:: RATE // 120] = 1.0
    sound = (
        lfilter([1.0], [1.0, -1.6, 0.8], pulses) * 0.08 + line.coloured(rng, 10 * RATE, 0.8) * 0.005
    )
    gate = (np.arange(len(sound)) // (RATE * 2 // 5)) % 3 != 2
    return np.asarray(sound * gate, np.float32)


def test_a_channel_is_the_same_every_time(speech: np.ndarray) -> None:
    for seed in (3, 4, 1_000_003):
        first, second = channel.draw(seed)(speech), channel.draw(seed)(speech)
        assert np.array_equal(first, second)
        assert np.isfinite(first).all()
        assert np.abs(first).max() <= 1


def test_channels_of_different_seeds_differ(speech: np.ndarray) -> None:
    assert len({channel.draw(seed)(speech).tobytes() for seed in range(6)}) == 6


def test_received_levels_span_what_telephones_have(speech: np.ndarray) -> None:
    levels = [level.active_level(channel.draw(seed)(speech[: 3 * RATE])) for seed in range(60)]
    assert -45 < min(levels) < -28
    assert -18 < max(levels) < -6


def test_level_of_a_sine_is_three_decibels_under_its_peak() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    assert level.active_level(sine) == pytest.approx(-3.0, abs=0.05)
    assert level.active_level(level.set_level(sine, -20)) == pytest.approx(-20, abs=0.05)


def test_pauses_do_not_lower_the_active_level(speech: np.ndarray) -> None:
    with_pause = np.concatenate([speech, np.zeros(20 * RATE, np.float32)])
    assert level.active_level(with_pause) == pytest.approx(level.active_level(speech), abs=0.2)


@pytest.mark.parametrize("law", ["mu", "a"])
def test_g711_is_idempotent_and_as_good_as_the_recommendation(law: str) -> None:
    sine = (0.3 * np.sin(2 * np.pi * 1020 * np.arange(RATE) / RATE)).astype(np.float32)
    once = laws.g711(sine, law)
    assert np.array_equal(once, laws.g711(once, law))
    assert len(np.unique(laws._round_trip(law))) in (255, 256)  # mu-law has two zeros
    noise = np.mean((once - sine) ** 2)
    assert 10 * np.log10(np.mean(sine**2) / noise) > 35  # ITU-T G.712: at least 33 dB at this level


@pytest.mark.parametrize("shape", [s for s in band.Shape if s is not band.Shape.NONE])
def test_a_band_keeps_speech_and_cuts_what_lies_outside(shape: band.Shape) -> None:
    limits = band.Band(shape=shape, low=300, high=3400, order=5)
    time = np.arange(2 * RATE) / RATE

    def gain(frequency: float) -> float:
        tone = np.sin(2 * np.pi * frequency * time).astype(np.float32)
        kept = band.limit(tone, limits)[RATE // 2 : -RATE // 2]
        return float(10 * np.log10(np.mean(kept**2) / 0.5))

    assert abs(gain(1000)) < 1.5
    assert gain(60) < -15
    assert gain(3900) < -8


@pytest.mark.parametrize("name", codecs.NAMES)
def test_codecs_keep_length_and_alignment(name: str, speech: np.ndarray) -> None:
    bursts = np.concatenate(
        [np.zeros(RATE, np.float32), speech[: RATE // 2], np.zeros(RATE, np.float32)]
    )
    out = codecs.transcode(bursts, name)
    assert len(out) == len(bursts)
    loud = np.flatnonzero(np.abs(out) > 0.25 * np.abs(out).max())
    assert loud[0] / RATE == pytest.approx(1.0, abs=0.012)


def test_an_unknown_codec_is_refused_by_name(speech: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"'amr'.*gsm"):
        codecs.transcode(speech, "amr")


def test_lost_packets_are_repeated_and_faded() -> None:
    ramp = np.repeat(np.linspace(0.002, 1, 500), level.FRAME).astype(np.float32)
    out = network.lose(ramp, np.random.default_rng(5), share=0.1, burst=2, fade=6)
    before, after = ramp.reshape(-1, level.FRAME), out.reshape(-1, level.FRAME)
    changed = np.flatnonzero(before[:, 100] != after[:, 100])
    assert 0.04 < len(changed) / 500 < 0.2
    first = changed[0]
    assert after[first, 100] == pytest.approx(before[first - 1, 100] * 10 ** (-6 / 20), rel=1e-3)


def test_slips_move_time_by_whole_packets_and_say_where_to() -> None:
    clock = (np.arange(60 * RATE) / (60 * RATE)).astype(np.float32)
    out, moved = network.slip(clock, np.random.default_rng(2), per_minute=20)
    assert len(out) != len(clock) or moved(30) != 30
    assert (len(out) - len(clock)) % level.FRAME == 0
    for instant in (1.0, 17.3, 45.0, 59.5):
        heard = out[min(int(moved(float(instant)) * RATE), len(out) - 1)]
        assert heard * 60 == pytest.approx(instant, abs=0.03)


def test_drift_stretches_by_its_parts_per_million() -> None:
    out, moved = network.drift(np.zeros(600 * RATE, np.float32), ppm=100)
    assert (600 * RATE - len(out)) / RATE == pytest.approx(0.06, abs=0.001)
    assert moved(600) == pytest.approx(599.94, abs=0.001)


def test_the_time_map_of_a_whole_line_is_exact() -> None:
    marks = np.zeros(60 * RATE, np.float32)
    at = np.arange(2, 58, 5)
    for second in at:
        marks[second * RATE : second * RATE + 400] = 0.5
    rng = np.random.default_rng(0)
    worst = next(
        s
        for s in (channel.draw_line(rng) for _ in range(500))
        if s.slips > 2 and abs(s.ppm) > 40 and not s.loss and not s.codec
    )
    out, moved = channel.carry(marks, worst, np.random.default_rng(1))
    for second in at:
        begin = int(moved(float(second)) * RATE)
        assert (
            np.abs(out[begin + 50 : begin + 150]).mean()
            > 4 * np.abs(out[begin - 800 : begin - 400]).mean()
        )


def test_comfort_noise_replaces_long_pauses_only(speech: np.ndarray) -> None:
    quiet = np.concatenate([speech, np.full(2 * RATE, 1e-4, np.float32), speech])
    out = line.comfort_noise(quiet, np.random.default_rng(0), level=-60, hang=0.3, exact_zero=True)
    pause = out[len(speech) + RATE // 2 : len(speech) + 2 * RATE - 400]
    assert not pause.any()
    loud = np.abs(speech) > 0.02
    assert np.array_equal(out[: len(speech)][loud], speech[loud])


def test_automatic_gain_lifts_a_weak_voice(speech: np.ndarray) -> None:
    weak = level.set_level(speech, -35)
    out = level.agc(weak, target=-20, most=15, attack=60, release=10)
    assert level.active_level(out[6 * RATE :]) == pytest.approx(-20, abs=4)


def test_clipping_has_a_ceiling(speech: np.ndarray) -> None:
    for soft in (False, True):
        out = level.clip(speech, drive=12, ceiling=-10, soft=soft)
        assert np.abs(out).max() <= 10 ** (-10 / 20) + 1e-6
