"""Recognition of network tones and keys through random channels, one tone at a time."""

from dataclasses import dataclass, field

import numpy as np

from lab.bench import intervals
from lab.bench.ears import PACKET, listening, note, vocabulary
from lab.bench.events import Heard
from lab.channel import carry, draw_line, to_int16
from lab.channel.level import set_level
from lab.corpus import RATE
from lab.synth.tones import KEYS, TONES, cadenced, information, key, sines

#: How long each tone sounds, s.
_SECONDS = 14.0


@dataclass(slots=True)
class Trials:
    """Tones presented and recognised, by kind."""

    presented: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, delay: float | None, instead: str = "") -> None:
        """Count a tone; `delay` is None when it was not recognised."""
        self.presented[kind] = self.presented.get(kind, 0) + 1
        if delay is not None:
            self.right[kind] = self.right.get(kind, 0) + 1
            self.delays.setdefault(kind, []).append(delay)
        else:
            self.wrong.setdefault(kind, []).append(instead)

    def lines(self) -> list[str]:
        """A line for each kind."""
        out = ["Tones through random lines (−12 to −35 dBFS)"]
        for kind, number in self.presented.items():
            right = self.right.get(kind, 0)
            low, high = intervals.share(right, number)
            delay = f"{np.median(self.delays[kind]):.2f} s" if right else "never"
            missed = ", ".join(sorted(set(self.wrong.get(kind, ()))))[:70]
            out.append(
                f"  {kind:<22}{100 * right / number:6.1f} % of {number:<4} ({100 * low:.0f}–{100 * high:.0f} %), median after {delay}"
                + (f"   missed: {missed}" if missed else "")
            )
        return out

    def figures(self) -> dict[str, object]:
        """The same as plain values."""
        return {
            kind: {"presented": n, "right": self.right.get(kind, 0)}
            for kind, n in self.presented.items()
        }


def _hear(samples: np.ndarray[tuple[int], np.dtype[np.float32]], seed: int) -> Heard:
    """Through a random line into new ears."""
    rng = np.random.default_rng([seed, 31])
    line = draw_line(rng)
    lead = np.zeros(int(rng.uniform(0.3, 1.0) * RATE), np.float32)
    level = float(rng.uniform(-27, -12))
    sound, _ = carry(np.concatenate([lead, set_level(samples, level), lead]), line, rng)
    ears = listening.Listener(RATE, phase=vocabulary.Phase.UNKNOWN)
    heard = Heard()
    pcm = to_int16(sound)
    for start in range(0, len(pcm), PACKET):
        for event in ears.hear(pcm[start : start + PACKET]):
            note(heard, event)
    for event in ears.close():
        note(heard, event)
    return heard


def measure(seed: int, rounds: int = 4) -> Trials:
    """Every tone of every country and every key, `rounds` times, each over another line."""
    trials = Trials()
    for turn in range(rounds):
        number = seed + 1000 * turn
        for kind, countries in TONES.items():
            for country, tone in countries.items():
                number += 1
                heard = _hear(cadenced(tone, _SECONDS), number)
                # US reorder and several congestion tones differ from busy only in tempo
                said = next((s for s in heard.sounds if s.sound == kind), None)
                trials.add(kind, None if said is None else said.time, country)
        number += 1
        heard = _hear(information(), number)
        said = next((s for s in heard.sounds if s.sound == "special_information"), None)
        trials.add("special information", None if said is None else said.time)
        for sound, frequency, length in (
            ("fax", 1100.0, 0.5),
            ("fax", 2100.0, 3.0),
            ("beep", 1000.0, 0.5),
        ):
            number += 1
            heard = _hear(sines((frequency,), length), number)
            said = next((s for s in heard.sounds if s.sound == sound), None)
            trials.add(f"{sound} {frequency:.0f} Hz", None if said is None else said.time)
        for length in (0.06, 0.1, 0.2):
            rng = np.random.default_rng([seed, turn, int(length * 100)])
            digits = list(rng.permutation(list(KEYS)))
            gap = np.zeros(int(0.1 * RATE), np.float32)
            twist = float(rng.uniform(-6, 3))
            sound_of_all = np.concatenate(
                [np.concatenate([key(d, length, twist), gap]) for d in digits]
            )
            number += 1
            heard = _hear(sound_of_all, number)
            heard_digits = [s.digit for s in heard.sounds if s.sound == "dtmf"]
            for digit in digits:
                found = digit in heard_digits
                trials.add(f"key of {1000 * length:.0f} ms", 0.0 if found else None, digit)
    return trials
