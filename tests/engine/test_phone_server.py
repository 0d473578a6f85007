"""The registrar for phones when it is taken away, changed, or asked from the wrong place."""

import pytest

from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    ErrorKind,
    GetPhoneContacts,
    IncomingCall,
    LegState,
    PhoneRegistration,
    PhoneServer,
    SetPhoneServer,
    TestAccount,
)

from .station import HOST, Station
from .test_phones import at, registered, ring, serve
from .test_registrar import PASSWORD, user


async def test_taken_away(alice: Station, bob: Station) -> None:
    """Without a server no phone is known, rung or let in; with one again it may come back."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port)))
    await registered(alice, 1)
    found = await alice.link.request(GetPhoneContacts(username="desk"))
    await alice.link.request(SetPhoneServer(server=None))
    assert (await alice.link.request(GetPhoneContacts(username="desk"))).contacts == ()
    with pytest.raises(EngineRefused, match="no phone is registered as") as refused:
        await ring(alice, "c.phone", found.contacts[0])
    assert refused.value.error is ErrorKind.NOT_FOUND
    await alice.link.request(SetPhoneServer(server=None))


async def test_other_users_at_the_same_place(alice: Station, bob: Station) -> None:
    """Whoever is no longer named is forgotten; the others stay registered, and can be rung."""
    port = await serve(alice)
    await bob.link.request(AddAccount(account=at(port)))
    await registered(alice, 1)
    server = PhoneServer(
        port=port,
        host=HOST,
        bind_address=HOST,
        users=(user("attic", PASSWORD), user("desk", PASSWORD)),
        networks=("127.0.0.0/8",),
        shortest_s=5,
    )
    await alice.link.request(SetPhoneServer(server=server))
    (contact,) = (await alice.link.request(GetPhoneContacts(username="desk"))).contacts
    await ring(alice, "c.phone", contact)
    await bob.pick_up()
    await alice.leg_is("c.phone", LegState.CONFIRMED)


async def test_a_phone_of_another_network(alice: Station, bob: Station) -> None:
    """A phone that only a trunk's settings let talk to us cannot register."""
    line = alice.settings(f"{HOST}:{bob.port}", register=False, allow_from=("127.0.0.0/8",))
    await alice.link.request(AddAccount(account=line))
    port = await serve(alice, networks=("10.0.0.0/8",))
    with pytest.raises(EngineRefused) as refused:
        await bob.link.request(TestAccount(account=at(port)))
    assert (refused.value.error, refused.value.sip_code) == (ErrorKind.FORBIDDEN, 403)
    # nor at the port of the trunk, whatever the registrar knows
    await serve(alice)
    with pytest.raises(EngineRefused) as refused:
        await bob.link.request(TestAccount(account=at(alice.port)))
    assert refused.value.sip_code >= 400
    assert not alice.of(PhoneRegistration)


async def test_a_call_with_a_wrong_password(alice: Station, bob: Station) -> None:
    """A phone that cannot prove who it is does not get through."""
    port = await serve(alice)
    settings = bob.settings(
        f"{HOST}:{port}", register=False, keep_alive_s=0, username="desk", password="guess"
    )
    await bob.link.request(AddAccount(account=settings))
    ended = await bob.leg_is(await bob.dial("1234"), LegState.DISCONNECTED)
    assert ended.sip_code == 403
    assert not alice.of(IncomingCall)
