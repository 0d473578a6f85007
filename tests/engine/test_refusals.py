"""What far sides answer instead of 200, and when both sides speak at once: no leg is left behind (R7)."""

import pytest

from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    CallFailure,
    EndedBy,
    HangUp,
    LegHeld,
    LegState,
    Play,
    Played,
    Registration,
    RegistrationState,
)

from . import sipp
from .sipp import answer, answer_in_dialog, ask, far_end, receive, receive_invite, sdp
from .station import HOST, Station
from .test_odd_peers import ENDS, TAKES, call, hang_up

pytestmark = sipp.needs_sipp

_CHALLENGE = (
    'Proxy-Authenticate: Digest realm="far.example", nonce="{nonce}", algorithm=MD5, qop="auth"'
)


def challenge(nonce: str, *, stale: bool = False) -> str:
    """Ask for a digest with this nonce."""
    return answer(
        "407 Proxy Authentication Required",
        "",
        _CHALLENGE.format(nonce=nonce) + (", stale=true" if stale else ""),
    )


def receive_with(header: str) -> str:
    """Wait for an INVITE whose digest holds this."""
    return (
        f'<recv request="INVITE"><action><ereg regexp="{header}" search_in="hdr"'
        ' header="Proxy-Authorization:" check_it="true" assign_to="via"/></action></recv>'
    )


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("404 Not Found", CallFailure.NOT_FOUND),
        ("480 Temporarily Unavailable", CallFailure.NO_ANSWER),
        ("482 Loop Detected", CallFailure.FAILED),
        ("484 Address Incomplete", CallFailure.NOT_FOUND),
        ("486 Busy Here", CallFailure.BUSY),
        ("488 Not Acceptable Here", CallFailure.CODEC_MISMATCH),
        ("500 Server Internal Error", CallFailure.FAILED),
        ("603 Decline", CallFailure.REJECTED),
    ],
)
async def test_refused(alice: Station, status: str, failure: CallFailure) -> None:
    """Each refusal is acknowledged, named, and the end of it."""
    async with far_end(receive_invite(), answer(status), receive("ACK")) as far:
        leg = await call(alice, far)
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert (ended.failure, ended.sip_code) == (failure, int(status[:3]))
        assert ended.text.endswith(f"({status})")
        await far.done()


async def test_try_again_later(alice: Station) -> None:
    """A busy service says when to come back: that is passed on, and nothing is tried by itself."""
    async with far_end(
        receive_invite(),
        answer("503 Service Unavailable", "", "Retry-After: 120"),
        receive("ACK"),
    ) as far:
        ended = await alice.leg_is(await call(alice, far), LegState.DISCONNECTED)
        assert (ended.failure, ended.retry_after_s) == (CallFailure.UNREACHABLE, 120)
        await far.done()


async def test_stale_nonce(alice: Station) -> None:
    """A nonce that has expired is replaced, with the same password, once more."""
    async with far_end(
        receive_invite(),
        challenge("first"),
        receive("ACK"),
        receive_with("nonce=.first"),
        challenge("second", stale=True),
        receive("ACK"),
        receive_with("nonce=.second"),
        answer("200 OK", sdp()),
        receive("ACK"),
        *ENDS,
    ) as far:
        settings = alice.settings(
            f"{HOST}:{far.port}", register=False, keep_alive_s=0, password="open-sesame"
        )
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.CONFIRMED)
        await hang_up(alice, far, leg)


async def test_digest_refused(alice: Station) -> None:
    """A far side that never takes the digest is not asked for ever."""
    async with far_end(
        receive_invite(),
        challenge("first"),
        receive("ACK"),
        receive_with("nonce=.first"),
        challenge("first"),
        receive("ACK"),
    ) as far:
        settings = alice.settings(
            f"{HOST}:{far.port}", register=False, keep_alive_s=0, password="open-sesame"
        )
        await alice.link.request(AddAccount(account=settings))
        ended = await alice.leg_is(await alice.dial("1234"), LegState.DISCONNECTED)
        assert ended.failure is CallFailure.UNAUTHORISED
        await far.done()


