"""Hold music without a singer, composed by seed: styles, keys, tempi, progressions, instruments.

Made to be a wide test of musical false alarms: solo melodies without accompaniment, speech-like rhythms and sine-like
leads are as frequent as full bands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from lab.synth import instruments

RATE = 8000
type Samples = NDArray[np.float32]
#: From scale degree and octave to Hz.
type _Tone = Callable[[int, int], float]

_SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
#: Chord roots as scale degrees, one per bar.
_PROGRESSIONS = (
    (0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 4), (1, 4, 0, 0), (0, 3, 0, 4), (5, 3, 0, 4), (0, 2, 3, 4), (0, 6, 3, 0), (0, 0, 3, 0, 4, 3, 0, 4),
)  # fmt: skip
_DRUMS = {
    "rock": {"kick": "x...x...x.x.x...", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."},
    "lounge": {
        "kick": "x.........x.....",
        "snare": "............x...",
        "shaker": "x.xxx.xxx.xxx.xx",
    },
    "bossa": {"kick": "x..xx..xx..xx..x", "hat": "x.x.x.x.x.x.x.x.", "clap": "..x...x....x...."},
    "house": {"kick": "x...x...x...x...", "clap": "....x.......x...", "hat": "..x...x...x...x."},
    "march": {"kick": "x.......x.......", "snare": "x.xxx.x.x.xxx.xx"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Which parts play and how."""

    name: str
    melody: tuple[str, ...] = ()
    chords: tuple[str, ...] = ()
    arpeggio: tuple[str, ...] = ()
    bass: bool = False
    drums: tuple[str, ...] = ()
    #: Beats per minute.
    tempo: tuple[int, int] = (70, 120)
    #: Sixteenths per melody note, the shortest and the longest.
    notes: tuple[int, int] = (2, 8)


STYLES = (
    Style(name="ballad", melody=("piano",), chords=("piano", "strings"), tempo=(55, 85)),
    Style(name="ambient", chords=("strings", "organ", "synth"), tempo=(45, 70)),
    Style(name="fingerpicking", arpeggio=("guitar",), melody=("guitar", "flute"), tempo=(80, 125)),
    Style(
        name="lounge",
        melody=("reed", "electric_piano", "brass"),
        chords=("electric_piano",),
        bass=True,
        drums=("lounge", "bossa"),
    ),
    Style(
        name="corporate",
        arpeggio=("bell", "piano", "guitar"),
        chords=("strings",),
        bass=True,
        drums=("house", "lounge"),
        tempo=(100, 128),
    ),
    Style(
        name="chiptune",
        melody=("chip",),
        arpeggio=("chip",),
        bass=True,
        drums=("rock",),
        tempo=(110, 165),
        notes=(1, 4),
    ),
    Style(
        name="march",
        melody=("brass",),
        chords=("organ",),
        bass=True,
        drums=("march",),
        tempo=(95, 120),
    ),
    Style(
        name="dance",
        melody=("synth",),
        chords=("synth",),
        bass=True,
        drums=("house",),
        tempo=(118, 132),
        notes=(1, 4),
    ),
    Style(
        name="rock",
        melody=("synth", "organ", "guitar"),
        chords=("guitar", "organ"),
        bass=True,
        drums=("rock",),
        tempo=(90, 150),
    ),
    Style(
        name="chamber",
        melody=("violin",),
        chords=("strings",),
        arpeggio=("piano",),
        tempo=(60, 110),
    ),
    Style(name="hymn", chords=("organ",), melody=("organ",), tempo=(60, 85), notes=(4, 8)),
    Style(name="music_box", melody=("bell",), arpeggio=("bell",), tempo=(70, 120)),
    Style(
        name="solo",
        melody=("flute", "violin", "reed", "brass", "whistle", "piano", "guitar"),
        tempo=(60, 130),
        notes=(1, 10),
    ),
    Style(name="solo_low", melody=("brass", "reed", "violin"), tempo=(60, 110), notes=(1, 6)),
)


