"""Wyoming frames on a stream: a JSON line, then JSON data, then binary payload.

The `wyoming` package's own reader returns None for garbage and for the end of the stream alike
and believes every length; a supervised link has to tell these apart.
"""

from asyncio import IncompleteReadError, StreamReader
from io import BytesIO
import json
from typing import Any

from wyoming.event import Event, write_event

from .codec import MessageError

#: Longest data and payload of a frame, bytes; a minute of PCM16 at 48 kHz is 5.8 MB.
LONGEST_PART = 8_000_000


class BrokenFrameError(MessageError):
    """The stream ended, or lost its frames, inside a message: nothing after it can be read."""


def frame_of(event: Event) -> bytes:
    """Return the bytes of an event; what is no UTF-8, as in messages of odd far sides, becomes "?"."""
    buffer = BytesIO()
    try:
        write_event(event, buffer)
    except UnicodeEncodeError:
        text = json.dumps(event.data, ensure_ascii=False).encode(errors="replace")
        buffer = BytesIO()
        write_event(Event(event.type, json.loads(text), event.payload), buffer)
    return buffer.getvalue()


async def read_frame(reader: StreamReader) -> Event | None:
    """Return the next event, None at the end of the stream.

    Raises `MessageError` for a line that is no frame (the next line may be one) and
    `BrokenFrameError` when the stream ends in the middle of one.
    """
    try:
        line = await reader.readline()
    except ValueError as error:
        raise BrokenFrameError("a frame's first line is too long") from error
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise BrokenFrameError(f"the stream ended inside a frame after {len(line)} bytes")
    header = _parse(line, "a frame's first line")
    kind = header.get("type")
    if not isinstance(kind, str):
        raise MessageError("a frame without a type", field="type", value=kind)
    try:
        length = _length(header, "data_length")
        more = await reader.readexactly(length) if length else b"{}"
        length = _length(header, "payload_length")
        payload = await reader.readexactly(length) if length else None
    except IncompleteReadError as error:
        raise BrokenFrameError(
            f"the stream ended inside {kind}: {len(error.partial)} of {error.expected} bytes"
        ) from error
    # Only now, with all of the frame read, the next one can be read whatever is wrong with this.
    data = header.get("data") or {}
    if not isinstance(data, dict):
        raise MessageError(f"the data of {kind} should be an object", field="data", value=data)
    return Event(kind, {**data, **_parse(more, f"the data of {kind}")}, payload)


def _parse(text: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"{what} is not JSON: {error}", value=text[:60]) from error
    if not isinstance(value, dict):
        raise MessageError(f"{what} is not a JSON object", value=value)
    return value


def _length(header: dict[str, Any], key: str) -> int:
    """Return a length named in a frame's first line."""
    length = header.get(key) or 0
    if not isinstance(length, int) or not 0 <= length <= LONGEST_PART:
        raise BrokenFrameError(
            f"{key} should be 0 to {LONGEST_PART}, not {length!r}", field=key, value=length
        )
    return length
