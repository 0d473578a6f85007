"""Calls between two engine processes: how they come about, and every way they end."""

import pytest

from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    AnswerCall,
    CallFailure,
    EndedBy,
    ErrorKind,
    GetStatistics,
    HangUp,
    LegState,
    Ping,
    PlaceCall,
    RejectCall,
    SendKeys,
    Transport,
)

from .station import HOST, Station, connect, free_port

type Pair = tuple[Station, Station]


async def test_answered_and_hung_up_by_us(facing: Pair) -> None:
    """A call is answered; our hang-up is ours on one side and theirs on the other."""
    alice, bob = facing
    leg = await alice.dial("+49 (30) 12-34")
    call = await bob.rings()
    assert call.caller == f"sip:alice@{HOST}:{bob.port}" or call.caller.startswith("sip:alice@")
    assert call.called == "+49301234"
    await bob.link.request(AnswerCall(leg=call.leg, code=180))
    await alice.leg_is(leg, LegState.RINGING)
    await bob.link.request(AnswerCall(leg=call.leg))
    await alice.leg_is(leg, LegState.CONFIRMED)
    await bob.leg_is(call.leg, LegState.CONFIRMED)

    await alice.link.request(HangUp(leg=leg, reason="done"))
    ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert (ended.ended_by, ended.failure) == (EndedBy.US, None)
    ended = await bob.leg_is(call.leg, LegState.DISCONNECTED)
    assert (ended.ended_by, ended.failure) == (EndedBy.THEM, None)
    pong = await alice.link.request(Ping())
    assert pong.legs == {}


