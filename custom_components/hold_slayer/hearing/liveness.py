"""What is measured about a stretch of talking, as far as it tells a person from a recording."""

from dataclasses import dataclass, field
from math import log

import numpy as np
from numpy.typing import NDArray

from .frames import BANDS, STEP_SECONDS
from .heard import Repeat

#: A voice chance above the first begins a word, below the second ends it.
VOICE_ON = 0.6
VOICE_OFF = 0.4
#: Silence that counts as a pause within talking, s.
PAUSE = 0.35
#: Quiet after which the talking is over, whoever it was, s.
OVER = 12.0
#: Music after the last word that ends the talking, s.
MUSIC_BACK = 0.8
#: Peaks of the level are forgotten at this pace, dB per step.
LEVEL_FALLS = 0.3
#: The voice rings this long after the last word, s.
TAIL = 0.25
#: Words within this of the loudest make a voice's profile, dB; so much is enough, s.
LOUD = 12.0
PROFILE_MOST = 6.0
#: What is heard so long after the last word is the room, not the recording's own noise, s.
STILL = 0.7
#: Pause in which somebody else may have come to the line, s.
TURN_PAUSE = 0.7
#: Time with a voice over which it is judged, s, and the weight of what was before, as time.
FIRST_WORDS = 2.0
CARRIED = 0.4
#: Talking without a proof, after a proven repeat, that may be somebody else, s.
UNPROVEN = 2.0
#: First words that sounded like music are forgiven at this pace, s, where no music is any more.
MUSIC_GONE = 0.15
FORGIVEN = 1.0
#: Music under a voice that ends the talking: it was a song or an announcement, s.
BED_LASTS = 2.0
#: Seconds over which the chance of music under a voice is smoothed.
_BED_SECONDS = 0.4


def log_odds(chance: float) -> float:
    """Return the log-odds of a chance, kept away from certainty."""
    chance = min(0.98, max(0.02, chance))
    return log(chance / (1 - chance))


@dataclass(slots=True, kw_only=True)
class Step:
    """What the detectors say about 50 ms: chances 0 to 1, levels in dB full scale.

    Not frozen: that would take longer than all else that is done with most steps.
    """

    #: End of the step, s.
    time: float
    voice: float
    music: float
    singing: float
    live: float
    level: float
    #: Share of the step in which a note is held.
    held: float = 0.0
    #: (BANDS,) mean mel spectrum, dB.
    mel: NDArray[np.float32]
    #: A network tone, digit or beep is on.
    tone: bool = False


