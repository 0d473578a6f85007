"""Finding a known utterance in what another party heard: the proof that audio went through."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate

from ..sounds import RATE, Samples

_HOP = RATE // 50
_WINDOW = np.hanning(2 * _HOP)
#: Band edges in Hz: a dozen bands across the telephone channel.
_EDGES = np.geomspace(300, 3400, 13)
_BINS = np.fft.rfftfreq(2 * _HOP, 1 / RATE)
#: Correlation from which an utterance counts as heard; unrelated speech stays far below.
HEARD = 0.6


def best_match(said: Samples, heard: Samples) -> tuple[float, float]:
    """How well, -1 to 1, and where in `heard`, in s, the utterance fits best; (0, 0) when it is too short."""
    reference, place = _envelopes(said), _envelopes(heard)
    if len(reference) < 10 or len(place) < len(reference):
        return 0.0, 0.0
    count = len(reference)
    reference = reference - reference.mean(axis=0)
    products = sum(
        correlate(place[:, band], reference[:, band], "valid") for band in range(place.shape[1])
    )
    ones = np.ones(count)
    energy = sum(
        correlate(place[:, band] ** 2, ones, "valid")
        - correlate(place[:, band], ones, "valid") ** 2 / count
        for band in range(place.shape[1])
    )
    scores = products / np.sqrt(np.maximum(energy, 1e-6) * np.sum(reference**2))
    best = int(np.argmax(scores))
    return float(scores[best]), best * _HOP / RATE


def _envelopes(samples: Samples) -> NDArray[np.float64]:
    """Log energy per band (columns) and 20 ms (rows), with a floor that hides noise far below speech."""
    count = len(samples) // _HOP - 1
    if count < 1:
        return np.zeros((0, len(_EDGES) - 1))
    frames = np.lib.stride_tricks.sliding_window_view(samples, 2 * _HOP)[::_HOP][:count]
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2
    bands = np.stack(
        [power[:, (low <= _BINS) & (high > _BINS)].sum(axis=1) for low, high in pairwise(_EDGES)],
        axis=1,
    )
    return np.log10(bands + 1e-2)
