"""What trunks and exchanges really do, played by SIPp."""

import os
import signal

import pytest

from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    CallFailure,
    EndedBy,
    GetStatistics,
    HangUp,
    LegChanged,
    LegHeld,
    LegState,
)

from . import sipp
from .sipp import Sipp, answer, answer_in_dialog, ask, far_end, receive, receive_invite, sdp
from .station import HOST, Station

pytestmark = sipp.needs_sipp

#: The far end takes the call.
TAKES = (receive_invite(), answer("200 OK", sdp()), receive("ACK"))
#: The far end waits for our hang-up.
ENDS = (receive("BYE"), answer_in_dialog("200 OK"))


async def call(alice: Station, far: Sipp) -> str:
    """Call SIPp."""
    settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=0)
    await alice.link.request(AddAccount(account=settings))
    return await alice.dial("1234")


async def hang_up(alice: Station, far: Sipp, leg: str) -> None:
    """Hang up, and let SIPp judge what it saw."""
    await alice.link.request(HangUp(leg=leg))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    await far.done()


async def test_diversion_is_not_followed(alice: Station) -> None:
    """A 302 never makes us dial what the far side chose."""
    async with far_end(
        receive_invite(),
        answer("302 Moved Temporarily").replace(
            "<sip:far@[local_ip]:[local_port]>", "<sip:+8816123@[local_ip]:[local_port]>"
        ),
        receive("ACK"),
    ) as far:
        leg = await call(alice, far)
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert (ended.failure, ended.sip_code) == (CallFailure.FAILED, 302)
        assert "diverted" in ended.text
        await far.done()


@pytest.mark.parametrize("method", ["INVITE", "INVITE without SDP", "UPDATE"])
async def test_session_refresh_by_the_far_side(alice: Station, method: str) -> None:
    """A refresh in every form is answered, and the call with its audio goes on."""
    timer = ("Supported: timer", "Session-Expires: 90;refresher=uas")
    name, _, bare = method.partition(" ")
    body = "" if bare or name == "UPDATE" else sdp(version=2)
    steps = [ask(name, 2, body, *timer), receive("100", optional=True), receive("200")]
    if name == "INVITE":
        steps.append(ask("ACK", 2, sdp(version=2) if bare else ""))
    async with far_end(
        receive_invite(),
        answer("200 OK", sdp(), "Require: timer", "Session-Expires: 90;refresher=uas"),
        receive("ACK"),
        *steps,
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        figures = await alice.link.request(GetStatistics(leg=leg))
        assert figures.state is LegState.CONFIRMED
        # the refresh happens right after the ACK; SIPp ends only when all was as expected
        await alice.link.request(GetStatistics(leg=leg))
        await far_has_refreshed(alice, leg)
        await hang_up(alice, far, leg)
    assert not [e for e in alice.of(LegChanged, leg) if e.failure is not None]


async def far_has_refreshed(alice: Station, leg: str) -> None:
    """Wait until some RTP went out after the refresh."""
    sent = (await alice.link.request(GetStatistics(leg=leg))).tx_packets
    while (await alice.link.request(GetStatistics(leg=leg))).tx_packets < sent + 50:
        pass


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_remote_hold(alice: Station, direction: str) -> None:
    """The far side's own hold is reported, changes nothing else, and ends."""
    async with far_end(
        *TAKES,
        ask("INVITE", 2, sdp(direction, 2)),
        receive("100", optional=True),
        receive("200"),
        ask("ACK", 2),
        sipp.pause(300),
        ask("INVITE", 3, sdp("sendrecv", 3)),
        receive("100", optional=True),
        receive("200"),
        ask("ACK", 3),
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.event(LegHeld, lambda e: e.held)
        await alice.event(LegHeld, lambda e: not e.held)
        await hang_up(alice, far, leg)
    assert [event.state for event in alice.of(LegChanged, leg)] == [
        LegState.CONFIRMED,
        LegState.DISCONNECTED,
    ]


async def test_fax_is_refused(alice: Station) -> None:
    """An offer of T.38 is answered with 488; the call keeps its audio."""
    async with far_end(
        *TAKES,
        ask("INVITE", 2, sipp.t38()),
        receive("100", optional=True),
        receive("488"),
        ask("ACK", 2),
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        await far_has_refreshed(alice, leg)
        await hang_up(alice, far, leg)


async def test_reliable_early_media(alice: Station) -> None:
    """A 183 that wants to be acknowledged (RFC 3262) is, and carries audio."""
    async with far_end(
        receive_invite(),
        answer("183 Session Progress", sdp(), "Require: 100rel", "RSeq: 1"),
        receive("PRACK"),
        answer_in_dialog("200 OK"),
        sipp.pause(300),
        "<send><![CDATA[\nSIP/2.0 200 OK\nVia: [$via]\nFrom:[$remote]\n"
        "To:[$local];tag=far[call_number]\nCall-ID: [call_id]\nCSeq:[$cseq]\n"
        "Contact: <sip:far@[local_ip]:[local_port]>\nContent-Length: 0\n\n]]></send>",
        receive("ACK"),
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.EARLY)
        await alice.leg_is(leg, LegState.CONFIRMED)
        await hang_up(alice, far, leg)


async def test_answer_crosses_our_cancel(alice: Station) -> None:
    """A 200 that crosses our CANCEL is acknowledged and hung up: no orphan stays."""
    async with far_end(
        receive_invite(),
        answer("180 Ringing"),
        receive("CANCEL"),
        answer_in_dialog("200 OK"),
        "<send><![CDATA[\nSIP/2.0 200 OK\nVia: [$via]\nFrom:[$remote]\n"
        "To:[$local];tag=far[call_number]\nCall-ID: [call_id]\nCSeq:[$cseq]\n"
        "Contact: <sip:far@[local_ip]:[local_port]>\n"
        "Content-Type: application/sdp\nContent-Length: [len]\n\n" + sdp() + "\n]]></send>",
        receive("ACK"),
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.RINGING)
        await alice.link.request(HangUp(leg=leg))
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert (ended.ended_by, ended.failure) == (EndedBy.US, None)
        await far.done()


async def test_session_interval_too_small(alice: Station) -> None:
    """A 422 is answered with a longer interval."""
    async with far_end(
        receive_invite(),
        answer("422 Session Interval Too Small", "", "Min-SE: 3600"),
        receive("ACK"),
        *TAKES,
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        await hang_up(alice, far, leg)


async def test_orphan_of_a_far_side_that_answers_at_once(alice: Station) -> None:
    """An IVR that answers with nothing before its 200 is hung up, too, when the engine dies."""
    async with far_end(*TAKES, *ENDS) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        assert alice.link.pid is not None
        os.kill(alice.link.pid, signal.SIGKILL)
        await far.done()
