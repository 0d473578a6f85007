"""Single notes of instruments at 8 kHz: additive, FM and plucked-string synthesis.

Each function takes the fundamental in Hz, the length in s and a generator for the small differences between
notes, and returns float32 of about unit peak. Nothing above 3.8 kHz is made: the line would alias it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

RATE = 8000
type Samples = NDArray[np.float32]
type Instrument = Callable[[float, float, np.random.Generator], Samples]

_TOP = 3800.0


def _time(length: float) -> NDArray[np.float64]:
    return np.arange(max(int(length * RATE), 16)) / RATE


def _envelope(time: NDArray[np.float64], attack: float, release: float) -> NDArray[np.float64]:
    """Linear attack and release, s, flat between."""
    end = time[-1] + 1 / RATE
    return np.asarray(
        np.clip(np.minimum(time / max(attack, 1e-3), (end - time) / max(release, 1e-3)), 0, 1),
        np.float64,
    )


def _finish(samples: NDArray[np.float64]) -> Samples:
    peak = float(np.max(np.abs(samples), initial=1e-9))
    return np.asarray(samples / peak, np.float32)


def _harmonics(
    phase: NDArray[np.float64], pitch: float, weights: Callable[[int], float], most: int = 24
) -> NDArray[np.float64]:
    """Sum of harmonics of a phase track (radians of the fundamental)."""
    total = np.zeros(len(phase))
    for k in range(1, most + 1):
        if k * pitch > _TOP:
            break
        total += weights(k) * np.sin(k * phase)
    return total


def _vibrato(
    time: NDArray[np.float64],
    pitch: float,
    rng: np.random.Generator,
    depth: float,
    onset: float = 0.25,
) -> NDArray[np.float64]:
    """Phase of a tone whose pitch swings by `depth` semitones at 4.5–6.5 Hz after `onset` s."""
    rate = rng.uniform(4.5, 6.5)
    swing = (
        depth
        * np.clip(time / max(onset, 0.01) - 1, 0, 1)
        * np.sin(2 * np.pi * rate * time + rng.uniform(0, 6))
    )
    return np.asarray(2 * np.pi * np.cumsum(pitch * 2 ** (swing / 12)) / RATE, np.float64)


def piano(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Struck string: stretched partials, the higher the faster they die."""
    time = _time(length + 0.3)
    total = np.zeros(len(time))
    for k in range(1, 18):
        partial = k * pitch * np.sqrt(1 + 0.0004 * k * k)
        if partial > _TOP:
            break
        decay = 2.5 * (220 / pitch) ** 0.5 / (1 + 0.35 * k)
        total += (
            np.sin(2 * np.pi * partial * time + rng.uniform(0, 6)) * np.exp(-time / decay) / k**1.15
        )
    return _finish(total * _envelope(time, 0.004, 0.25))


