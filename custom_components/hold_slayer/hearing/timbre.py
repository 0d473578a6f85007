"""What kind of sound it is: the chances of a voice, of music, of singing, of a live voice.

A small network of causal convolutions judges steps of 50 ms. MODEL_CARD.md says what it learned from, and its limits.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .frames import BANDS, FLOOR_DB, FRAMES_PER_STEP, Frames

#: The weights that ship with the package.
WEIGHTS = Path(__file__).with_name("timbre.npz")
#: Figures that describe a step.
INPUTS = 2 * BANDS + 12

type Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timbre:
    """Chances 0 to 1 for a run of steps of 50 ms, one row each."""

    #: (n,) somebody talks.
    voice: Floats
    #: (n,) music plays, with or without a voice.
    music: Floats
    #: (n,) somebody sings, given that music plays.
    singing: Floats
    #: (n,) the voice is live on a telephone, given that somebody talks.
    live: Floats
    #: (n, BANDS) mean mel spectrum, and (n,) mean level, dB full scale.
    mel: Floats
    level: Floats


def describe(frames: Frames, previous: Floats) -> Floats:
    """Return (n, INPUTS) figures of near unit size for the n steps of `frames`.

    `previous` is the mean mel spectrum (BANDS,) of the step before the first.
    """
    steps = len(frames) // FRAMES_PER_STEP
    out = np.empty((steps, INPUTS), np.float32)
    if not steps:
        return out
    shape = (steps, FRAMES_PER_STEP)
    mel = frames.mel[: steps * FRAMES_PER_STEP].reshape(*shape, BANDS)
    level = frames.level[: steps * FRAMES_PER_STEP].reshape(shape)
    harmonicity = frames.harmonicity[: steps * FRAMES_PER_STEP].reshape(shape)
    pitch = frames.pitch[: steps * FRAMES_PER_STEP].reshape(shape)
    # bands, then their changes
    mean = _add(mel, 1) * _PER_FRAME
    np.multiply(mean + 55, np.float32(1 / 20), out=out[:, :BANDS])
    moved = out[:, BANDS : 2 * BANDS]
    np.subtract(mean[0], previous, out=moved[0])
    np.subtract(mean[1:], mean[:-1], out=moved[1:])
    moved *= np.float32(1 / 8)
    # pitch, weighted by how sure it is
    weight = harmonicity + np.float32(1e-3)
    whole = _add(weight, 1)
    centre = _add(pitch * weight, 1) / whole
    spread = _add(np.abs(pitch - centre[:, None]) * weight, 1) / whole
    jumps = np.abs(pitch[:, 1:] - pitch[:, :-1]) * harmonicity[:, 1:]
    highest = _highest(harmonicity, 1)
    # the spectra of the frames: how they change, and how uneven they are
    change = mel[:, 1:] - mel[:, :-1]
    rises = np.maximum(change, 0) @ _PER_BAND
    uneven = mel - (mel @ _PER_BAND)[..., None]
    uneven *= uneven
    figures = out[:, 2 * BANDS :]
    _add(level, 1, out=figures[:, 0])
    _highest(level, 1, out=figures[:, 1])
    np.minimum.reduce(level, 1, out=figures[:, 2])
    _add(np.abs(change) @ _PER_BAND, 1, out=figures[:, 3])
    _highest(rises, 1, out=figures[:, 4])
    _add(harmonicity, 1, out=figures[:, 5])
    figures[:, 6] = highest
    np.multiply(centre - _PITCH, highest, out=figures[:, 7])
    np.minimum(spread, _SPREAD, out=figures[:, 8])
    _add(jumps, 1, out=figures[:, 9])
    np.subtract(_highest(mean, 1), mean @ _PER_BAND, out=figures[:, 10])
    _add(np.sqrt(uneven @ _PER_BAND), 1, out=figures[:, 11])
    figures *= _UNIT
    figures -= _MIDDLE
    return out


#: Sums and maxima along an axis, without the cost of numpy's methods on small arrays.
_add, _highest = np.add.reduce, np.maximum.reduce
_PER_FRAME = np.float32(1 / FRAMES_PER_STEP)
_PITCH, _SPREAD = np.float32(1.2), np.float32(0.5)
#: (12,) bring the figures behind the bands to near unit size, after which so much is taken off: levels (mean,
#: highest, least), changes (mean, sudden rises), harmonicity (mean, highest), pitch, its spread and its
#: jumps, the highest band over the mean, unevenness of the spectrum.
_FRAMES, _CHANGES = FRAMES_PER_STEP, FRAMES_PER_STEP - 1
_UNIT = np.array(
    [
        *(1 / 20 / _FRAMES, 1 / 20, 1 / 20),
        *(1 / 3 / _CHANGES, 1 / 4),
        *(4 / _FRAMES, 4),
        *(1, 6, 6 / _CHANGES),
        *(1 / 6, 1 / 8 / _FRAMES),
    ],
    np.float32,
)
_MIDDLE = np.array([-2.25, -2.25, -2.25, 0, 0, 1.6, 2, 0, 0, 0, 2, 1], np.float32)
#: (BANDS,) makes a mean over the bands a product.
_PER_BAND = np.full(BANDS, 1 / BANDS, np.float32)


@cache
def _weights(path: Path) -> dict[str, Floats]:
    """Read the weights once for all legs."""
    with np.load(path) as stored:
        return {name: np.ascontiguousarray(stored[name], np.float32) for name in stored.files}


class TimbreModel:
    """The network of one leg: its weights are shared, its memory is its own."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        """Start on a silent line."""
        weights = _weights(path)
        self._in, self._in_bias = weights["in"], weights["in_bias"]
        size = self._in.shape[1]
        #: Each convolution as one matrix (3 * size, size), oldest rows first, and its bias.
        self._layers = list(
            zip(
                weights["convolutions"].reshape(-1, 3 * size, size),
                weights["convolution_biases"],
                strict=True,
            )
        )
        self._join, self._join_bias = weights["join"], weights["join_bias"]
        self._out, self._out_bias = weights["out"], weights["out_bias"]
        self._dilations = [int(gap) for gap in weights["dilations"]]
        #: The rows each convolution still needs, (2 * dilation, size).
        self._history = [np.zeros((2 * gap, size), np.float32) for gap in self._dilations]
        self._previous = np.full(BANDS, FLOOR_DB, np.float32)

    def process(self, frames: Frames) -> Timbre:
        """Judge every step of `frames`."""
        figures = describe(frames, self._previous)
        if not len(figures):
            empty = np.zeros(0, np.float32)
            mel = empty.reshape(0, BANDS)
            return Timbre(voice=empty, music=empty, singing=empty, live=empty, mel=mel, level=empty)
        mel = figures[:, :BANDS] * np.float32(20) - np.float32(55)
        self._previous = mel[-1]
        first = figures @ self._in
        first += self._in_bias
        np.maximum(first, 0, out=first)
        flow = first
        for layer in range(len(self._layers)):
            flow = self._convolve(layer, flow)
        joined = np.concatenate([first, flow], axis=1) @ self._join
        joined += self._join_bias
        np.maximum(joined, 0, out=joined)
        odds = joined @ self._out
        odds += self._out_bias
        chances = 1 / (1 + np.exp(-np.minimum(np.maximum(odds, -30), 30)))
        voice, music, singing, live = chances.T
        level = figures[:, 2 * BANDS] * np.float32(20) - np.float32(45)
        return Timbre(voice=voice, music=music, singing=singing, live=live, mel=mel, level=level)

    def _convolve(self, layer: int, flow: Floats) -> Floats:
        """Add to each row what a layer makes of it and of two earlier rows."""
        weights, bias = self._layers[layer]
        gap, (count, size) = self._dilations[layer], flow.shape
        rows = np.concatenate([self._history[layer], flow])
        self._history[layer] = rows[count:]
        # row n beside the rows `gap` and twice that later: one product instead of three
        taps = np.ndarray((count, 3, size), np.float32, rows, 0, (4 * size, 4 * gap * size, 4))
        made = taps.reshape(count, 3 * size) @ weights
        made += bias
        np.maximum(made, 0, out=made)
        made += flow
        return made
