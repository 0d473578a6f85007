"""Phones nobody here wrote at our registrar: baresip, and the habits of others played by SIPp."""

import shutil

import pytest

from custom_components.hold_slayer.telephony.messages import (
    HangUp,
    KeyMethod,
    KeyReceived,
    LegState,
)
from lab.peers.baresip import Baresip

from .sipp import far_end, needs_sipp, receive, register
from .station import HOST, Station
from .test_phones import places, registered, ring, serve

needs_baresip = pytest.mark.skipif(
    shutil.which("baresip") is None, reason="baresip is not installed: apt-get install baresip"
)
#: Without a space: neither of them could be told one.
PASSWORD = "correct-horse"
#: SIPp's answer to a challenge.
_PROOF = f"[authentication username=desk password={PASSWORD}]"
_FIRST = "<sip:desk@[local_ip]:5998>"
_SECOND = "<sip:desk@[local_ip]:5999>"


@needs_baresip
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_baresip(alice: Station, transport: str) -> None:
    """It registers, is rung, answers, presses a key, is hung up on, and leaves."""
    port = await serve(alice, password=PASSWORD)
    phone = Baresip(registrar=f"{HOST}:{port}", user="desk", password=PASSWORD, transport=transport)
    async with phone:
        await registered(alice, 1)
        (contact,) = await places(alice)
        await ring(alice, "c.phone", contact)
        await alice.leg_is("c.phone", LegState.CONFIRMED)
        await phone.press("1")
        pressed = await alice.event(KeyReceived)
        assert (pressed.leg, pressed.key, pressed.method) == ("c.phone", "1", KeyMethod.RFC4733)
        await alice.link.request(HangUp(leg="c.phone"))
        await alice.leg_is("c.phone", LegState.DISCONNECTED)
        seen = len(alice.events)
        await phone.quit()
        await registered(alice, 0, since=seen)


def proven(number: int, *headers: str) -> tuple[str, ...]:
    """Register with the answer to a fresh challenge; SIPp counts each answer as the first."""
    challenged = receive("401").replace("/>", ' auth="true"/>')
    return (register(number, *headers), challenged, register(number + 1, *headers, _PROOF))


@needs_sipp
@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_refreshes_and_several_contacts(alice: Station, transport: str) -> None:
    """Two contacts in one request, a refresh, one that leaves by itself, then all of them."""
    port = await serve(alice, password=PASSWORD)
    refresh = (*proven(1, f"Contact: {_FIRST}", "Expires: 60"), receive("200"))
    for steps, contacts in (
        (proven(1, f"Contact: {_FIRST};expires=60, {_SECOND};expires=90", "Expires: 3600"), 2),
        ((*refresh, *proven(3, f"Contact: {_SECOND};expires=0")), 1),
        (proven(1, "Contact: *", "Expires: 0"), 0),
    ):
        async with far_end(
            *steps, receive("200"), towards=(f"{HOST}:{port}", "-t", transport)
        ) as far:
            await far.done()
        await registered(alice, contacts)
        assert len(await places(alice)) == contacts


@needs_sipp
async def test_wrong_habits(alice: Station) -> None:
    """Too short a life and a wrong password: each gets its own code, and changes nothing."""
    port = await serve(alice, password=PASSWORD)
    steps = (
        *proven(1, f"Contact: {_FIRST}", "Expires: 1"),
        receive("423"),
        *proven(3, f"Contact: {_FIRST}", "Expires: 60"),
        receive("200"),
        *proven(5, f"Contact: {_FIRST}", "Expires: 60")[:2],
        register(6, f"Contact: {_FIRST}", _PROOF.replace(PASSWORD, "guess")),
        receive("403"),
    )
    async with far_end(*steps, towards=(f"{HOST}:{port}",)) as far:
        await far.done()
    await registered(alice, 1)


@needs_sipp
async def test_phone_that_lapses(alice: Station) -> None:
    """A phone that never comes back is gone after its time, and cannot be rung any more."""
    port = await serve(alice, password=PASSWORD)
    steps = (*proven(1, f"Contact: {_FIRST}", "Expires: 5"), receive("200"))
    async with far_end(*steps, towards=(f"{HOST}:{port}",)) as far:
        await far.done()
    await registered(alice, 1)
    await registered(alice, 0)
