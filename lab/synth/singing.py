"""Songs with words: speech resynthesised on a melody by linear prediction, over an accompaniment.

Real songs with a free licence are few. A vocoder keeps the words, the voice's formants and the consonants, but sings on
the notes of a scale with glides and vibrato.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from lab.channel.level import set_level
from lab.synth.music import music

RATE = 8000
type Samples = NDArray[np.float32]

_HOP = 80
_WINDOW = 240
_ORDER = 12


def song(seed: int, seconds: float, speech: Samples) -> Samples:
    """A song of at least `seconds`: `speech` sung over music made by the same seed; peak 0.7."""
    rng = np.random.default_rng([seed, 78])
    styles = ("ballad", "fingerpicking", "lounge", "corporate", "rock", "dance", "chamber", "hymn")
    backing = music(seed, seconds, str(rng.choice(styles)))
    voice = np.zeros(len(backing), np.float32)
    at = int(rng.uniform(0.5, 6) * RATE)
    position = 0
    while at < len(voice) - RATE and len(speech) > RATE:
        length = int(rng.uniform(1.5, 5) * RATE)
        if position + length > len(speech):
            position = 0
        line = sing(speech[position : position + length], rng)
        position += length
        part = line[: len(voice) - at]
        voice[at : at + len(part)] = part
        at += len(part) + int(rng.uniform(0.2, 3) * RATE)
    level = float(rng.uniform(-20, -16))
    mix = set_level(voice, level) + set_level(backing, level - float(rng.uniform(0, 10)))
    return np.asarray(mix * (0.7 / max(float(np.max(np.abs(mix))), 1e-6)), np.float32)


def sing(speech: Samples, rng: np.random.Generator) -> Samples:
    """One line: 1.2 to 2.5 times as long as the speech, on notes of a scale; float32, active level −20 dBFS."""
    stretch = float(rng.uniform(1.2, 2.5))
    frames = max((len(speech) - _WINDOW) // _HOP, 0)
    if frames < 10:
        return np.zeros(0, np.float32)
    window = np.hanning(_WINDOW)
    cut = (
        np.lib.stride_tricks.sliding_window_view(speech.astype(np.float64), _WINDOW)[::_HOP][
            :frames
        ]
        * window
    )
    spectrum = np.abs(np.fft.rfft(cut, 512)) ** 2
    lags = np.fft.irfft(spectrum)[:, : _WINDOW // 2]
    energy = np.maximum(lags[:, 0], 1e-9)
    # voiced frames correlate with themselves one pitch period (60–320 Hz) later
    voiced = (lags[:, 25:].max(axis=1) / energy > 0.3) & (energy > np.percentile(energy, 90) * 1e-3)
    count = int(frames * stretch)
    phase = np.cumsum(2 * np.pi * _melody(count, rng) / RATE)
    pulses = _buzz(phase)
    noise = rng.standard_normal(count * _HOP)
    out = np.zeros(count * _HOP)
    state = np.zeros(_ORDER)
    for number in range(count):
        source = min(int(number / stretch), frames - 1)
        row = lags[source, : _ORDER + 1].copy()
        row[0] = row[0] * 1.001 + 1e-9
        predictor = solve_toeplitz(row[:-1], row[1:])
        residual = max(row[0] - float(predictor @ row[1:]), 1e-12)
        part = slice(number * _HOP, (number + 1) * _HOP)
        excitation = pulses[part] if voiced[source] else noise[part] * 0.5
        out[part], state = lfilter(
            [np.sqrt(residual)], np.concatenate([[1.0], -predictor]), excitation, zi=state
        )
    return set_level(np.asarray(np.nan_to_num(out), np.float32), -20)


def _melody(frames: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Pitch per sample, Hz: notes of 0.15–1.2 s on a scale, gliding, with vibrato on the long ones."""
    count = frames * _HOP
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16])
    base = float(rng.uniform(100, 330))
    notes = np.empty(count)
    at, degree = 0, int(rng.integers(0, 6))
    while at < count:
        length = int(rng.uniform(0.15, 1.2) * RATE)
        notes[at : at + length] = scale[degree]
        degree = int(np.clip(degree + rng.integers(-3, 4), 0, len(scale) - 1))
        at += length
    pole = float(np.exp(-1 / (RATE * rng.uniform(0.015, 0.06))))
    glide = lfilter([1 - pole], [1, -pole], notes, zi=[notes[0] * pole])[0]
    vibrato = rng.uniform(0, 0.45) * np.sin(
        2 * np.pi * rng.uniform(4.8, 6.2) * np.arange(count) / RATE
    )
    return np.asarray(base * 2 ** ((glide + vibrato) / 12), np.float64)


def _buzz(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    """A pulse once per turn of the phase, unit energy per sample on average."""
    turns = np.floor(phase / (2 * np.pi))
    pulses = np.diff(turns, prepend=turns[0])
    return np.asarray(pulses * np.sqrt(len(pulses) / max(pulses.sum(), 1.0)), np.float64)