def strings(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Section of bowed strings: three detuned sawtooth voices with slow attack."""
    time = _time(length + 0.2)
    total = np.zeros(len(time))
    for cents in rng.normal(0, 7, 3):
        phase = _vibrato(time, pitch * 2 ** (cents / 1200), rng, 0.18)
        total += _harmonics(phase, pitch, lambda k: 1 / k**1.1)
    return _finish(total * _envelope(time, rng.uniform(0.05, 0.3), 0.25))


def violin(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """One bowed string with wide vibrato."""
    time = _time(length)
    phase = _vibrato(time, pitch, rng, rng.uniform(0.2, 0.5))
    return _finish(
        _harmonics(phase, pitch, lambda k: (1 if k % 2 else 0.7) / k) * _envelope(time, 0.06, 0.08)
    )


def guitar(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Plucked string after Karplus and Strong: noise in a loop with an averaging filter."""
    count = int((length + 0.5) * RATE)
    period = max(round(RATE / pitch), 4)
    excitation = np.zeros(count)
    excitation[:period] = lfilter([0.6, 0.4], [1.0], rng.uniform(-1, 1, period))
    feedback = np.zeros(period + 2)
    feedback[0], feedback[period], feedback[period + 1] = 1.0, -0.498 * 0.998, -0.498
    out = lfilter([1.0], feedback, excitation)
    return _finish(out * _envelope(np.arange(count) / RATE, 0.001, 0.15))


def electric_piano(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Two-operator frequency modulation with a decaying index and a tine."""
    time = _time(length + 0.2)
    index = rng.uniform(0.8, 2.0) * np.exp(-time * 3)
    tine = 0.15 * np.exp(-time * 9) * np.sin(2 * np.pi * min(pitch * 7, _TOP) * time)
    body = np.sin(2 * np.pi * pitch * time + index * np.sin(2 * np.pi * pitch * time))
    tremolo = 1 + 0.2 * np.sin(2 * np.pi * 5 * time)
    return _finish((body * np.exp(-time * 1.2) + tine) * tremolo * _envelope(time, 0.003, 0.2))


def brass(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Lip reed: the louder the brighter, vibrato late in the note."""
    time = _time(length)
    loud = _envelope(time, 0.06, 0.08)
    phase = _vibrato(time, pitch, rng, rng.uniform(0.0, 0.3), 0.4)
    dark, bright = (
        _harmonics(phase, pitch, lambda k: 1 / k**2),
        _harmonics(phase, pitch, lambda k: 1 / k**0.7),
    )
    return _finish((dark * (1 - loud) + bright * loud) * loud)


def flute(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Few harmonics, breath noise and vibrato."""
    time = _time(length)
    phase = _vibrato(time, pitch, rng, rng.uniform(0.1, 0.4), 0.2)
    breath = lfilter([1, -0.6], [1], rng.normal(0, 0.03, len(time)))
    return _finish(
        (_harmonics(phase, pitch, lambda k: (1, 0.5, 0.25, 0.08)[k - 1], 4) + breath)
        * _envelope(time, 0.05, 0.07)
    )


def reed(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Clarinet and saxophone: odd harmonics first, scoops into the note."""
    time = _time(length)
    scoop = pitch * 2 ** (-rng.uniform(0, 1.2) * np.exp(-time * 25) / 12)
    phase = 2 * np.pi * np.cumsum(scoop) / RATE + 0.1 * np.sin(2 * np.pi * 5.3 * time)
    even = rng.uniform(0.1, 0.9)
    return _finish(
        _harmonics(phase, pitch, lambda k: (1 if k % 2 else even) / k**0.9)
        * _envelope(time, 0.03, 0.07)
    )


def organ(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Drawbars with a slow rotor."""
    time = _time(length)
    bars = rng.uniform(0.1, 1.0, 8)
    rotor = 1 + 0.25 * np.sin(2 * np.pi * rng.uniform(0.8, 6.5) * time)
    return _finish(
        _harmonics(2 * np.pi * pitch * time, pitch, lambda k: float(bars[k - 1]), 8)
        * rotor
        * _envelope(time, 0.015, 0.03)
    )


def bell(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Music box, celesta, vibraphone: bar modes that ring."""
    time = _time(length + 0.8)
    total = np.zeros(len(time))
    for ratio, weight, decay in ((1, 1, 1.4), (2.76, 0.5, 0.4), (4.0, 0.3, 0.6), (5.4, 0.25, 0.2)):
        if ratio * pitch < _TOP:
            total += (
                weight
                * np.sin(2 * np.pi * ratio * pitch * time + rng.uniform(0, 6))
                * np.exp(-time / decay)
            )
    return _finish(total * _envelope(time, 0.002, 0.3))


def chip(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Pulse wave of an old sound chip."""
    time = _time(length)
    duty = rng.choice([0.125, 0.25, 0.5])
    total = _harmonics(
        2 * np.pi * pitch * time, pitch, lambda k: float(np.sin(np.pi * k * duty)) / k, 40
    )
    return _finish(total * np.exp(-time * rng.uniform(0, 4)) * _envelope(time, 0.002, 0.01))


def synth(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Two detuned sawtooth waves through a falling filter."""
    time = _time(length)
    total = sum(
        _harmonics(2 * np.pi * pitch * 2 ** (c / 1200) * time, pitch, lambda k: 1 / k)
        for c in (-8, 8)
    )
    pole = rng.uniform(0.2, 0.7)
    return _finish(
        lfilter([1 - pole], [1, -pole], np.asarray(total))
        * np.exp(-time * rng.uniform(0, 3))
        * _envelope(time, 0.005, 0.04)
    )


def whistle(pitch: float, length: float, rng: np.random.Generator) -> Samples:
    """Nearly a sine: whistling, theremin, ocarina; what tone detectors must not believe."""
    time = _time(length)
    phase = _vibrato(time, pitch, rng, rng.uniform(0.0, 0.3), 0.15)
    return _finish((np.sin(phase) + 0.03 * np.sin(2 * phase)) * _envelope(time, 0.03, 0.04))


#: What can play a melody, chords, an arpeggio and the bass.
LEADS: dict[str, Instrument] = {
    "piano": piano, "violin": violin, "guitar": guitar, "electric_piano": electric_piano, "brass": brass, "flute": flute,
    "reed": reed, "organ": organ, "bell": bell, "chip": chip, "synth": synth, "whistle": whistle,
}  # fmt: skip
CHORDS: dict[str, Instrument] = {
    "piano": piano, "strings": strings, "guitar": guitar, "electric_piano": electric_piano, "organ": organ, "synth": synth,
}  # fmt: skip
PLUCKS: dict[str, Instrument] = {
    "piano": piano, "guitar": guitar, "electric_piano": electric_piano, "bell": bell, "chip": chip, "synth": synth,
}  # fmt: skip


def drum(kind: str, rng: np.random.Generator) -> Samples:
    """One stroke of `kick`, `snare`, `hat`, `clap`, `shaker` or `tom`."""
    time = _time(
        {"kick": 0.25, "snare": 0.22, "hat": 0.08, "clap": 0.18, "shaker": 0.1, "tom": 0.3}[kind]
    )
    noise = rng.normal(0, 1, len(time))
    if kind == "kick":
        return _finish(
            np.sin(2 * np.pi * (50 * time + 12 * (1 - np.exp(-time * 30)))) * np.exp(-time * 14)
        )
    if kind == "tom":
        return _finish(
            np.sin(2 * np.pi * (120 * time + 6 * (1 - np.exp(-time * 20)))) * np.exp(-time * 10)
        )
    if kind == "snare":
        return _finish((noise * 0.7 + np.sin(2 * np.pi * 190 * time)) * np.exp(-time * 20))
    if kind == "clap":
        bursts = sum(
            np.exp(-np.maximum(time - at, 0) * 60) * (time >= at) for at in (0, 0.012, 0.025)
        )
        return _finish(lfilter([1, -0.9], [1, -0.4], noise) * bursts)
    bright = lfilter([1, -1.6, 0.8], [1], noise)
    return _finish(
        bright * (np.exp(-time * 60) if kind == "hat" else np.sin(np.pi * time / time[-1]) ** 2)
    )
