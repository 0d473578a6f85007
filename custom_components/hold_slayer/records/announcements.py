"""Past waits and what the line said in them: the words of the forecast."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Announcement(StrEnum):
    """What a line says about the wait."""

    POSITION = "position"  # value: place in the queue, 1 = next
    WAIT = "wait"  # value: seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Something the line said about the wait."""

    kind: Announcement
    value: float
    #: Since waiting began, s.
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWait:
    """A wait that is over."""

    #: Local time, aware.
    started: datetime
    hold_s: float
    #: Whether a person came; otherwise it would have taken longer.
    reached: bool = True
    news: tuple[Announced, ...] = ()
