"""Test tones: made, and found again in recordings."""

from pathlib import Path
import wave

import numpy as np
from numpy.typing import NDArray


def sine(hertz: float, seconds: float, rate: int) -> bytes:
    """Return a sine of half the full scale as PCM16."""
    time = np.arange(int(seconds * rate)) / rate
    return (16000 * np.sin(2 * np.pi * hertz * time)).astype("<i2").tobytes()


def read_wav(path: Path) -> tuple[int, NDArray[np.float64]]:
    """Return rate and samples, one column per channel."""
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getframerate(), pcm.reshape(-1, file.getnchannels()).astype(float)


def seconds_of(samples: NDArray[np.float64], rate: int, hertz: float) -> float:
    """Return for how long a frequency dominates, s."""
    size = rate // 50
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    spectra = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1))
    loud = np.sqrt((frames**2).mean(axis=1)) > 500
    peak = spectra.argmax(axis=1) * rate / size
    return float((loud & (np.abs(peak - hertz) <= 50)).sum() * size / rate)
