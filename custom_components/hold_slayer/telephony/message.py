"""What every message between Home Assistant and the engine has in common."""

from dataclasses import dataclass, fields
from typing import Any, Self

from wyoming.event import Event

from .codec import MessageError, decode_dataclass, encode, snake_case

#: Raised with every change that an older side would not understand.
PROTOCOL_VERSION = 1
#: Key under which every message carries the protocol version.
PROTOCOL = "v"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; subclasses name its content. Binary content is a field `payload`."""

    @classmethod
    def wire_type(cls) -> str:
        """Return the name on the wire: `place_call` for `PlaceCall`."""
        return snake_case(cls.__name__)

    def event(self) -> Event:
        """Return the message as an event of the Wyoming framing."""
        payload: bytes | None = getattr(self, "payload", None)
        data: dict[str, Any] = {PROTOCOL: PROTOCOL_VERSION, **encode(self)}
        return Event(self.wire_type(), data, payload or None)

    @classmethod
    def from_event(cls, event: Event) -> Self:
        """Read a message of this class; raises `MessageError`."""
        name = cls.wire_type()
        if event.type != name:
            raise MessageError(
                f"expected {name}, not {event.type!r}", field="type", value=event.type
            )
        if (version := event.data.get(PROTOCOL)) != PROTOCOL_VERSION:
            raise MessageError(
                f"{name} speaks protocol {version!r}, this side speaks {PROTOCOL_VERSION}",
                field=PROTOCOL,
                value=version,
            )
        given = {"payload": event.payload or b""} if _has_payload(cls) else {}
        return decode_dataclass(cls, event.data, name, **given)


def _has_payload(cls: type[Message]) -> bool:
    """Tell whether a message carries binary content."""
    return any(field.name == "payload" for field in fields(cls))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Message):
    """Answers the request of that number."""

    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request[A: Answer](Message):
    """Asks the engine for something; answered by an `A` or by `Refused`."""

    #: Set by the link.
    request: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Message):
    """Something that happened in the engine; nobody answers."""