def answer_from(branch: str, status: str, body: str = "") -> str:
    """Answer the INVITE from one of the places it was forked to."""
    content = "Content-Type: application/sdp\n" if body else ""
    return (
        f"<send><![CDATA[\nSIP/2.0 {status}\nVia: [$via]\nFrom:[$remote]\n"
        f"To:[$local];tag={branch}[call_number]\nCall-ID: [call_id]\nCSeq:[$cseq]\n"
        f"Contact: <sip:{branch}@[local_ip]:[local_port]>\n{content}"
        f"Content-Length: [len]\n\n{body}\n]]></send>"
    )


async def test_forked(alice: Station) -> None:
    """Two places answer: one is talked to, the other acknowledged and hung up."""
    async with far_end(
        receive_invite(),
        answer_from("one", "180 Ringing"),
        answer_from("two", "180 Ringing"),
        answer_from("one", "200 OK", sdp()),
        receive("ACK"),
        answer_from("two", "200 OK", sdp()),
        receive("ACK"),
        receive("BYE"),
        answer_in_dialog("200 OK"),
        sipp.pause(300),
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        # the second answer comes right behind; half a second of silence lets it be dealt with
        silence = Play(leg=leg, playback=1, rate=8000, last=True, payload=bytes(16_000))
        await alice.link.request(silence)
        await alice.event(Played)
        await hang_up(alice, far, leg)


async def test_cancelled_in_time(alice: Station) -> None:
    """Our CANCEL wins: 487 is acknowledged, and the leg was ended by us."""
    async with far_end(
        receive_invite(),
        answer("180 Ringing"),
        receive("CANCEL"),
        answer_in_dialog("200 OK"),
        answer_from("far", "487 Request Terminated"),
        receive("ACK"),
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.RINGING)
        await alice.link.request(HangUp(leg=leg))
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert ended.ended_by is EndedBy.US
        await far.done()


async def test_both_hang_up(alice: Station) -> None:
    """Two BYEs cross: both are answered, and the leg is over once."""
    async with far_end(
        *TAKES,
        receive("BYE"),
        ask("BYE", 2),
        receive("200"),
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        await alice.link.request(HangUp(leg=leg))
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert ended.ended_by is EndedBy.US
        await far.done()


async def test_far_side_lost_the_call(alice: Station) -> None:
    """481 to our BYE is as good as 200: the leg is over."""
    async with far_end(
        *TAKES, receive("BYE"), answer_in_dialog("481 Call/Transaction Does Not Exist")
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        await hang_up(alice, far, leg)


async def test_registration_too_brief(alice: Station) -> None:
    """423 is answered with the interval that the registrar wants."""
    async with far_end(
        receive("REGISTER"),
        answer("423 Interval Too Brief", "", "Min-Expires: 1800"),
        '<recv request="REGISTER"><action><ereg regexp="1800" search_in="hdr" header="Expires:"'
        ' check_it="true" assign_to="remote,local,target,via,cseq"/></action></recv>',
        answer("200 OK", "", "Expires: 1800"),
        receive("REGISTER"),
        answer("200 OK"),
    ) as far:
        await alice.link.request(AddAccount(account=alice.settings(f"{HOST}:{far.port}")))
        reports = alice.of(Registration)
        assert reports[-1].state is RegistrationState.REGISTERED
        await alice.link.stop()
        await far.done()


@pytest.mark.parametrize("change", ["address 0.0.0.0", "port", "codec"])
async def test_other_media(alice: Station, change: str) -> None:
    """Held the old way, another port or another codec: the call goes on."""
    changed = {
        "address 0.0.0.0": sdp(version=2).replace("c=IN IP4 [local_ip]", "c=IN IP4 0.0.0.0"),
        "port": sdp(version=2).replace("[media_port]", "[media_port+10]"),
        "codec": sdp(version=2).replace("8 101", "0 101").replace("8 PCMA", "0 PCMU"),
    }[change]
    async with far_end(
        *TAKES,
        ask("INVITE", 2, changed),
        receive("100", optional=True),
        receive("200"),
        ask("ACK", 2),
        sipp.pause(300),
        ask("INVITE", 3, sdp(version=3)),
        receive("100", optional=True),
        receive("200"),
        ask("ACK", 3),
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        if change.startswith("address"):
            await alice.event(LegHeld, lambda e: e.held)
            await alice.event(LegHeld, lambda e: not e.held)
        else:
            await alice.leg_is(leg, LegState.CONFIRMED)
            silence = Play(leg=leg, playback=1, rate=8000, last=True, payload=bytes(24_000))
            await alice.link.request(silence)
            await alice.event(Played)
        await hang_up(alice, far, leg)
