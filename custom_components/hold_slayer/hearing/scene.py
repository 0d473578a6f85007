"""Which sound is on the line: a small hidden Markov model over the timbre and the tones."""

from math import sqrt

from .frames import STEP_SECONDS
from .heard import Hearing, Sound
from .liveness import Step

_STATES = (Sound.NOISE, Sound.MUSIC, Sound.SONG, Sound.SPEECH, Sound.SPEECH_OVER_MUSIC)
#: How long a sound stays, s: sets the chance of leaving it in one step.
_DWELL = (2.0, 8.0, 8.0, 2.5, 4.0)
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


def _arrivals() -> list[tuple[float, ...]]:
    """Return the chances of coming to a state (outer) from each (inner) in one step."""
    count = len(_STATES)
    leave = [STEP_SECONDS / dwell / (count - 1) for dwell in _DWELL]
    chances = [[leave[before]] * count for before in range(count)]
    # A voice over music starts and ends within the music, seldom straight from silence.
    for before, after in ((0, 4), (3, 4), (4, 3)):
        chances[before][after] *= 0.3
    for state in range(count):
        chances[state][state] = 1 - (sum(chances[state]) - chances[state][state])
    return [tuple(chances[before][after] for before in range(count)) for after in range(count)]


class Scene:
    """Follows the sound on the line, one step of 50 ms at a time."""

    def __init__(self) -> None:
        """Start with silence, already reported by nobody."""
        self._arrivals = _arrivals()
        self._belief = [0.96, 0.01, 0.01, 0.01, 0.01]
        self._level = -90.0
        self._leader = Sound.SILENCE
        self._leads_since = 0.0
        self.reported: Sound | None = None
        self.tone: Sound | None = None

    @property
    def belief(self) -> dict[Sound, float]:
        """Return the chance of each sound; noise stands for silence too."""
        return dict(zip(_STATES, self._belief, strict=True))

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
        likelihood = (
            quiet_voice * quiet_music,
            quiet_voice * music * (1 - singing),
            quiet_voice * music * singing,
            voice * quiet_music,
            voice * music,
        )
        # The model's steps are not independent of each other: soften what each one says.
        quiet, tune, song, speech, mixed = self._belief
        joint = [
            (one * quiet + two * tune + three * song + four * speech + five * mixed)
            * sqrt(chance + 0.02)
            for (one, two, three, four, five), chance in zip(
                self._arrivals, likelihood, strict=True
            )
        ]
        total = sum(joint)
        self._belief = [value / total for value in joint]
        self._level += (step.level - self._level) * 0.15
        best = self._belief.index(max(self._belief))
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
            confidence=round(self._belief[best], 3),
        )
