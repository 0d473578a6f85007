"""Acoustic fingerprints: a word of 23 sign bits for every 16 ms of audio.

After Haitsma and Kalker (ISMIR 2002), made for speech at 8 kHz: power in 24 bands, smoothed over
96 ms, the logarithm, the difference of neighbouring bands, the difference to 96 ms before, and of
that only the sign. Level, tone colour of the line and constant noise cancel out; what changes
remains. A word says which of two bands grew more, never by how much, so no audible signal can be
made from it.
"""

from typing import Final

import numpy as np
from numpy import fft
from numpy.typing import NDArray

RATE: Final = 8000
#: Samples between words (16 ms) and in the window of each spectrum (64 ms).
HOP: Final = 128
FRAME: Final = 512
#: Words per second, and s per word.
WORD_RATE: Final = RATE / HOP
WORD_SECONDS: Final = HOP / RATE
#: Spectra that the power is smoothed over: half a step's shift then flips a tenth of the bits.
SMOOTH: Final = 3
#: Words back to the spectrum that the difference is taken to (96 ms).
SPAN: Final = 6
#: Bits in a word; the bit above them tells that the word counts.
BITS: Final = 23
BIT_MASK: Final = np.uint32((1 << BITS) - 1)
VALID: Final = np.uint32(1 << BITS)
#: Band limits, Hz.
LOWEST, HIGHEST = 300.0, 3400.0
#: A frame this far below the running peak is silence, dB; the peak decays this much per s.
SILENCE_BELOW_PEAK = 28.0
PEAK_DECAY = 1.0
#: Quieter than this nothing counts, dB below a full-scale sine: the noise of rooms and lines.
FLOOR = -47.0
#: A frame with this share of its energy in two or three bands is a pure tone: it says nothing.
TONE_SHARE_2 = 0.97
TONE_SHARE_3 = 0.99

_WINDOW = np.hanning(FRAME + 2)[1:-1].astype(np.float32)
_POWERS = (2.0 ** np.arange(BITS)).astype(np.float32)
#: One over the power of a full-scale sine seen through the window, to give levels in dBFS.
_FULL = np.float32(4.0 / float(np.sum(_WINDOW.astype(np.float64) ** 2) * FRAME))
#: From the three fullest bands of a frame, the least of them first, to the power that it must exceed in all:
#: the two fullest alone, and all three.
_FULLEST = np.array([[0, 1], [1, 1], [1, 1]]) / [TONE_SHARE_2, TONE_SHARE_3]
_FULLEST = _FULLEST.astype(np.float32)
_NEARLY_NOTHING = np.float32(1e-13)
#: Power added before the logarithm: far below the quietest sound a line carries (-90 dBFS).
_LEAST = np.float32(1e-9) / _FULL


def _bands() -> NDArray[np.float32]:
    """Triangular bands, geometrically spaced, for squared real and imaginary parts in turn.

    Returns (FRAME + 2, BITS + 1).
    """
    edges = np.geomspace(LOWEST, HIGHEST, BITS + 2)
    centres = np.sqrt(edges[:-1] * edges[1:])
    ratio = edges[1] / edges[0]
    hertz = np.arange(FRAME // 2 + 1)[:, None] * RATE / FRAME
    low, high = centres / ratio, centres * ratio
    rising, falling = (hertz - low) / (centres - low), (high - hertz) / (high - centres)
    bands = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return np.repeat(bands, 2, axis=0)


_BANDS = _bands()


class Fingerprinter:
    """Turns a stream of samples into words, whatever the length of the blocks."""

    def __init__(self) -> None:
        """Start in silence."""
        self._rest = np.zeros(FRAME - HOP, dtype=np.float32)
        self._energy = np.zeros((SMOOTH - 1, BITS + 1), dtype=np.float32)
        self._slopes = np.zeros((SPAN, BITS), dtype=np.float32)
        self._peak = -120.0

    def process(
        self, samples: NDArray[np.float32]
    ) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """Take samples (float in [-1, 1], 8 kHz); return the new words and their differences.

        Words: (n,) with `VALID` set where they count. Differences: (n, BITS), whose signs the
        bits are; the smaller, the less sure the bit.
        """
        audio = np.concatenate([self._rest, samples], dtype=np.float32)
        count = (len(audio) - FRAME) // HOP + 1
        if count <= 0:
            self._rest = audio
            return np.zeros(0, np.uint32), np.zeros((0, BITS), np.float32)
        self._rest = audio[count * HOP :].copy()
        frames = np.ndarray((count, FRAME), np.float32, audio, 0, (4 * HOP, 4))
        spectrum = fft.rfft(frames * _WINDOW).view(np.float32)
        spectrum *= spectrum
        energy = np.concatenate([self._energy, spectrum @ _BANDS])
        self._energy = energy[count:]
        smooth = energy[2:] + energy[1:-1]
        smooth += energy[:-2]
        smooth += _LEAST
        np.log(smooth, out=smooth)
        slopes = np.empty((SPAN + count, BITS), np.float32)
        slopes[:SPAN] = self._slopes
        np.subtract(smooth[:, 1:], smooth[:, :-1], out=slopes[SPAN:])
        self._slopes = slopes[count:]
        differences = slopes[SPAN:] - slopes[:count]
        words = ((differences > 0) @ _POWERS).astype(np.uint32)
        words |= self._counts(energy[1:-1]) * VALID
        return words, differences

    def _counts(self, energy: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which frames are neither silence nor a pure tone; energy (n, BITS + 1) per band."""
        total = np.add.reduce(energy, 1)
        level = np.log10(total * _FULL + _NEARLY_NOTHING)
        level *= np.float32(10)
        step = np.arange(0.0, len(level)) * (PEAK_DECAY * WORD_SECONDS)
        peak = level + step
        peak[0] = max(peak[0], self._peak)
        np.maximum.accumulate(peak, out=peak)
        peak -= step
        self._peak = float(peak[-1]) - PEAK_DECAY * WORD_SECONDS
        peak -= SILENCE_BELOW_PEAK
        # nothing but the three fullest bands, the least of them first
        top = np.partition(energy, BITS - 2, axis=1)[:, BITS - 2 :]
        shares = top @ _FULLEST
        counts: NDArray[np.bool_] = level > np.maximum(peak, FLOOR)
        counts &= np.logical_and.reduce(shares < total[:, None], 1)
        return counts


def agreement(
    one: NDArray[np.uint32], other: NDArray[np.uint32]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Agreeing minus differing bits of each pair of words, and which pairs count.

    Where only one of the two counts, the pair counts with 0: sound against silence.
    """
    different = one ^ other
    either = ((one | other) & VALID) != 0
    both = (one & other & VALID) != 0
    agree = BITS - 2 * np.bitwise_count(different & BIT_MASK).astype(np.int32)
    return np.where(both, agree, 0), either
