"""A STUN server that sees everybody at an address of its choice (RFC 8489)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
import struct
from typing import Any, override

_SUCCESS, _COOKIE = 0x0101, 0x2112
#: Attributes: our software's name, which nobody needs, and the address, masked.
_SOFTWARE, _XOR_MAPPED = 0x8022, 0x0020
_IPV4 = 1


class StunServer(asyncio.DatagramProtocol):
    """Answers binding requests over UDP; the address may be changed while it runs."""

    def __init__(self) -> None:
        """See everybody at an address for documentation (RFC 5737)."""
        #: Where it says that we are.
        self.seen = "203.0.113.9"
        #: Requests so far.
        self.asked = 0
        self.address = ("", 0)
        self._heard = asyncio.Event()
        self._transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        """Keep the socket."""
        self._transport = transport
        self.address = transport.get_extra_info("sockname")

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer a binding request."""
        self.asked += 1
        self._heard.set()
        mask = data[4:20]
        packed = IPv4Address(self.seen).packed
        masked = bytes(a ^ b for a, b in zip(packed, mask, strict=False))
        value = struct.pack("!BBH", 0, _IPV4, addr[1] ^ _COOKIE) + masked
        attributes = struct.pack("!HH", _SOFTWARE, 3) + b"lab\0"
        attributes += struct.pack("!HH", _XOR_MAPPED, len(value)) + value
        head = struct.pack("!HH", _SUCCESS, len(attributes))
        self._transport.sendto(head + mask + attributes, addr)

    async def more(self, requests: int) -> None:
        """Wait for so many further requests."""
        enough = self.asked + requests
        while self.asked < enough:
            self._heard.clear()
            await self._heard.wait()


@asynccontextmanager
async def stun_server(host: str) -> AsyncIterator[StunServer]:
    """Give a STUN server on a free port of `host`."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(StunServer, local_addr=(host, 0))
    try:
        yield server
    finally:
        transport.close()
