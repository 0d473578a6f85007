"""Notes that are held: instruments and singers do that, the pitch of talking never rests."""

import numpy as np
from numpy.typing import NDArray

from .frames import FRAMES_PER_STEP, Frames

#: A note is held when its pitch is where it was so many frames ago (60 ms), within so many octaves (a quarter of
#: a semitone) …
APART = 6
ABOUT = 0.02
#: … and both frames have a pitch: least height of the peak of the autocorrelation.
PITCHED = 0.3


class Notes:
    """Finds held notes in one stream of frames."""

    def __init__(self) -> None:
        """Start in silence."""
        self._pitch = np.zeros(APART, np.float32)
        self._pitched = np.zeros(APART, np.bool_)

    def process(self, frames: Frames) -> NDArray[np.float32]:
        """Return which share of the frames of each step, (n,), holds a note, 0 to 1."""
        pitch = np.concatenate([self._pitch, frames.pitch])
        pitched = np.concatenate([self._pitched, frames.harmonicity > PITCHED])
        self._pitch, self._pitched = pitch[-APART:], pitched[-APART:]
        held = np.abs(pitch[APART:] - pitch[:-APART]) < ABOUT
        held &= pitched[APART:]
        held &= pitched[:-APART]
        return np.asarray(held.reshape(-1, FRAMES_PER_STEP) @ _PER_FRAME, np.float32)


_PER_FRAME = np.full(FRAMES_PER_STEP, 1 / FRAMES_PER_STEP, np.float32)
