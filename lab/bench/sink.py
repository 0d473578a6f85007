"""A far end that takes a call and notes when each RTP packet arrives, by the kernel's clock."""

import asyncio
from collections import Counter
import contextlib
from dataclasses import dataclass
from itertools import pairwise
import socket
import struct
from typing import Self

from lab.trunk.message import Message

HOST = "127.0.0.1"
#: Linux: nanosecond time stamps of packets as ancillary data; Python has no name for it.
SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_SDP = (
    "v=0\r\no=sink 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How evenly packets came."""

    seconds: float
    packets: int
    #: Packets per second.
    rate: float
    #: Time between two packets, ms: 99 % of them are below, and the longest.
    gap_99: float
    gap_most: float


class Sink(asyncio.DatagramProtocol):
    """A minimal SIP user agent server: takes every REGISTER and INVITE, listens, says nothing."""

    def __init__(self) -> None:
        """Prepare; entering the context opens the sockets."""
        self.arrivals: list[float] = []
        #: Requests received, by method, each transaction once.
        self.requests: Counter[str] = Counter()
        #: Call-IDs of calls that are up: taken, and not yet hung up.
        self.up: set[str] = set()
        self.port = 0
        #: SDP of the last INVITE, the port it came from, and all of it.
        self.offer = b""
        self.peer_port = 0
        self.invite: Message | None = None
        self._branches: set[str] = set()
        self._changed = asyncio.Event()
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        self._rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._rtp.bind((HOST, 0))
        self._rtp.setblocking(False)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._rtp, self._read)
        self._sip, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))
        self.port = self._sip.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the sockets."""
        asyncio.get_running_loop().remove_reader(self._rtp)
        self._rtp.close()
        if self._sip is not None:
            self._sip.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a SIP request."""
        if len(data) < 20:  # a keep-alive
            return
        message = Message.parse(data)
        if not message.is_request or message.method == "ACK" or self._sip is None:
            return
        if (branch := message.get("Via")) not in self._branches:
            self._branches.add(branch)
            self.requests[message.method] += 1
            self._changed.set()
        contact = ("Contact", f"<sip:sink@{HOST}:{self.port}>")
        if message.method == "REGISTER":
            contact = ("Contact", f"{message.get('Contact')};expires=300")
        reply = message.reply(200, "OK", "sink", contact)
        if message.method == "INVITE":
            reply.headers.append(("Content-Type", "application/sdp"))
            reply.body = self.answer.encode()
            self.offer, self.peer_port, self.invite = message.body, addr[1], message
            self.up.add(message.get("Call-ID"))
        elif message.method == "BYE":
            self.up.discard(message.get("Call-ID"))
        self._sip.sendto(reply.encode(), addr)

    async def until(self, method: str, count: int) -> None:
        """Wait until there were so many requests of a method."""
        while self.requests[method] < count:
            self._changed.clear()
            await self._changed.wait()

    async def all_down(self) -> None:
        """Wait until every call was hung up."""
        while self.up:
            self._changed.clear()
            await self._changed.wait()

    @property
    def answer(self) -> str:
        """Return the SDP it answers with."""
        return _SDP.format(host=HOST, port=self.media_port)

    @property
    def media_port(self) -> int:
        """Return the port it expects RTP on."""
        return int(self._rtp.getsockname()[1])

    def send_rtp(self, data: bytes, address: tuple[str, int]) -> None:
        """Send from the port of the audio; a full buffer loses it."""
        with contextlib.suppress(OSError):
            self._rtp.sendto(data, address)

    def pacing_begins(self) -> None:
        """Forget the packets so far."""
        self.arrivals = []

    def pacing(self) -> Pacing:
        """Judge the packets so far, and forget them."""
        times, self.arrivals = self.arrivals, []
        gaps = sorted((b - a) * 1000 for a, b in pairwise(times))
        seconds = times[-1] - times[0]
        return Pacing(
            seconds=round(seconds, 1),
            packets=len(times),
            rate=round((len(times) - 1) / seconds, 2),
            gap_99=round(gaps[int(len(gaps) * 0.99)], 1),
            gap_most=round(gaps[-1], 1),
        )

    def _read(self) -> None:
        """Note the arrival of RTP packets."""
        while True:
            try:
                _, ancillary, _, _ = self._rtp.recvmsg(2048, 64)
            except BlockingIOError:
                return
            for _, kind, stamp in ancillary:
                if kind == SO_TIMESTAMPNS:
                    seconds, nanoseconds = _TIMESPEC.unpack(stamp[: _TIMESPEC.size])
                    self.arrivals.append(seconds + nanoseconds / 1e9)
