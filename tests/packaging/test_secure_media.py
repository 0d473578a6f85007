"""SRTP in the wheel: keys by SDES, kept through re-INVITEs, refused when the peer has none."""

import pjsua2 as pj

from tests.packaging.callee import AnsweredCall, hang_up, make_callee
from tests.packaging.child import in_child
from tests.packaging.peer import Peer
from tests.packaging.stack import make_feed, make_tap, running


@in_child
def test_srtp_survives_renegotiation() -> None:
    """Audio is heard after each of several re-INVITEs, and is encrypted all the time."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port, srtp=True)
        caller = AnsweredCall(callee)
        caller.makeCall(f"sip:callee@127.0.0.1:{stack.udp_port}", pj.CallOpParam(True))
        stack.until(lambda: callee.calls and callee.calls[0].audio and caller.audio, "both legs")
        far = callee.calls[0]
        for round_number in range(4):
            heard = caller.media_updates + far.media_updates
            if round_number:
                caller.reinvite(pj.CallOpParam(True))
                stack.until(
                    lambda before=heard: caller.media_updates + far.media_updates >= before + 2,
                    "both sides renegotiated",
                )
            tap, feed = make_tap(), make_feed()
            far.audio.startTransmit(tap)
            feed.startTransmit(caller.audio)
            feed.write(bytes([0, 0x40, 0, 0xC0]) * 16000)
            stack.until(lambda tap=tap: any(tap.read(1 << 20)), "audio through SRTP")
            assert caller.secured()
            assert far.secured()
        hang_up(callee)
        caller.hangup(pj.CallOpParam())
        stack.until(lambda: caller.ended and far.ended, "the end")


@in_child
def test_mandatory_srtp_refuses_plain_rtp() -> None:
    """An offer of RTP/AVP is refused."""
    with running(udp=True) as stack:
        make_callee(stack.udp_port, srtp=True)
        peer = Peer()
        peer.send(stack.udp_port, "INVITE", body=peer.sdp())
        answer = stack.until(peer.final, "a refusal")
        assert answer.status in (406, 480, 488), answer.line
