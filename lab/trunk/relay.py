"""A bad network on purpose: an RTP relay between two parties that loses and delays packets."""

import asyncio
from dataclasses import dataclass
import random
import re
import socket

_CONNECTION = re.compile(rb"c=IN IP4 ([\d.]+)")
_AUDIO = re.compile(rb"m=audio (\d+)")
_RTCP = re.compile(rb"a=rtcp:[^\r\n]*\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What the network between trunk and parties does to RTP."""

    #: Share of packets lost, 0 to 1, independently of each other.
    loss: float = 0.0
    #: Each packet is late by an even random delay of 0 to this many seconds; order may change.
    jitter: float = 0.0
    #: Constant delay in s.
    delay: float = 0.0
    #: Seconds after the first packet from which nothing comes through any more; 0 = never.
    dies_after: float = 0.0

    @property
    def is_perfect(self) -> bool:
        """Whether no relay is needed."""
        return not (self.loss or self.jitter or self.delay or self.dies_after)


class Relay:
    """Stands between the two parties of one SIP dialog; RTP only, RTCP goes nowhere."""

    def __init__(self, network: Network, host: str, seed: int = 1) -> None:
        """Take two free UDP ports of `host`; the same seed loses the same packets."""
        self.network = network
        self.host = host
        #: Packets that came in, and those lost on purpose.
        self.received = 0
        self.lost = 0
        self._random = random.Random(seed)
        self._sockets: list[socket.socket] = []
        self._parties: list[tuple[str, int] | None] = [None, None]
        self._began: float | None = None
        for index in range(2):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setblocking(False)
            sock.bind((host, 0))
            self._sockets.append(sock)
            asyncio.get_running_loop().add_reader(sock, self._readable, index)

    def close(self) -> None:
        """Give the ports back."""
        for sock in self._sockets:
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()

    def rewrite(self, sdp: bytes, index: int) -> bytes:
        """Note where party `index` (0 or 1) wants its RTP, and put the relay's port in instead."""
        connection, audio = _CONNECTION.search(sdp), _AUDIO.search(sdp)
        if not connection or not audio or audio[1] == b"0":
            return sdp
        self._parties[index] = (connection[1].decode(), int(audio[1]))
        facing = self._sockets[1 - index].getsockname()[1]
        sdp = _RTCP.sub(b"", sdp)
        sdp = _CONNECTION.sub(b"c=IN IP4 " + self.host.encode(), sdp)
        return _AUDIO.sub(b"m=audio %d" % facing, sdp, count=1)

    def _readable(self, index: int) -> None:
        """Pass on what came from party `index`, or lose it."""
        packet = self._sockets[index].recv(2048)
        self.received += 1
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        dead = 0 < self.network.dies_after < now - self._began
        if dead or self._random.random() < self.network.loss:
            self.lost += 1
            return
        late = self.network.delay + self._random.random() * self.network.jitter
        if late > 0:
            asyncio.get_running_loop().call_later(late, self._send, 1 - index, packet)
        else:
            self._send(1 - index, packet)

    def _send(self, index: int, packet: bytes) -> None:
        sock, party = self._sockets[index], self._parties[index]
        if party and sock.fileno() >= 0:
            try:
                sock.sendto(packet, party)
            except OSError:
                # the party has hung up and its port is closed: what a network does then is nothing
                return
