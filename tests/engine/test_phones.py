"""SIP phones that register here: real ones, played by another engine, over loopback."""

import asyncio
import os
import signal

import pytest

from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    PHONES_ACCOUNT,
    AccountSettings,
    AddAccount,
    AnswerCall,
    ErrorKind,
    GetPhoneContacts,
    HangUp,
    HearingSettings,
    IncomingCall,
    LegChanged,
    LegState,
    PhoneRegistration,
    PhoneServer,
    PlaceCall,
    RemoveAccount,
    SetPhoneServer,
    TestAccount,
    Transport,
)
from custom_components.hold_slayer.telephony.supervision import LinkState

from .station import HOST, PATIENCE, Station, free_port
from .test_registrar import PASSWORD, user


async def serve(
    alice: Station, *, networks: tuple[str, ...] = ("127.0.0.0/8",), password: str = PASSWORD
) -> int:
    """Let phones register; return the port."""
    port = free_port()
    server = PhoneServer(
        port=port,
        host=HOST,
        bind_address=HOST,
        users=(user("desk", password), user("kitchen", password)),
        networks=networks,
        shortest_s=5,
    )
    await alice.link.request(SetPhoneServer(server=server))
    return port


def at(port: int, username: str = "desk", **changes: object) -> AccountSettings:
    """Return what a phone is set to."""
    settings: dict[str, object] = {
        "id": username,
        "registrar": f"{HOST}:{port}",
        "username": username,
        "password": PASSWORD,
        "bind_address": HOST,
        "allow_from": ("127.0.0.1",),
        **changes,
    }
    return AccountSettings(**settings)  # type: ignore[arg-type]


async def registered(alice: Station, contacts: int, *, since: int = 0) -> None:
    """Wait until the desk phone has so many contacts."""
    await alice.event(
        PhoneRegistration, lambda e: (e.username, e.contacts) == ("desk", contacts), since=since
    )


async def ring(alice: Station, leg: str, contact: str) -> None:
    """Call a contact."""
    await alice.link.request(
        PlaceCall(leg=leg, account_id=PHONES_ACCOUNT, target=contact, hearing=HearingSettings())
    )


async def places(alice: Station) -> tuple[str, ...]:
    """Return where the desk phone is registered."""
    return (await alice.link.request(GetPhoneContacts(username="desk"))).contacts


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
async def test_registered_phone_is_rung(alice: Station, bob: Station, transport: Transport) -> None:
    """A phone registers, is rung, answers, and is called on the way it registered by."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port, transport=transport)))
    await registered(alice, 1)
    (contact,) = await places(alice)
    await ring(alice, "c.phone", contact)
    taken = await bob.pick_up()
    await alice.leg_is("c.phone", LegState.CONFIRMED)
    await alice.link.request(HangUp(leg="c.phone"))
    await bob.leg_is(taken, LegState.DISCONNECTED)
    await bob.link.request(RemoveAccount(account_id="desk"))
    await registered(alice, 0)
    assert await places(alice) == ()
    with pytest.raises(EngineRefused) as refused:
        await ring(alice, "c.phone2", contact)
    assert refused.value.error is ErrorKind.NOT_FOUND


async def test_all_contacts_of_one_phone(alice: Station, bob: Station) -> None:
    """Two devices with the same user are two contacts; both ring, one is taken, one is cancelled."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port, id="first", local_port=free_port())))
    await bob.link.request(AddAccount(account=at(port, id="second", local_port=free_port())))
    await registered(alice, 2)
    for number, contact in enumerate(await places(alice)):
        await ring(alice, f"c.phone{number}", contact)
    one, two = await bob.rings(), await bob.rings()
    assert one.leg != two.leg
    await bob.link.request(AnswerCall(leg=one.leg))
    taken = await asyncio.wait_for(first_confirmed(alice), PATIENCE)
    other = {"c.phone0", "c.phone1"} - {taken}
    await alice.link.request(HangUp(leg=other.pop()))
    await bob.leg_is(two.leg, LegState.DISCONNECTED)


async def first_confirmed(alice: Station) -> str:
    """Return the leg that was answered."""
    return (await alice.event(LegChanged, lambda e: e.state is LegState.CONFIRMED)).leg


async def test_wrong_password_and_stranger(alice: Station, bob: Station) -> None:
    """A wrong password is refused; so is the right one from a network that is not allowed."""
    port = await serve(alice)
    with pytest.raises(EngineRefused) as refused:
        await bob.link.request(TestAccount(account=at(port, password="guess")))
    assert (refused.value.error, refused.value.sip_code) == (ErrorKind.FORBIDDEN, 403)
    await serve(alice, networks=("10.0.0.0/8", "127.0.0.7/32"))
    assert not alice.of(PhoneRegistration)


async def test_too_short_a_life(alice: Station, bob: Station) -> None:
    """A phone that asks for too short a life is told the shortest, and takes it."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port, expires_s=2)))
    await registered(alice, 1)


async def test_phone_lapses(alice: Station, bob: Station) -> None:
    """A phone that was switched off is gone after its time."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port, expires_s=5)))
    await registered(alice, 1)
    await bob.link.stop()
    await registered(alice, 0)


async def test_calls_of_strangers_are_refused(alice: Station, bob: Station) -> None:
    """A phone that has not registered cannot call through us."""
    port = await serve(alice)
    settings = bob.settings(f"{HOST}:{port}", register=False)
    await bob.link.request(AddAccount(account=settings))
    leg = await bob.dial("1234")
    ended = await bob.leg_is(leg, LegState.DISCONNECTED)
    assert ended.sip_code == 407
    assert not alice.of(IncomingCall)


async def test_port_in_use(alice: Station, bob: Station) -> None:
    """A taken port is an error that says so, and another one works."""
    port = await serve(bob)
    server = PhoneServer(port=port, host=HOST, bind_address=HOST, users=())
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(SetPhoneServer(server=server))
    assert refused.value.error is ErrorKind.PORT_IN_USE
    await serve(alice)


async def test_after_a_crash(alice: Station, bob: Station) -> None:
    """A new engine takes registrations again."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port, expires_s=20)))
    await registered(alice, 1)
    assert alice.link.pid is not None
    seen = len(alice.events)
    os.kill(alice.link.pid, signal.SIGKILL)
    await alice.link_is(LinkState.RUNNING, since=len(alice.states))
    await registered(alice, 1, since=seen)


async def test_registered_phone_calls(alice: Station, bob: Station) -> None:
    """A phone that proves who it is may call; what it dialled is reported."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port, id="line")))
    await bob.dial("1234")
    call = await alice.event(IncomingCall)
    assert (call.account_id, call.caller, call.called) == (PHONES_ACCOUNT, "desk", "1234")
    await alice.link.request(AnswerCall(leg=call.leg))
    await alice.leg_is(call.leg, LegState.CONFIRMED)
