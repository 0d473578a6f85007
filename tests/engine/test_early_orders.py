"""Orders for a leg that is not up, or no longer: kept for later, or refused by name."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from custom_components.hold_slayer.hearing.heard import Phase, PrintKind
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    AnswerCall,
    Bridge,
    EndedBy,
    ErrorKind,
    GetPrint,
    GetPrintBook,
    GetStatistics,
    HangUp,
    HeardOnLeg,
    HearingSettings,
    LegChanged,
    LegState,
    MarkPrint,
    Ping,
    Play,
    Played,
    PrintMarked,
    Record,
    RecordingKind,
    RejectCall,
    RemoveAccount,
    Request,
    SendKeys,
    SetPhase,
    SetPrintBook,
    SpeechAudio,
    StopRecording,
    StreamSpeech,
    Transfer,
    Unbridge,
)
from lab.voices import Voice, espeak

from .station import HOST, Station, connect
from .test_crossing import Far
from .test_prints import announcement, learned
from .wire import reply, wire

type Pair = tuple[Station, Station]


async def refused(station: Station, request: Request[Any]) -> EngineRefused:
    """Return how a request was refused."""
    with pytest.raises(EngineRefused) as found:
        await station.link.request(request)
    return found.value


async def test_ears_before_the_audio(facing: Pair) -> None:
    """What the ears are told while it rings holds when the call is answered."""
    alice, bob = facing
    book = (await learned(facing, announcement(5))).payload
    leg = await alice.dial("1234", ears=True)
    call = await bob.rings()
    assert (await alice.link.request(GetPrintBook(leg=leg))).payload == b""
    error = await refused(alice, SetPrintBook(leg=leg, payload=b"HSPB and nonsense"))
    assert error.error is ErrorKind.BAD_MESSAGE
    assert "cannot be read" in error.text
    await alice.link.request(SetPrintBook(leg=leg, payload=book))
    known = await alice.link.request(GetPrintBook(leg=leg))
    assert (known.announcements, known.payload) == (1, book)
    # nothing was heard that could be marked
    answer = await alice.link.request(MarkPrint(leg=leg, since=0.0, until=1.0, kind=PrintKind.MENU))
    assert isinstance(answer, PrintMarked)
    assert answer.print_id == ""
    await alice.link.request(MarkPrint(leg=leg, since=0.0, until=1.0))
    assert (await alice.link.request(GetPrint(leg=leg, since=0.0, until=1.0))).payload == b""
    await alice.link.request(SetPhase(leg=leg, phase=Phase.MENU))
    await alice.link.request(StreamSpeech(leg=leg, active=True, rate=8000))
    await bob.link.request(AnswerCall(leg=call.leg))
    await alice.leg_is(leg, LegState.CONFIRMED)
    pcm, rate = await espeak("Please hold the line, we will be with you soon.", Voice())
    await bob.link.request(Play(leg=call.leg, playback=1, rate=rate, last=True, payload=pcm))
    assert (await alice.event(SpeechAudio, lambda e: e.leg == leg and e.last)).rate == 8000
    await bob.event(Played, lambda e: e.leg == call.leg)
    # another rate: from the next utterance on
    await alice.link.request(StreamSpeech(leg=leg, active=True, rate=16000))
    await bob.link.request(Play(leg=call.leg, playback=2, rate=rate, last=True, payload=pcm))
    await alice.event(SpeechAudio, lambda e: e.leg == leg and e.rate == 16000)


async def test_a_leg_that_rings(facing: Pair, tmp_path: Path) -> None:
    """Keys, the end of a recording nobody began and a transfer are refused; it rings on."""
    alice, bob = facing
    leg = await alice.dial("1234")
    call = await bob.rings()
    await bob.link.request(AnswerCall(leg=call.leg, code=180))
    await alice.leg_is(leg, LegState.RINGING)
    error = await refused(alice, SendKeys(leg=leg, keys="1"))
    assert (error.error, error.text) == (ErrorKind.WRONG_STATE, f"{leg} has no audio yet")
    error = await refused(alice, Transfer(leg=leg, target="5678"))
    assert (error.error, error.sip_code) == (ErrorKind.REJECTED, 603)
    await alice.link.request(
        Record(leg=leg, path=f"{tmp_path}/call.wav", kind=RecordingKind.COMPANY)
    )
    error = await refused(alice, StopRecording(leg=leg, path=f"{tmp_path}/other.wav"))
    assert error.error is ErrorKind.FILE_ERROR
    assert f"{leg} does not record into {tmp_path}/other.wav" in error.text
    await bob.link.request(AnswerCall(leg=call.leg))
    await alice.leg_is(leg, LegState.CONFIRMED)


async def test_a_call_that_is_heard_before_it_is_taken(facing: Pair) -> None:
    """Early media first, ears with the answer: they listen at once."""
    alice, bob = facing
    leg = await alice.dial("1234")
    call = await bob.rings()
    await bob.link.request(AnswerCall(leg=call.leg, code=183))
    await alice.leg_is(leg, LegState.EARLY)
    while not (await bob.link.request(GetStatistics(leg=call.leg))).tx_packets:
        pass
    await bob.link.request(AnswerCall(leg=call.leg, hearing=HearingSettings()))
    await bob.leg_is(call.leg, LegState.CONFIRMED)
    await bob.event(HeardOnLeg, lambda e: e.leg == call.leg)


async def test_taken_and_refused(facing: Pair) -> None:
    """A call that was taken a moment ago cannot be refused; it comes about."""
    alice, bob = facing
    leg = await alice.dial("1234")
    call = await bob.rings()
    await bob.link.request(AnswerCall(leg=call.leg))
    error = await refused(bob, RejectCall(leg=call.leg))
    assert error.error is ErrorKind.WRONG_STATE
    await alice.leg_is(leg, LegState.CONFIRMED)


async def test_bridged_twice(facing: Pair) -> None:
    """Bridging what is bridged and parting what is parted changes nothing."""
    alice, bob = facing
    first, _ = await connect(alice, bob)
    second, _ = await connect(alice, bob)
    for _ in range(2):
        await alice.link.request(Bridge(first=first, second=second))
    for _ in range(2):
        await alice.link.request(Unbridge(first=first, second=second))
    for leg in (first, second):
        assert (await alice.link.request(GetStatistics(leg=leg))).state is LegState.CONFIRMED


async def test_a_far_side_that_does_not_let_go(alice: Station) -> None:
    """A BYE without an answer ends the leg all the same; the answer that comes late is no news."""
    far = Far()

    def answer(request: str) -> list[str]:
        """Take the call, and never answer a BYE."""
        if request.startswith("BYE"):
            return []
        return [
            text.replace(f"far@{HOST}", f"far@{HOST}:{end.port}") for text in far.answer(request)
        ]

    async with wire(answer) as end:
        settings = alice.settings(f"{HOST}:{end.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.CONFIRMED)
        await alice.link.request(HangUp(leg=leg))
        bye = await end.got("BYE")
        await alice.leg_is(leg, LegState.DISCONNECTED)
        # it is over here, and not yet there: the account waits for the answer
        removing = asyncio.create_task(alice.link.request(RemoveAccount(account_id="line")))
        await alice.link.request(Ping())
        end.send(reply(bye, "200 OK"), end.addresses[0])
        await removing
    ends = [each for each in alice.of(LegChanged, leg) if each.state is LegState.DISCONNECTED]
    assert [each.ended_by for each in ends] == [EndedBy.US]
    for each in far.audio:
        each.close()


async def test_audio_with_the_ringing(alice: Station) -> None:
    """A 180 that brings audio is rung and early media in one."""
    far = Far()

    def ringing(request: str) -> list[str]:
        """Ring with audio."""
        if not request.startswith("INVITE"):
            return far.answer(request)
        return [far.answer(request)[0].replace("SIP/2.0 200 OK", "SIP/2.0 180 Ringing")]

    async with wire(ringing) as end:
        settings = alice.settings(f"{HOST}:{end.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.RINGING)
        await alice.leg_is(leg, LegState.EARLY)
    for each in far.audio:
        each.close()
