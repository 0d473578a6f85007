"""What the line is like between the voices, and which recorded voices were heard on it."""

from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .frames import BANDS, STEP_SECONDS
from .liveness import VOICE_OFF, VOICE_ON, Step, Talk

#: A quiet stretch has a level from so much on, s.
FLOOR_LEAST = 0.25
#: A queue that rings: tones after words for so long, s.
RUNG = 8.0
#: A recorded voice is kept from so much on, and compared from so much on, s.
PROFILE_KEPT = 0.8
PROFILE_LEAST = 0.3
#: The matrix (BANDS, BANDS) after which what words change in a mean spectrum is equally large in all
#: directions (`lab/training/likeness.py` makes it).
LIKENESS = Path(__file__).with_name("likeness.npz")
#: Distance at which a voice is as likely another as the same: the first, and so much over the root of its
#: loud words in s: short words vary more.
ALIKE = 0.38
ALIKE_SHORT = 0.17


@cache
def _whiten() -> NDArray[np.float32]:
    """Read the matrix once for all legs."""
    with np.load(LIKENESS) as stored:
        return np.ascontiguousarray(stored["whiten"], np.float32)


class Line:
    """What the line is like between the voices, and which recorded voices it has played."""

    #: As many voices of recordings are kept.
    _MOST_PROFILES = 12

    def __init__(self) -> None:
        """Start on a line of which nothing is known."""
        #: Length of the present quiet, and the longest one outside a stretch of talking, s.
        self.quiet = 0.0
        self.longest_quiet = 0.0
        #: Level of the present quiet, dB full scale, and those of the stretches before.
        self.level: float | None = None
        self._floors: list[float] = []
        #: How much louder than the line's own the quiet was that just ended, dB.
        self.room_before: float | None = None
        #: How much music was heard in all, and when last for sure, s.
        self.music = 0.0
        self.music_last = float("-inf")
        #: Time with a voice, and with a network tone after a voice, s.
        self.voiced = 0.0
        self.rung = 0.0
        #: How often something proved to be a recording.
        self.repeats = 0
        #: Spectra of recorded voices, whitened, (n, BANDS).
        self.profiles: NDArray[np.float32] = np.zeros((0, BANDS), np.float32)
        #: Length of the music now playing, s.
        self.music_run = 0.0
        #: Length of the network tone now on, s.
        self.tone_run = 0.0

    @property
    def holding(self) -> bool:
        """Tell whether waiting has begun: by music, a long quiet, ringing after words, a repeat."""
        return (
            self.music >= 2.0 or self.longest_quiet >= 8.0 or self.rung >= RUNG or self.repeats > 0
        )

    @property
    def silent_hold(self) -> bool:
        """Tell whether callers wait in silence here, so that silence says nothing."""
        return self.longest_quiet >= 6.0 or self.music < 2.0

    def step(self, step: Step, *, talking: bool) -> None:
        """Take the next step; `talking` while a stretch of talking is open."""
        self.tone_run = self.tone_run + STEP_SECONDS if step.tone else 0.0
        self.voiced += STEP_SECONDS * (step.voice >= VOICE_ON)
        if step.tone and self.voiced >= 1.0:
            self.rung += STEP_SECONDS
        if step.music >= 0.6:
            self.music_run += STEP_SECONDS
            self.music += STEP_SECONDS
            if self.music_run >= 0.4:
                self.music_last = step.time
        elif step.music < 0.3:
            self.music_run = 0.0
        if step.voice >= VOICE_OFF or step.music >= 0.4 or step.tone:
            if self.quiet:
                self._end_quiet(talking=talking)
            return
        if not self.quiet:
            self.room_before = None
        self.quiet += STEP_SECONDS
        if not talking:
            self.longest_quiet = max(self.longest_quiet, self.quiet)
        if self.quiet < 0.15:
            self.level = None
        elif self.level is None:
            self.level = step.level
        else:
            self.level += (step.level - self.level) * 0.2

    @property
    def floor(self) -> float | None:
        """Return the level of the line's own quiet, dB: the quietest of the latest stretches."""
        return min(self._floors) if self._floors else None

    def _end_quiet(self, *, talking: bool) -> None:
        """Take note of the level of a quiet stretch that ends now."""
        self.room_before = None
        if self.quiet >= FLOOR_LEAST and self.level is not None and not talking:
            if self.floor is not None:
                self.room_before = self.level - self.floor
            self.note_floor(self.level)
        self.quiet = 0.0

    def note_floor(self, level: float) -> None:
        """Remember the level of a quiet stretch that belongs to the line, dB."""
        self._floors = [*self._floors[-7:], level]

    def recording(self, talk: Talk) -> None:
        """Remember the voice of what proved to be a recording."""
        if talk.loud >= PROFILE_KEPT:
            voice = talk.profile @ _whiten()
            self.profiles = np.vstack([self.profiles[1 - self._MOST_PROFILES :], voice])

    def compare(self, talk: Talk) -> None:
        """Measure how far the voice is from the nearest recorded one, if there is more of it to judge by."""
        if talk.loud in (talk.compared, 0.0):
            return
        talk.compared = talk.loud
        if len(self.profiles) and talk.loud >= PROFILE_LEAST:
            apart = self.profiles - talk.profile @ _whiten()
            nearest = sqrt(float(np.einsum("ij,ij->i", apart, apart).min()) / BANDS)
            talk.unlike = nearest - ALIKE - ALIKE_SHORT / sqrt(talk.loud)
