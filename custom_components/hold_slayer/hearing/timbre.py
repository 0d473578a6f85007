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


def describe(frames: Frames, previous: Floats) -> Floats:
    """Return (n, INPUTS) figures of near unit size for the n steps of `frames`.

    `previous` is the mean mel spectrum (BANDS,) of the step before the first.
    """
    steps = len(frames) // FRAMES_PER_STEP
    mel = frames.mel[: steps * FRAMES_PER_STEP].reshape(steps, FRAMES_PER_STEP, BANDS)
    level = frames.level[: steps * FRAMES_PER_STEP].reshape(steps, FRAMES_PER_STEP)
    harmonicity = frames.harmonicity[: steps * FRAMES_PER_STEP].reshape(steps, FRAMES_PER_STEP)
    pitch = frames.pitch[: steps * FRAMES_PER_STEP].reshape(steps, FRAMES_PER_STEP)
    mean = mel.sum(axis=1) * np.float32(1 / FRAMES_PER_STEP)
    weight = harmonicity + np.float32(1e-3)
    centre = (pitch * weight).sum(axis=1) / weight.sum(axis=1)
    spread = (np.abs(pitch - centre[:, None]) * weight).sum(axis=1) / weight.sum(axis=1)
    jumps = np.abs(np.diff(pitch, axis=1)) * harmonicity[:, 1:]
    change = np.diff(mel, axis=1)
    highest = harmonicity.max(axis=1)
    figures = (
        (level.mean(axis=1) + 45) / 20,
        (level.max(axis=1) + 45) / 20,
        (level.min(axis=1) + 45) / 20,
        np.abs(change).mean(axis=(1, 2)) / 3,
        np.maximum(change, 0).mean(axis=2).max(axis=1) / 4,
        (harmonicity.mean(axis=1) - 0.4) * 4,
        (highest - 0.5) * 4,
        (centre - 1.2) * highest,
        np.minimum(spread, 0.5) * 6,
        jumps.mean(axis=1) * 6,
        (mean.max(axis=1) - mean.mean(axis=1) - 12) / 6,
        mel.std(axis=2).mean(axis=1) / 8 - 1,
    )
    parts = [
        (mean + 55) / 20,
        np.diff(mean, axis=0, prepend=previous[None]) / 8,
        np.stack(figures, axis=1),
    ]
    return np.asarray(np.concatenate(parts, axis=1), np.float32)


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
        self._layers = list(
            zip(weights["convolutions"], weights["convolution_biases"], strict=True)
        )
        self._join, self._join_bias = weights["join"], weights["join_bias"]
        self._out, self._out_bias = weights["out"], weights["out_bias"]
        self._dilations = [int(gap) for gap in weights["dilations"]]
        size = self._in.shape[1]
        #: The rows each convolution still needs, (2 * dilation, size).
        self._history = [np.zeros((2 * gap, size), np.float32) for gap in self._dilations]
        self._previous = np.full(BANDS, FLOOR_DB, np.float32)

    def process(self, frames: Frames) -> Timbre:
        """Judge every step of `frames`."""
        figures = describe(frames, self._previous)
        if not len(figures):
            empty = np.zeros(0, np.float32)
            return Timbre(voice=empty, music=empty, singing=empty, live=empty)
        self._previous = frames.mel[-FRAMES_PER_STEP:].mean(axis=0)
        first = np.maximum(figures @ self._in + self._in_bias, 0)
        flow = first
        for layer in range(len(self._layers)):
            flow = self._convolve(layer, flow)
        joined = np.maximum(np.concatenate([first, flow], axis=1) @ self._join + self._join_bias, 0)
        chances = 1 / (1 + np.exp(-np.clip(joined @ self._out + self._out_bias, -30, 30)))
        return Timbre(
            voice=chances[:, 0], music=chances[:, 1], singing=chances[:, 2], live=chances[:, 3]
        )

    def _convolve(self, layer: int, flow: Floats) -> Floats:
        """Add to each row what a layer makes of it and of two earlier rows."""
        (oldest, older, newest), bias = self._layers[layer]
        gap, count = self._dilations[layer], len(flow)
        rows = np.concatenate([self._history[layer], flow])
        self._history[layer] = rows[count:]
        made = rows[:count] @ oldest + rows[gap : gap + count] @ older + flow @ newest + bias
        return np.asarray(flow + np.maximum(made, 0))
