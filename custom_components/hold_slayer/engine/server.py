"""The engine's loop: takes requests, lets the SIP library work, moves audio."""

import asyncio
import gc
import logging
from pathlib import Path
from resource import getpagesize
import socket
import sys
from time import perf_counter
from typing import Any

from ..telephony.messages import (
    PROTOCOL_VERSION,
    BrokenFrameError,
    Done,
    ErrorKind,
    Goodbye,
    Hello,
    Message,
    MessageError,
    Ping,
    Pong,
    Ready,
    Refused,
    Request,
    SetLogLevel,
    read_message,
)
from .library import MissingLibraryError, UnsupportedMachineError, load, platform_name
from .outbox import LinkHandler, Outbox
from .refusal import RefusalError

_LOGGER = logging.getLogger("engine")

ENGINE_VERSION = "1"
#: Longest wait for SIP events in a round of the loop, ms; also how late audio may be moved.
POLL_MS = 10
#: Steps of the loop between two looks at SIP: a request is read, its reader woken, then carried out.
STEPS = 3
#: Longest time a thread keeps the interpreter while another wants it, s (Python's own: 0.005). The
#: loop lets go of it several times a round, and may get it back only so much later each time.
SWITCH_S = 0.0005
#: Seconds between two rounds of moving audio.
AUDIO_S = 0.02
#: Longest time for hanging up everything at the end, s.
GOODBYE_S = 2.5
#: Time for the answers to our BYEs, s.
LINGER_S = 0.3
#: Longest life of a bridge whose Home Assistant crashed, s.
ORPHAN_S = 2 * 3600


