"""Audio of every kind becomes 8 kHz frames."""

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.frames import RATE, STEP, Intake, Offset, Spectra


def sine(frequency: float, seconds: float, rate: int = RATE, peak: float = 0.5) -> np.ndarray:
    """Return a sine wave of `peak` times full scale."""
    return peak * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)


def int16(samples: np.ndarray) -> np.ndarray:
    """Return the samples as a decoder hands them out."""
    return np.rint(samples * 32767).astype(np.int16)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
def test_any_rate_becomes_8_khz(rate: int) -> None:
    """A second of any rate is a second at 8 kHz, and a tone keeps frequency and level."""
    intake = Intake(rate)
    wave = int16(sine(1000, 1, rate))
    heard = np.concatenate([intake.take(wave[at : at + 777]) for at in range(0, rate, 777)])
    assert abs(len(heard) - RATE) <= 2
    middle = heard[1000:7000]
    assert np.std(middle) * np.sqrt(2) == pytest.approx(0.5, rel=0.05)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == pytest.approx(750, abs=1)


def test_no_alias_from_above_4_khz() -> None:
    """What 8 kHz can't carry is removed, not folded down."""
    heard = Intake(16000).take(int16(sine(5000, 1, 16000)))
    assert np.std(heard[500:]) < 0.005


def test_blocks_do_not_matter() -> None:
    """Bytes in blocks of any length, odd ones too, give the samples of one block."""
    wave = int16(sine(700, 0.5, 16000)).astype("<i2").tobytes()
    whole = Intake(16000).take(wave)
    parts = Intake(16000)
    cut = np.concatenate([parts.take(wave[at : at + 321]) for at in range(0, len(wave), 321)])
    assert np.allclose(whole, cut, atol=1e-6)


@pytest.mark.parametrize(
    "odd",
    [
        np.full(800, np.nan),
        np.full(800, np.inf, np.float32),
        np.full(800, 1e30),
        np.zeros((0,), np.int16),
        np.zeros((3, 0), np.int16),
        np.array(["a"] * 800),
        np.array([None] * 800),
        np.zeros((2, 2, 200)),
        np.ones(800, bool),
        np.array(7, np.int16),
    ],
    ids=str,
)
def test_broken_arrays_are_finite_audio(odd: np.ndarray) -> None:
    """Whatever an array holds, samples within full scale come out."""
    heard = Intake().take(odd)
    assert heard.dtype == np.float32
    assert np.all(np.isfinite(heard))
    assert np.all(np.abs(heard) <= 1)


@pytest.mark.parametrize("make", [lambda wave: wave, lambda wave: wave.astype(np.float64) * 32767])
def test_floats_of_both_scales(make: object) -> None:
    """Floats may be of full scale 1 or carry int16 values."""
    assert callable(make)
    heard = Intake().take(make(sine(500, 0.2)))
    assert np.max(np.abs(heard)) == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("axis", [0, 1])
def test_stereo_is_mixed_down(axis: int) -> None:
    """Two channels become their mean, whichever axis they lie on."""
    left, right = int16(sine(500, 0.2)), int16(sine(500, 0.2) * 0)
    heard = Intake().take(np.stack([left, right], axis=axis))
    assert len(heard) == len(left)
    assert np.max(np.abs(heard)) == pytest.approx(0.25, rel=0.01)


def test_impossible_rate_is_refused() -> None:
    """A rate that is none is an error with the value in it."""
    with pytest.raises(ValueError, match="0 Hz"):
        Intake(0)


def test_offset_is_removed_and_speech_band_kept() -> None:
    """A constant offset goes away within two seconds; a tone stays."""
    offset = Offset()
    wave = (sine(400, 3) + 0.2).astype(np.float32)
    heard = np.concatenate([offset.remove(wave[at : at + 800]) for at in range(0, len(wave), 800)])
    assert abs(heard[16000:].mean()) < 0.01
    assert np.std(heard[16000:]) == pytest.approx(np.std(sine(400, 1)), rel=0.02)


def test_spectra_measure_level_pitch_and_harmonicity() -> None:
    """A full-scale tone in band reads 0 dB; a voiced sound gives its pitch; noise gives none."""
    assert Spectra().process(sine(1000, 1, peak=1).astype(np.float32)).level[50] == pytest.approx(
        0, abs=0.2
    )
    voiced = sum(sine(150 * k, 1, peak=0.05) for k in range(2, 20))
    frames = Spectra().process(np.asarray(voiced, np.float32))
    assert 70 * 2 ** frames.pitch[50] == pytest.approx(150, rel=0.03)
    noise = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * 0.1
    assert np.mean(Spectra().process(noise).harmonicity) < 0.3 < frames.harmonicity[50]


def test_spectra_are_the_same_in_any_chunks() -> None:
    """Frames don't depend on how the steps are delivered."""
    noise = np.random.default_rng(2).standard_normal(RATE).astype(np.float32) * 0.1
    whole = Spectra().process(noise)
    parts = Spectra()
    mel = np.concatenate([parts.process(noise[at : at + STEP]).mel for at in range(0, RATE, STEP)])
    assert np.allclose(whole.mel, mel, atol=1e-3)
    assert len(whole) == 100
