"""What ears, ours or a peer's, said about a call, as plain values that scoring needs."""

from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How sure the ears are of a living person."""

    NONE = 0
    SUSPECTED = 1
    DETECTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The level changed at a time, s; `since` is when the speech that led to it began."""

    time: float
    since: float
    level: Level
    #: Cues and weights, for looking into errors.
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """A sound was reported at a time as lasting since another, s."""

    time: float
    since: float
    sound: str
    digit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A repeat was reported at a time, s; the stretch that repeats began at `since`."""

    time: float
    since: float


@dataclass(slots=True, kw_only=True)
class Heard:
    """Everything said about one call, in order of time."""

    changes: list[Change] = field(default_factory=list)
    sounds: list[Sounding] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    #: When we asked whether anybody is there, s.
    asked: list[float] = field(default_factory=list)
    #: Processor time spent, and time by the clock, s.
    cpu: float = 0.0
    wall: float = 0.0
