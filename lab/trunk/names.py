"""A name server that knows the SRV records of some services (RFC 1035, RFC 2782)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import struct
from typing import Any, override

#: Record type and class, and the flags of an answer: found, no such name.
_SRV, _INTERNET = 33, 1
_FOUND, _NO_SUCH_NAME = 0x8180, 0x8183
#: Points to the name in the question.
_ASKED_NAME = 0xC00C


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One SRV record."""

    host: str
    port: int
    priority: int = 10
    weight: int = 0


class NameServer(asyncio.DatagramProtocol):
    """Answers over UDP; what it knows may be changed while it runs."""

    def __init__(self) -> None:
        """Know nothing."""
        #: Service such as `_sip._udp.trunk.example` -> its records.
        self.records: dict[str, list[Record]] = {}
        #: For how long an answer holds, s.
        self.lasting_s = 60
        #: Services that were asked for, in order.
        self.asked: list[str] = []
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
        """Answer one question."""
        end = data.index(b"\0", 12)
        name, position = [], 12
        while position < end:
            size = data[position]
            name.append(data[position + 1 : position + 1 + size].decode().lower())
            position += size + 1
        service = ".".join(name)
        self.asked.append(service)
        self._heard.set()
        known = self.records.get(service, [])
        flags = _FOUND if known else _NO_SUCH_NAME
        head = data[:2] + struct.pack("!HHHHH", flags, 1, len(known), 0, 0)
        answers = b"".join(map(self._answer, known))
        self._transport.sendto(head + data[12 : end + 5] + answers, addr)

    async def more(self, questions: int) -> None:
        """Wait for so many further questions."""
        enough = len(self.asked) + questions
        while len(self.asked) < enough:
            self._heard.clear()
            await self._heard.wait()

    def _answer(self, record: Record) -> bytes:
        """Return a record as it travels."""
        labels = [label.encode() for label in record.host.split(".")]
        name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
        body = struct.pack("!HHH", record.priority, record.weight, record.port) + name
        head = struct.pack("!HHHIH", _ASKED_NAME, _SRV, _INTERNET, self.lasting_s, len(body))
        return head + body


@asynccontextmanager
async def name_server(host: str) -> AsyncIterator[NameServer]:
    """Give a name server on a free port of `host`."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=(host, 0))
    try:
        yield server
    finally:
        transport.close()
