"""One call, several servers: what the first does not take goes to the next."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    CallFailure,
    DialledBy,
    HangUp,
    LegState,
)

from .station import HOST, Station
from .wire import Wire, header, reply, wire


def answering(status: str, *headers: str) -> Callable[[str], list[str]]:
    """Return what answers every INVITE with a status, and everything else with 200."""

    def answer(request: str) -> list[str]:
        if request.startswith("INVITE"):
            return [reply(request, "100 Trying"), reply(request, status, *headers)]
        return [] if request.startswith(("ACK", "SIP/2.0")) else [reply(request, "200 OK")]

    return answer


async def dial(alice: Station, *servers: Wire, **options: Any) -> str:
    """Use a trunk with these servers in order, and call."""
    settings = alice.settings(
        "trunk.example",
        register=False,
        outbound_proxies=tuple(f"{HOST}:{server.port}" for server in servers),
    )
    await alice.link.request(AddAccount(account=settings))
    return await alice.dial("1234", **options)


@pytest.mark.parametrize("status", ["503 Service Unavailable", "502 Bad Gateway", "504 Time-out"])
async def test_next_server_gets_the_call(alice: Station, status: str) -> None:
    """A server that cannot take a call is not the end of it."""
    gone, busy = answering(status, "Retry-After: 60"), answering("486 Busy Here")
    async with wire(gone) as first, wire(busy) as second:
        leg = await dial(alice, first, second)
        sent = await second.got("INVITE")
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert sent.startswith("INVITE sip:1234@trunk.example SIP/2.0")
    assert header(sent, "Call-ID") != header(first.of("INVITE")[0], "Call-ID")
    assert (ended.failure, ended.sip_code) == (CallFailure.BUSY, 486)


async def test_every_call_finds_its_way(alice: Station) -> None:
    """A server that refuses calls is asked first each time, and each time the next one is called."""
    gone, busy = answering("503 Service Unavailable"), answering("486 Busy Here")
    async with wire(gone) as first, wire(busy) as second:
        leg = await dial(alice, first, second)
        assert (await alice.leg_is(leg, LegState.DISCONNECTED)).sip_code == 486
        leg = await alice.dial("1234")
        assert (await alice.leg_is(leg, LegState.DISCONNECTED)).sip_code == 486
        assert len({header(text, "Call-ID") for text in first.of("INVITE")}) == 2
        assert len({header(text, "Call-ID") for text in second.of("INVITE")}) == 2


async def test_silent_server(alice: Station) -> None:
    """A server that says nothing is left after a few seconds, not after the 32 s of SIP."""

    def silent(request: str) -> list[str]:
        return [] if request.startswith("INVITE") else answering("")(request)

    async with wire(silent) as first, wire(answering("486 Busy Here")) as second:
        leg = await dial(alice, first, second)
        await second.got("INVITE")
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert ended.sip_code == 486
        # it wakes up: the call it was asked for is no longer wanted
        first.send(reply(first.of("INVITE")[0], "180 Ringing"), first.addresses[0])
        assert header(await first.got("CANCEL"), "CSeq").endswith("CANCEL")


async def test_no_server_takes_it(alice: Station) -> None:
    """The last server's answer is what the user is told."""
    gone = answering("503 Service Unavailable", "Retry-After: 17")
    async with wire(gone) as first, wire(gone) as second:
        leg = await dial(alice, first, second)
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
    assert (ended.failure, ended.sip_code, ended.retry_after_s) == (
        CallFailure.UNREACHABLE,
        503,
        17,
    )
    assert [len(each.of("INVITE")) for each in (first, second)] == [1, 1]


@pytest.mark.parametrize("status", ["486 Busy Here", "404 Not Found", "603 Decline"])
async def test_an_answer_is_an_answer(alice: Station, status: str) -> None:
    """What the far side has decided is not asked again elsewhere."""
    async with wire(answering(status)) as first, wire(answering("486 Busy Here")) as second:
        leg = await dial(alice, first, second)
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert ended.sip_code == int(status[:3])
        assert not second.of("INVITE")


async def test_hung_up_between_two_servers(alice: Station) -> None:
    """Hanging up while one server is silent calls no other."""

    def silent(request: str) -> list[str]:
        return [] if request.startswith("INVITE") else answering("")(request)

    async with wire(silent) as first, wire(answering("486 Busy Here")) as second:
        leg = await dial(alice, first, second, dialled_by=DialledBy.PERSON)
        await first.got("INVITE")
        await alice.link.request(HangUp(leg=leg))
        await alice.leg_is(leg, LegState.DISCONNECTED)
        assert not second.of("INVITE")