@dataclass(slots=True, kw_only=True)
class Talk:
    """A stretch of talking, pauses included, until something else takes its place.

    Times are leg seconds, durations seconds, levels dB full scale.
    """

    onset: float
    #: Time since music was last heard before the first word.
    after_music: float
    #: How much louder the quiet before the first word was than the line's own, dB; None if unknown.
    room_before: float | None
    #: Level of the line's own quiet, None while unknown.
    floor: float | None
    #: Time with a voice, and that part of it with no music under it.
    voiced: float = 0.0
    clean: float = 0.0
    #: Time with a voice since the last pause in which somebody else might have come.
    turn: float = 0.0
    #: Length of the quiet since the last word; 0 while talking.
    waiting: float = 0.0
    #: Chance of music now, smoothed.
    bed: float = 0.0
    #: Seconds of music since the last word.
    music_after: float = 0.0
    #: How long music has been under the voice without a break.
    bed_lasts: float = 0.0
    #: Means over the first words of the turn: chance of music under them, of singing, the share of held
    #: notes, and the model's log-odds of a live voice.
    music: float = 0.0
    singing: float = 0.0
    held: float = 0.0
    live: float = 0.0
    #: Mean chance of a voice in all words: notes of music that pass for words are never sure ones.
    sure: float = 0.0
    #: Level of the voice, and of the quiet since the last word (None while talking).
    voice_level: float = -90.0
    quiet_level: float | None = None
    #: Mean level since the last word has died away.
    still_level: float | None = None
    #: The least that was since then.
    still_least: float = 0.0
    #: Means since then: the model's log-odds of a live line, and the chance of music.
    still_live: float = 0.0
    still_music: float = 0.0
    #: The same log-odds over all pauses, the latest most; None before the first one is long enough.
    pause_live: float | None = None
    #: The pauses that ended in more words.
    pauses: list[float] = field(default_factory=list)
    repeat: Repeat | None = None
    #: Length of the longest proven repeat, and the talking since its last proof.
    repeated: float = 0.0
    unproven: float = 0.0
    #: Delay of an answer to our words; how long it talked on over them.
    answered_us: float | None = None
    talked_through: float = 0.0
    #: Sum of the mel spectra of the turn's loud words, (BANDS,), and how long they are, s.
    spectrum: NDArray[np.float32] = field(default_factory=lambda: np.zeros(BANDS, np.float32))
    loud: float = 0.0
    #: How much farther the nearest recorded voice of this call is than another's voice would be, in
    #: standard deviations of a voice's own words; None while no voice is known.
    unlike: float | None = None
    #: The length of loud words with which that was measured, s.
    compared: float = 0.0

    @property
    def profile(self) -> NDArray[np.float32]:
        """Return the mean spectrum of the turn's loud words without its level, (BANDS,) dB."""
        mean = self.spectrum * np.float32(STEP_SECONDS / max(self.loud, STEP_SECONDS))
        return np.asarray(mean - mean.mean(), np.float32)

    @property
    def room(self) -> float | None:
        """Return how much louder than the line it is where nobody talks, dB; None if unknown.

        Before the first word if possible: after the last one, somebody else may have come.
        """
        if self.room_before is not None:
            return self.room_before
        if self.floor is None or self.still_level is None or self.waiting < STILL:
            return None
        return self.still_level - self.floor

    @property
    def open_line(self) -> float:
        """Return how much louder than the line it is after the last word, dB; 0 if unknown."""
        if self.floor is None or self.still_level is None:
            return 0.0
        return self.still_level - self.floor

    @property
    def rise(self) -> float:
        """Return how much louder it became since the last word died away, dB."""
        return 0.0 if self.still_level is None else self.still_level - self.still_least

    @property
    def drop(self) -> float:
        """Return how far the level fell since the last word, dB; 0 while talking."""
        return 0.0 if self.quiet_level is None else self.voice_level - self.quiet_level

    @property
    def talking(self) -> bool:
        """Tell whether the voice is heard right now."""
        return self.waiting < PAUSE

    def step(self, step: Step) -> None:
        """Take the next step."""
        self.bed += (step.music - self.bed) * STEP_SECONDS / _BED_SECONDS
        self.bed_lasts = self.bed_lasts + STEP_SECONDS if self.bed > 0.6 else 0.0
        if self.bed > 0.5:  # rests of a song are not pauses of somebody who waits
            self.pauses.clear()
        if step.voice >= (VOICE_OFF if self.waiting == 0 else VOICE_ON):
            self._word(step)
            return
        self.waiting += STEP_SECONDS
        self.music_after += STEP_SECONDS * (step.music > 0.5)
        if self.waiting > TAIL:
            if self.quiet_level is None:
                self.quiet_level = step.level
            self.quiet_level = max(step.level, self.quiet_level - LEVEL_FALLS)
        if self.waiting > STILL / 2:
            odds = log_odds(step.live)
            if self.waiting >= STILL:
                self.pause_live = odds if self.pause_live is None else self.pause_live
                self.pause_live += (odds - self.pause_live) * 0.1
            if self.still_level is None:
                self.still_level = self.still_least = step.level
                self.still_live, self.still_music = odds, step.music
            self.still_live += (odds - self.still_live) * 0.1
            self.still_music += (step.music - self.still_music) * 0.1
            self.still_level += (step.level - self.still_level) * 0.15
            self.still_least = min(self.still_least, self.still_level)

    def _word(self, step: Step) -> None:
        """Take a step with a voice in it."""
        if self.waiting >= PAUSE:
            self.pauses.append(self.waiting)
        if self.waiting >= TURN_PAUSE:
            self.turn = self.loud = self.compared = 0.0
            self.spectrum = np.zeros(BANDS, np.float32)
        self.waiting = 0.0
        self.quiet_level = self.still_level = None
        self.voice_level = max(step.level, self.voice_level - LEVEL_FALLS)
        self.music_after = 0.0
        self.voiced += STEP_SECONDS
        self.sure += (step.voice - self.sure) * STEP_SECONDS / self.voiced
        self.turn += STEP_SECONDS
        self.unproven += STEP_SECONDS
        self.clean += STEP_SECONDS * (1 - step.music) * min(1.0, step.voice / 0.9)
        if self.turn <= FIRST_WORDS:
            share = STEP_SECONDS / (self.turn + CARRIED)
            self.music += (step.music - self.music) * share
            self.singing += (step.singing - self.singing) * share
            self.held += (step.held - self.held) * share
            self.live += (log_odds(step.live) - self.live) * share
        elif self.bed < MUSIC_GONE:
            self.music -= self.music * STEP_SECONDS / FORGIVEN
            self.singing -= self.singing * STEP_SECONDS / FORGIVEN
        if step.level > self.voice_level - LOUD and self.loud < PROFILE_MOST:
            self.spectrum = self.spectrum + step.mel
            self.loud += STEP_SECONDS
