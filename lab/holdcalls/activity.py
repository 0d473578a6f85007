"""Where sound is in a clean clip: words, bursts, and the first word's begin."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

RATE = 8000
#: Frames of 10 ms.
FRAME = RATE // 100
type Samples = NDArray[np.float32]

#: Active is what lies within this of the loud frames, dB.
_MARGIN = 26.0
#: Gaps shorter than this belong to the word, bursts shorter than the second are clicks, s.
_BRIDGE, _SHORTEST = 0.2, 0.06


def active_parts(samples: Samples, bridge: float = _BRIDGE) -> list[tuple[float, float]]:
    """Stretches of activity in a clean clip, s, by energy in 100–3600 Hz.

    The floor is the higher of 26 dB under the 95th percentile and 6 dB over the 5th.
    """
    count = len(samples) // FRAME
    if not count or not np.any(samples):
        return []
    clean = sosfilt(
        butter(2, [100, 3600], "bandpass", fs=RATE, output="sos"),
        samples[: count * FRAME].astype(np.float64),
    )
    levels = 10 * np.log10(np.maximum((clean.reshape(count, FRAME) ** 2).mean(axis=1), 1e-10))
    loud = float(np.percentile(levels, 95))
    floor = max(loud - _MARGIN, min(float(np.percentile(levels, 5)) + 6, loud - 10), -75.0)
    edges = np.flatnonzero(
        np.diff(np.concatenate([[False], levels > floor, [False]]).astype(np.int8))
    )
    parts: list[tuple[float, float]] = []
    for start, end in zip(edges[::2] / 100, edges[1::2] / 100, strict=True):
        if parts and start - parts[-1][1] < bridge:
            parts[-1] = (parts[-1][0], float(end))
        else:
            parts.append((float(start), float(end)))
    return [(a, b) for a, b in parts if b - a >= _SHORTEST]
