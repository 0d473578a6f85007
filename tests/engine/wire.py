"""A far end that keeps what arrives, byte by byte, and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import re
import socket
from typing import Any, override

from .station import HOST, PATIENCE

#: Header values of a request that its answer repeats.
_REPEATED = re.compile(r"(?im)^(?:Via|From|Call-ID|CSeq|Record-Route)\s*:.*$")


class Wire(asyncio.DatagramProtocol):
    """A UDP socket; `answers` makes the answers to a request, in order."""

    def __init__(self, answers: Callable[[str], list[str]]) -> None:
        self.received: list[str] = []
        self.addresses: list[tuple[str, int]] = []
        self.port = 0
        self._answers = answers
        self._changed = asyncio.Event()
        self._transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        text = data.decode()
        if not text.strip():
            return
        self.received.append(text)
        self.addresses.append((str(addr[0]), addr[1]))
        for answer in self._answers(text):
            self._transport.sendto(answer.encode(), addr)
        self._changed.set()

    def send(self, text: str, address: tuple[str, int]) -> None:
        """Send something of its own."""
        self._transport.sendto(text.encode(), address)

    def of(self, method: str) -> list[str]:
        """Return the requests of a method so far."""
        return [text for text in self.received if text.startswith(f"{method} ")]

    async def more(self) -> None:
        """Wait until something else arrives."""
        self._changed.clear()
        await self._changed.wait()

    async def got(self, method: str, count: int = 1) -> str:
        """Wait for so many requests of a method; return the last of them."""
        async with asyncio.timeout(PATIENCE):
            while len(found := self.of(method)) < count:
                await self.more()
        return found[count - 1]


def reply(request: str, status: str, *headers: str, tag: str = "far") -> str:
    """Return an answer to a request."""
    to = header(request, "To")
    lines = [
        f"SIP/2.0 {status}",
        *(match.group().strip() for match in _REPEATED.finditer(request)),
        f"To: {to}" + ("" if ";tag=" in to else f";tag={tag}"),
        *headers,
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def header(message: str, name: str) -> str:
    """Return the first value of a header, "" when there is none."""
    match = re.search(rf"(?im)^{re.escape(name)}\s*:\s*(.*?)\s*$", message)
    return match[1] if match else ""


@asynccontextmanager
async def wire(
    answers: Callable[[str], list[str]] = lambda _: [], host: str = HOST
) -> AsyncIterator[Wire]:
    """Give a socket on loopback."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    transport, far = await loop.create_datagram_endpoint(
        lambda: Wire(answers), local_addr=(host, 0), family=family
    )
    try:
        yield far
    finally:
        transport.close()
