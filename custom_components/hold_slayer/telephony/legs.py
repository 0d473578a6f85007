"""Messages about legs: calling, answering, ending, keys, bridging, statistics."""

from dataclasses import dataclass, field
from enum import StrEnum

from ..hearing.heard import HeardEvent, Phase
from .account import KeyMethod, Transport
from .answers import Done
from .message import Answer, Report, Request


class LegState(StrEnum):
    """Where a SIP dialog is."""

    CALLING = "calling"
    RINGING = "ringing"  # 180
    EARLY = "early"  # 183: audio before the answer
    INCOMING = "incoming"  # waits for AnswerCall or RejectCall
    CONFIRMED = "confirmed"
    DISCONNECTED = "disconnected"


class EndedBy(StrEnum):
    """Who ended a leg."""

    US = "us"
    THEM = "them"
    FAILURE = "failure"


class CallFailure(StrEnum):
    """Why a leg did not come about, or was lost."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    NOT_FOUND = "not_found"
    UNAUTHORISED = "unauthorised"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CODEC_MISMATCH = "codec_mismatch"
    ENGINE_LOST = "engine_lost"
    FAILED = "failed"


class DialledBy(StrEnum):
    """Who chose the number: the dial policy treats them differently."""

    AUTOMATION = "automation"  # automations, voice, flows, schedules, redial
    PERSON = "person"  # typed by hand on the card or a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingSettings:
    """What the ears of a leg should know."""

    #: Country of the network tones, ISO 3166; "" = any.
    country: str = ""
    #: Probability from which a person is suspected; None = the listener's own.
    suspect_at: float | None = None
    #: Probability from which a person is detected; None = the listener's own.
    detect_at: float | None = None
    #: Probability below which a suspicion is called off; None = the listener's own.
    cancel_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCall(Request[Done]):
    """Dial; answered when the INVITE has left. The rest comes as `LegChanged`."""

    #: Chosen by Home Assistant, e.g. "c12.company".
    leg: str
    account_id: str
    #: A number, or a SIP URI.
    target: str
    #: None = nobody listens to this leg.
    hearing: HearingSettings | None = None
    phase: Phase = Phase.UNKNOWN
    dialled_by: DialledBy = DialledBy.AUTOMATION
    #: Give up (CANCEL) when nobody answered after so long, s; 0 = the network's time-out.
    ring_time_s: float = 0.0
    #: Name shown to the far side instead of the account's; "" = the account's.
    display_name: str = ""
    #: Extra SIP headers.
    headers: dict[str, str] = field(default_factory=dict)
    #: Print book of the company; one that cannot be read is left out, and logged.
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall(Request[Done]):
    """Answer an incoming leg: 180 rings, 183 sends early media, 200 takes the call."""

    leg: str
    code: int = 200
    hearing: HearingSettings | None = None
    phase: Phase = Phase.UNKNOWN
    #: Print book of the company, as in `PlaceCall`.
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectCall(Request[Done]):
    """Refuse an incoming leg."""

    leg: str
    code: int = 486


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Request[Done]):
    """End a leg in whatever state it is; `reason` goes into the Reason header (RFC 3326)."""

    leg: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendKeys(Request[Done]):
    """Press keys; answered when the last one has been sent."""

    leg: str
    #: 0-9 * # A-D; a comma waits half a second.
    keys: str
    method: KeyMethod = KeyMethod.AUTO
    #: Length of tone and pause in ms; 0 = the account's.
    tone_ms: int = 0
    pause_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPhase(Request[Done]):
    """Tell the ears of a leg what the call is doing."""

    leg: str
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Request[Done]):
    """Let two legs hear each other; the ears keep listening to both."""

    first: str
    second: str
    #: False: `second` hears `first` without being heard (listening in).
    both_ways: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbridge(Request[Done]):
    """Part two bridged legs; both stay up."""

    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Request[Done]):
    """Hand a leg over to another number or SIP URI (REFER); answered when accepted."""

    leg: str
    target: str
    dialled_by: DialledBy = DialledBy.AUTOMATION


@dataclass(frozen=True, slots=True, kw_only=True)
class LegStatistics(Answer):
    """Figures of a leg's media since it began."""

    leg: str
    state: LegState
    #: As in SDP, e.g. `PCMA`; "" before media.
    codec: str = ""
    clock_rate: int = 0
    encrypted: bool = False
    #: Where our RTP goes, `host:port`.
    remote: str = ""
    duration_s: float = 0.0
    rx_packets: int = 0
    rx_bytes: int = 0
    rx_lost: int = 0
    rx_jitter_ms: float = 0.0
    tx_packets: int = 0
    tx_bytes: int = 0
    #: As the far side reports by RTCP.
    tx_lost: int = 0
    tx_jitter_ms: float = 0.0
    #: Round trip by RTCP; 0 = not measured yet.
    rtt_ms: float = 0.0
    #: Audio that came too late for the ears, s (they count it as silence).
    unheard_s: float = 0.0
    #: Frames in which nothing arrived from the far side.
    empty_frames: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GetStatistics(Request[LegStatistics]):
    """Ask for the figures of a leg."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCall(Report):
    """Somebody calls an account."""

    #: Chosen by the engine, e.g. "in3".
    leg: str
    account_id: str
    #: SIP URI of the caller, which nothing proves; on `PHONES_ACCOUNT` the phone's user name, proved.
    caller: str
    caller_name: str = ""
    #: User part that was called.
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegChanged(Report):
    """A leg changed its state."""

    leg: str
    state: LegState
    failure: CallFailure | None = None
    #: For `DISCONNECTED` only.
    ended_by: EndedBy | None = None
    sip_code: int = 0
    #: Reason phrase of the network, or our own sentence.
    text: str = ""
    #: Seconds after which a busy service asks to be tried again (Retry-After); 0 = not said.
    retry_after_s: int = 0
    #: The last figures of its audio, for `DISCONNECTED` only; None where there never was any.
    media: LegStatistics | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHeld(Report):
    """The far side put the leg on hold in SIP's own way, or took it back."""

    leg: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReceived(Report):
    """The far side pressed a key (RFC 4733 or SIP INFO; in-band keys come as hearing)."""

    leg: str
    key: str
    method: KeyMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardOnLeg(Report):
    """The ears of a leg report something."""

    leg: str
    heard: HeardEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone(Report):
    """How to end a leg should the engine die; kept by the link, nobody else's business."""

    leg: str
    #: Next hop of the dialog.
    host: str
    port: int
    transport: Transport
    verify_tls: bool
    #: A whole BYE but for its Via, or a whole CANCEL.
    request: str
    #: Whose credentials a server may ask for.
    account_id: str = ""
    #: Our own `address:port` of UDP: some servers know us by it.
    local: str = ""
    #: Name a certificate must hold, and certificates to trust besides the system's.
    server_name: str = ""
    ca_file: str = ""
