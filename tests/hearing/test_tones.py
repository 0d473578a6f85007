"""Network tones, digits, beeps and fax tones."""

from collections.abc import Iterable

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.hearing.tones import ToneDetector
from lab.channel.laws import g711
from lab.synth.instruments import flute, organ, whistle
from lab.synth.tones import KEYS, TONES, Tone, cadenced, information, key, sines

RATE = 8000


def quiet(seconds: float) -> np.ndarray:
    """Digital silence."""
    return np.zeros(int(seconds * RATE), np.float32)


def line(*parts: np.ndarray, noise: float = 1e-3, seed: int = 1) -> np.ndarray:
    """Put sounds on a G.711 line with some noise, at about -17 dBm0."""
    samples = np.concatenate(parts) * 0.3
    samples = samples + np.random.default_rng(seed).normal(0, noise, len(samples))
    return g711(samples.astype(np.float32), "a")


def hear(samples: np.ndarray, block: int = 800) -> list[Hearing]:
    """Everything a new detector reports."""
    detector = ToneDetector()
    found: list[Hearing] = []
    for begin in range(0, len(samples), block):
        found += detector.process(samples[begin : begin + block], begin / RATE)
    return found


def sounds(found: Iterable[Hearing]) -> list[Sound]:
    """What was reported, in order."""
    return [one.sound for one in found]


@pytest.mark.parametrize(
    ("kind", "country"), [(kind, country) for kind in TONES for country in TONES[kind]]
)
def test_tones_of_other_peoples_tables(kind: str, country: str) -> None:
    """Each tone of the lab's own table is heard, with its country among those named."""
    tone = TONES[kind][country]
    shared = {other for other, users in TONES.items() if any(one == tone for one in users.values())}
    found = hear(line(quiet(0.4), cadenced(tone, 13.0)))
    assert len(found) == 1
    assert found[0].sound.value in shared
    assert found[0].since == pytest.approx(0.4, abs=0.05)
    if found[0].sound.value == kind:
        assert country.upper() in found[0].network.split(",")


def test_an_unambiguous_pair_rings_within_its_first_burst() -> None:
    """440 + 480 Hz is a ringing tone in every country that has it."""
    found = hear(line(quiet(0.4), cadenced(Tone((440, 480), (2, 4)), 3.0)))
    assert sounds(found) == [Sound.RINGBACK]
    assert found[0].time < 1.2


def test_a_single_tone_rings_by_its_second_burst() -> None:
    """425 Hz for 1 s may be many things, until the silence after it is long enough."""
    found = hear(line(quiet(0.4), cadenced(Tone((425,), (1, 4)), 7.0)))
    assert sounds(found) == [Sound.RINGBACK]
    assert found[0].time < 6.0


def test_frequency_and_cadence_may_be_a_little_off() -> None:
    """Networks keep 1 % of frequency and 10 % of time."""
    found = hear(line(quiet(0.4), cadenced(Tone((429,), (0.45, 0.53)), 6.0)))
    assert sounds(found) == [Sound.BUSY]


@pytest.mark.parametrize("frequency", [380.0, 468.0, 505.0])
def test_other_frequencies_are_no_network_tones(frequency: float) -> None:
    """The right cadence at a wrong pitch is no ringing."""
    found = hear(line(quiet(0.4), cadenced(Tone((frequency,), (1, 4)), 12.0)))
    assert Sound.RINGBACK not in sounds(found)


def test_active_while_it_rings_and_not_after() -> None:
    """The pauses belong to the tone; speech in a pause ends it."""
    rng = np.random.default_rng(2)
    talk = rng.normal(0, 0.3, 2 * RATE).astype(np.float32)
    samples = line(cadenced(Tone((440, 480), (2, 4)), 8.0), quiet(1.0), talk)
    detector = ToneDetector()
    active = {}
    for begin in range(0, len(samples), 800):
        detector.process(samples[begin : begin + 800], begin / RATE)
        active[round((begin + 800) / RATE, 1)] = detector.active
    assert active[1.0] == active[4.0] == active[7.0] == active[8.6] == Sound.RINGBACK
    assert active[10.0] is None


