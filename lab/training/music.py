"""Pieces of music by seed, as companies play them to callers: chords, melodies, arpeggios, drums, pads."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from lab.training.instruments import INSTRUMENTS, RATE, Instrument, Samples, drum

#: Semitones of the scales, and chord roots (degrees) of common progressions.
_SCALES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 3, 5, 7, 9, 10),
    (0, 2, 4, 7, 9, 12, 14),
)
_PROGRESSIONS = (
    (0, 4, 5, 3),
    (0, 5, 3, 4),
    (0, 3, 4, 3),
    (1, 4, 0, 0),
    (5, 3, 0, 4),
    (0, 0, 3, 0, 4, 3, 0, 4),
    (0, 2, 3, 3),
)
#: Rhythms as note lengths in beats; each fills four.
_RHYTHMS = (
    (1, 1, 1, 1), (2, 2), (0.5,) * 8, (1.5, 0.5, 1, 1), (0.75, 0.75, 0.5, 1, 1), (3, 1), (1, 0.5, 0.5, 2), (4,),
    (0.25,) * 4 + (0.5,) * 6, (2 / 3, 1 / 3) * 4,
)  # fmt: skip


def _add(out: NDArray[np.float32], at: float, note: Samples, gain: float) -> None:
    """Mix a note in at `at` s, as far as it fits."""
    begin = int(at * RATE)
    note = note[: max(0, len(out) - begin)]
    out[begin : begin + len(note)] += note * np.float32(gain)


def melody(
    rng: np.random.Generator, seconds: float, *, low: float = 55, high: float = 80
) -> list[tuple[float, float, float]]:
    """Draw a tune: (start s, length s, MIDI pitch) of each note, with rests."""
    beat = 60 / rng.uniform(60, 150)
    scale = _SCALES[int(rng.integers(len(_SCALES)))]
    key = float(rng.integers(0, 12))
    steps = [12 * octave + key + semitone for octave in range(2, 8) for semitone in scale]
    steps = sorted({pitch for pitch in steps if low <= pitch <= high}) or [low]
    place, time = int(rng.integers(len(steps))), 0.0
    notes: list[tuple[float, float, float]] = []
    rhythms = [_RHYTHMS[int(rng.integers(len(_RHYTHMS)))] for _ in range(2)]
    while time < seconds:
        for length in rhythms[int(rng.random() < 0.3)]:
            place = int(np.clip(place + rng.integers(-3, 4), 0, len(steps) - 1))
            if rng.random() > 0.12:
                notes.append((time, min(length * beat, 3.0), steps[place]))
            time += length * beat
    return [note for note in notes if note[0] < seconds]


class _Band:
    """Who plays what in one piece."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw tempo, key, chords and players."""
        self.rng = rng
        self.beat = 60 / rng.uniform(56, 150)
        self.scale = _SCALES[int(rng.integers(len(_SCALES)))]
        self.key = int(rng.integers(0, 12))
        self.chords = _PROGRESSIONS[int(rng.integers(len(_PROGRESSIONS)))]
        solo = rng.random() < 0.25
        self.parts: set[str] = set()
        if solo:
            self.parts.add(str(rng.choice(["melody", "arpeggio", "chords"])))
        else:
            for part, share in (
                ("bass", 0.7),
                ("chords", 0.75),
                ("arpeggio", 0.5),
                ("melody", 0.7),
                ("drums", 0.6),
            ):
                if rng.random() < share:
                    self.parts.add(part)
            self.parts = self.parts or {"chords", "melody"}
        self.player: dict[str, Instrument] = {
            part: INSTRUMENTS[int(rng.integers(len(INSTRUMENTS)))]
            for part in ("bass", "chords", "arpeggio", "melody")
        }
        self.gain = {
            part: 10 ** (rng.uniform(-9, 0) / 20)
            for part in ("bass", "chords", "arpeggio", "melody", "drums")
        }
        self.rhythm = [_RHYTHMS[int(rng.integers(len(_RHYTHMS)))] for _ in range(3)]
        self.swing = rng.normal(0, 0.012)

    def frequency(self, degree: int, octave: int) -> float:
        """Return the frequency of a degree of the scale, Hz."""
        octave += degree // 7
        return float(440 * 2 ** ((12 * octave + self.key + self.scale[degree % 7] - 57) / 12))


