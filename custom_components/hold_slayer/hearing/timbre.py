"""What kind of sound it is: the chances of a voice, of music, of singing, of a live voice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .frames import FRAMES_PER_STEP, Frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Timbre:
    """Chances 0 to 1 for a run of steps of 50 ms, one row each."""

    #: (n,) somebody talks.
    voice: NDArray[np.float32]
    #: (n,) music plays, with or without a voice.
    music: NDArray[np.float32]
    #: (n,) somebody sings, given that music plays.
    singing: NDArray[np.float32]
    #: (n,) the voice is live on a telephone, given that somebody talks.
    live: NDArray[np.float32]


class TimbreModel:
    """Judges steps from levels alone: syllables come and go, music stays."""

    def __init__(self) -> None:
        """Start on a silent line."""
        self._floor = -70.0
        self._levels = np.full(150, -90.0, np.float32)
        self._harmonicities = np.zeros(150, np.float32)

    def process(self, frames: Frames) -> Timbre:
        """Judge every step of `frames`."""
        steps = len(frames) // FRAMES_PER_STEP
        out = np.zeros((steps, 4), np.float32)
        for step in range(steps):
            part = slice(step * FRAMES_PER_STEP, (step + 1) * FRAMES_PER_STEP)
            self._levels = np.concatenate([self._levels[FRAMES_PER_STEP:], frames.level[part]])
            self._harmonicities = np.concatenate(
                [self._harmonicities[FRAMES_PER_STEP:], frames.harmonicity[part]]
            )
            out[step] = self._judge()
        return Timbre(voice=out[:, 0], music=out[:, 1], singing=out[:, 2], live=out[:, 3])

    def _judge(self) -> tuple[float, float, float, float]:
        """Judge the last 1.5 s."""
        level = float(np.max(self._levels[-10:]))
        self._floor = min(self._floor + 0.02, max(float(np.min(self._levels[-50:])), -80.0))
        if level < max(self._floor + 10, -50):
            return 0.0, 0.0, 0.0, 0.5
        # Speech falls at least 15 dB below its peak between syllables, music seldom does.
        low = float(np.mean(self._levels < np.max(self._levels) - 20))
        tonal = float(np.mean(self._harmonicities[-100:] > 0.5))
        voice = 1 / (1 + np.exp(-(low - 0.2) * 20)) if tonal > 0.1 else 0.0
        music = (1 - voice) if tonal > 0.3 else 0.0
        return float(voice), float(music), 0.0, 0.5
