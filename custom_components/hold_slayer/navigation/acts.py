"""What the navigator wants done: orders to the call, as frozen dataclasses."""

from dataclasses import dataclass, field
from enum import StrEnum

from ..hearing.heard import Phase, Reason
from .states import CallState, Outcome


class KeyMethod(StrEnum):
    """How keys travel."""

    AUTO = "auto"  # the account's setting
    RFC4733 = "rfc4733"
    INFO = "info"
    INBAND = "inband"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendKeys:
    """Press keys on the company leg; answered by `KeysSent`."""

    request: int
    #: 0-9 * # A-D, or a single placeholder such as "{account_number}" filled in by the call.
    keys: str
    method: KeyMethod = KeyMethod.AUTO
    #: Tone and pause in ms; 0 = the account's setting.
    tone_ms: int = 0
    pause_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Say a text to the company; answered by `SpeakingEnded`. May hold {placeholders} of secrets."""

    request: int
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSpeaking:
    """Stop what is being said at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEarly:
    """Read what is being said before it ends: the words so far may tell a person or an option."""

    #: Where the speaker pauses now; otherwise at set lengths, since there may be no pause.
    at_pause: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPhase:
    """Tell the ears what the call is doing now."""

    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterState:
    """The call is in a new state."""

    state: CallState
    #: Why, for a person: probability and reasons of the verdict.
    probability: float | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RingUser:
    """Ring the user's phones; answered by `PhoneChanged`."""

    #: True when it is only suspected that a person is there.
    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRingingUser:
    """Call off the ringing quietly (false alarm, or the agent is gone)."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeUser:
    """Put company and user together; answered by `Bridged`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbridgeUser:
    """Take the user off the line and go on alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Ask the model to choose one of the options; answered by `Consulted`."""

    request: int
    #: What was heard, as data.
    heard: str
    #: What the user wants.
    intent: str
    #: Choice key -> what it means. The model can only name a key.
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPrompt:
    """Name the print of a prompt that was heard; answered by `PromptMarked`."""

    request: int
    #: Leg times, s.
    since: float
    until: float


class NoteKind(StrEnum):
    """Things worth keeping in history and telling the user."""

    STEP_STARTED = "step_started"
    STEP_DONE = "step_done"
    MENU_HEARD = "menu_heard"
    FLOW_STALE = "flow_stale"
    ANNOUNCEMENT = "announcement"
    QUEUE_POSITION = "queue_position"  # value: position
    ESTIMATED_WAIT = "estimated_wait"  # value: seconds
    CALLBACK_OFFERED = "callback_offered"
    TRANSFER = "transfer"
    FALSE_ALARM = "false_alarm"
    # what is away or missing while the call goes on with what is left
    SPEECH_TO_TEXT_AWAY = "speech_to_text_away"
    TEXT_TO_SPEECH_AWAY = "text_to_speech_away"
    MODEL_AWAY = "model_away"
    NOT_STORED = "not_stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to remember."""

    kind: NoteKind
    text: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """Hang up the company leg and finish the call with this outcome."""

    outcome: Outcome
    reason: str = ""
    #: When the company opens ("09:00"), if it said so.
    opens_at: str = ""


type Act = (
    SendKeys
    | Speak
    | StopSpeaking
    | ReadEarly
    | SetPhase
    | EnterState
    | RingUser
    | StopRingingUser
    | BridgeUser
    | UnbridgeUser
    | Consult
    | MarkPrompt
    | Note
    | EndCall
)
