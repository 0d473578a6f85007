"""Audio as the detectors want it: 8 kHz float samples, and short-time spectra of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import fft
from numpy.typing import NDArray

#: Everything inside the ears runs at the telephone's sampling rate, Hz (ITU-T G.711).
RATE = 8000
#: Distance of two frames, samples (10 ms).
HOP = 80
#: Length of a frame, samples (32 ms).
WINDOW = 256
#: Frames in a step, the clock of the timbre model and the fusion (50 ms).
FRAMES_PER_STEP = 5
#: Samples in a step.
STEP = HOP * FRAMES_PER_STEP
#: Length of a step, s.
STEP_SECONDS = STEP / RATE
#: Mel bands, and the telephone band they divide, Hz.
BANDS = 24
BAND_LOW = 200.0
BAND_HIGH = 3400.0
#: Lags searched for the pitch, samples: 400 Hz down to 70 Hz.
LAG_SHORT = 20
LAG_LONG = 114
#: Length of the filter before sampling down.
_TAPS = 63
#: Levels below this are digital silence, dB full scale.
FLOOR_DB = -90.0

type Samples = NDArray[np.float32]
type Plain = NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """A run of short-time spectra, one row each 10 ms; a multiple of `FRAMES_PER_STEP` rows."""

    #: (n, BANDS) mel band power, dB full scale.
    mel: NDArray[np.float32]
    #: (n,) power between 200 and 3400 Hz, dB full scale.
    level: NDArray[np.float32]
    #: (n,) height of the pitch peak of the autocorrelation, 0 to 1.
    harmonicity: NDArray[np.float32]
    #: (n,) pitch, octaves above 70 Hz; meaningless where the harmonicity is low.
    pitch: NDArray[np.float32]

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.level)


class Intake:
    """Turns whatever audio arrives into float32 mono at 8 kHz, block by block.

    Takes int16 little-endian bytes or an array: integers, or floats of full scale 1.
    Two-dimensional arrays are mixed down along their shorter side, floats that are not numbers
    become silence, floats beyond ±2 are taken for int16 values. Nothing raises.
    """

    def __init__(self, rate: int = RATE) -> None:
        """Start for audio at `rate` Hz; ValueError when that is no sampling rate."""
        if not 4000 <= rate <= 192_000:
            msg = f"sampling rate {rate} Hz is not between 4000 and 192000"
            raise ValueError(msg)
        self.rate = rate
        self._odd = b""
        self._step = rate / RATE
        self._phase = 0.0
        self._last = np.zeros(1, np.float32)
        self._low_pass = _low_pass(3700 / rate) if rate > RATE else None
        self._before = np.zeros(_TAPS - 1, np.float32)

    def plain(self, pcm: bytes | bytearray | memoryview | NDArray[Any]) -> Plain | None:
        """Return a block that needs no more than its scale, so that many can be decoded at once; or None."""
        if self.rate != RATE:
            return None
        if isinstance(pcm, bytes) and not self._odd and not len(pcm) & 1:
            return np.frombuffer(pcm, "<i2")
        if isinstance(pcm, np.ndarray) and pcm.dtype == np.int16 and pcm.ndim == 1:
            return pcm.copy()  # whose array it is may fill it anew
        return None

    def take(self, pcm: bytes | bytearray | memoryview | NDArray[np.generic]) -> Samples:
        """Return the samples at 8 kHz that this block completes, full scale 1."""
        samples = self._decode(pcm)
        if self._low_pass is not None and len(samples):
            joined = np.concatenate([self._before, samples])
            self._before = joined[len(joined) - (_TAPS - 1) :]
            samples = np.convolve(joined, self._low_pass, "valid")
        if self.rate != RATE and len(samples):
            samples = self._resample(samples)
        return np.asarray(samples, np.float32)

    def _decode(self, pcm: bytes | bytearray | memoryview | NDArray[np.generic]) -> Samples:
        """Read the block as float32 mono of full scale 1, whatever it is."""
        if not isinstance(pcm, np.ndarray):
            data = self._odd + bytes(pcm)
            self._odd = data[len(data) & ~1 :]
            pcm = np.frombuffer(data, "<i2", len(data) // 2)
        if pcm.ndim == 1 and pcm.dtype == np.int16:
            return np.asarray(np.multiply(pcm, _INT16, dtype=np.float32))
        if not pcm.size:
            return np.zeros(0, np.float32)
        if pcm.ndim > 1:
            pcm = pcm.reshape(pcm.shape[0], -1)
            pcm = np.nanmean(np.asarray(pcm, np.float64), axis=int(np.argmin(pcm.shape))) * (
                1.0 if pcm.dtype.kind == "f" else 1.0 / _full_scale(pcm.dtype)
            )
        elif pcm.dtype.kind in "iu":
            offset = 128.0 if pcm.dtype == np.uint8 else 0.0
            pcm = (pcm.astype(np.float32) - offset) / _full_scale(pcm.dtype)
        elif pcm.dtype.kind != "f":
            return np.zeros(pcm.size, np.float32)
        samples = np.nan_to_num(
            np.atleast_1d(pcm).astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0
        )
        if len(samples) and float(np.max(np.abs(samples))) > 2.0:
            samples = samples / np.float32(32768.0)
        return np.clip(samples, -1.0, 1.0)

    def _resample(self, samples: NDArray[np.floating]) -> NDArray[np.floating]:
        """Read the low-passed samples at 8 kHz instants, keeping the phase between blocks."""
        joined = np.concatenate([self._last, samples])
        positions = np.arange(self._phase, len(joined) - 1, self._step)
        following = self._phase + len(positions) * self._step
        self._phase = following - (len(joined) - 1)
        self._last = joined[-1:].astype(np.float32)
        return np.asarray(np.interp(positions, np.arange(len(joined)), joined))


_INT16 = np.float32(1 / 32768)


class Offset:
    """Removes a constant offset (DC) that a line adds, slowly enough to spare the sound."""

    def __init__(self) -> None:
        """Start without an offset."""
        self._offset = 0.0

    def remove(self, samples: Samples) -> Samples:
        """Return the samples, a multiple of `STEP` of them, without their mean of the last second."""
        steps = samples.reshape(-1, STEP)
        before = self._offset
        offsets, moves = [], []
        for mean in (steps @ _MEAN).tolist():
            move = (mean - before) * 0.1
            offsets.append(before)
            moves.append(move)
            before += move
        self._offset = before
        if max(map(abs, offsets)) < 1e-4 and abs(before) < 1e-4:
            return samples
        ramp = np.multiply.outer(np.array(moves, np.float32), _RAMP)
        ramp += np.array(offsets, np.float32)[:, None]
        np.subtract(steps, ramp, out=ramp)
        return np.asarray(ramp.reshape(-1), np.float32)


#: What makes a product the mean of a step, and the way through one, (STEP,).
_MEAN = np.full(STEP, 1 / STEP, np.float32)
_RAMP = np.arange(STEP, dtype=np.float32) / np.float32(STEP)


def _low_pass(cut: float) -> NDArray[np.float32]:
    """Return a Hamming-windowed low-pass; `cut` is a share of the sampling rate."""
    place = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(2 * cut * place) * np.hamming(_TAPS)
    return np.asarray(taps / taps.sum(), np.float32)


def _full_scale(dtype: np.dtype[np.generic]) -> float:
    """Return the full scale of an integer format."""
    return {1: 128.0, 2: 32768.0}.get(dtype.itemsize, 2147483648.0)


def mel_filters(
    bands: int = BANDS, low: float = BAND_LOW, high: float = BAND_HIGH, window: int = WINDOW
) -> NDArray[np.float32]:
    """Return triangular filters, (window // 2 + 1, bands), even on the mel scale."""
    mels = np.linspace(1127 * np.log1p(low / 700), 1127 * np.log1p(high / 700), bands + 2)
    edges = 700 * np.expm1(mels / 1127)
    bins = np.arange(window // 2 + 1) * RATE / window
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None), np.float32)


