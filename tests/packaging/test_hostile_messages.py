"""SDP and messages made to break a parser: each is survived, and the next request is answered.

With the sanitized wheel (test_sanitized.py) a read or write past a buffer ends the process, so these cover the fixes
of packaging/pjsua2/patches that a peer can reach.
"""

from typing import Any

import pjsua2 as pj

from tests.packaging.callee import AnsweredCall, Callee, hang_up, make_callee
from tests.packaging.child import in_child
from tests.packaging.peer import Peer
from tests.packaging.stack import Stack, running


def sdp(formats: str, *attributes: str, proto: str = "RTP/AVP") -> str:
    """Return an offer of one audio line."""
    lines = [f"m=audio 4000 {proto} {formats}", *(f"a={attribute}" for attribute in attributes)]
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + "".join(
        f"{line}\r\n" for line in lines
    )


KEY = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"

OFFERS = {
    "payload types beyond 127": sdp(
        "0 200 999 4294967295",
        "rtpmap:200 telephone-event/8000",
        "rtpmap:999 x/8000",
        "rtpmap:4294967295 y/8000",
        "fmtp:999 1",
    ),
    "the same format many times": sdp(" ".join(["0"] * 32)),
    "a format in another spelling": sdp("00 08 0101", "rtpmap:0101 telephone-event/8000"),
    "all dynamic numbers taken by unknown codecs": sdp(
        "0 " + " ".join(map(str, range(96, 127))),
        *(f"rtpmap:{number} unknown{number}/8000" for number in range(96, 128)),
        *(f"rtpmap:{number} again{number}/8000" for number in range(96, 128)),
    ),
    "redundancy without its own map": sdp(
        "121 0 101",
        "rtpmap:121 red/8000",
        "fmtp:121 0/0/0/0/0/0/0/0/0/0/0/0",
        "rtpmap:101 telephone-event/8000",
    ),
    "telephone events at other rates": sdp(
        "0 101 102",
        "rtpmap:101 telephone-event/48000",
        "rtpmap:102 telephone-event/16000",
    ),
    "sixty-seven crypto lines": sdp(
        "0",
        *(f"crypto:{tag} AES_CM_128_HMAC_SHA1_80 {KEY}" for tag in range(1, 68)),
        proto="RTP/SAVP",
    ),
    "no formats": sdp(""),
    "a line that is not used, without an address of its own": (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
        "c=IN IP4 127.0.0.1\r\nm=video 0 RTP/AVP 31\r\n"
    ),
    "a format that is no number": sdp("0 x-y ]"),
}


def survives(stack: Stack, what: str) -> None:
    """Ask for something ordinary and wait for the answer."""
    peer = Peer()
    peer.send(stack.udp_port, "OPTIONS")
    answer = stack.until(peer.final, f"an answer after: {what}")
    assert answer.status == 200


@in_child
def test_offers_that_break_arrays() -> None:
    """Every offer gets a final answer of some kind, or none, and the stack goes on."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port)
        for name, offer in OFFERS.items():
            peer = Peer()
            peer.send(stack.udp_port, "INVITE", body=offer)
            answer = stack.until(peer.final, f"a final answer to: {name}")
            tag = answer.headers["to"][0].rpartition("tag=")[2]
            peer.send(stack.udp_port, "ACK", to_tag=tag)
            survives(stack, name)
        hang_up(callee)


class Declining(Callee):
    """Ends every call within the callback that reports it."""

    def onIncomingCall(self, prm: Any) -> None:
        """Hang up before anything else can be said about the call."""
        call = AnsweredCall(self, prm.callId)
        self.calls.append(call)
        decline = pj.CallOpParam()
        decline.statusCode = 603
        call.hangup(decline)


@in_child
def test_calls_that_end_in_their_first_callback() -> None:
    """Their slots are empty when the callback returns; the next call takes them."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port, kind=Declining)
        for number in range(3):
            peer = Peer()
            peer.send(stack.udp_port, "INVITE", body=peer.sdp())
            answer = stack.until(peer.final, "a refusal")
            assert answer.status == 603
            peer.send(stack.udp_port, "ACK", to_tag=answer.headers["to"][0].rpartition("tag=")[2])
            survives(stack, f"call {number}")
        assert len(callee.calls) == 3
        hang_up(callee)


@in_child
def test_answers_that_break_arrays() -> None:
    """The same in a re-INVITE within a running call."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port)
        peer = Peer()
        peer.send(stack.udp_port, "INVITE", body=peer.sdp())
        answer = stack.until(peer.final, "200")
        tag = answer.headers["to"][0].rpartition("tag=")[2]
        peer.send(stack.udp_port, "ACK", to_tag=tag)
        for name, offer in OFFERS.items():
            peer.send(stack.udp_port, "INVITE", to_tag=tag, body=offer)
            stack.until(peer.final, f"a final answer to: {name}")
            peer.send(stack.udp_port, "ACK", to_tag=tag)
            survives(stack, name)
        assert len(callee.calls) == 1
        hang_up(callee)


@in_child
def test_messages_that_break_the_printer() -> None:
    """Large and odd numbers come back in the headers of a reply."""
    with running(udp=True) as stack:
        make_callee(stack.udp_port)
        odd = Peer()
        here = f"127.0.0.1:{odd.sock.getsockname()[1]}"
        for via in (
            "rport=2147483647;ttl=4294967295",
            "ttl=99999999999;maddr=127.0.0.1",
            "rport;received=" + "9" * 200,
            ";".join(f"p{number}=" + "v" * 20 for number in range(60)),
        ):
            message = (
                f"OPTIONS sip:callee@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bKa{len(via)}\r\n"
                f"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb;{via}\r\nFrom: <sip:a@b>;tag=1\r\n"
                f"To: <sip:callee@127.0.0.1>\r\nCall-ID: odd{len(via)}\r\nCSeq: 1 OPTIONS\r\n"
                "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
            )
            odd.sock.sendto(message.encode(), ("127.0.0.1", stack.udp_port))
            survives(stack, via[:40])
        for body in ("<a>" * 3000, "--x\r\n\r\n", "--x--\r\n", "\0" * 500):
            for kind in ("application/pidf+xml", "multipart/mixed;boundary=x"):
                message = (
                    f"MESSAGE sip:callee@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bKm{len(body)}\r\n"
                    f"From: <sip:a@b>;tag=1\r\nTo: <sip:callee@127.0.0.1>\r\nCall-ID: body{len(body)}{kind[:3]}\r\n"
                    f"CSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n{body}"
                )
                odd.sock.sendto(message.encode(), ("127.0.0.1", stack.udp_port))
                survives(stack, f"{kind} of {len(body)} bytes")