def test_an_answer_ends_the_ringing() -> None:
    """The cadence runs on in silence until somebody is heard there."""
    detector = ToneDetector()
    ring = line(cadenced(Tone((440, 480), (2, 4)), 3.0))
    for begin in range(0, len(ring), 1600):
        detector.process(ring[begin : begin + 1600], begin / RATE)
    assert detector.active is Sound.RINGBACK
    assert detector.silent_since == pytest.approx(2.0, abs=0.25)
    detector.answered()
    assert detector.active is None
    assert detector.silent_since is None


def test_melodies_of_pure_notes_do_not_ring() -> None:
    """Music on the right frequencies, in steady time, is not a network."""
    rng = np.random.default_rng(3)
    scale = [392.0, 415.3, 440.0, 466.2, 493.9, 523.3, 587.3, 622.3, 659.3]
    for notes in (0.25, 0.5, 1.0):
        melody = [sines((float(rng.choice(scale)),), notes * 0.9) for _ in range(40)]
        rests = [quiet(notes * 0.1) for _ in melody]
        found = hear(line(*(part for pair in zip(melody, rests, strict=True) for part in pair)))
        assert sounds(found) == []


@pytest.mark.parametrize("instrument", [flute, organ, whistle])
def test_instruments_do_not_ring(instrument: object) -> None:
    """Nearly pure instruments, held and repeated on A (440 Hz), are music."""
    rng = np.random.default_rng(4)
    notes = []
    for pitch in (440.0, 440.0, 466.2, 440.0, 349.2, 440.0, 440.0, 392.0):
        notes += [instrument(pitch, 0.5, rng)[: RATE // 2], quiet(0.5)]  # type: ignore[operator]
    network = {Sound.RINGBACK, Sound.BUSY, Sound.CONGESTION, Sound.SPECIAL_INFORMATION}
    assert not network & set(sounds(hear(line(*notes))))


def test_special_information_tone() -> None:
    """Three rising tones are reported once, within the third."""
    found = hear(line(quiet(0.5), information(), quiet(1.0)))
    assert sounds(found) == [Sound.SPECIAL_INFORMATION]
    assert found[0].since == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("frequency", "length"), [(440, 0.3), (850, 0.7), (1000, 1.2), (1400, 0.25)]
)
def test_a_beep_alone(frequency: float, length: float) -> None:
    """One steady tone and silence after it: now speak."""
    found = hear(line(quiet(1.0), sines((frequency,), length), quiet(1.5)))
    assert sounds(found) == [Sound.BEEP]
    assert found[0].since == pytest.approx(1.0, abs=0.05)


def test_no_beep_in_company() -> None:
    """A note among notes, a dying bell and a tone that goes on are no beeps."""
    notes = [sines((f,), 0.3) for f in (500, 600, 750, 600)]
    bell = sines((1000,), 1.0) * np.exp(-np.arange(RATE) / 1500).astype(np.float32)
    assert sounds(hear(line(quiet(0.5), *notes))) == []
    assert sounds(hear(line(quiet(0.5), bell, quiet(1)))) == []
    assert sounds(hear(line(quiet(0.5), sines((1000,), 4.0), quiet(1)))) == []


def test_fax_both_ways() -> None:
    """The calling tone needs its second burst, the answering tone is long (ITU-T T.30)."""
    calling = sines((1100,), 0.5)
    found = hear(line(quiet(0.5), calling, quiet(3.0), calling, quiet(0.5)))
    assert sounds(found) == [Sound.FAX]
    assert sounds(hear(line(quiet(0.5), sines((2100,), 3.0)))) == [Sound.FAX]


@pytest.mark.parametrize("digit", list(KEYS))
def test_every_digit(digit: str) -> None:
    """All sixteen keys at once in 100 ms."""
    found = hear(line(quiet(0.3), key(digit, 0.1), quiet(0.3)))
    assert [one.digit for one in found] == [digit]
    assert found[0].since == pytest.approx(0.3, abs=0.03)


def test_quick_digits_stay_apart() -> None:
    """40 ms on and 40 ms off must work (ITU-T Q.24); the same key twice is two digits."""
    parts = [quiet(0.3)]
    for digit in "1122*0##":
        parts += [key(digit, 0.045), quiet(0.045)]
    assert "".join(one.digit for one in hear(line(*parts, quiet(0.3)))) == "1122*0##"


@pytest.mark.parametrize("twist", [-8.0, 4.0])
def test_twist_within_the_limits(twist: float) -> None:
    """One tone may be weaker than the other."""
    assert [one.digit for one in hear(line(quiet(0.3), key("5", 0.08, twist), quiet(0.3)))] == ["5"]


def test_what_is_no_digit() -> None:
    """3.5 % off, one tone alone, 20 ms, or strong speech beside it."""
    off = sines((770 * 1.037, 1336), 0.1)
    loud = np.random.default_rng(5).normal(0, 0.3, 800).astype(np.float32)
    for part in (off, sines((770,), 0.1), key("5", 0.018), key("5", 0.1) + loud):
        found = hear(line(quiet(0.3), part.astype(np.float32), quiet(0.3)))
        assert [one.digit for one in found if one.digit] == []


@pytest.mark.parametrize("decay", [0.03, 0.08, 0.2])
def test_plucked_notes_are_no_digits(decay: float) -> None:
    """Two strings at a key's frequencies begin at once, but they ring out."""
    time = np.arange(int(0.5 * RATE)) / RATE
    pluck = sines((770, 1336), 0.5) * np.exp(-time / decay).astype(np.float32)
    assert Sound.DTMF not in sounds(hear(line(quiet(0.3), *[pluck] * 6)))


@pytest.mark.parametrize("seconds", [0.05, 0.06, 0.09])
def test_a_chord_in_music_is_no_digit(seconds: float) -> None:
    """What does not come out of something quieter is a part of what played before."""
    before, chord = sines((600, 1100), 0.5), sines((770, 1336), seconds)
    assert Sound.DTMF not in sounds(hear(line(before, chord, before)))


def test_a_digit_with_a_lost_packet() -> None:
    """A receiver repeats the packet before, weaker: still one digit."""
    press = key("5", 0.2)
    press[640:800] = press[480:640] * 0.6
    assert [one.digit for one in hear(line(quiet(0.3), press, quiet(0.3))) if one.digit] == ["5"]


def test_blocks_of_any_length_give_the_same() -> None:
    """Where the blocks are cut changes nothing."""
    samples = line(quiet(0.3), key("7", 0.1), quiet(0.4), cadenced(Tone((425,), (0.5, 0.5)), 5.0))
    whole = hear(samples, 800)
    assert [one.sound for one in whole] == [Sound.DTMF, Sound.BUSY]
    for block in (80, 333, 4000, len(samples)):
        again = hear(samples, block)
        assert [(one.sound, one.since, one.digit) for one in again] == [
            (one.sound, one.since, one.digit) for one in whole
        ]


def test_nothing_in_silence_noise_and_offset() -> None:
    """Lines without a tone report none."""
    noise = np.random.default_rng(6).normal(0, 0.1, 20 * RATE).astype(np.float32)
    hum = 0.1 * np.sin(2 * np.pi * 50 * np.arange(10 * RATE) / RATE).astype(np.float32)
    for samples in (
        quiet(5),
        noise,
        hum,
        hum + np.float32(0.2),
        np.full(5 * RATE, 0.5, np.float32),
    ):
        assert hear(samples) == []


def test_other_rates_are_refused() -> None:
    """The detector knows 8 kHz only and says so."""
    with pytest.raises(ValueError, match="16000 Hz"):
        ToneDetector(16000)
