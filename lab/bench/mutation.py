"""Messages made to break a parser: mutants of SIP messages and of RTP packets, the same for a seed."""

from collections.abc import Callable, Iterator
from pathlib import Path
import random
import struct
import subprocess

#: Values that have broken parsers before: limits of integers, signs, nothing, too much, control bytes.
_NASTY = (
    b"",
    b"0",
    b"-1",
    b"2147483647",
    b"2147483648",
    b"4294967295",
    b"4294967296",
    b"18446744073709551616",
    b"9" * 300,
    b"A" * 3000,
    b"%00",
    b"%s%n%x",
    b"\x00",
    b"\xff\xfe",
    b"\xc0\xaf",
    b'"' * 50,
    b"<" * 50,
    b";" * 200,
    b"," * 200,
    b"\r\n ",
    b"sip:",
    b"[::1",
)
#: Well-formed requests to start from besides RFC 4475's.
_SEEDS = {
    "options": b"OPTIONS sip:bench@{host}:{port} SIP/2.0\r\n",
    "invite": b"INVITE sip:bench@{host}:{port} SIP/2.0\r\n",
    "register": b"REGISTER sip:{host}:{port} SIP/2.0\r\n",
    "message": b"MESSAGE sip:bench@{host}:{port} SIP/2.0\r\n",
    "notify": b"NOTIFY sip:bench@{host}:{port} SIP/2.0\r\n",
    "refer": b"REFER sip:bench@{host}:{port} SIP/2.0\r\n",
    "subscribe": b"SUBSCRIBE sip:bench@{host}:{port} SIP/2.0\r\n",
    "response": b"SIP/2.0 200 OK\r\n",
}
_HEADERS = (
    b"Via: SIP/2.0/UDP {host}:{via};branch=z9hG4bK-seed;rport\r\n"
    b"Max-Forwards: 70\r\n"
    b'From: "A \\"quoted\\" name" <sip:caller@{host};user=phone>;tag=1928\r\n'
    b"To: <sip:bench@{host}>\r\n"
    b"Call-ID: seed@{host}\r\n"
    b"CSeq: 314159 METHOD\r\n"
    b"Contact: <sip:caller@{host}:{via};transport=udp>;expires=60;q=0.5\r\n"
    b"Supported: 100rel, timer, replaces\r\n"
    b"Session-Expires: 1800;refresher=uac\r\n"
    b"Record-Route: <sip:proxy.invalid;lr>, <sip:other.invalid;lr>\r\n"
    b'Authorization: Digest username="u", realm="r", nonce="n", uri="sip:x", response="0", qop=auth, nc=1, cnonce="c"\r\n'
    b"Event: presence;id=1\r\n"
    b"Refer-To: <sip:x@{host}?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>\r\n"
    b"Content-Type: application/sdp\r\n"
)
_SDP = (
    b"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    b"m=audio 40000 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    b"a=fmtp:101 0-16\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"
    b"WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:32\r\na=sendrecv\r\na=ptime:20\r\n"
    b"m=video 0 RTP/AVP 96\r\n"
)


def torture_folder() -> Path | None:
    """Return where the messages of RFC 4475 lie; None when they were not fetched."""
    script = Path(__file__).parents[2] / "scripts" / "get-torture"
    found = subprocess.run([script, "--check"], check=False, capture_output=True, text=True)
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def torture(folder: Path) -> dict[str, bytes]:
    """Return the 49 messages of RFC 4475 by the names of its appendix."""
    return {
        path.stem: path.read_bytes() for path in sorted(folder.glob("*.dat")) if path.stem != "test"
    }


def seeds(host: str, port: int, via: int) -> list[bytes]:
    """Return well-formed messages to an agent at `host:port`, answers to port `via`."""
    made = []
    for name, start in _SEEDS.items():
        method = start.split(b" ")[0] if name != "response" else b"INVITE"
        head = start + _HEADERS.replace(b"METHOD", method)
        text = head + b"Content-Length: " + str(len(_SDP)).encode() + b"\r\n\r\n" + _SDP
        for key, value in (("host", host), ("port", str(port)), ("via", str(via))):
            text = text.replace(f"{{{key}}}".encode(), value.encode())
        made.append(text)
    return made


