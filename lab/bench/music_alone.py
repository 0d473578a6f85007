"""Plays music, tones and noise, and nobody at all, to the ears: whom do they suspect, what do they invent?

Each stretch is some minutes through one line: pieces of music from the corpus and of the lab's own (seven in ten), network tones,
noise and silence, each through a source channel of its own. Whatever the ears report about a person or a key is false, and so
is each network tone, fax or beep that they hear where none is played.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lab.bench import intervals
from lab.bench.ears import PACKET, listening, note, vocabulary
from lab.bench.events import Heard, Level
from lab.channel import carry, draw_line, to_int16
from lab.channel.level import set_level
from lab.channel.line import coloured
from lab.corpus import RATE, Corpus, Split
from lab.holdcalls.material import Material
from lab.synth.tones import TONES, cadenced

#: Length of a stretch, s, and of one piece of music in it.
_STRETCH = 240.0
_PIECE = (15.0, 75.0)
#: The aim: none in so many hours.
AIM_HOURS = 10.0


#: What may be invented: people, keys, and tones of a network, a fax or a mailbox.
PEOPLE = ("suspected", "detected")
WHAT = (*PEOPLE, "key", "tone")
_TONES = frozenset(
    sound.value
    for sound in (*vocabulary.NETWORK_TONES, vocabulary.Sound.FAX, vocabulary.Sound.BEEP)
)
#: A tone may still be told so long after it has ended, s.
_LATE = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """Somebody, a key or a tone, where none was."""

    what: str
    seed: int
    time: float
    source: str
    why: str


@dataclass(slots=True)
class MusicAlone:
    """What came of one stretch, or of many."""

    #: Seconds by kind, and how often each source was played.
    seconds: dict[str, float] = field(default_factory=dict)
    sources: Counter[str] = field(default_factory=Counter)
    invented: list[Invented] = field(default_factory=list)

    def join(self, other: MusicAlone) -> None:
        """Add another one."""
        for kind, seconds in other.seconds.items():
            self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds
        self.sources.update(other.sources)
        self.invented += other.invented

    @property
    def hours(self) -> float:
        """Hours of sound."""
        return sum(self.seconds.values()) / 3600

    def count(self, what: str) -> int:
        """How often something was invented."""
        return sum(one.what == what for one in self.invented)

    def lines(self) -> list[str]:
        """The report."""
        parts = ", ".join(f"{kind} {s / 3600:.2f} h" for kind, s in sorted(self.seconds.items()))
        own = sum(name.startswith("synth") for name in self.sources)
        out = [
            (
                f"Music, tones and noise alone: {self.hours:.2f} h ({parts}); "
                f"{len(self.sources) - own} recordings, {own} pieces of the lab"
            )
        ]
        for what in WHAT:
            number = self.count(what)
            low, high = intervals.rate(number, self.hours / AIM_HOURS)
            out.append(
                f"  {what:<12}{number:>4}, in {AIM_HOURS:g} hours {number * AIM_HOURS / max(self.hours, 1e-9):6.1f} "
                f"({low:.1f}–{high:.1f}); aim 0"
            )
        worst = Counter(one.source for one in self.invented if one.what in PEOPLE).most_common(6)
        out += [f"    {number} in {source}" for source, number in worst]
        out += [
            f"    {one.what}: stretch {one.seed} at {one.time:.1f} s, {one.source}  [{one.why}]"
            for one in self.invented[:12]
        ]
        return out

    def figures(self) -> dict[str, object]:
        """The same as plain values."""
        return {
            "hours": self.hours,
            "hours_by_kind": {kind: s / 3600 for kind, s in self.seconds.items()},
            "sources": len(self.sources),
            **{what: self.count(what) for what in WHAT},
        }


def hear(
    sounds: Corpus, seed: int, *, split: Split | None, hard: float, packets: int, weights: Path
) -> MusicAlone:
    """Make the stretch of a seed and listen to it, the call being on hold."""
    rng = np.random.default_rng([seed, 30])
    material = Material(sounds, rng, split, hard=hard)
    parts, spans, length = [], [], 0
    played: list[tuple[float, float]] = []
    result = MusicAlone()
    while length < _STRETCH * RATE:
        kind, source, sound = _part(material, rng, float(rng.uniform(*_PIECE)))
        rest = np.zeros(int(rng.choice([0.0, rng.uniform(0.1, 3.0)]) * RATE), np.float32)
        spans.append((length / RATE, source))
        if kind == "tones":
            played.append((length / RATE, (length + len(sound)) / RATE))
        result.seconds[kind] = result.seconds.get(kind, 0.0) + (len(sound) + len(rest)) / RATE
        result.sources[source] += 1
        parts += [sound, rest]
        length += len(sound) + len(rest)
    carried, _ = carry(np.concatenate(parts), draw_line(rng, hard=hard), rng)
    samples, size = to_int16(carried), PACKET * packets
    ears = listening.Listener(RATE, phase=vocabulary.Phase.HOLD, weights=weights)
    heard = Heard()
    for start in range(0, len(samples), size):
        for event in ears.hear(samples[start : start + size]):
            note(heard, event)
    for event in ears.close():
        note(heard, event)

    def source_at(time: float) -> str:
        return [name for start, name in spans if start <= time][-1]

    before = Level.NONE
    for change in heard.changes:
        if change.level > before:
            what = "detected" if change.level is Level.DETECTED else "suspected"
            source = source_at(max(0.0, change.since))
            result.invented.append(
                Invented(what=what, seed=seed, time=change.time, source=source, why=change.why)
            )
        before = change.level
    result.invented += [
        Invented(what="key", seed=seed, time=s.time, source=source_at(s.time), why=s.digit)
        for s in heard.sounds
        if s.sound == "dtmf"
    ]
    result.invented += [
        Invented(what="tone", seed=seed, time=s.time, source=source_at(s.since), why=s.sound)
        for s in heard.sounds
        if s.sound in _TONES
        and not any(begin - 0.3 <= s.since and s.time <= end + _LATE for begin, end in played)
    ]
    return result


def _part(
    material: Material, rng: np.random.Generator, seconds: float
) -> tuple[str, str, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    """Draw a kind, a source and its sound as it leaves the source."""
    draw = rng.random()
    if draw < 0.7:
        sound, source, group = material.music(seconds)
        return "music", source, material.piece(sound, material.channel(), source, group).samples
    if draw < 0.82:
        kind = str(rng.choice(list(TONES)))
        country = str(rng.choice(list(TONES[kind])))
        level = float(rng.uniform(-28, -14))
        return (
            "tones",
            f"synth {kind} {country}",
            set_level(cadenced(TONES[kind][country], seconds / 2), level),
        )
    recorded = material.noise() if rng.random() < 0.5 else None
    count = int(seconds / 2 * RATE)
    if recorded is not None:
        noise = set_level(np.resize(recorded, count).astype(np.float32), -20)
        name = "recorded noise"
    else:
        noise = coloured(rng, count, float(rng.uniform(0, 0.97))).astype(np.float32)
        name = "synth noise"
    noise = noise * np.float32(10 ** (rng.uniform(-50, -8) / 20) / (np.std(noise) + 1e-6) * 0.1)
    return "noise", name, material.piece(noise, material.channel(), name, name).samples