def music(seed: int, seconds: float, style: str | None = None) -> Samples:
    """A piece of at least `seconds` that loops at its last bar; float32, peak 0.7.

    `style` is a name of `STYLES`, or None for any.
    """
    rng = np.random.default_rng([seed, 77])
    chosen = (
        STYLES[rng.integers(len(STYLES))]
        if style is None
        else next(s for s in STYLES if s.name == style)
    )
    tempo = rng.uniform(*chosen.tempo)
    sixteenth = 15 / tempo
    bars = max(4, int(np.ceil(seconds / (16 * sixteenth) / 4)) * 4)
    count = int(bars * 16 * sixteenth * RATE)
    mix = np.zeros(count + 2 * RATE, np.float32)
    player = _Player(mix, sixteenth, rng)
    scale = _SCALES[str(rng.choice(list(_SCALES)))]
    key = int(rng.integers(-6, 6))
    progression = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    swing = 0.0 if rng.random() < 0.7 else rng.uniform(0.1, 0.33)

    def tone(degree: int, octave: int) -> float:
        return float(
            440 * 2 ** ((key - 9 + scale[degree % 7] + 12 * (octave - 4 + degree // 7)) / 12)
        )

    roots = [progression[bar % len(progression)] for bar in range(bars)]
    if chosen.chords:
        _play_chords(player, chosen, roots, tone)
    if chosen.arpeggio:
        _play_arpeggio(player, chosen, roots, tone)
    if chosen.melody:
        octave = 3 if chosen.name == "solo_low" else int(rng.integers(4, 6))
        _play_melody(player, chosen, roots, tone, octave, swing)
    if chosen.bass:
        for bar, root in enumerate(roots):
            for step in (0, 6, 8, 12) if rng.random() < 0.5 else (0, 8):
                player.note("synth", tone(root, 2), bar * 16 + step, 4, 0.5)
    if chosen.drums:
        _play_drums(player, str(rng.choice(chosen.drums)), bars)
    wet = rng.uniform(0, 0.35)
    mix = (mix + wet * _room(rng, mix)).astype(np.float32)
    loop = mix[:count].copy()
    loop[: len(mix) - count] += mix[count:]  # ring-out goes round the loop
    return np.asarray(loop * (0.7 / max(float(np.max(np.abs(loop))), 1e-6)), np.float32)


class _Player:
    """Puts notes into a mix; the same note is synthesised once."""

    def __init__(self, mix: Samples, sixteenth: float, rng: np.random.Generator) -> None:
        """Play into `mix`, one step being `sixteenth` s."""
        self.mix = mix
        self.sixteenth = sixteenth
        self.rng = rng
        self._made = cache(self._make)

    def _make(self, name: str, pitch: float, length: float, take: int) -> Samples:
        table = instruments.LEADS | instruments.CHORDS
        return table[name](pitch, length, self.rng)

    def note(self, name: str, pitch: float, step: float, steps: float, gain: float) -> None:
        """Play one note from a step for a number of steps."""
        while pitch > 1900:
            pitch /= 2
        sound = self._made(
            name, round(pitch, 2), round(steps * self.sixteenth, 3), int(self.rng.integers(2))
        )
        self.put(sound, step, gain)

    def put(self, sound: Samples, step: float, gain: float) -> None:
        """Add a sound at a step, a few milliseconds early or late."""
        start = max(int((step * self.sixteenth + self.rng.normal(0, 0.004)) * RATE), 0)
        part = sound[: max(len(self.mix) - start, 0)]
        self.mix[start : start + len(part)] += part * np.float32(
            gain * self.rng.uniform(0.85, 1.15)
        )


def _play_chords(player: _Player, style: Style, roots: list[int], tone: _Tone) -> None:
    name = str(player.rng.choice(style.chords))
    pattern = ((0, 16),) if player.rng.random() < 0.5 else ((0, 6), (6, 4), (10, 6))
    voices = (0, 2, 4, 6) if player.rng.random() < 0.4 else (0, 2, 4)
    for bar, root in enumerate(roots):
        for step, steps in pattern:
            for voice in voices:
                player.note(name, tone(root + voice, 4), bar * 16 + step, steps, 0.22)


def _play_arpeggio(player: _Player, style: Style, roots: list[int], tone: _Tone) -> None:
    name = str(player.rng.choice(style.arpeggio))
    stride = int(player.rng.choice([1, 2, 2, 4]))
    figure = player.rng.permutation([0, 2, 4, 7])
    for bar, root in enumerate(roots):
        for number, step in enumerate(range(0, 16, stride)):
            player.note(
                name, tone(root + int(figure[number % 4]), 4), bar * 16 + step, stride * 1.5, 0.4
            )


def _play_melody(
    player: _Player, style: Style, roots: list[int], tone: _Tone, octave: int, swing: float
) -> None:
    """A random walk on the scale in phrases A A B A of four bars, with rests between them."""
    rng = player.rng
    name = str(rng.choice(style.melody))
    phrases = {}
    for which in "AB":
        step, degree, notes = 0, int(rng.integers(0, 7)), list[tuple[int, float, int]]()
        while step < 64 - style.notes[1]:
            steps = int(rng.integers(style.notes[0], style.notes[1] + 1))
            degree = int(np.clip(degree + rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 4]), -3, 10))
            if rng.random() < 0.85:
                notes.append((step, steps * rng.uniform(0.6, 1.0), degree))
            step += steps
        phrases[which] = notes
    for number, bar in enumerate(range(0, len(roots), 4)):
        for at, length, degree in phrases["AABA"[number % 4]]:
            late = swing * 2 if at % 4 == 2 else 0
            player.note(name, tone(degree, octave), bar * 16 + at + late, length, 0.7)


def _play_drums(player: _Player, kind: str, bars: int) -> None:
    strokes = {name: instruments.drum(name, player.rng) for name in _DRUMS[kind]}
    for bar in range(bars):
        for name, pattern in _DRUMS[kind].items():
            for step in (i for i, mark in enumerate(pattern) if mark == "x"):
                player.put(strokes[name], bar * 16 + step, 0.35)


def _room(rng: np.random.Generator, mix: Samples) -> Samples:
    """Reverberation of the mix by exponentially dying noise, as long as the mix."""
    count = int(rng.uniform(0.2, 1.2) * RATE)
    tail = rng.normal(0, 1, count) * np.exp(-np.arange(count) / (count / 5))
    wet = oaconvolve(mix, tail / np.sqrt(np.sum(tail**2)))[: len(mix)]
    return np.asarray(wet, np.float32)