class Server:
    """Serves one Home Assistant over one socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve on this stream."""
        self._reader = reader
        self.outbox = Outbox(writer)
        self._exchange: Any = None
        self._ending = False
        self._slowest = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Work until Home Assistant says goodbye or is gone."""
        reading = asyncio.create_task(self._read())
        audio_due = 0.0
        while not (self._ending or reading.done()):
            if self._exchange is None:
                await asyncio.wait({reading}, timeout=POLL_MS / 1000)
                continue
            begin = perf_counter()
            self._exchange.poll(POLL_MS)
            waited = perf_counter()
            if waited >= audio_due:
                audio_due = waited + AUDIO_S
                self._exchange.tick()
            for _ in range(STEPS):
                await asyncio.sleep(0)
            self._slowest = max(self._slowest, perf_counter() - begin - POLL_MS / 1000)
        if self._exchange is not None:
            if not self._ending:
                await self._outlive()
            await self._close()
        await self.outbox.close()

    async def _read(self) -> None:
        """Take requests until the stream ends."""
        while True:
            try:
                message = await read_message(self._reader)
            except BrokenFrameError as error:
                _LOGGER.error("Home Assistant was cut off: %s", error)
                return
            except MessageError as error:
                self._complain(error)
                continue
            except OSError:
                return
            if message is None:
                return
            if isinstance(message, Request):
                task = asyncio.create_task(self._handle(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _complain(self, error: MessageError) -> None:
        """Answer what cannot be understood."""
        _LOGGER.warning("Not understood: %s", error)
        if error.request is None:
            return
        kind = {"type": ErrorKind.UNKNOWN_MESSAGE, "v": ErrorKind.PROTOCOL_VERSION}.get(
            error.field, ErrorKind.BAD_MESSAGE
        )
        self.outbox.send(Refused(request=error.request, error=kind, text=str(error)))

    async def _handle(self, request: Request[Any]) -> None:
        """Carry out one request; it always gets an answer."""
        answer: Message
        try:
            answer = await self._carry_out(request)
        except RefusalError as error:
            answer = Refused(
                request=request.request,
                error=error.error,
                text=error.text,
                sip_code=error.sip_code,
                rule=error.rule,
                machine=error.machine,
            )
        except Exception as error:
            _LOGGER.exception("%s failed", request.wire_type())
            text = f"{request.wire_type()} failed: {error}"
            answer = Refused(request=request.request, error=ErrorKind.ENGINE_ERROR, text=text)
        self.outbox.send(answer)
        if isinstance(request, Goodbye):
            self._ending = True

    async def _carry_out(self, request: Request[Any]) -> Message:
        """Carry out one request."""
        match request:
            case Hello():
                return self._start(request)
            case SetLogLevel():
                logging.getLogger().setLevel(request.log_level)
                return Done(request=request.request)
        if self._exchange is None:
            raise RefusalError(ErrorKind.NOT_READY, "the first message must be hello")
        match request:
            case Ping():
                return self._pulse(request.request)
            case Goodbye():
                await self._exchange.hang_up_and_wait(GOODBYE_S)
                return Done(request=request.request)
        return await self._exchange.carry_out(request)  # type: ignore[no-any-return]

    def _start(self, hello: Hello) -> Ready:
        """Start the SIP library."""
        if self._exchange is not None:
            raise RefusalError(ErrorKind.WRONG_STATE, "hello was said already")
        if hello.speaks != PROTOCOL_VERSION:
            text = f"Home Assistant speaks protocol {hello.speaks}, the engine {PROTOCOL_VERSION}"
            raise RefusalError(ErrorKind.PROTOCOL_VERSION, text)
        logging.getLogger().setLevel(hello.log_level)
        try:
            load()
        except MissingLibraryError as error:
            unsupported = isinstance(error, UnsupportedMachineError)
            kind = ErrorKind.UNSUPPORTED_MACHINE if unsupported else ErrorKind.MISSING_LIBRARY
            raise RefusalError(kind, str(error), machine=platform_name()) from error
        from .exchange import Exchange

        self._exchange = Exchange(
            self.outbox.send, user_agent=f"HoldSlayer/{hello.integration_version or ENGINE_VERSION}"
        )
        return Ready(
            request=hello.request,
            protocol=PROTOCOL_VERSION,
            engine_version=ENGINE_VERSION,
            pjsip_version=self._exchange.version,
            codecs=self._exchange.codecs,
        )

    def _pulse(self, number: int) -> Pong:
        """Return the engine's pulse."""
        slowest, self._slowest = self._slowest, 0.0
        return Pong(
            request=number,
            loop_ms=round(max(0.0, slowest) * 1000, 1),
            media_frames=self._exchange.media_frames,
            legs=self._exchange.leg_states,
            accounts=self._exchange.account_states,
            memory=_resident_memory(),
        )

    async def _outlive(self) -> None:
        """Home Assistant is gone without a goodbye: keep a conversation of two people."""
        self._exchange.hang_up_all(keep_bridges=True)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ORPHAN_S
        while self._exchange.has_bridges and loop.time() < deadline:
            self._exchange.poll(POLL_MS)
            self._exchange.tick()
            await asyncio.sleep(0)
        self._exchange.hang_up_all()
        deadline = loop.time() + LINGER_S
        while loop.time() < deadline:
            self._exchange.poll(POLL_MS)
            await asyncio.sleep(0)

    async def _close(self) -> None:
        """End the library in the order that does not abort."""
        for task in tuple(self._tasks):
            task.cancel()
        self._exchange.close()
        gc.collect()
        self._exchange.end()


def _resident_memory() -> int:
    """Return the resident memory of this process, bytes."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * getpagesize()


async def _serve(descriptor: int) -> None:
    """Serve on an inherited socket."""
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    server = Server(reader, writer)
    handler = LinkHandler(server.outbox)
    logging.getLogger().addHandler(handler)
    try:
        await server.serve()
    finally:
        logging.getLogger().removeHandler(handler)


def run(descriptor: int) -> int:
    """Run the engine until Home Assistant is gone; return the exit code."""
    sys.setswitchinterval(SWITCH_S)
    # Cycles with native objects must not be broken up at random moments, nor on other threads.
    gc.disable()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger().handlers.clear()
    asyncio.run(_serve(descriptor))
    return 0
