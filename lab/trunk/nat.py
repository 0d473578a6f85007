"""A symmetric NAT for UDP: a server behind it sees every peer at a port of its own (RFC 4787, section 4.1)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, override


class _Outside(asyncio.DatagramProtocol):
    """What the server sees of one peer; what it sends there goes back to the peer."""

    def __init__(self, inside: Any, peer: tuple[str, int]) -> None:
        """Belong to a peer."""
        self._inside = inside
        self._peer = peer
        self.transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        """Keep the socket."""
        self.transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Send it in."""
        self._inside.sendto(data, self._peer)


class SymmetricNat(asyncio.DatagramProtocol):
    """Peers send to `address`; the server gets it from elsewhere."""

    def __init__(self, server: tuple[str, int]) -> None:
        """Lead to one server."""
        self._server = server
        self.address = ("", 0)
        self._inside: Any = None
        self._outside: dict[tuple[str, int], asyncio.Task[_Outside]] = {}

    @override
    def connection_made(self, transport: Any) -> None:
        """Keep the socket."""
        self._inside = transport
        self.address = transport.get_extra_info("sockname")

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Send it out, from the port that belongs to the peer."""
        peer = (str(addr[0]), addr[1])
        if peer not in self._outside:
            self._outside[peer] = asyncio.get_running_loop().create_task(self._open(peer))
        self._outside[peer].add_done_callback(
            lambda opened: opened.result().transport.sendto(data, self._server)
        )

    async def ports(self) -> list[int]:
        """Return the ports the server sees."""
        opened = await asyncio.gather(*self._outside.values())
        return [each.transport.get_extra_info("sockname")[1] for each in opened]

    async def close(self) -> None:
        """Close all ports."""
        for each in await asyncio.gather(*self._outside.values()):
            each.transport.close()
        self._inside.close()

    async def _open(self, peer: tuple[str, int]) -> _Outside:
        """Give a peer a port."""
        _, outside = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Outside(self._inside, peer), local_addr=(self._server[0], 0)
        )
        return outside


@asynccontextmanager
async def symmetric_nat(server: tuple[str, int]) -> AsyncIterator[SymmetricNat]:
    """Give a NAT on a free port of the server's host."""
    loop = asyncio.get_running_loop()
    _, nat = await loop.create_datagram_endpoint(
        lambda: SymmetricNat(server), local_addr=(server[0], 0)
    )
    try:
        yield nat
    finally:
        await nat.close()