def piece(rng: np.random.Generator, seconds: float) -> Samples:
    """Play `seconds` of a new piece; peak level near −3 dBFS."""
    band = _Band(rng)
    out = np.zeros(int(seconds * RATE), np.float32)
    bar = 0
    place = int(rng.integers(7, 14))
    while bar * 4 * band.beat < seconds:
        start = bar * 4 * band.beat
        root = band.chords[bar % len(band.chords)]
        place = _bar(band, out, start, root, place, bar)
        bar += 1
    if rng.random() < 0.7:
        tail = np.arange(int(rng.uniform(0.2, 1.5) * RATE)) / RATE
        room = rng.standard_normal(len(tail)) * np.exp(-tail * rng.uniform(3, 9) / tail[-1])
        wet = fftconvolve(out, room)[: len(out)].astype(np.float32)
        out += wet * np.float32(rng.uniform(0.05, 0.5) * np.std(out) / (np.std(wet) + 1e-9))
    if rng.random() < 0.4:  # mixes are compressed
        out = np.tanh(out / (np.max(np.abs(out)) + 1e-9) * rng.uniform(1, 4)).astype(np.float32)
    return np.asarray(0.7 * out / (np.max(np.abs(out)) + 1e-9), np.float32)


def _bar(band: _Band, out: Samples, start: float, root: int, place: int, number: int) -> int:
    """Play one bar into `out`; return where the tune stands."""
    rng, beat = band.rng, band.beat

    def play(part: str, at: float, degree: int, octave: int, length: float) -> None:
        frequency = band.frequency(degree, octave)
        if 35 < frequency < 2500 and at * RATE < len(out):
            note = band.player[part](rng, frequency, min(length, 4.0))
            _add(
                out,
                max(0.0, at + rng.normal(0, 0.006)),
                note,
                band.gain[part] * rng.uniform(0.7, 1),
            )

    if "bass" in band.parts:
        time = 0.0
        for length in band.rhythm[0]:
            play("bass", start + time * beat, root, 2, length * beat)
            time += length
    if "chords" in band.parts:
        time = 0.0
        for length in band.rhythm[1]:
            for third in (0, 2, 4):
                play(
                    "chords",
                    start + time * beat + third * abs(band.swing),
                    root + third,
                    4,
                    length * beat * 1.1,
                )
            time += length
            if length < 0.4:
                break
    if "arpeggio" in band.parts:
        pattern = (0, 2, 4, 7, 4, 2, 0, 2)
        for eighth in range(8):
            play("arpeggio", start + eighth * beat / 2, root + pattern[eighth], 4, beat)
    if "melody" in band.parts:
        time = 0.0
        for length in band.rhythm[2 if number % 4 else 1]:
            place = int(np.clip(place + rng.integers(-2, 3), 2, 18))
            if rng.random() > 0.15:
                play("melody", start + time * beat, place, 4, length * beat)
            time += length
    if "drums" in band.parts:
        for sixteenth in range(16):
            at = start + sixteenth * beat / 4
            if sixteenth in (0, 8) or (sixteenth == 10 and rng.random() < 0.4):
                _add(out, at, drum(rng, "kick"), band.gain["drums"])
            if sixteenth in (4, 12):
                _add(out, at, drum(rng, "snare"), band.gain["drums"] * 0.7)
            if sixteenth % 2 == 0:
                _add(out, at, drum(rng, "hat"), band.gain["drums"] * 0.5)
    return place
