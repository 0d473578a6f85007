"""Keys in all three ways, verified by the one who receives them."""

import pytest

from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    ErrorKind,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    SendKeys,
)

from .station import Station, connect

KEYS = "1590*#A"


@pytest.mark.parametrize("method", [KeyMethod.RFC4733, KeyMethod.INFO])
async def test_signalled_keys(facing: tuple[Station, Station], method: KeyMethod) -> None:
    """Keys sent as events or as INFO arrive once each, in order, in the way they were sent."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    await alice.link.request(SendKeys(leg=leg, keys=KEYS, method=method))
    await bob.event(KeyReceived, lambda e: e.key == KEYS[-1])
    assert "".join(event.key for event in bob.of(KeyReceived, other)) == KEYS
    assert {event.method for event in bob.of(KeyReceived)} == {method}


async def test_tones(facing: tuple[Station, Station]) -> None:
    """Keys sent as tones are heard, and are no events."""
    alice, bob = facing
    leg, other = await connect(alice, bob, ears=True)
    await alice.link.request(SendKeys(leg=leg, keys=KEYS, method=KeyMethod.INBAND))

    def digits() -> str:
        heard = [event.heard for event in bob.of(HeardOnLeg, other)]
        return "".join(
            event.digit
            for event in heard
            if isinstance(event, Hearing) and event.sound is Sound.DTMF
        )

    await bob.event(HeardOnLeg, lambda _: digits().endswith(KEYS[-1]))
    assert digits() == KEYS
    assert not bob.of(KeyReceived)


async def test_automatic_method(facing: tuple[Station, Station]) -> None:
    """Between two sides that know RFC 4733, that is used."""
    alice, bob = facing
    leg, _ = await connect(alice, bob)
    await alice.link.request(SendKeys(leg=leg, keys="7"))
    assert (await bob.event(KeyReceived)).method is KeyMethod.RFC4733


async def test_leg_ends_while_keys_are_sent(facing: tuple[Station, Station]) -> None:
    """A hang-up in the middle refuses the rest instead of hanging."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    await bob.link.request(HangUp(leg=other))
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(SendKeys(leg=leg, keys="1" * 20))
    assert refused.value.error in (ErrorKind.WRONG_STATE, ErrorKind.UNKNOWN_LEG)
