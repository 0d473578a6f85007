"""What can be heard on a leg: the vocabulary that all parts share (no numpy here).

All times are seconds of audio since the listener of the leg began, so they are exact
in a recording and on a live line alike.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Sound(StrEnum):
    """A kind of sound on the line."""

    SILENCE = "silence"
    NOISE = "noise"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    SPECIAL_INFORMATION = "special_information"
    CALL_WAITING = "call_waiting"
    DTMF = "dtmf"
    BEEP = "beep"
    FAX = "fax"
    MUSIC = "music"
    SONG = "song"
    SPEECH = "speech"
    SPEECH_OVER_MUSIC = "speech_over_music"


#: Sounds in which somebody, living or recorded, talks.
SPOKEN = frozenset({Sound.SPEECH, Sound.SPEECH_OVER_MUSIC})
#: Sounds of being on hold: music with or without a voice in it.
MUSICAL = frozenset({Sound.MUSIC, Sound.SONG, Sound.SPEECH_OVER_MUSIC})
#: Tones that a network or an exchange makes.
NETWORK_TONES = frozenset(
    {Sound.RINGBACK, Sound.BUSY, Sound.CONGESTION, Sound.SPECIAL_INFORMATION, Sound.CALL_WAITING}
)


class Verdict(StrEnum):
    """The decision about who is there."""

    NOBODY = "nobody"
    MACHINE = "machine"
    SUSPECTED = "suspected"
    PERSON = "person"


class Phase(StrEnum):
    """What the call is doing, as far as it matters to the ears."""

    UNKNOWN = "unknown"  # a recording: menu, hold and person in any order
    MENU = "menu"  # speech is a machine until proven otherwise
    HOLD = "hold"  # speech that is new may be the agent
    PHONE = "phone"  # the user's leg: a person, voicemail or call screening
    TALKING = "talking"  # bridged: both parties are people


class RepeatSource(StrEnum):
    """Where a stretch of audio was heard before."""

    CALL = "call"
    BOOK = "book"


class PrintKind(StrEnum):
    """What a stretch in a print book is."""

    ANNOUNCEMENT = "announcement"
    MUSIC = "music"
    MENU = "menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The same audio was heard before: proof of a recording."""

    source: RepeatSource
    #: Leg time in s of the earlier copy of what begins at the event's `since`; None when it comes from a
    #: print book.
    first_heard: float | None = None
    #: Agreement of the prints, 0 (chance) to 1 (identical).
    score: float = 0.0
    #: Name of the recording in the company's print book, the same from call to call; "" when it
    #: has none. A repeat within the call has one if its first copy has.
    print_id: str = ""
    #: Where in that recording the repeat begins, s; None without a name.
    offset: float | None = None
    #: What the print book calls the recording; None without a name.
    kind: PrintKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """A stretch of one sound began, or a momentary sound (digit, beep) happened."""

    #: When it was reported, s.
    time: float
    #: When the stretch began, s; never after `time`.
    since: float
    sound: Sound
    #: 0 to 1.
    confidence: float = 1.0
    #: The key, for `Sound.DTMF` only: one of 0-9 * # A-D.
    digit: str = ""
    #: Tone plan (ISO 3166 codes, comma separated), for network tones only.
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The stretch now playing was heard before."""

    time: float
    #: When the stretch that repeats began, s.
    since: float
    sound: Sound
    repeat: Repeat
    #: Period of a loop in s, once the same stretch came round at a steady distance.
    loop_period: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatEnded:
    """What plays is no longer the copy that `Repeated` told of."""

    time: float
    #: When the stretch that repeated began, s.
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceStarted:
    """Somebody, living or recorded, began to talk; speech-to-text may start."""

    time: float
    utterance: int
    #: When the first word began, s.
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UtterancePaused:
    """The talking paused, as between sentences; the utterance may go on."""

    time: float
    utterance: int
    since: float
    #: When the last word ended, s.
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceEnded:
    """The talking stopped, or was cut at the longest length."""

    time: float
    utterance: int
    since: float
    #: When the last word ended, s.
    until: float
    #: Set when most of it was heard before: no need to transcribe it again.
    repeat: Repeat | None = None
    #: True when it was cut by the clock and goes on in the next utterance.
    cut: bool = False


class Cue(StrEnum):
    """A reason for or against a living person, as shown to the user (translated there)."""

    NEW_SPEECH = "new_speech"  # speech that was never heard in this call or book
    REPEATED = "repeated"  # heard before: a recording
    OVER_MUSIC = "over_music"  # speech ducked into music
    MUSIC = "music"  # music plays, or came back
    ROOM_NOISE = "room_noise"  # background noise that started with the voice
    BANDWIDTH = "bandwidth"  # level and spectrum unlike the announcements of this call
    HESITATION = "hesitation"  # irregular pauses, fillers, breath
    WAITED = "waited"  # stopped and waits for an answer
    ANSWERED_US = "answered_us"  # spoke after our words, or stopped for them
    TALKED_THROUGH = "talked_through"  # talked on while we asked
    SHORT_GREETING = "short_greeting"  # one short turn, then silence
    LONG_MONOLOGUE = "long_monologue"  # steady studio reading without a turn
    GREETING_WORDS = "greeting_words"
    ANNOUNCEMENT_WORDS = "announcement_words"
    REPEATED_WORDS = "repeated_words"
    INVENTED_WORDS = "invented_words"  # text that speech-to-text makes up on music
    USER_SAID = "user_said"  # the user pressed "that is (not) a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cue and what it weighs."""

    cue: Cue
    #: Log-odds in nats added to "a living person"; negative speaks for a recording.
    weight: float
    #: A figure belonging to the cue (seconds of waiting, decibels …), if any.
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """The ears changed their mind about who is there."""

    time: float
    verdict: Verdict
    #: Probability of a living person, 0 to 1.
    probability: float
    #: When the speech that led to it began, s.
    since: float
    reasons: tuple[Reason, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioStopped:
    """No audio arrives at all (one-way or dead line) since `since`."""

    time: float
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioResumed:
    """Audio arrives again after `AudioStopped`."""

    time: float


type HeardEvent = (
    Hearing
    | Repeated
    | RepeatEnded
    | UtteranceStarted
    | UtterancePaused
    | UtteranceEnded
    | VerdictChange
    | AudioStopped
    | AudioResumed
)
