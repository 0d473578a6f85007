"""A far end that keeps a caller on hold: music, session refreshes, the arrival of every packet."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle
import socket
import struct
from typing import Literal, Self

from lab.bench.sink import HOST, SO_TIMESTAMPNS
from lab.trunk.message import Message

_TIMESPEC = struct.Struct("@qq")
#: V=2; payload type 8 (PCMA); sequence number, time stamp, SSRC (RFC 3550 section 5.1).
_RTP = struct.Struct("!BBHII")
_PCMA = 8
_SAMPLES = 160
_PACKET_S = 0.02
#: Gaps longer than this count as stalls, s (R2 of the requirements).
STALL_S = 1.0
_SDP = (
    "v=0\r\no=hold 1 {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na={direction}\r\n"
)
#: In turn: how the far end refreshes the session (RFC 4028 allows all three).
_WAYS: tuple[tuple[str, bool], ...] = (("INVITE", True), ("UPDATE", False), ("INVITE", False))


@dataclass(slots=True, kw_only=True)
class Arrivals:
    """What arrived, and how evenly, while packets were due."""

    packets: int = 0
    #: Time during which packets were due, s.
    seconds: float = 0.0
    #: Packets missing by their sequence numbers.
    lost: int = 0
    longest_ms: float = 0.0
    stalls: int = 0
    #: Gaps by whole ms; the last one holds all that are longer.
    gaps: list[int]

    @property
    def rate(self) -> float:
        """Packets a second."""
        return self.packets / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> int:
        """Return the gap in ms that this share (0 to 1) of all gaps does not exceed."""
        left = sum(self.gaps) * share
        for milliseconds, number in enumerate(self.gaps):
            left -= number
            if left <= 0:
                return milliseconds
        return len(self.gaps)


class HoldLine(asyncio.DatagramProtocol):
    """Takes one call and holds it for hours, as an exchange does."""

    def __init__(self, music: bytes, *, session_s: int, refresher: Literal["uac", "uas"]) -> None:
        """Prepare to play A-law `music`; `refresher` is the caller (uac) or this end (uas)."""
        self.arrivals = Arrivals(gaps=[0] * 1001)
        #: Refreshes that the caller made, by method.
        self.refreshed: dict[str, int] = {}
        #: Refreshes this end made, by how, and answers other than 200 to them.
        self.refreshes: dict[str, int] = {}
        self.refused: list[str] = []
        self.over = asyncio.Event()
        self._changed = asyncio.Event()
        self.port = 0
        self._music = music
        self._session_s = session_s
        self._refresher = refresher
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip: asyncio.DatagramTransport | None = None
        self._invite: Message | None = None
        self._peer: tuple[str, int] = (HOST, 0)
        self._target = ""
        self._media: tuple[str, int] | None = None
        self._direction = "sendrecv"
        self._cseq = count(1)
        self._version = count(2)
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._seen: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._last: tuple[float, int] | None = None

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
        """Stop everything."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        asyncio.get_running_loop().remove_reader(self._rtp)
        self._rtp.close()
        if self._sip is not None:
            self._sip.close()

    async def until_refreshed(self, times: int) -> None:
        """Wait until the session was refreshed so often, by whomever."""
        while sum(self.refreshed.values()) + sum(self.refreshes.values()) < times:
            self._changed.clear()
            await self._changed.wait()

    async def hold(self, held: bool) -> None:
        """Put the caller on hold in SIP's own way (`sendonly`), or take them back."""
        self._direction = "sendonly" if held else "sendrecv"
        self._last = None
        await self._ask("INVITE", offer=True)
        self._last = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take a SIP message."""
        if len(data) < 20:  # a keep-alive
            return
        message = Message.parse(data)
        if not message.is_request:
            answer = self._answers.get(int(message.get("CSeq").split()[0]))
            if answer is not None and message.status >= 200 and not answer.done():
                answer.set_result(message)
        elif message.method in ("INVITE", "UPDATE"):
            self._accept(message, addr)
        elif message.method != "ACK":
            self._send(message.reply(200, "OK", "hold"))
            if message.method == "BYE":
                self.over.set()

    def _accept(self, message: Message, addr: tuple[str, int]) -> None:
        """Answer the call, or a refresh of its session."""
        first = self._invite is None
        self._peer = addr
        self._target = _address(message.get("Contact"))
        if first:
            self._invite = message
        elif (cseq := message.get("CSeq")) not in self._seen:
            self.refreshed[message.method] = self.refreshed.get(message.method, 0) + 1
            self._changed.set()
            self._seen.add(cseq)
        self._seen.add(message.get("CSeq"))
        self._media = _media(message.body) or self._media
        reply = message.reply(
            200,
            "OK",
            "hold",
            ("Contact", f"<sip:hold@{HOST}:{self.port}>"),
            ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE, OPTIONS"),
            ("Require", "timer"),
            ("Session-Expires", f"{self._session_s};refresher={self._refresher}"),
        )
        if message.body or message.method == "INVITE":
            self._put_sdp(reply)
        self._send(reply)
        if first:
            self._tasks.append(asyncio.create_task(self._play()))
            if self._refresher == "uas":
                self._tasks.append(asyncio.create_task(self._refresh()))

    async def _refresh(self) -> None:
        """Refresh the session at half its interval, in every way in turn."""
        for method, offer in cycle(_WAYS):
            await asyncio.sleep(self._session_s / 2)
            name = f"{method} {'with' if offer else 'without'} SDP"
            answer = await self._ask(method, offer=offer)
            if answer.status == 200:
                self.refreshes[name] = self.refreshes.get(name, 0) + 1
                self._changed.set()
            else:
                self.refused.append(f"{name}: {answer.start}")

    async def _ask(self, method: str, *, offer: bool) -> Message:
        """Send a request in the dialog; return its final answer, acknowledged."""
        number = next(self._cseq)
        request = self._request(method, number)
        if offer:
            self._put_sdp(request)
        waiting: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[number] = waiting
        self._send(request)
        answer = await waiting
        del self._answers[number]
        if method == "INVITE":
            ack = self._request("ACK", number)
            if not offer and answer.status == 200:
                self._put_sdp(ack)
            self._send(ack)
        self._media = _media(answer.body) or self._media
        return answer

    def _request(self, method: str, number: int) -> Message:
        """Return a request in the dialog, from the callee to the caller."""
        assert self._invite is not None
        request = Message(start=f"{method} {self._target} SIP/2.0")
        branch = f"z9hG4bKhold{method}{number}"
        request.headers = [
            ("Via", f"SIP/2.0/UDP {HOST}:{self.port};branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", f"{self._invite.get('To')};tag=hold"),
            ("To", self._invite.get("From")),
            ("Call-ID", self._invite.get("Call-ID")),
            ("CSeq", f"{number} {method}"),
            ("Contact", f"<sip:hold@{HOST}:{self.port}>"),
            ("Supported", "timer"),
        ]
        if method != "ACK":
            request.headers.append(("Session-Expires", f"{self._session_s};refresher=uac"))
        return request

    def _put_sdp(self, message: Message) -> None:
        """Give a message our session description."""
        message.headers.append(("Content-Type", "application/sdp"))
        message.body = _SDP.format(
            version=next(self._version),
            host=HOST,
            port=self._rtp.getsockname()[1],
            direction=self._direction,
        ).encode()

    def _send(self, message: Message) -> None:
        """Send to the caller."""
        if self._sip is not None:
            self._sip.sendto(message.encode(), self._peer)

    async def _play(self) -> None:
        """Send the music, a packet every 20 ms, for ever."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for number, payload in zip(count(), _pieces(self._music), strict=False):
            head = _RTP.pack(
                0x80, _PCMA, number & 0xFFFF, number * _SAMPLES & 0xFFFFFFFF, 0x484F4C44
            )
            if self._media is not None:
                with suppress(OSError):
                    self._rtp.sendto(head + payload, self._media)
            wait = begin + number * _PACKET_S - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)

    def _read(self) -> None:
        """Note the arrival of RTP packets by the kernel's clock."""
        while True:
            try:
                packet, ancillary, _, _ = self._rtp.recvmsg(2048, 64)
            except BlockingIOError:
                return
            if len(packet) < _RTP.size or packet[1] & 0x7F != _PCMA:
                continue  # RTCP, which shares no port here, or comfort noise
            for _, kind, stamp in ancillary:
                if kind == SO_TIMESTAMPNS:
                    seconds, nanoseconds = _TIMESPEC.unpack(stamp[: _TIMESPEC.size])
                    self._note(seconds + nanoseconds / 1e9, _RTP.unpack_from(packet)[2])

    def _note(self, now: float, sequence: int) -> None:
        """Count a packet that arrived at `now`, s."""
        last = self._last
        if self._direction != "sendrecv":
            return
        self._last = (now, sequence)
        if last is None:
            return
        found = self.arrivals
        gap = now - last[0]
        found.packets += 1
        found.seconds += gap
        found.lost += (sequence - last[1] - 1) & 0xFFFF
        found.longest_ms = max(found.longest_ms, gap * 1000)
        found.stalls += gap > STALL_S
        found.gaps[min(int(gap * 1000), len(found.gaps) - 1)] += 1


def _pieces(music: bytes) -> Iterator[bytes]:
    """Cut A-law into packets, over and over."""
    whole = len(music) // _SAMPLES * _SAMPLES
    while True:
        for begin in range(0, whole, _SAMPLES):
            yield music[begin : begin + _SAMPLES]


def _address(contact: str) -> str:
    """Return the URI of a Contact header."""
    return contact.partition("<")[2].partition(">")[0] or contact.partition(";")[0]


def _media(body: bytes) -> tuple[str, int] | None:
    """Return where an SDP wants its audio."""
    lines = body.decode(errors="replace").split("\r\n")
    host = next((line.split()[-1] for line in lines if line.startswith("c=")), "")
    port = next((line.split()[1] for line in lines if line.startswith("m=audio")), "0")
    return (host, int(port)) if host and port != "0" else None
