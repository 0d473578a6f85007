"""Sounds that are no speech: network tones, beeps, room noise, a loop of hold music.

All functions give float32 samples in -1..1 at `RATE`.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt

#: Samples per second of all audio in the simulated world.
RATE = 16_000

type Samples = NDArray[np.float32]

#: Frequencies in Hz and cadence in s (on, off, on, off …) of North American tones: ITU-T E.180, supplement 2.
_TONES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "ringback": ((440.0, 480.0), (2.0, 4.0)),
    "busy": ((480.0, 620.0), (0.5, 0.5)),
    "congestion": ((480.0, 620.0), (0.25, 0.25)),
    "dial": ((350.0, 440.0), (3600.0, 0.0)),
}
#: Special information tone "intercept": ITU-T E.180 (frequency in Hz, duration in s).
_SIT = ((913.8, 0.274), (1370.6, 0.274), (1776.7, 0.380))
TONE_NAMES = (*_TONES, "sit", "beep")

#: Seeds of the ears' training end below this.
_FIRST_TUNE = 3_000_000

#: Keys and their two frequencies in Hz: ITU-T Q.23.
_ROWS = (697.0, 770.0, 852.0, 941.0)
_COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = {
    key: (_ROWS[index // 4], _COLUMNS[index % 4]) for index, key in enumerate("123A456B789C*0#D")
}


def silence(seconds: float) -> Samples:
    """Digital silence."""
    return np.zeros(round(seconds * RATE), np.float32)


def sines(frequencies: tuple[float, ...], seconds: float, level: float = 0.2) -> Samples:
    """Sum of sine waves with 5 ms ramps; `level` is the amplitude of each."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = sum((np.sin(2 * np.pi * f * time) for f in frequencies), np.zeros_like(time))
    ramp = np.minimum(1.0, np.minimum(time, seconds - time) / 0.005)
    return (level * ramp * wave).astype(np.float32)


def tone(name: str, seconds: float) -> Samples:
    """A network tone of `TONE_NAMES` for that long; raises KeyError for another name."""
    if name == "beep":
        return sines((1000.0,), seconds, 0.3)
    if name == "sit":
        pieces = [sines((frequency,), duration) for frequency, duration in _SIT]
        period = np.concatenate([*pieces, silence(1.0)])
    else:
        frequencies, cadence = _TONES[name]
        pieces = [
            silence(length) if index % 2 else sines(frequencies, min(length, seconds))
            for index, length in enumerate(cadence)
        ]
        period = np.concatenate(pieces)
    return np.resize(period, round(seconds * RATE))


def keys_tone(keys: str, tone_ms: int = 120, pause_ms: int = 80) -> Samples:
    """In-band DTMF for the keys; raises KeyError for what is no key."""
    pieces = [
        piece
        for key in keys
        for piece in (sines(KEYS[key], tone_ms / 1000), silence(pause_ms / 1000))
    ]
    return np.concatenate([silence(0), *pieces])


class Room:
    """An open-plan office, never twice the same: air and distant babble that swells as people talk."""

    def __init__(self, level_db: float, seed: int | None = None) -> None:
        """`level_db` is the mean level in dBFS; without a seed it is different each time."""
        self._random = np.random.default_rng(seed)
        self._air = butter(2, (150, 2500), "bandpass", fs=RATE, output="sos")
        self._babble = butter(2, (300, 1200), "bandpass", fs=RATE, output="sos")
        self._air_state = np.zeros((2, 2))
        self._babble_state = np.zeros((2, 2))
        self._swell = 0.5
        self._gain = 1.0
        second = self(RATE)
        self._gain = 10 ** (level_db / 20) / float(np.sqrt(np.mean(second**2)))

    def __call__(self, count: int) -> Samples:
        """The next `count` samples."""
        air, self._air_state = sosfilt(
            self._air, self._random.standard_normal(count), zi=self._air_state
        )
        babble, self._babble_state = sosfilt(
            self._babble, self._random.standard_normal(count), zi=self._babble_state
        )
        # the murmur changes within a quarter of a second, as syllables and people do
        step = min(1.0, count / (RATE / 4))
        target = self._swell + step * (float(self._random.random()) - self._swell)
        swell = np.linspace(self._swell, target, count)
        self._swell = target
        return np.asarray(self._gain * (air + 2.0 * babble * swell), np.float32)


@lru_cache(maxsize=64)
def music(tune: int = 1) -> Samples:
    """At least 20 s of hold music that loops; the same number, the same tune. None of them was trained on."""
    from .synth.music import RATE as COMPOSED, music as compose

    return np.asarray(
        resample_poly(0.5 * compose(_FIRST_TUNE + tune, 20.0), RATE // COMPOSED, 1), np.float32
    )
