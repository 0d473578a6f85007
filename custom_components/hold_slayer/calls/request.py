"""What a user, an automation or a voice asks for when they want a call."""

from dataclasses import dataclass
from typing import Any

from homeassistant.core import Context

from ..navigation.plan import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """Names as the user gave them; nothing is checked yet."""

    #: Name, alias or subentry id.
    contact: str | None = None
    number: str | None = None
    intent: str | None = None
    #: Names or subentry ids; empty = all phones.
    phones: tuple[str, ...] = ()
    #: Line number from 1; None = any free one.
    line: int | None = None
    #: A call flow instead of the contact's: a list of steps, a mapping or YAML text.
    flow: Any = None
    mode: Mode = Mode.HOLD_SLAYER
    language: str | None = None
    #: Connect without being asked to; None = the line's switch.
    auto_connect: bool | None = None
    #: Record the conversation; None = as contact and account say.
    record: bool | None = None
    #: 1 = the first call; more = tried again.
    attempt: int = 1
    context: Context | None = None


def to_stored(request: CallRequest) -> dict[str, Any]:
    """Return a request as it is stored until its time comes."""
    return {
        "contact": request.contact,
        "number": request.number,
        "intent": request.intent,
        "phones": list(request.phones),
        "line": request.line,
        "flow": request.flow,
        "mode": request.mode.value,
        "language": request.language,
        "auto_connect": request.auto_connect,
        "record": request.record,
        "attempt": request.attempt,
    }


def from_stored(data: dict[str, Any]) -> CallRequest:
    """Return the request that was stored."""
    return CallRequest(**data | {"mode": Mode(data["mode"]), "phones": tuple(data["phones"])})