async def test_hung_up_by_them(facing: Pair) -> None:
    """The far side's BYE is reported as theirs."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    await bob.link.request(HangUp(leg=other))
    ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert (ended.ended_by, ended.failure) == (EndedBy.THEM, None)


async def test_refused_in_every_way(facing: Pair) -> None:
    """Each SIP status becomes its failure, with the code and a sentence."""
    alice, bob = facing
    for code, failure in (
        (486, CallFailure.BUSY),
        (600, CallFailure.BUSY),
        (603, CallFailure.REJECTED),
        (403, CallFailure.REJECTED),
        (404, CallFailure.NOT_FOUND),
        (484, CallFailure.NOT_FOUND),
        (480, CallFailure.NO_ANSWER),
        (408, CallFailure.TIMEOUT),
        (503, CallFailure.UNREACHABLE),
        (488, CallFailure.CODEC_MISMATCH),
        (500, CallFailure.FAILED),
    ):
        leg = await alice.dial("1234")
        call = await bob.rings()
        await bob.link.request(RejectCall(leg=call.leg, code=code))
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert (ended.failure, ended.sip_code) == (failure, code)
        assert ended.ended_by is EndedBy.FAILURE
        assert str(code) in ended.text


async def test_no_answer(facing: Pair) -> None:
    """After the ring time the call is cancelled and reported as not answered."""
    alice, bob = facing
    leg = await alice.dial("1234", ring_time_s=0.5)
    call = await bob.rings()
    await bob.link.request(AnswerCall(leg=call.leg, code=180))
    ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert ended.failure is CallFailure.NO_ANSWER
    ended = await bob.leg_is(call.leg, LegState.DISCONNECTED)
    assert (ended.ended_by, ended.failure) == (EndedBy.THEM, None)


@pytest.mark.parametrize("code", [0, 180, 183])
async def test_hang_up_before_the_answer(facing: Pair, code: int) -> None:
    """A call can be cancelled while calling, ringing and in early media."""
    alice, bob = facing
    leg = await alice.dial("1234")
    call = await bob.rings()
    if code:
        await bob.link.request(AnswerCall(leg=call.leg, code=code))
        await alice.leg_is(leg, LegState.RINGING if code == 180 else LegState.EARLY)
    await alice.link.request(HangUp(leg=leg))
    ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert (ended.ended_by, ended.failure) == (EndedBy.US, None)
    ended = await bob.leg_is(call.leg, LegState.DISCONNECTED)
    assert ended.ended_by is EndedBy.THEM


async def test_unreachable(alice: Station) -> None:
    """A host that refuses the connection is reported at once."""
    settings = alice.settings(
        f"{HOST}:{free_port()}", register=False, transport=Transport.TCP, local_port=0
    )
    await alice.link.request(AddAccount(account=settings))
    leg = await alice.dial("1234")
    ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert ended.failure is CallFailure.UNREACHABLE


async def test_codec_mismatch(alice: Station, bob: Station) -> None:
    """Two sides without a common codec cannot talk."""
    await alice.face(bob, codecs=("G722",))
    await bob.face(alice, codecs=("PCMU",))
    leg = await alice.dial("1234")
    ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert ended.failure is CallFailure.CODEC_MISMATCH
    assert ended.sip_code == 488


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722", "opus"])
async def test_codecs(alice: Station, bob: Station, codec: str) -> None:
    """Every codec on the list carries a call."""
    await alice.face(bob, codecs=(codec,))
    await bob.face(alice, codecs=("PCMA", "PCMU", "G722", "opus"))
    leg, _ = await connect(alice, bob)
    figures = await alice.link.request(GetStatistics(leg=leg))
    assert figures.codec.lower() == codec.lower()


async def test_what_cannot_be_asked(facing: Pair) -> None:
    """Each impossible request is refused with its own kind, and the call goes on."""
    alice, bob = facing
    leg, _ = await connect(alice, bob)
    for request, error in (
        (PlaceCall(leg=leg, account_id="line", target="1"), ErrorKind.LEG_EXISTS),
        (PlaceCall(leg="x", account_id="none", target="1"), ErrorKind.UNKNOWN_ACCOUNT),
        (PlaceCall(leg="x", account_id="line", target=""), ErrorKind.INVALID_NUMBER),
        (PlaceCall(leg="x", account_id="line", target="12;34"), ErrorKind.INVALID_NUMBER),
        (PlaceCall(leg="x", account_id="line", target="500&1416"), ErrorKind.INVALID_NUMBER),
        (PlaceCall(leg="x", account_id="line", target="sip:host"), ErrorKind.INVALID_ADDRESS),
        (PlaceCall(leg="x", account_id="line", target="sip:a@b c"), ErrorKind.INVALID_ADDRESS),
        (HangUp(leg="x"), ErrorKind.UNKNOWN_LEG),
        (AnswerCall(leg=leg), ErrorKind.WRONG_STATE),
        (RejectCall(leg=leg), ErrorKind.WRONG_STATE),
        (SendKeys(leg=leg, keys="12w"), ErrorKind.INVALID_KEYS),
        (SendKeys(leg=leg, keys=""), ErrorKind.INVALID_KEYS),
        (SendKeys(leg=leg, keys="1", tone_ms=5), ErrorKind.UNSUPPORTED),
    ):
        with pytest.raises(EngineRefused) as refused:
            await alice.link.request(request)
        assert refused.value.error is error
        assert refused.value.text
    pong = await alice.link.request(Ping())
    assert pong.legs == {leg: LegState.CONFIRMED}


async def test_more_calls_than_the_account_takes(alice: Station, bob: Station) -> None:
    """A call beyond the limit is busy, and nobody is bothered with it."""
    await alice.face(bob)
    await bob.face(alice, max_calls=1)
    await connect(alice, bob)
    leg = await alice.dial("1234")
    ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert ended.failure is CallFailure.BUSY


async def test_calls_that_the_account_made_leave_room(alice: Station, bob: Station) -> None:
    """However many legs were dialled, a company that calls back gets through."""
    await alice.face(bob)
    await bob.face(alice, max_calls=1)
    await connect(bob, alice)
    await alice.dial("1234")
    await bob.rings()


@pytest.mark.parametrize("by_them", [True, False])
async def test_last_figures(facing: Pair, by_them: bool) -> None:
    """The end of a leg carries the figures of its audio, whoever hung up."""
    alice, bob = facing
    leg, far = await connect(alice, bob)
    while not (await alice.link.request(GetStatistics(leg=leg))).rx_packets:
        pass
    if by_them:
        await bob.link.request(HangUp(leg=far))
    else:
        await alice.link.request(HangUp(leg=leg))
    media = (await alice.leg_is(leg, LegState.DISCONNECTED)).media
    assert media is not None
    assert media.codec == "PCMA"
    assert media.rx_packets
    assert media.remote.startswith(f"{HOST}:")
