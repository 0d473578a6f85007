"""A bare SIP and RTP peer on plain sockets: everything it sends and gets is in the test's hands."""

from dataclasses import dataclass, field
import socket
import struct
import uuid

#: Samples of 20 ms at 8 kHz, one RTP packet of G.711 (RFC 3551).
SAMPLES = 160


def udp(host: str) -> socket.socket:
    """Open a UDP socket on any port of a loopback address; reading never waits."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host, 0))
    sock.setblocking(False)
    return sock


def port_of(sock: socket.socket) -> int:
    """Return the port a socket is bound to."""
    return int(sock.getsockname()[1])


def received(sock: socket.socket) -> bytes:
    """Return the next datagram; nothing when there is none."""
    try:
        return sock.recv(4096)
    except BlockingIOError:
        return b""


def rtp(sequence: int, payload: bytes = b"\xd5" * SAMPLES, ssrc: int = 0x1234) -> bytes:
    """Return an RTP packet of PCMU (RFC 3550, section 5.1)."""
    header = struct.pack("!BBHII", 0x80, 0, sequence & 0xFFFF, sequence * SAMPLES, ssrc)
    return header + payload


@dataclass(slots=True)
class Message:
    """A received SIP message: its first line, headers by lower-case name, body."""

    line: str
    headers: dict[str, list[str]]
    body: str

    @classmethod
    def parse(cls, data: bytes) -> Message:
        """Take a datagram apart."""
        head, _, body = data.decode().partition("\r\n\r\n")
        line, *rest = head.split("\r\n")
        headers: dict[str, list[str]] = {}
        for entry in rest:
            name, _, value = entry.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        return cls(line, headers, body)

    @property
    def status(self) -> int:
        """Status code of a response; 0 for a request."""
        return int(self.line.split()[1]) if self.line.startswith("SIP/2.0") else 0


@dataclass(slots=True)
class Peer:
    """A user agent of its own on one address."""

    host: str = "127.0.0.1"
    sock: socket.socket = field(init=False)
    media: socket.socket = field(init=False)
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    cseq: int = 0

    def __post_init__(self) -> None:
        """Open the sockets."""
        self.sock, self.media = udp(self.host), udp(self.host)

    def sdp(self) -> str:
        """Offer PCMU on the media socket."""
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
            f"m=audio {port_of(self.media)} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
        )

    def send(self, port: int, method: str, *, to_tag: str = "", body: str = "") -> None:
        """Send a request to a port of 127.0.0.1."""
        if method != "ACK":
            self.cseq += 1
        here = f"{self.host}:{port_of(self.sock)}"
        lines = [
            f"{method} sip:callee@127.0.0.1:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{uuid.uuid4().hex}",
            f"From: <sip:peer@{here}>;tag={self.tag}",
            f"To: <sip:callee@127.0.0.1:{port}>" + (f";tag={to_tag}" if to_tag else ""),
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {method}",
            f"Contact: <sip:peer@{here}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.sock.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), ("127.0.0.1", port))

    def answer(self) -> Message | None:
        """Return the next message, if one has come."""
        data = received(self.sock)
        return Message.parse(data) if data.strip() else None

    def final(self) -> Message | None:
        """Return a final response, if one has come; provisional ones are passed over."""
        while message := self.answer():
            if message.status >= 200:
                return message
        return None
