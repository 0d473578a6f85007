"""Levels of speech and what equipment does to them: gain, automatic gain control, clipping.

Levels are dBFS: 0 dB is a full-scale square wave, so a full-scale sine has −3 dB.
"""

import numpy as np
from numpy.typing import NDArray

RATE = 8000
type Samples = NDArray[np.float32]

#: Frames of 20 ms.
FRAME = RATE // 50
#: A frame is active when it is within this of the loud frames, dB; the margin of ITU-T P.56.
ACTIVE_MARGIN = 15.9


def frame_levels(samples: Samples) -> NDArray[np.float64]:
    """RMS level of each whole 20 ms frame, dBFS, not below −100."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    return np.asarray(10 * np.log10(np.maximum((frames**2).mean(axis=1), 1e-10)), np.float64)


def active_level(samples: Samples) -> float:
    """Mean level of the active frames, dBFS; a simple form of the active speech level of ITU-T P.56.

    Active are the frames within 15.9 dB of the 95th percentile. −100 for silence or less than a frame.
    """
    levels = frame_levels(samples)
    if not len(levels):
        return -100.0
    levels = levels[levels > -75]
    if not len(levels):
        return -100.0
    active = levels[levels > np.percentile(levels, 95) - ACTIVE_MARGIN]
    return float(10 * np.log10(np.mean(10 ** (active / 10))))


def set_level(samples: Samples, level: float) -> Samples:
    """Scale so that the active level is `level` dBFS; silence stays as it is."""
    found = active_level(samples)
    if found <= -75:
        return samples
    return (samples * 10 ** ((level - found) / 20)).astype(np.float32)


def agc(samples: Samples, *, target: float, most: float, attack: float, release: float) -> Samples:
    """Feedforward automatic gain control by 20 ms frames, gain linear between frames.

    `target` dBFS, `most` the largest gain or attenuation in dB, `attack` and `release` in dB per second for falling
    and rising gain. Frames under −55 dBFS leave the gain alone, as a noise gate in such circuits does.
    """
    levels = frame_levels(samples)
    if not len(levels):
        return samples
    gains = np.empty(len(levels))
    gain = 0.0
    fall, rise = attack / 50, release / 50
    for number, level in enumerate(levels):
        if level > -55:
            wanted = min(max(target - level, -most), most)
            gain += min(max(wanted - gain, -fall), rise)
        gains[number] = gain
    where = np.arange(len(samples)) / FRAME - 0.5
    curve = np.interp(where, np.arange(len(gains)), gains)
    return (samples * 10 ** (curve / 20)).astype(np.float32)


def clip(samples: Samples, *, drive: float, ceiling: float, soft: bool) -> Samples:
    """Amplify by `drive` dB into a ceiling (dBFS of the peak), hard or like tanh."""
    top = 10 ** (ceiling / 20)
    driven = samples * 10 ** (drive / 20)
    limited = top * np.tanh(driven / top) if soft else np.clip(driven, -top, top)
    return np.asarray(limited, np.float32)
