"""Musical instruments at 8 kHz: one note each, float32, peak near 1."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

RATE = 8000
type Samples = NDArray[np.float32]
type Instrument = Callable[[np.random.Generator, float, float], Samples]


def _clock(seconds: float) -> NDArray[np.float64]:
    return np.arange(max(1, int(seconds * RATE))) / RATE


def _edges(count: int, attack: float, release: float) -> NDArray[np.float64]:
    """Return a gain that rises over `attack` s and falls over `release` s."""
    time = np.arange(count) / RATE
    rising, falling = time / max(attack, 1e-3), (time[-1] - time) / max(release, 1e-3)
    return np.asarray(np.clip(np.minimum(rising, falling), 0, 1))


def _harmonics(
    frequency: NDArray[np.float64] | float, gains: NDArray[np.float64], seconds: float
) -> NDArray[np.float64]:
    """Sum sine waves at multiples of a frequency that may change, as far as they stay below 3.8 kHz."""
    time = _clock(seconds)
    track = np.broadcast_to(np.asarray(frequency, np.float64), time.shape)
    phase = 2 * np.pi * np.cumsum(track) / RATE
    out = np.zeros_like(time)
    for number, gain in enumerate(gains, 1):
        if number * float(track.max()) < 3800:
            out += gain * np.sin(number * phase)
    return out


def _vibrato(
    rng: np.random.Generator, frequency: float, seconds: float, depth: float
) -> NDArray[np.float64]:
    """Return a pitch track with vibrato that sets in after a while; `depth` in semitones."""
    time = _clock(seconds)
    swing = np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * time + rng.uniform(0, 6)) * np.clip(
        time / 0.3, 0, 1
    )
    return frequency * 2 ** (depth * swing / 12)


def plucked(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """Karplus and Strong's plucked string: guitar, harp, pizzicato."""
    period = max(2, round(RATE / frequency))
    burst = np.zeros(len(_clock(seconds)))
    length = min(period, len(burst))
    burst[:length] = lfilter([1], [1, -rng.uniform(0, 0.7)], rng.standard_normal(length))
    loop = np.zeros(period + 2)
    damping = rng.uniform(0.985, 0.998)
    blend = rng.uniform(0.5, 0.9)
    loop[0], loop[period], loop[period + 1] = 1, -damping * blend, -damping * (1 - blend)
    out = lfilter([1], loop, burst)
    out *= _edges(len(out), 0.001, 0.03)
    return np.asarray(out / (np.max(np.abs(out)) + 1e-9), np.float32)


