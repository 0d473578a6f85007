"""Band limits of handsets, exchanges and codecs: filters of several shapes."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, ellip, firwin2, oaconvolve, sosfilt

RATE = 8000
type Samples = NDArray[np.float32]


class Shape(StrEnum):
    """How a band is limited."""

    NONE = "none"
    BUTTERWORTH = "butterworth"  # analogue line cards: gentle
    ELLIPTIC = "elliptic"  # PCM filters of ITU-T G.712: steep
    CURVE = "curve"  # handsets: an uneven response


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band limit."""

    shape: Shape
    #: Edges, Hz.
    low: float
    high: float
    order: int = 4
    #: Gains in dB at 300, 600, 1000, 1700, 2500, 3400 Hz for `Shape.CURVE`.
    curve: tuple[float, ...] = (0.0,) * 6


def draw(rng: np.random.Generator) -> Band:
    """A random band around the telephone's 300–3400 Hz."""
    return Band(
        shape=Shape(rng.choice(list(Shape), p=[0.15, 0.35, 0.25, 0.25])),
        low=float(rng.uniform(60, 350)),
        high=float(rng.uniform(2900, 3750)),
        order=int(rng.integers(2, 6)),
        curve=tuple(float(g) for g in rng.normal(0, 3, 6).round(1)),
    )


def limit(samples: Samples, band: Band) -> Samples:
    """Apply a band; group delay of the linear-phase shape is removed."""
    if band.shape is Shape.NONE or not len(samples):
        return samples
    if band.shape is Shape.CURVE:
        points = [
            0.0,
            band.low * 0.6,
            300,
            600,
            1000,
            1700,
            2500,
            min(3400.0, band.high - 50),
            band.high,
            4000,
        ]
        gains = [0.0, 0.05, *(10 ** (g / 20) for g in band.curve), 0.1, 0.0]
        points[2] = max(300.0, points[1] + 20)
        taps = firwin2(257, points, gains, fs=RATE)
        return np.asarray(oaconvolve(samples, taps, "same")[: len(samples)], np.float32)
    edges = [band.low, band.high]
    if band.shape is Shape.BUTTERWORTH:
        sos = butter(band.order, edges, "bandpass", fs=RATE, output="sos")
    else:
        sos = ellip(band.order, 0.3, 32, edges, "bandpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(sos, samples), np.float32)