def sip_mutants(originals: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield mutants of messages, each changed in one to four places."""
    rng = random.Random(seed)
    for number in range(count):
        message = rng.choice(originals).replace(b"-seed", f"-{number}".encode())
        for _ in range(rng.randint(1, 4)):
            message = rng.choice(_WAYS)(rng, message)
        yield message[:60_000]


def body_mutant(body: bytes, rng: random.Random) -> bytes:
    """Return a body as it is or changed in up to three places."""
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        body = rng.choice(_WAYS)(rng, body)
    return body[:60_000]


def rtp_mutants(count: int, seed: int, payload_type: int) -> Iterator[bytes]:
    """Yield RTP and RTCP packets with wrong versions, counts, lengths, extensions and payloads."""
    rng = random.Random(seed)
    for number in range(count):
        kind = rng.random()
        if kind < 0.6:
            head = struct.pack(
                "!BBHII",
                rng.choice((0x80, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, rng.randrange(256))),
                rng.choice((payload_type, payload_type | 0x80, 101, 120, 13, rng.randrange(256))),
                rng.choice((number & 0xFFFF, 0, 0xFFFF, rng.randrange(65536))),
                rng.choice((number * 160 & 0xFFFFFFFF, 0, 0xFFFFFFFF, rng.randrange(1 << 32))),
                rng.randrange(1 << 32),
            )
            yield head + rng.randbytes(rng.choice((0, 1, 4, 159, 160, 161, 480, 1400)))
        elif kind < 0.85:
            # RTCP: sender report, receiver report, SDES, BYE, APP, feedback (RFC 3550, RFC 4585)
            head = struct.pack(
                "!BBH",
                0x80 | rng.randrange(64),
                rng.choice((200, 201, 202, 203, 204, 205, 206, 207, rng.randrange(256))),
                rng.choice((0, 1, 6, 12, 0xFFFF, rng.randrange(65536))),
            )
            yield head + rng.randbytes(rng.choice((0, 4, 24, 48, 200, 1200)))
        else:
            yield rng.randbytes(rng.choice((0, 1, 2, 11, 12, 13, 60, 1500)))


def _flip(rng: random.Random, data: bytes) -> bytes:
    """Change some bytes."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(rng: random.Random, data: bytes) -> bytes:
    """Leave out a stretch."""
    begin = rng.randrange(len(data) + 1)
    return data[:begin] + data[begin + rng.randint(1, 60) :]


def _end(rng: random.Random, data: bytes) -> bytes:
    """End too early."""
    return data[: rng.randrange(len(data) + 1)]


def _put(rng: random.Random, data: bytes) -> bytes:
    """Put something nasty anywhere."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_NASTY) + data[at:]


def _value(rng: random.Random, data: bytes) -> bytes:
    """Replace a token by something nasty."""
    tokens = data.split(b" ")
    tokens[rng.randrange(len(tokens))] = rng.choice(_NASTY)
    return b" ".join(tokens)


def _line(rng: random.Random, data: bytes) -> bytes:
    """Repeat, drop or move a line."""
    lines = data.split(b"\r\n")
    index = rng.randrange(len(lines))
    line = lines.pop(index)
    for _ in range(rng.choice((0, 1, 2, 40))):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\r\n".join(lines)


def _parameters(rng: random.Random, data: bytes) -> bytes:
    """Give a line many parameters."""
    lines = data.split(b"\r\n")
    index = rng.randrange(len(lines))
    lines[index] += b";p=" + rng.choice(_NASTY) * rng.randint(1, 3) + b";x" * rng.randint(1, 80)
    return b"\r\n".join(lines)


_WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip,
    _cut,
    _end,
    _put,
    _value,
    _line,
    _parameters,
)
