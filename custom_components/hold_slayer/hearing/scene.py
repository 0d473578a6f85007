"""Which sound is on the line: a small hidden Markov model over the timbre and the tones."""

import numpy as np

from .frames import STEP_SECONDS
from .heard import Hearing, Sound
from .liveness import Step

_STATES = (Sound.NOISE, Sound.MUSIC, Sound.SONG, Sound.SPEECH, Sound.SPEECH_OVER_MUSIC)
#: How long a sound stays, s: sets the chance of leaving it in one step.
_DWELL = np.array([2.0, 8.0, 8.0, 2.5, 4.0])
#: How long a new sound must lead before it is reported, s.
_CONFIRM = {
    Sound.SILENCE: 0.6,
    Sound.NOISE: 0.6,
    Sound.MUSIC: 0.5,
    Sound.SONG: 1.0,
    Sound.SPEECH: 0.2,
    Sound.SPEECH_OVER_MUSIC: 0.4,
}
#: Without voice or music, anything below this is silence, dB full scale.
_SILENCE_DB = -52.0


def _transitions() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the chances of going from one state (row) to another in one step."""
    leave = STEP_SECONDS / _DWELL
    count = len(_STATES)
    matrix = np.repeat((leave / (count - 1))[:, None], count, axis=1)
    # A voice over music starts and ends within the music, seldom straight from silence.
    matrix[0, 4] *= 0.3
    matrix[3, 4] *= 0.3
    matrix[4, 3] *= 0.3
    np.fill_diagonal(matrix, 0)
    np.fill_diagonal(matrix, 1 - matrix.sum(axis=1))
    return matrix


class Scene:
    """Follows the sound on the line, one step of 50 ms at a time."""

    def __init__(self) -> None:
        """Start with silence, already reported by nobody."""
        self._transitions = _transitions()
        self._belief = np.array([0.96, 0.01, 0.01, 0.01, 0.01])
        self._level = -90.0
        self._leader = Sound.SILENCE
        self._leads_since = 0.0
        self.reported: Sound | None = None
        self.tone: Sound | None = None

    @property
    def belief(self) -> dict[Sound, float]:
        """Return the chance of each sound; noise stands for silence too."""
        return dict(zip(_STATES, self._belief.tolist(), strict=True))

    def tone_began(self, tone: Sound) -> None:
        """Take note that a tone was reported; it stands until another sound leads."""
        self.reported = tone
        self.tone = tone

    def step(self, step: Step) -> Hearing | None:
        """Take the next step; return a change, if any."""
        time, voice, music, singing = step.time, step.voice, step.music, step.singing
        if not step.tone:
            self.tone = None
        quiet_voice, quiet_music = 1 - voice, 1 - music
        likelihood = np.array(
            [
                quiet_voice * quiet_music,
                quiet_voice * music * (1 - singing),
                quiet_voice * music * singing,
                voice * quiet_music,
                voice * music,
            ]
        )
        # The model's steps are not independent of each other: soften what each one says.
        self._belief = (self._belief @ self._transitions) * (likelihood + 0.02) ** 0.5
        self._belief /= self._belief.sum()
        self._level += (step.level - self._level) * 0.15
        best = int(np.argmax(self._belief))
        leader = _STATES[best]
        if leader is Sound.NOISE and self._level < _SILENCE_DB:
            leader = Sound.SILENCE
        if leader is not self._leader:
            self._leader = leader
            self._leads_since = time - STEP_SECONDS
        if leader is self.reported or time - self._leads_since < _CONFIRM[leader]:
            return None
        if self.tone is not None and leader in (Sound.SILENCE, Sound.NOISE):
            return None
        self.reported = leader
        return Hearing(
            time=time,
            since=self._leads_since,
            sound=leader,
            confidence=round(float(self._belief[best]), 3),
        )
