"""What is measured about a stretch of talking, as far as it tells a person from a recording."""

from dataclasses import dataclass, field

import numpy as np

from .frames import STEP_SECONDS
from .heard import Repeat

#: A voice chance above the first begins a word, below the second ends it.
VOICE_ON = 0.6
VOICE_OFF = 0.4
#: Silence that counts as a pause within talking, s.
PAUSE = 0.35
#: Quiet after which the talking is over, whoever it was, s.
OVER = 9.0


@dataclass(slots=True, kw_only=True)
class Talk:
    """A stretch of talking, pauses included, until something else takes its place.

    Times are leg seconds, durations seconds, levels dB full scale.
    """

    onset: float
    #: Quiet (no music, no voice) just before the first word.
    quiet_before: float
    #: Level of the line's quiet before the first word.
    floor_before: float
    #: Time with a voice, and that part of it with no music under it.
    voiced: float = 0.0
    clean: float = 0.0
    last_word: float = 0.0
    #: Length of the quiet since the last word; 0 while talking.
    waiting: float = 0.0
    #: Chance of music now, smoothed over half a second.
    bed: float = 0.0
    #: Seconds of music since the last word.
    music_after: float = 0.0
    #: Mean over the voice of the model's log-odds for a live voice.
    live: float = 0.0
    #: Level of the voice, and of the quiet in its pauses (None until there was one).
    voice_level: float = -90.0
    pause_level: float | None = None
    #: The pauses that ended.
    pauses: list[float] = field(default_factory=list)
    repeat: Repeat | None = None
    repeated: float = 0.0
    #: It began, or stopped and went on, because we spoke; or took no notice of our words.
    answered_us: float | None = None
    talked_through: float = 0.0

    @property
    def talking(self) -> bool:
        """Tell whether the voice is heard right now."""
        return self.waiting < PAUSE

    def step(self, time: float, voice: float, music: float, live: float, level: float) -> None:
        """Take the step that ends at `time`: chances 0 to 1 and the level."""
        self.bed += (music - self.bed) * STEP_SECONDS / 0.4
        if voice >= (VOICE_OFF if self.waiting == 0 else VOICE_ON):
            if self.waiting >= PAUSE:
                self.pauses.append(self.waiting)
            self.waiting = 0.0
            self.music_after = 0.0
            self.last_word = time
            self.voiced += STEP_SECONDS
            self.clean += STEP_SECONDS * (1 - music)
            share = STEP_SECONDS / self.voiced
            chance = float(np.clip(live, 0.02, 0.98))
            self.live += (np.log(chance / (1 - chance)) - self.live) * share
            self.voice_level = max(self.voice_level - 0.1, level)
            return
        self.waiting += STEP_SECONDS
        self.music_after += STEP_SECONDS * music
        if self.waiting > 0.25 and music < 0.5:
            if self.pause_level is None:
                self.pause_level = level
            self.pause_level += (level - self.pause_level) * 0.2


class Line:
    """What the line is like between the voices: how long quiet, since when music, how loud."""

    def __init__(self) -> None:
        """Start on a line of which nothing is known."""
        self.quiet = 0.0
        self.floor = -80.0
        self.music_total = 0.0
        #: When music was last heard for sure, s.
        self.music_last = float("-inf")
        self.quiet_total = 0.0
        self._music_run = 0.0

    def step(self, time: float, voice: float, music: float, level: float) -> None:
        """Take the step that ends at `time`."""
        if music >= 0.6:
            self._music_run += STEP_SECONDS
            self.music_total += STEP_SECONDS
            if self._music_run >= 0.5:
                self.music_last = time
        elif music < 0.3:
            self._music_run = 0.0
        if voice < VOICE_OFF and music < 0.4:
            self.quiet += STEP_SECONDS
            self.quiet_total += STEP_SECONDS
            self.floor += (level - self.floor) * 0.1
        else:
            self.quiet = 0.0
