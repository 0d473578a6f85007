"""Who is listened to: strangers get no answer, and RTP comes from the negotiated host only."""

import re
import socket

import pjsua2 as pj
import pytest

from tests.packaging.callee import hang_up, make_callee
from tests.packaging.child import in_child
from tests.packaging.peer import Message, Peer, port_of, received, rtp, udp
from tests.packaging.stack import Stack, make_tap, running


def answered(stack: Stack, peer: Peer) -> Message:
    """Wait for the final answer to a peer's request."""
    message = stack.until(peer.final, "a final answer")
    assert isinstance(message, Message)
    return message


@in_child
def test_addresses_and_networks() -> None:
    """Single hosts, networks of both families, and IPv4 written as IPv6."""
    sources = pj.SourceFilter()
    assert not sources.enabled()
    sources.allow(["127.0.0.1", "10.0.0.0/8", "2001:db8::/33", "192.0.2.128/25"])
    for address in ["127.0.0.1", "::ffff:127.0.0.1", "10.255.0.1", "2001:db8::1", "192.0.2.200"]:
        assert sources.allows(address), address
    for address in ["127.0.0.2", "11.0.0.0", "2001:db8:8000::1", "192.0.2.1", "::"]:
        assert not sources.allows(address), address
    for wrong in ["", "example.org", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::/129"]:
        with pytest.raises(pj.Error) as refusal:
            sources.allow(["127.0.0.1", wrong])
        assert wrong in refusal.value.reason
    assert sources.allows("10.1.1.1")  # a refused list changes nothing


@in_child
def test_strangers_get_no_answer() -> None:
    """Neither well-formed nor malformed messages are answered; those allowed are, meanwhile and after."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port)
        sources = pj.SourceFilter()
        sources.allow(["127.0.0.1"])
        sources.enable()
        friend, stranger = Peer(), Peer("127.0.0.2")
        there = ("127.0.0.1", stack.udp_port)

        stranger.send(stack.udp_port, "OPTIONS")
        stranger.send(stack.udp_port, "INVITE", body=stranger.sdp())
        stranger.sock.sendto(b"OPTIONS sip:x SIP/2.0\r\nCSeq: x\r\n" + b"x" * 50, there)
        stack.until(lambda: sources.dropped() == 3, "three dropped")
        friend.send(stack.udp_port, "OPTIONS")
        assert answered(stack, friend).status == 200
        assert stranger.answer() is None
        assert not callee.calls
        assert sources.lastDropped() == "127.0.0.2"

        sources.enable(False)
        stranger.send(stack.udp_port, "OPTIONS")
        assert answered(stack, stranger).status == 200
        assert sources.dropped() == 3


@in_child
def test_connections_of_strangers_are_closed() -> None:
    """TCP connections end at once, before a byte is read."""
    with running(tcp=True) as stack:
        make_callee(stack.tcp_port)
        sources = pj.SourceFilter()
        sources.allow(["127.0.0.1"])
        sources.enable()
        stranger = socket.create_connection(
            ("127.0.0.1", stack.tcp_port), source_address=("127.0.0.2", 0)
        )
        stack.until(sources.dropped, "refused connection")
        stranger.settimeout(10)
        assert stranger.recv(1) == b""
        friend = socket.create_connection(("127.0.0.1", stack.tcp_port))
        friend.setblocking(False)
        friend.send(
            b"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\r\n"
            b"From: <sip:f@127.0.0.1>;tag=1\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: 1\r\n"
            b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        )
        reply = stack.until(lambda: received(friend), "answer over TCP")
        assert reply.startswith(b"SIP/2.0 200")


@in_child
def test_rtp_of_strangers_changes_nothing() -> None:
    """With the true peer silent, sprayed RTP redirects no audio and is not heard."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port)
        sources = pj.SourceFilter()
        peer, attacker = Peer(), udp("127.0.0.2")
        peer.send(stack.udp_port, "INVITE", body=peer.sdp())
        ok = answered(stack, peer)
        assert ok.status == 200
        to_tag = ok.headers["to"][0].rpartition("tag=")[2]
        peer.send(stack.udp_port, "ACK", to_tag=to_tag)
        match = re.search(r"m=audio (\d+)", ok.body)
        assert match
        there = ("127.0.0.1", int(match[1]))
        call = callee.calls[0]
        stack.until(lambda: call.audio, "media")
        tap = make_tap()
        call.audio.startTransmit(tap)
        # what we send keeps going to the peer: 50 packets a second of silence
        stack.until(lambda: received(peer.media), "our RTP")

        loud = bytes([0x00, 0x80] * 80)
        for sequence in range(500):
            attacker.sendto(rtp(sequence, loud), there)
            if sequence % 50 == 49:  # no more than the socket's buffer holds
                stack.until(lambda sent=sequence + 1: sources.droppedMedia() == sent, "dropped")
        while received(peer.media):
            pass
        heard = stack.frames(tap, 25)
        assert len(received(peer.media)) >= 12
        assert received(attacker) == b""
        assert not any(heard)
        figures = call.getStreamStat(0)  # its parts are only borrowed
        assert figures.rtcp.rxStat.pkt == 0

        # the peer itself may change its port: NAT does that
        moved = udp("127.0.0.1")
        counter = iter(range(10_000))

        def follows() -> bytes:
            moved.sendto(rtp(next(counter), loud), there)
            return received(moved)

        stack.until(follows, "our RTP at the peer's new port")
        assert any(stack.frames(tap, 10))
        assert port_of(moved) != port_of(peer.media)

        # and a host the user allows may send from elsewhere
        sources.allow(["127.0.0.1", "127.0.0.2"])
        sources.enable()
        dropped = sources.droppedMedia()

        def trusted() -> bytes:
            attacker.sendto(rtp(next(counter), loud), there)
            return received(attacker)

        stack.until(trusted, "our RTP at the allowed host")
        assert sources.droppedMedia() == dropped
        hang_up(callee)
        stack.until(lambda: call.ended or peer.answer(), "the end")
