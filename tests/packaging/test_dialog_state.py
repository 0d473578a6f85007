"""The tombstone of a call: enough to end the far leg with a BYE made by hand."""

import uuid

import pjsua2 as pj

from tests.packaging.callee import AnsweredCall, hang_up, make_callee
from tests.packaging.child import in_child
from tests.packaging.peer import Message, Peer, port_of, received, udp
from tests.packaging.stack import running


@in_child
def test_incoming_call() -> None:
    """What a peer sent and was answered is what the state says."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port)
        peer = Peer()
        peer.send(stack.udp_port, "INVITE", body=peer.sdp())
        ok = stack.until(peer.final, "200")
        tag = ok.headers["to"][0].rpartition("tag=")[2]
        peer.send(stack.udp_port, "ACK", to_tag=tag)
        call = callee.calls[0]
        state = stack.until(
            lambda: (found := pj.dialogState(call)).destination and found, "a message remembered"
        )
        assert state.callId == peer.call_id
        assert (state.localTag, state.remoteTag) == (tag, peer.tag)
        assert "sip:peer@127.0.0.1" in state.remoteUri
        assert "sip:callee@127.0.0.1" in state.localUri
        assert state.remoteTarget == f"sip:peer@127.0.0.1:{port_of(peer.sock)}"
        assert state.remoteCseq == peer.cseq
        assert state.localCseq > 0
        assert state.transport == "UDP"
        assert state.destination == f"127.0.0.1:{port_of(peer.sock)}"
        assert state.localAddress == f"127.0.0.1:{stack.udp_port}"
        assert str(stack.udp_port) in state.localContact
        assert list(state.routeSet) == []
        assert state.confirmed
        hang_up(callee)
        stack.until(
            lambda: (message := peer.answer()) and message.line.startswith("BYE"), "the real BYE"
        )


@in_child
def test_bye_made_from_the_state_ends_the_far_leg() -> None:
    """A stock user agent takes the hand-made BYE: 200 OK, and its call is over."""
    with running(udp=True) as stack:
        callee = make_callee(stack.udp_port)
        caller = AnsweredCall(callee)
        caller.makeCall(f"sip:callee@127.0.0.1:{stack.udp_port}", pj.CallOpParam(True))
        stack.until(lambda: callee.calls and callee.calls[0].audio and caller.audio, "both legs")
        far = callee.calls[0]
        state = stack.until(
            lambda: (found := pj.dialogState(caller)).confirmed and found, "confirmed"
        )
        assert state.remoteTag == pj.dialogState(far).localTag

        supervisor = udp("127.0.0.1")
        bye = (
            f"BYE {state.remoteTarget} SIP/2.0\r\n"
            f"Via: SIP/2.0/{state.transport} 127.0.0.1:{port_of(supervisor)};rport;"
            f"branch=z9hG4bK{uuid.uuid4().hex}\r\n"
            + "".join(f"Route: {route}\r\n" for route in state.routeSet)
            + f"From: {state.localUri};tag={state.localTag}\r\n"
            f"To: {state.remoteUri};tag={state.remoteTag}\r\n"
            f"Call-ID: {state.callId}\r\nCSeq: {state.localCseq + 1000} BYE\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        host, _, port = state.destination.rpartition(":")
        supervisor.sendto(bye.encode(), (host, int(port)))
        reply = stack.until(lambda: received(supervisor), "answer to the BYE")
        assert Message.parse(reply).status == 200
        stack.until(lambda: far.ended, "far leg over")
        caller.hangup(pj.CallOpParam())
        stack.until(lambda: caller.ended, "near leg over")

        def refused() -> str:
            try:
                pj.dialogState(caller)
            except pj.Error as err:
                return str(err.reason)
            return ""

        # told as over at once; the dialog lives until the BYE was answered
        reason = stack.until(refused, "no dialog any more")
        assert "call" in reason
