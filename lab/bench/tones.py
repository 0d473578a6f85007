"""Recognition of network tones and keys through random channels, one tone at a time."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lab.bench import intervals
from lab.bench.ears import PACKET, listening, note, vocabulary
from lab.bench.events import Heard
from lab.channel import carry, draw_line, to_int16
from lab.channel.level import set_level
from lab.corpus import RATE
from lab.synth.tones import KEYS, TONES, Tone, cadenced, information, key, sines

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
            delay = (
                ""
                if kind.startswith("key") or not right
                else f", median after {np.median(self.delays[kind]):.2f} s"
            )
            missed = ", ".join(sorted(set(self.wrong.get(kind, ()))))[:70]
            out.append(
                f"  {kind:<22}{100 * right / number:6.1f} % of {number:<4} ({100 * low:.0f}–{100 * high:.0f} %)"
                + delay
                + (f"   missed: {missed}" if missed else "")
            )
        return out

    def figures(self) -> dict[str, object]:
        """The same as plain values."""
        return {
            kind: {"presented": n, "right": self.right.get(kind, 0)}
            for kind, n in self.presented.items()
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """One tone through one line into new ears."""

    heard: Heard
    #: When the tone began, s.
    lead: float

    def delay(self, kinds: frozenset[str]) -> float | None:
        """From the begin of the tone until one of the kinds was said, s; None when never."""
        said = next((s.time for s in self.heard.sounds if s.sound in kinds), None)
        return None if said is None else said - self.lead

    def instead(self) -> str:
        """What was said, for errors."""
        return (
            "/".join(sorted({s.sound for s in self.heard.sounds} - {"silence", "noise"}))
            or "nothing"
        )


def _try(samples: NDArray[np.float32], seed: int) -> Trial:
    """Through a random line into new ears."""
    rng = np.random.default_rng([seed, 31])
    line = draw_line(rng)
    lead = np.zeros(int(rng.uniform(0.3, 1.0) * RATE), np.float32)
    level = float(rng.uniform(-27, -12))
    tail = np.zeros(RATE // 2, np.float32)
    sound, _ = carry(np.concatenate([lead, set_level(samples, level), tail]), line, rng)
    ears = listening.Listener(RATE, phase=vocabulary.Phase.UNKNOWN)
    heard = Heard()
    pcm = to_int16(sound)
    for start in range(0, len(pcm), PACKET):
        for event in ears.hear(pcm[start : start + PACKET]):
            note(heard, event)
    for event in ears.close():
        note(heard, event)
    return Trial(heard, len(lead) / RATE)


def alike(tone: Tone) -> frozenset[str]:
    """The kinds in which any country uses this very tone: Spain's busy is Italy's congestion."""
    return frozenset(
        kind
        for kind, countries in TONES.items()
        if any(other == tone for other in countries.values())
    )


def measure(seed: int, rounds: int = 4) -> Trials:
    """Every tone of every country and every key, `rounds` times, each over another line."""
    trials = Trials()
    pause = np.zeros(3 * RATE, np.float32)
    calling = sines((1100.0,), 0.5)  # fax CNG: 0.5 s every 3.5 s (ITU-T T.30)
    single = {
        "special_information": information(),
        "fax 1100 Hz": np.concatenate([calling, pause, calling]),
        "fax 2100 Hz": sines((2100.0,), 3.0),  # CED
        "beep 1000 Hz": sines((1000.0,), 0.5),
    }
    for turn in range(rounds):
        number = seed + 1000 * turn
        for kind, countries in TONES.items():
            for country, tone in countries.items():
                number += 1
                trial = _try(cadenced(tone, _SECONDS), number)
                trials.add(kind, trial.delay(alike(tone)), f"{country} ({trial.instead()})")
        for name, sound in single.items():
            number += 1
            trial = _try(sound, number)
            trials.add(name, trial.delay(frozenset({name.partition(" ")[0]})), trial.instead())
        for length in (0.06, 0.1, 0.2):
            rng = np.random.default_rng([seed, turn, int(length * 100)])
            digits = [str(digit) for digit in rng.permutation(list(KEYS))]
            gap = np.zeros(int(0.1 * RATE), np.float32)
            # the high tone up to 4 dB over the low one, or up to 8 dB under it (ITU-T Q.24, annex)
            twist = float(rng.uniform(-8, 4))
            number += 1
            trial = _try(
                np.concatenate([part for d in digits for part in (key(d, length, twist), gap)]),
                number,
            )
            found = [s.digit for s in trial.heard.sounds if s.sound == "dtmf"]
            for digit in digits:
                trials.add(f"key of {1000 * length:.0f} ms", 0.0 if digit in found else None, digit)
    return trials
