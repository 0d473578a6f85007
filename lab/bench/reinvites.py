"""The far side of a running call that offers broken SDP, again and again: mutants where only a dialog gets them."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import count
import random
import re

from lab.bench.mutation import body_mutant
from lab.bench.sink import HOST, Sink
from lab.trunk.message import Message

#: Longest wait for the answer to one offer, s: an engine that is silent for longer is gone.
PATIENCE = 20.0
#: An offer is made again after 491 (glare) so many times.
TRIES = 5


class FarSide(asyncio.DatagramProtocol):
    """Speaks for the sink in the call that it took last, from a port of its own."""

    def __init__(self, sink: Sink) -> None:
        """Take the dialog over."""
        invite = sink.invite
        assert invite is not None
        self._from = re.sub(r"(;tag=.*)?$", ";tag=sink", invite.get("To"), count=1)
        self._to, self._call_id = invite.get("From"), invite.get("Call-ID")
        contact = re.search(r"<([^>]+)>", invite.get("Contact"))
        assert contact
        self._target = contact[1]
        self._address = (HOST, sink.peer_port)
        self._numbers = count(1000)
        self._answer: asyncio.Future[Message] | None = None
        self._asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Listen for the answers."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))

    def close(self) -> None:
        """Say nothing more."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take the final answer to the last offer; ACK every one, or it comes again."""
        if not data.startswith(b"SIP/2.0 "):
            return
        answer = Message.parse(data)
        number = int(answer.get("CSeq").split()[0])
        if answer.status < 200 or "INVITE" not in answer.get("CSeq"):
            return
        branch = "" if answer.status < 300 else answer.get("Via").partition("branch=")[2]
        self._send("ACK", number, branch=branch.partition(";")[0])
        if number == self._asked and self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    async def offer(self, body: bytes) -> int:
        """Send a re-INVITE with a body; return the status of its answer. Raises `TimeoutError`."""
        for _ in range(TRIES):
            self._answer = asyncio.get_running_loop().create_future()
            self._asked = next(self._numbers)
            self._send("INVITE", self._asked, body)
            async with asyncio.timeout(PATIENCE):
                status = (await self._answer).status
            if status != 491:
                break
        return status

    def _send(self, method: str, number: int, body: bytes = b"", branch: str = "") -> None:
        """Send a request within the dialog."""
        assert self._transport is not None
        here = f"{HOST}:{self._transport.get_extra_info('sockname')[1]}"
        branch = branch or f"z9hG4bK{method}{number}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        head = (
            f"{method} {self._target} SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: {self._from}\r\nTo: {self._to}\r\nCall-ID: {self._call_id}\r\n"
            f"CSeq: {number} {method}\r\nContact: <sip:sink@{here}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._transport.sendto(head.encode() + body, self._address)


def offers(number: int, seed: int, media_port: int) -> Iterator[bytes]:
    """Yield SDP that was lacks lines and is changed in up to three places, each an offer of several streams."""
    rng = random.Random(seed)
    lines = [
        f"v=0\r\no=- 1 {{version}} IN IP4 {HOST}\r\ns=-\r\nt=0 0\r\n",
        f"c=IN IP4 {HOST}\r\n",
        f"m=audio {media_port} RTP/AVP 8 0 101\r\n",
        f"c=IN IP4 {HOST}\r\n",
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n",
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n",
        "m=image 0 udptl t38\r\n",
        "m=audio 0 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n",
    ]
    for version in range(number):
        # any line may be missing: what is left is often valid, and odd
        kept = lines[0] + "".join(line for line in lines[1:] if rng.random() < 0.8)
        yield body_mutant(kept.replace("{version}", str(version)).encode(), rng)


async def offend(sink: Sink, number: int, seed: int) -> tuple[Counter[int], bool]:
    """Make so many broken offers, then a good one; return the answers, and whether all came."""
    far, answers = FarSide(sink), Counter[int]()
    await far.open()
    try:
        for body in offers(number, seed, sink.media_port):
            answers[await far.offer(body)] += 1
        good = await far.offer(sink.answer.encode())
    except TimeoutError:
        return answers, False
    finally:
        far.close()
    return answers, good == 200
