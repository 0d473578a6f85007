"""What a line adds by itself: noise, hum, an offset, and comfort noise where the far end stops sending."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from lab.channel.level import FRAME, active_level, frame_levels

RATE = 8000
type Samples = NDArray[np.float32]


def coloured(rng: np.random.Generator, count: int, pole: float) -> Samples:
    """Noise of unit RMS through one pole: 0 is white, towards 1 it darkens."""
    noise = lfilter([np.sqrt(1 - pole * pole)], [1.0, -pole], rng.standard_normal(count))
    return np.asarray(noise, np.float32)


def add_noise(samples: Samples, rng: np.random.Generator, *, level: float, pole: float) -> Samples:
    """Add steady noise at `level` dBFS."""
    return (samples + coloured(rng, len(samples), pole) * np.float32(10 ** (level / 20))).astype(
        np.float32
    )


def add_hum(samples: Samples, *, level: float, mains: float, phase: float) -> Samples:
    """Add mains hum (50 or 60 Hz with odd harmonics, of which the line lets the higher pass) at `level` dBFS."""
    time = np.arange(len(samples)) / RATE
    hum = sum(np.sin(2 * np.pi * mains * k * time + phase * k) / k for k in (1, 3, 5, 7))
    return (samples + hum * 10 ** (level / 20)).astype(np.float32)


def comfort_noise(
    samples: Samples, rng: np.random.Generator, *, level: float, hang: float, exact_zero: bool
) -> Samples:
    """Discontinuous transmission: pauses longer than `hang` s become noise at `level` dBFS, or exact zero.

    A pause is a run of 20 ms frames more than 30 dB under the active level.
    """
    levels = frame_levels(samples)
    if not len(levels):
        return samples
    quiet = levels < active_level(samples) - 30
    out = samples.copy()
    noise = (
        np.zeros(len(samples), np.float32)
        if exact_zero
        else coloured(rng, len(samples), 0.5) * np.float32(10 ** (level / 20))
    )
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    wait = int(hang * 50)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start > wait:
            part = slice((start + wait) * FRAME, end * FRAME)
            out[part] = noise[part]
    return out
