"""A way to a SIP server for a few requests: a UDP socket, or a TCP or TLS connection of its own."""

import asyncio
import contextlib
import re
import socket
import ssl
from typing import Any, override

from .account import Transport
from .legs import Tombstone

#: Retransmissions over UDP, s after the first (RFC 3261: T1 doubles).
RESEND_AFTER = (0.5, 1.0, 2.0)


def header(message: str, name: str) -> str:
    """Return the first value of a header, "" when there is none."""
    match = re.search(rf"(?im)^{name}\s*:\s*(.*?)\s*$", message)
    return match[1] if match else ""


class Wire:
    """A way to the server: what is sent, and the answers by method."""

    #: Seconds after which a request is sent again; none over streams.
    resend: tuple[float, ...] = ()

    def __init__(self) -> None:
        """Wait from now on."""
        self.address: tuple[str, int] = ("", 0)
        self._answers: list[str] = []
        self._changed = asyncio.Event()
        self.failed: Exception | None = None

    def send(self, text: str) -> None:
        """Send a message."""
        raise NotImplementedError

    def take(self, text: str) -> None:
        """Take a message; only final answers count."""
        if text.startswith("SIP/2.0 ") and not text.startswith("SIP/2.0 1"):
            self._answers.append(text)
            self._changed.set()

    async def ask(self, request: str, method: str) -> str:
        """Send a request, again and again, until it is answered."""
        loop = asyncio.get_running_loop()
        number = header(request, "CSeq").split()[0]
        timers = [loop.call_later(after, self.send, request) for after in self.resend]
        self.send(request)
        try:
            return await self.answer_to(method, number)
        finally:
            for timer in timers:
                timer.cancel()

    async def answer_to(self, method: str, number: str = "") -> str:
        """Wait for a final answer to a method, of that CSeq number if there is one."""
        while True:
            for text in self._answers:
                told = header(text, "CSeq").split()
                if len(told) == 2 and told[1] == method and number in ("", told[0]):
                    return text
            if self.failed is not None:
                raise ConnectionError(str(self.failed)) from self.failed
            self._changed.clear()
            await self._changed.wait()

    def fail(self, error: Exception) -> None:
        """Nothing more will come."""
        self.failed = error
        self._changed.set()


class _Datagrams(Wire, asyncio.DatagramProtocol):
    """A UDP socket."""

    resend = RESEND_AFTER
    _transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        """Know our address."""
        self._transport = transport
        self.address = transport.get_extra_info("sockname")[:2]

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Take a message."""
        self.take(data.decode(errors="replace"))

    @override
    def error_received(self, exc: Exception) -> None:
        """Nobody is there (ICMP)."""
        self.fail(exc)

    @override
    def send(self, text: str) -> None:
        """Send a message."""
        self._transport.sendto(text.encode())


@contextlib.asynccontextmanager
async def datagrams(stone: Tombstone, *, own: bool) -> Any:
    """Give a UDP socket towards the far side, on the engine's `own` port or any."""
    local = None
    if own:
        host, _, port = stone.local.rpartition(":")
        local = (host.strip("[]"), int(port))
    transport, wire = await asyncio.get_running_loop().create_datagram_endpoint(
        _Datagrams, local_addr=local, remote_addr=(stone.host, stone.port)
    )
    try:
        yield wire
    finally:
        transport.close()


class _Stream(Wire):
    """A TCP or TLS connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        """Write there."""
        super().__init__()
        self._writer = writer
        sock: socket.socket = writer.get_extra_info("socket")
        self.address = sock.getsockname()[:2]

    @override
    def send(self, text: str) -> None:
        """Send a message."""
        self._writer.write(text.encode())

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Take messages until the connection ends."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace").lstrip()
                with contextlib.suppress(ValueError):
                    await reader.readexactly(int(header(head, "Content-Length") or 0))
                self.take(head)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            self.fail(error)


@contextlib.asynccontextmanager
async def stream(stone: Tombstone) -> Any:
    """Give a connection of its own: the engine's ended with it."""
    context: ssl.SSLContext | None = None
    if stone.transport is Transport.TLS:
        context = await asyncio.to_thread(_context, stone)
    reader, writer = await asyncio.open_connection(
        stone.host,
        stone.port,
        ssl=context,
        server_hostname=(stone.server_name or None) if context is not None else None,
    )
    wire = _Stream(writer)
    reading = asyncio.create_task(wire.read(reader))
    try:
        yield wire
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _context(stone: Tombstone) -> ssl.SSLContext:
    """Return what to check a certificate with; reads files."""
    context = ssl.create_default_context()
    if stone.ca_file:
        context.load_verify_locations(stone.ca_file)
    if not stone.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
