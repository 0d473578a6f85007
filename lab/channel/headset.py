"""Noise suppression as headsets and call centres' software do it: a live voice may come without any room."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

RATE = 8000
type Samples = NDArray[np.float32]

#: Length of a frame of the suppressor, samples (32 ms), half overlapping.
_FRAME = 256
#: Share of the frames that are taken for noise alone, in per cent.
_NOISE_PERCENTILE = 15
#: How much of that is taken away: the percentile of a noise is a sixth of its mean, and twice the mean goes.
_OVER = 12.0
#: Smoothing of the gains over time, as the share of the frame before.
_KEEP = 0.6


def suppress(samples: Samples, *, depth: float) -> Samples:
    """Take the steady noise away, at most `depth` dB of it, by spectral subtraction (Boll 1979).

    The noise of each frequency is the 15th percentile of its power over the whole sound.
    """
    if len(samples) < 4 * _FRAME:
        return samples
    _, _, spectrum = stft(samples, RATE, nperseg=_FRAME)
    power = np.abs(spectrum) ** 2
    noise = np.percentile(power, _NOISE_PERCENTILE, axis=1, keepdims=True)
    least = 10 ** (-depth / 20)
    gains = np.sqrt(np.maximum(1 - _OVER * noise / np.maximum(power, 1e-14), least**2))
    for number in range(1, gains.shape[1]):
        # opens at once, closes softly
        held = _KEEP * gains[:, number - 1]
        gains[:, number] = np.maximum(gains[:, number], held + (1 - _KEEP) * gains[:, number])
    _, out = istft(spectrum * gains, RATE, nperseg=_FRAME)
    return np.asarray(out[: len(samples)], np.float32)
