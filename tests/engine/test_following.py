"""Servers that DNS puts elsewhere, and an address of ours that changes, while an account is in use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
import sys

import pytest

from custom_components.hold_slayer.engine.following import moved
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    LegState,
    Registration,
    RegistrationState,
)
from custom_components.hold_slayer.telephony.process import MAIN
from lab.trunk.names import NameServer, Record, name_server
from lab.trunk.stun import stun_server
from lab.trunk.transport import Protocol

from .conftest import LabTrunk
from .station import HOST, Station
from .wire import Wire, header, reply, wire

SERVICE = "_sip._udp.trunk.example"
ASKING = Path(__file__).with_name("asking.py")


def registers(request: str) -> list[str]:
    """Accept a registration, for an hour; be busy for calls."""
    if request.startswith("REGISTER"):
        contact = header(request, "Contact")
        return [reply(request, "200 OK", f"Contact: {contact};expires=3600")]
    return [] if request.startswith("ACK") else [reply(request, "486 Busy Here")]


def away(request: str) -> list[str]:
    """Be in maintenance."""
    return [reply(request, "503 Service Unavailable")]


def at(far: Wire, priority: int = 10) -> Record:
    """Return the record of a far end."""
    return Record(host=HOST, port=far.port, priority=priority)


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    """Give a name server."""
    async with name_server(HOST) as server:
        yield server


@asynccontextmanager
async def station(names: NameServer) -> AsyncIterator[Station]:
    """Give a station that asks it."""
    command = [sys.executable, "-P", str(ASKING), str(names.address[1]), str(MAIN)]
    async with Station("alice", command=command) as alice:
        yield alice


async def add(alice: Station, *, keep: bool = False) -> None:
    """Use an account whose servers DNS names."""
    settings = alice.settings("trunk.example", password="open-sesame", expires_s=3600)
    await alice.link.request(AddAccount(account=settings, keep=keep))


async def test_servers_move(names: NameServer) -> None:
    """When the records expire they are asked for again: the account registers where they point now."""
    names.lasting_s = 0
    async with wire(registers) as first, wire(registers) as second, station(names) as alice:
        names.records[SERVICE] = [at(first)]
        await add(alice)
        await first.got("REGISTER")
        names.records[SERVICE] = [at(second), at(first, 20)]
        # a server that is still named stays in use
        await names.more(3)
        assert not second.received
        names.records[SERVICE] = [at(second)]
        await second.got("REGISTER")
        await alice.dial("1234")
        await second.got("INVITE")
        # DNS away is no reason to leave
        names.records.clear()
        await names.more(3)
        calls = len(second.of("INVITE"))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.DISCONNECTED)
        assert len(second.of("INVITE")) > calls


async def test_servers_are_lost(names: NameServer, trunk: LabTrunk) -> None:
    """An account none of whose servers answers asks DNS at once, however long the records hold."""
    names.lasting_s = 86400
    port = trunk.proxy.transports.ports[Protocol.UDP]
    async with wire(away) as first, station(names) as alice:
        names.records[SERVICE] = [at(first)]
        with pytest.raises(Exception, match="cannot be reached"):
            await add(alice, keep=True)
        names.records[SERVICE] = [Record(host=HOST, port=port)]
        await alice.event(Registration, lambda e: e.state is RegistrationState.REGISTERED)
        assert len(names.asked) >= 2


async def test_address_moves(names: NameServer) -> None:
    """Another public address stands in the SDP of the next call."""
    async with stun_server(HOST) as stun, wire(registers) as far, station(names) as alice:
        settings = alice.settings(
            f"{HOST}:{far.port}",
            stun_server=f"{HOST}:{stun.address[1]}",
            bind_address="",
            local_port=0,
            register=False,
            keep_alive_s=0,
        )
        await alice.link.request(AddAccount(account=settings))
        await alice.dial("1234")
        assert "c=IN IP4 203.0.113.9" in await far.got("INVITE")
        stun.seen = "203.0.113.77"
        await stun.more(2)
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.DISCONNECTED)
        last = far.of("INVITE")[-1]
        assert "c=IN IP4 203.0.113.77" in last
        assert "@203.0.113.77:" in header(last, "Contact")


def test_what_has_moved() -> None:
    """Order alone is no news, and neither are records that are gone."""
    used = AccountSettings(
        id="line", registrar="trunk.example", username="a", outbound_proxies=("one", "two")
    )
    assert moved(used, replace(used, outbound_proxies=("two", "one"))) is None
    assert moved(used, replace(used, outbound_proxies=())) is None
    there = moved(used, replace(used, outbound_proxies=("three",), public_address="192.0.2.1"))
    assert there is not None
    assert there.outbound_proxies == ("three",)
    assert there.public_address == "192.0.2.1"
