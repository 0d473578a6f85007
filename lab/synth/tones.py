"""Tones of exchanges and keys, for truth in tests and benchmarks: frequencies and cadences by country.

Values after ITU-T E.180 supplement 2 ("Various tones used in national networks") and Q.23 for the keys. Written apart from
the ears' own table on purpose: a wrong entry in one of them shows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 8000
type Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tone:
    """Frequencies sounding together, Hz, and the cadence: on, off, on, off … in s (empty: steady)."""

    frequencies: tuple[float, ...]
    cadence: tuple[float, ...] = ()


#: kind → country → tone.
TONES: dict[str, dict[str, Tone]] = {
    "ringback": {
        "us": Tone((440, 480), (2, 4)),
        "gb": Tone((400, 450), (0.4, 0.2, 0.4, 2)),
        "de": Tone((425,), (1, 4)),
        "fr": Tone((440,), (1.5, 3.5)),
        "it": Tone((425,), (1, 4)),
        "es": Tone((425,), (1.5, 3)),
        "nl": Tone((425,), (1, 4)),
        "au": Tone((400, 450), (0.4, 0.2, 0.4, 2)),
        "jp": Tone((400,), (1, 2)),
        "br": Tone((425,), (1, 4)),
    },
    "busy": {
        "us": Tone((480, 620), (0.5, 0.5)),
        "gb": Tone((400,), (0.375, 0.375)),
        "de": Tone((425,), (0.48, 0.48)),
        "fr": Tone((440,), (0.5, 0.5)),
        "it": Tone((425,), (0.5, 0.5)),
        "es": Tone((425,), (0.2, 0.2)),
        "jp": Tone((400,), (0.5, 0.5)),
    },
    "congestion": {
        "us": Tone((480, 620), (0.25, 0.25)),
        "de": Tone((425,), (0.24, 0.24)),
        "gb": Tone((400,), (0.4, 0.35, 0.225, 0.525)),
        "it": Tone((425,), (0.2, 0.2)),
    },
}
#: Keypad: low and high frequency of each key, Hz (ITU-T Q.23).
KEYS = {
    key: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1209, 1336, 1477, 1633), row, strict=True)
}
#: Special information tone: three tones of 330 ms each, Hz (ITU-T E.180).
INFORMATION = (950.0, 1400.0, 1800.0)


def sines(frequencies: tuple[float, ...], seconds: float, fade: float = 0.004) -> Samples:
    """Sines together, peak 0.5, with short ramps."""
    time = np.arange(int(seconds * RATE)) / RATE
    total = (
        sum((np.sin(2 * np.pi * f * time) for f in frequencies), np.zeros(len(time)))
        * 0.5
        / max(len(frequencies), 1)
    )
    edge = min(int(fade * RATE), len(time) // 2)
    if edge:
        ramp = np.linspace(0, 1, edge)
        total[:edge] *= ramp
        total[-edge:] *= ramp[::-1]
    return np.asarray(total, np.float32)


def cadenced(tone: Tone, seconds: float) -> Samples:
    """A tone with its cadence for a time, beginning with a burst."""
    if not tone.cadence:
        return sines(tone.frequencies, seconds)
    parts, made, number = [], 0.0, 0
    while made < seconds:
        length = tone.cadence[number % len(tone.cadence)]
        parts.append(
            sines(tone.frequencies, length)
            if number % 2 == 0
            else np.zeros(int(length * RATE), np.float32)
        )
        made += length
        number += 1
    return np.concatenate(parts)[: int(seconds * RATE)]


def information() -> Samples:
    """The three rising tones before "the number you have dialled …", 30 ms apart at most."""
    return np.concatenate([sines((f,), 0.33) for f in INFORMATION])


def key(digit: str, seconds: float = 0.1, twist: float = 0.0) -> Samples:
    """One key press; `twist` is how much stronger the high tone is, dB."""
    low, high = KEYS[digit]
    mix = sines((low,), seconds) + sines((high,), seconds) * np.float32(10 ** (twist / 20))
    return np.asarray(mix * 0.5, np.float32)


def queue_beep(rng: np.random.Generator) -> Samples:
    """A beep that queues play between announcements or to the agent: 400–1400 Hz, 0.15–0.6 s."""
    return sines((float(rng.uniform(400, 1400)),), float(rng.uniform(0.15, 0.6)), 0.01)