def struck(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """A piano-like sound: harmonics that fade the faster the higher they are."""
    time = _clock(seconds)
    out = np.zeros_like(time)
    stretch, fade = rng.uniform(0, 5e-4), rng.uniform(0.5, 2.5)
    slope = rng.uniform(0.8, 1.8)
    for number in range(1, 16):
        high = frequency * number * np.sqrt(1 + stretch * number**2)
        if high > 3800:
            break
        out += (
            number**-slope
            * np.exp(-time * fade * (1 + 0.35 * number))
            * np.sin(2 * np.pi * high * time + rng.uniform(0, 6))
        )
    return (out * _edges(len(out), 0.004, 0.05) * 0.5).astype(np.float32)


def modulated(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """Frequency modulation: electric piano, bell, marimba, synthesiser bass."""
    time = _clock(seconds)
    ratio = float(rng.choice([0.5, 1, 1, 2, 3, 3.5, 5]))
    depth = rng.uniform(0.5, 4) * np.exp(-time * rng.uniform(1, 8))
    out = np.sin(
        2 * np.pi * frequency * time + depth * np.sin(2 * np.pi * frequency * ratio * time)
    )
    fade = np.exp(-time * rng.uniform(0.5, 4)) * _edges(len(out), 0.003, 0.05)
    return np.asarray(out * fade, np.float32)


def bowed(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """A string section or one violin: saw-like, vibrato, slow attack."""
    players = int(rng.integers(1, 5))
    gains = 1 / np.arange(1, 24) ** rng.uniform(0.9, 1.5)
    out = np.zeros(len(_clock(seconds)))
    for _ in range(players):
        track = _vibrato(
            rng, frequency * 2 ** rng.normal(0, 0.006), seconds, rng.uniform(0.05, 0.5)
        )
        out += _harmonics(track, gains * rng.uniform(0.6, 1.4, len(gains)), seconds)
    return (out / players * 0.5 * _edges(len(out), rng.uniform(0.03, 0.25), 0.1)).astype(np.float32)


def blown(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """A flute, clarinet, saxophone or brass: few or odd harmonics, breath noise, a scoop into the note."""
    time = _clock(seconds)
    gains = 1 / np.arange(1, 14) ** rng.uniform(0.6, 2.2)
    if rng.random() < 0.3:
        gains[1::2] *= 0.1
    peak = rng.uniform(500, 1800)
    gains *= (
        np.exp(-0.5 * ((np.arange(1, 14) * frequency - peak) / rng.uniform(400, 1500)) ** 2) + 0.1
    )
    track = _vibrato(rng, frequency, seconds, rng.uniform(0.05, 0.6)) * 2 ** (
        -rng.uniform(0, 1.5) / 12 * np.exp(-time / 0.05)
    )
    out = _harmonics(track, gains, seconds)
    out += rng.uniform(0, 0.05) * rng.standard_normal(len(out))
    return (out * 0.6 * _edges(len(out), rng.uniform(0.02, 0.08), 0.06)).astype(np.float32)


def pad(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """A slow synthesiser chord voice: detuned, soft."""
    gains = 1 / np.arange(1, 12) ** rng.uniform(1.2, 2.5)
    out = sum(_harmonics(frequency * 2 ** rng.normal(0, 0.004), gains, seconds) for _ in range(3))
    out = np.asarray(out) * (1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.1, 5) * _clock(seconds)))
    return (out / 3 * 0.6 * _edges(len(out), rng.uniform(0.1, 0.5), 0.3)).astype(np.float32)


def organ(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """Drawbars: a fixed mix of octaves and fifths, sudden on and off."""
    out = _harmonics(
        frequency, rng.random(8) * np.array([1, 1, 0.7, 0.7, 0.3, 0.4, 0.2, 0.3]), seconds
    )
    return (out * 0.4 * _edges(len(out), 0.01, 0.02)).astype(np.float32)


def pulse(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """A pulse wave as in old games and ringtones."""
    width = float(rng.choice([0.125, 0.25, 0.5]))
    numbers = np.arange(1, 40)
    out = _harmonics(frequency, np.sin(np.pi * numbers * width) / numbers, seconds)
    fade = np.exp(-_clock(seconds) * rng.uniform(0, 3)) * _edges(len(out), 0.002, 0.01)
    return np.asarray(out * 0.6 * fade, np.float32)


def choir(rng: np.random.Generator, frequency: float, seconds: float) -> Samples:
    """Voices on a vowel, no words."""
    numbers = np.arange(1, 24)
    vowel = [(700, 1150), (400, 2000), (350, 800), (550, 1750)][int(rng.integers(4))]
    at = numbers * frequency
    gains = np.full(len(numbers), 0.05)
    for peak in vowel:
        gains += np.exp(-0.5 * ((at - peak) / 130) ** 2)
    out = np.zeros(len(_clock(seconds)))
    for _ in range(int(rng.integers(1, 4))):
        track = _vibrato(rng, frequency * 2 ** rng.normal(0, 0.008), seconds, 0.3)
        out += _harmonics(track, gains / numbers**0.3, seconds)
    return (out * 0.3 * _edges(len(_clock(seconds)), 0.12, 0.15)).astype(np.float32)


#: Everything that can play a melody or a chord.
INSTRUMENTS: tuple[Instrument, ...] = (
    plucked,
    struck,
    modulated,
    bowed,
    blown,
    pad,
    organ,
    pulse,
    choir,
)


def drum(rng: np.random.Generator, kind: str) -> Samples:
    """One stroke: `kick`, `snare`, `hat` or `shaker`."""
    if kind == "kick":
        time = _clock(0.25)
        return np.asarray(
            np.sin(2 * np.pi * (50 * time + 8 * (1 - np.exp(-time * 30)))) * np.exp(-time * 14),
            np.float32,
        )
    time = _clock({"snare": 0.2, "hat": 0.06}.get(kind, 0.1))
    noise = rng.standard_normal(len(time))
    if kind == "snare":
        out = (
            noise * np.exp(-time * 22) * 0.5
            + np.sin(2 * np.pi * 190 * time) * np.exp(-time * 25) * 0.5
        )
    elif kind == "hat":
        out = lfilter([1, -0.95], [1], noise) * np.exp(-time * 70) * 0.4
    else:
        out = lfilter([1, -0.9], [1], noise) * np.sin(np.pi * time / time[-1]) ** 2 * 0.2
    return np.asarray(out, np.float32)