class Spectra:
    """Cuts samples into overlapping frames and measures each; keeps the overlap between calls."""

    def __init__(self) -> None:
        """Start with silence before the first sample."""
        self._tail = np.zeros(WINDOW - HOP, np.float32)

    def process(self, samples: Samples) -> Frames:
        """Measure every frame that ends in `samples`, whose length is a multiple of `STEP`."""
        joined = np.concatenate([self._tail, samples], dtype=np.float32)
        count = len(samples) // HOP
        self._tail = joined[len(joined) - (WINDOW - HOP) :]
        rows = np.ndarray((count, WINDOW), np.float32, joined, 0, (4 * HOP, 4))
        parts = fft.rfft(rows * _TAPER)[:, _BAND].view(np.float32)
        parts *= parts
        # the bands, and behind them the whole: one product for all
        levels = parts @ _FILTERS
        levels += _SILENCE
        np.log10(levels, out=levels)
        levels *= np.float32(10)
        # a compressed spectrum sharpens the pitch peak against the formants
        size = parts[:, ::2] + parts[:, 1::2]
        correlation = np.sqrt(size, out=size) @ _COSINES
        lags = correlation[:, :-1]
        best = lags.argmax(axis=1)
        top = np.maximum.reduce(lags, 1) / (correlation[:, -1] + _NOTHING)
        return Frames(
            mel=levels[:, :BANDS],
            level=levels[:, BANDS],
            harmonicity=np.minimum(np.maximum(top, 0), 1),
            pitch=_OCTAVES.take(best),
        )


#: Shape of a frame, (WINDOW,).
_TAPER = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
#: Bins of the telephone band, with those that the outer mel bands lean on.
_BAND = slice(int(BAND_LOW * WINDOW / RATE), int(BAND_HIGH * WINDOW / RATE) + 1)
#: Lags of the pitch, samples, and how many octaves above 70 Hz each is.
_LAGS = np.arange(LAG_SHORT, LAG_LONG + 1)
_OCTAVES = np.log2(RATE / _LAGS / 70.0).astype(np.float32)


def _filters() -> NDArray[np.float32]:
    """Return (2 * bins, BANDS + 1): mel bands and the whole band, for squared real and imaginary parts.

    A full-scale sine reads 0 dB in the whole band.
    """
    bands = mel_filters()[_BAND]
    bands = np.concatenate([bands, np.ones((len(bands), 1), np.float32)], axis=1)
    scale = np.float32(1.0 / (np.sum(_TAPER**2) * WINDOW / 4))
    return np.repeat(bands * scale, 2, axis=0)


def _cosines() -> NDArray[np.float32]:
    """Return (bins, lags + 1): from magnitudes to the autocorrelation at each lag, and at last to that at 0."""
    bins = np.arange(_BAND.start, _BAND.stop)
    turns = np.cos(2 * np.pi * bins[:, None] * np.append(_LAGS, 0) / WINDOW)
    return np.asarray(turns, np.float32)


#: Power of digital silence: `FLOOR_DB`.
_SILENCE = np.float32(10 ** (FLOOR_DB / 10))
#: Sum of magnitudes that says nothing, far below a full-scale sine's 128.
_NOTHING = np.float32(1e-5)
_FILTERS = _filters()
_COSINES = _cosines()
