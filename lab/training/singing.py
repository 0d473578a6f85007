"""Singing made from talking: the vocal tract of a speech clip, slowed down, driven by a tune."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from lab.training.instruments import RATE, Samples
from lab.training.music import melody

_ORDER = 12
_WINDOW = 240
_HOP = 80


def _predictors(
    samples: Samples,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return per 10 ms: linear predictors (n, order + 1), residual gain (n,), how voiced it is (n,)."""
    padded = np.concatenate([samples, np.zeros(_WINDOW, np.float32)]).astype(np.float64)
    rows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP] * np.hanning(_WINDOW)
    spectrum = np.abs(np.fft.rfft(rows, 512, axis=1)) ** 2
    correlation = np.fft.irfft(spectrum, axis=1)
    zero = correlation[:, 0] * 1.0001 + 1e-7
    voiced = correlation[:, 20:115].max(axis=1) / zero
    filters = np.zeros((len(rows), _ORDER + 1))
    filters[:, 0] = 1
    error = zero.copy()
    for order in range(1, _ORDER + 1):  # Levinson and Durbin, all frames at once
        reflection = -(filters[:, :order] * correlation[:, order:0:-1]).sum(axis=1) / error
        previous = filters[:, : order + 1].copy()
        filters[:, 1 : order + 1] = (
            previous[:, 1:] + reflection[:, None] * previous[:, order - 1 :: -1][:, :order]
        )
        error = np.maximum(error * (1 - reflection**2), 1e-9)
    return filters, np.sqrt(error / _WINDOW), voiced


def sing(rng: np.random.Generator, talk: Samples, seconds: float) -> Samples:
    """Sing the words of `talk` (at least 1 s of speech) to a new tune for `seconds`; peak near 0.7."""
    filters, gains, voiced = _predictors(talk)
    words = gains > 0.03 * gains.max()  # the pauses of the talk are not sung
    filters, gains, voiced = filters[words], gains[words] ** 0.7, voiced[words]
    count = int(seconds * RATE) // _HOP
    range_low = rng.uniform(45, 62)
    notes = melody(rng, seconds, low=range_low, high=range_low + rng.uniform(7, 16))
    pitch = np.zeros(count)
    loud = np.zeros(count)
    for start, length, height in notes:
        begin, end = int(start * RATE / _HOP), min(count, int((start + length) * RATE / _HOP))
        time = np.arange(end - begin) * _HOP / RATE
        vibrato = (
            rng.uniform(0, 0.5)
            * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * time)
            * np.clip(time / 0.4, 0, 1)
        )
        scoop = -rng.uniform(0, 2) * np.exp(-time / rng.uniform(0.03, 0.1))
        pitch[begin:end] = height + vibrato + scoop
        loud[begin:end] = np.clip(
            np.minimum(time / 0.04, (length - time) / 0.06), 0, 1
        ) * rng.uniform(0.6, 1)
    pitch = np.where(
        pitch == 0,
        np.interp(np.arange(count), np.flatnonzero(pitch), pitch[pitch > 0]) if pitch.any() else 60,
        pitch,
    )
    # Walk through the talk: slowly in vowels, at natural speed elsewhere.
    slow = rng.uniform(1.3, 3.5)
    pace = np.where(voiced > 0.5, 1 / slow, 1.0)
    clock = np.concatenate([[0], np.cumsum(1 / pace)])
    source = (
        np.interp((np.arange(count)) % clock[-1], clock, np.arange(len(clock)))
        .astype(int)
        .clip(0, len(gains) - 1)
    )
    frequency = np.repeat(440 * 2 ** ((pitch - 69) / 12), _HOP)
    phase = np.cumsum(frequency) / RATE + rng.uniform()
    pulses = np.diff(np.floor(phase), prepend=0) * np.sqrt(RATE / frequency)
    pulses = lfilter([1], [1, -rng.uniform(0, 0.5)], pulses)
    noise = rng.standard_normal(count * _HOP)
    out = np.zeros(count * _HOP)
    state = np.zeros(_ORDER)
    breath = rng.uniform(0.02, 0.2)
    for frame in range(count):
        part = slice(frame * _HOP, (frame + 1) * _HOP)
        which = source[frame]
        drive = pulses[part] + breath * noise[part] if voiced[which] > 0.35 else noise[part]
        out[part], state = lfilter(
            [1], filters[which], drive * gains[which] * loud[frame], zi=state
        )
    out = lfilter([1, -1], [1, -0.97], out)
    return np.asarray(0.7 * out / (np.max(np.abs(out)) + 1e-9), np.float32)
