"""What the engine says, on its way to Home Assistant; never waits."""

import asyncio
import contextlib
import logging

from ..telephony.messages import LogLine, Message, SpeechAudio, frame_of

#: Bytes that may wait for a Home Assistant that is busy. Beyond that, audio and log lines are
#: dropped; states never are.
MOST_WAITING = 8_000_000


class Outbox:
    """Writes messages from any thread."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        """Take over the stream; belongs to the running loop."""
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self.dropped = 0

    def send(self, message: Message) -> None:
        """Send; from any thread."""
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is self._loop:
            self._write(message)
        else:
            self._loop.call_soon_threadsafe(self._write, message)

    def _write(self, message: Message) -> None:
        """Write, unless too much waits already."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        droppable = isinstance(message, SpeechAudio | LogLine)
        if droppable and transport.get_write_buffer_size() > MOST_WAITING:
            self.dropped += 1
            return
        self._writer.write(frame_of(message.event()))

    async def close(self) -> None:
        """Send what waits, and end."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), 1)


class LinkHandler(logging.Handler):
    """Sends log records as messages."""

    def __init__(self, outbox: Outbox) -> None:
        """Send through `outbox`."""
        super().__init__()
        self._outbox = outbox

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        try:
            text = self.format(record)
            self._outbox.send(LogLine(level=record.levelno, logger=record.name, text=text))
        except Exception:  # noqa: BLE001 - logging must never break a call
            self.handleError(record)
