"""Requests that cannot be carried out: each names what is wrong, and the call goes on."""

from typing import Any

import pytest

from custom_components.hold_slayer.hearing.heard import Phase
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    AnswerCall,
    Bridge,
    ErrorKind,
    GetPrintBook,
    HangUp,
    HeardOnLeg,
    HearingSettings,
    Hello,
    KeyMethod,
    LegState,
    MarkPrint,
    Ping,
    PlaceCall,
    Play,
    RejectCall,
    RemoveAccount,
    Request,
    SendKeys,
    SetPhase,
    SetPrintBook,
    StreamSpeech,
    Transport,
)

from .station import HOST, Station, connect, free_port

#: Requests about a leg without ears, and why they fail.
UNHEARD: dict[str, tuple[dict[str, Any], type[Request[Any]]]] = {
    "phase": ({"phase": Phase.HOLD}, SetPhase),
    "book": ({}, SetPrintBook),
    "speech": ({"active": True}, StreamSpeech),
    "prints": ({}, GetPrintBook),
    "mark": ({"since": 0.0, "until": 1.0}, MarkPrint),
}


async def refused(station: Station, request: Request[Any]) -> EngineRefused:
    """Return how a request was refused; the engine is well afterwards."""
    with pytest.raises(EngineRefused) as found:
        await station.link.request(request)
    await station.link.request(Ping())
    return found.value


async def test_in_a_call(facing: tuple[Station, Station]) -> None:
    """A call takes no nonsense, and stays."""
    alice, bob = facing
    leg, far = await connect(alice, bob)
    for kind, (details, request) in UNHEARD.items():
        error = await refused(alice, request(leg=leg, **details))
        assert (kind, error.error) == (kind, ErrorKind.WRONG_STATE)
        assert leg in error.text
    for wrong, text in (
        ({"tone_ms": 5}, "a tone of 5 ms"),
        ({"pause_ms": 100_000}, "a pause of 100000 ms"),
    ):
        error = await refused(alice, SendKeys(leg=leg, keys="1", **wrong))
        assert error.error is ErrorKind.UNSUPPORTED
        assert text in error.text
    for wrong, kind in (
        ({"rate": 7_999}, ErrorKind.UNSUPPORTED),
        ({"rate": 8_000, "payload": b"odd"}, ErrorKind.BAD_MESSAGE),
    ):
        play = Play(leg=leg, **{"playback": 1, "last": False, "payload": b"", **wrong})
        assert (await refused(alice, play)).error is kind
    await alice.link.request(Play(leg=leg, playback=2, rate=8000, last=False, payload=bytes(160)))
    error = await refused(alice, Play(leg=leg, playback=2, rate=16000, last=True))
    assert "began with 8000 Hz" in error.text
    for request in (
        Bridge(first=leg, second=leg),
        AnswerCall(leg=leg),
        RejectCall(leg=far.upper()),
        Hello(),
    ):
        error = await refused(alice, request)
        assert error.error in (ErrorKind.WRONG_STATE, ErrorKind.UNKNOWN_LEG)
    again = PlaceCall(leg=leg, account_id="line", target="1234")
    assert (await refused(alice, again)).error is ErrorKind.LEG_EXISTS
    await alice.link.request(HangUp(leg=leg))


async def test_with_ears(facing: tuple[Station, Station]) -> None:
    """Ears take their prints before the first audio, and give speech at rates of telephones."""
    alice, bob = facing
    # what is known of the company is damaged: the call is heard all the same
    leg, _ = await connect(alice, bob, hearing=HearingSettings(), payload=b"nonsense")
    await alice.event(HeardOnLeg, lambda event: event.leg == leg)
    error = await refused(alice, SetPrintBook(leg=leg, payload=b"nonsense"))
    assert error.error in (ErrorKind.WRONG_STATE, ErrorKind.BAD_MESSAGE)
    error = await refused(alice, StreamSpeech(leg=leg, active=True, rate=11_025))
    assert "11025 Hz" in error.text
    await alice.link.request(HangUp(leg=leg))
    await alice.leg_is(leg, LegState.DISCONNECTED)


async def test_dialling(alice: Station) -> None:
    """Headers that would break the message and unknown accounts are refused."""
    await alice.link.request(
        AddAccount(account=alice.settings(f"{HOST}:{free_port()}", register=False, keep_alive_s=0))
    )
    for headers in ({"X Header": "1"}, {"X-Header": "1\r\nX-Other: 2"}):
        request = PlaceCall(leg="a", account_id="line", target="1234", headers=headers)
        assert (await refused(alice, request)).error is ErrorKind.BAD_MESSAGE
    request = PlaceCall(leg="a", account_id="other", target="1234")
    assert (await refused(alice, request)).error is ErrorKind.UNKNOWN_ACCOUNT
    assert (await refused(alice, RemoveAccount(account_id="other"))).error is (
        ErrorKind.UNKNOWN_ACCOUNT
    )


@pytest.mark.parametrize(
    ("changes", "kind", "named"),
    [
        (
            {"transport": Transport.TLS, "tls_ca_file": "/nowhere/ca.pem", "local_port": 0},
            ErrorKind.FILE_ERROR,
            "/nowhere/ca.pem",
        ),
        ({"bind_address": "here"}, ErrorKind.INVALID_ADDRESS, "here"),
        ({"bind_address": "192.0.2.7"}, ErrorKind.INVALID_ADDRESS, "192.0.2.7"),
    ],
)
async def test_accounts(
    alice: Station, changes: dict[str, Any], kind: ErrorKind, named: str
) -> None:
    """A file that cannot be read and an address that is not ours are named."""
    settings = alice.settings(f"{HOST}:{free_port()}", **changes)
    error = await refused(alice, AddAccount(account=settings))
    assert error.error is kind
    assert named in error.text


async def test_keys_nobody_takes(facing: tuple[Station, Station]) -> None:
    """The far side's refusal of an INFO is told, with its code."""
    alice, bob = facing
    leg, far = await connect(alice, bob)
    await bob.link.request(HangUp(leg=far))
    keys = SendKeys(leg=leg, keys="1", method=KeyMethod.INFO)
    error = await refused(alice, keys)
    assert error.error in (ErrorKind.REJECTED, ErrorKind.WRONG_STATE, ErrorKind.UNKNOWN_LEG)
