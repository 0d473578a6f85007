"""What the navigator is told: everything that happens to one call, as frozen dataclasses.

`now` in the navigator is seconds on the call's own monotonic clock; the times inside
hearing events are seconds of audio on the company leg.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..hearing.heard import HeardEvent


class LineState(StrEnum):
    """The state of the company leg."""

    CALLING = "calling"
    EARLY = "early"  # early media: audio before the answer
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class EndedBy(StrEnum):
    """Who ended a leg."""

    US = "us"
    THEM = "them"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChanged:
    """The company leg changed its state."""

    state: LineState
    ended_by: EndedBy | None = None
    #: Outcome value for a leg that failed (busy, no_answer …), else "".
    failure: str = ""
    sip_code: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The ears reported something on the company leg."""

    event: HeardEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed:
    """Speech-to-text read an utterance of the company leg."""

    utterance: int
    text: str
    language: str = ""
    #: Leg time of the first and last word, s.
    since: float = 0.0
    until: float = 0.0
    #: False for a partial result that may still change.
    final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptUnavailable:
    """Speech-to-text is away, slow or gave up on an utterance."""

    utterance: int
    reason: str = ""
    #: Nothing else will be read either, for now: there is no reader, or it failed again and again.
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysSent:
    """The keys asked for by `SendKeys` went out (or could not)."""

    request: int
    ok: bool = True
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakingEnded:
    """What `Speak` asked for was played to the end, stopped, or could not be made."""

    request: int
    completed: bool = True
    error: str = ""


class PhoneState(StrEnum):
    """What happened on the user's side."""

    RINGING = "ringing"
    ANSWERED = "answered"  # picked up, not yet accepted
    ACCEPTED = "accepted"  # pressed 1, tapped the push message, or a trusted phone
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    UNREACHED = "unreached"  # all phones and rounds are through
    HUNG_UP = "hung_up"  # after having been connected


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanged:
    """The user's side changed."""

    state: PhoneState
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """The model (or nobody) answered a `Consult`; `choice` is one of the keys offered, or ""."""

    request: int
    choice: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMarked:
    """The prompt of a `MarkPrompt` has a print of this id; "" = none could be made."""

    request: int
    print_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridged:
    """Company and user hear each other."""


class Order(StrEnum):
    """What a user may order during a call."""

    HANG_UP = "hang_up"
    CONNECT_NOW = "connect_now"  # ring and bridge whoever is there
    IS_PERSON = "is_person"
    IS_NO_PERSON = "is_no_person"
    RESUME_HOLD = "resume_hold"  # after bridging: give it back
    REPEAT_STEP = "repeat_step"
    KEEP_HOLDING = "keep_holding"  # answer to a push: not now


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The user ordered something."""

    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A deadline the navigator asked for (`Navigator.deadline`) has come."""


type Moment = (
    LineChanged
    | Heard
    | Transcribed
    | TranscriptUnavailable
    | KeysSent
    | SpeakingEnded
    | PhoneChanged
    | Consulted
    | PromptMarked
    | Bridged
    | Ordered
    | Tick
)
