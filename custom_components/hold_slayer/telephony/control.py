"""Messages about the engine itself: handshake, answers, heartbeat, log."""

from dataclasses import dataclass, field

from .account import RegistrationState
from .answers import Done
from .legs import LegState
from .message import PROTOCOL_VERSION, Answer, Report, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready(Answer):
    """The engine is up."""

    protocol: int
    engine_version: str
    pjsip_version: str
    #: Names as in SDP with clock rate and channels, e.g. `PCMA/8000/1`.
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Request[Ready]):
    """First message on the link."""

    integration_version: str = ""
    #: Level of Python's logging; DEBUG also logs SIP messages.
    log_level: int = 20
    speaks: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye(Request[Done]):
    """Hang up every leg, unregister and end. Without it, a lost link keeps answered bridges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong(Answer):
    """The engine's pulse."""

    #: Longest round of the engine's loop since the last ping, ms.
    loop_ms: float
    #: Frames of 20 ms the media clock has made so far; moves by 50 a second.
    media_frames: int
    legs: dict[str, LegState] = field(default_factory=dict)
    accounts: dict[str, RegistrationState] = field(default_factory=dict)
    #: Resident memory, bytes.
    memory: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping(Request[Pong]):
    """Asks for the pulse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLogLevel(Request[Done]):
    """Change what the engine logs."""

    log_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine(Report):
    """A line of the engine's log."""

    level: int
    logger: str
    text: str
