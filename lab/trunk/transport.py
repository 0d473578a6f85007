"""SIP over UDP, TCP and TLS on loopback: messages in, messages out, each bound to a flow."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
import re
import ssl
from typing import override

from .message import MalformedMessageError, Message

_LENGTH = re.compile(rb"^(?:Content-Length|l)\s*:\s*(\d+)", re.IGNORECASE | re.MULTILINE)


class Protocol(StrEnum):
    """Transport protocols of SIP."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The way back to a peer (RFC 5626): an address for UDP, a connection for TCP and TLS."""

    number: int
    protocol: Protocol
    peer: tuple[str, int]


class Transports:
    """All sockets of the trunk; hands every message received to one handler together with its flow."""

    def __init__(self, host: str, on_message: Callable[[Message, Flow], None]) -> None:
        """Nothing listens before `open`."""
        self.host = host
        self.ports: dict[Protocol, int] = {}
        self._on_message = on_message
        self._flows: dict[int, Flow] = {}
        self._by_address: dict[tuple[str, int], Flow] = {}
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._servers: list[asyncio.Server] = []
        self._udp: asyncio.DatagramTransport | None = None

    async def open(self, tls: ssl.SSLContext, port: int = 0) -> None:
        """Listen on all three; port 0 takes free ones, any other is used for UDP and TCP (TLS: one above)."""
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=(self.host, port)
        )
        self.ports[Protocol.UDP] = self._udp.get_extra_info("sockname")[1]
        for protocol, context in ((Protocol.TCP, None), (Protocol.TLS, tls)):
            server = await asyncio.start_server(
                partial(self._serve, protocol),
                self.host,
                port and port + (protocol is Protocol.TLS),
                ssl=context,
            )
            self._servers.append(server)
            self.ports[protocol] = server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Close every socket."""
        for server in self._servers:
            server.close()
        for writer in list(self._writers.values()):
            writer.close()
        if self._udp:
            self._udp.close()

    def drop_connections(self) -> None:
        """Cut all TCP and TLS connections, as a restarting server does."""
        for writer in list(self._writers.values()):
            writer.transport.abort()

    def udp_flow(self, peer: tuple[str, int]) -> Flow:
        """The flow to a UDP address."""
        if (flow := self._by_address.get(peer)) is None:
            flow = self._new_flow(Protocol.UDP, peer)
            self._by_address[peer] = flow
        return flow

    def flow(self, number: int) -> Flow | None:
        """The flow of that number if it still exists."""
        return self._flows.get(number)

    def send(self, message: Message, flow: Flow) -> bool:
        """Send; False when the connection is gone."""
        data = message.encode()
        if flow.protocol is Protocol.UDP:
            if self._udp is None or self._udp.is_closing():
                return False
            self._udp.sendto(data, flow.peer)
            return True
        if (writer := self._writers.get(flow.number)) is None or writer.is_closing():
            return False
        writer.write(data)
        return True

    def _new_flow(self, protocol: Protocol, peer: tuple[str, int]) -> Flow:
        flow = Flow(number=len(self._flows) + 1, protocol=protocol, peer=peer)
        self._flows[flow.number] = flow
        return flow

    def received(self, data: bytes, flow: Flow) -> None:
        """Parse and hand on; what is no SIP message (keep-alives among it) is ignored."""
        if not data.strip(b"\r\n\0 "):
            return
        try:
            message = Message.parse(data)
        except MalformedMessageError:
            return
        self._on_message(message, flow)

    async def _serve(
        self, protocol: Protocol, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        flow = self._new_flow(protocol, writer.get_extra_info("peername")[:2])
        self._writers[flow.number] = writer
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                stripped = head.lstrip(b"\r\n")
                if not stripped:
                    # a double CRLF asks for a pong (RFC 5626 section 3.5.1)
                    writer.write(b"\r\n")
                    continue
                length = _LENGTH.search(stripped)
                body = await reader.readexactly(int(length[1])) if length else b""
                self.received(stripped + body, flow)
        except asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError:
            pass
        finally:
            del self._writers[flow.number]
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """UDP socket of the trunk."""

    def __init__(self, owner: Transports) -> None:
        self._owner = owner

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._owner.received(data, self._owner.udp_flow(addr[:2]))
