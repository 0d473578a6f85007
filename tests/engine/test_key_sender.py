"""Keys that a far side does not take, or does not answer."""

import asyncio
from typing import Any

import pjsua2 as pj
import pytest

from custom_components.hold_slayer.engine import keys
from custom_components.hold_slayer.engine.keys import KeySender
from custom_components.hold_slayer.engine.refusal import RefusalError
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    ErrorKind,
    KeyMethod,
    KeyReceived,
    LegState,
    SendKeys,
)

from .station import HOST, Station, connect
from .test_crossing import Far
from .wire import reply, wire


async def test_a_comma_waits(facing: tuple[Station, Station]) -> None:
    """The comma between two keys is no key: the far side gets the others, in order."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    await alice.link.request(SendKeys(leg=leg, keys="1,2"))
    await bob.event(KeyReceived, lambda e: e.key == "2")
    assert [event.key for event in bob.of(KeyReceived, other)] == ["1", "2"]


async def test_a_far_side_without_key_events(alice: Station) -> None:
    """Events are refused with the way out, an INFO with its code; by itself it takes tones."""
    far = Far()

    def answer(request: str) -> list[str]:
        """Take the call, and no INFO."""
        if request.startswith("INFO"):
            return [reply(request, "415 Unsupported Media Type")]
        # in the dialog it is reached where it was called
        return [
            text.replace(f"far@{HOST}", f"far@{HOST}:{end.port}") for text in far.answer(request)
        ]

    async with wire(answer) as end:
        settings = alice.settings(f"{HOST}:{end.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.CONFIRMED)
        with pytest.raises(EngineRefused, match="use tones or SIP INFO") as refused:
            await alice.link.request(SendKeys(leg=leg, keys="1", method=KeyMethod.RFC4733))
        assert refused.value.error is ErrorKind.UNSUPPORTED
        with pytest.raises(EngineRefused) as refused:
            await alice.link.request(SendKeys(leg=leg, keys="1", method=KeyMethod.INFO))
        assert (refused.value.error, refused.value.sip_code) == (ErrorKind.REJECTED, 415)
        await alice.link.request(SendKeys(leg=leg, keys="1", method=KeyMethod.AUTO))
        assert len(end.of("INFO")) == 1
    for each in far.audio:
        each.close()


class Call:
    """A call whose far side never answers an INFO, or that is gone."""

    def __init__(self, *, gone: bool = False) -> None:
        self.gone = gone
        self.sent: list[str] = []
        self.told = asyncio.Event()

    def sendDtmf(self, param: Any) -> None:
        """Note a key."""
        if self.gone:
            raise pj.Error(70013, "sendDtmf", "Invalid operation", "call.c", 1)
        self.sent.append(param.digits)
        self.told.set()


async def press(call: Call, method: KeyMethod) -> RefusalError:
    """Return why two keys are refused."""
    with pytest.raises(RefusalError) as refused:
        await KeySender(call, None).send("12", method, 101, 40, 40)
    return refused.value


async def test_an_info_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time of the standard it counts as refused (408), and no further key goes out."""
    monkeypatch.setattr(keys, "INFO_TIMEOUT_S", 0.01)
    call = Call()
    refusal = await press(call, KeyMethod.INFO)
    assert (refusal.error, refusal.sip_code) == (ErrorKind.REJECTED, 408)
    assert call.sent == ["1"]


async def test_a_leg_that_ends_while_an_info_is_under_way() -> None:
    """Whoever waits is woken up."""
    call = Call()
    sender = KeySender(call, None)
    sending = asyncio.create_task(sender.send("12", KeyMethod.INFO, -1, 40, 40))
    await call.told.wait()
    sender.close()
    with pytest.raises(RefusalError, match="did not take the key"):
        await sending
    assert call.sent == ["1"]


@pytest.mark.parametrize("method", [KeyMethod.INFO, KeyMethod.RFC4733])
async def test_a_call_that_is_gone(method: KeyMethod) -> None:
    """The library's refusal names the key."""
    refusal = await press(Call(gone=True), method)
    assert refusal.error is ErrorKind.WRONG_STATE
    assert refusal.text == "key 1 could not be sent: Invalid operation"
