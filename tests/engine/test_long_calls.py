"""What only time brings: session refreshes in both roles, a registrar that is away, NAT that forgets."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    GetStatistics,
    HangUp,
    IncomingCall,
    LegChanged,
    LegState,
    Play,
    Played,
    Registration,
    RegistrationState,
)
from lab.bench.hold_line import HoldLine
from lab.trunk.proxy import Mood

from . import sipp
from .conftest import LabTrunk
from .sipp import answer, answer_in_dialog, ask, far_end, receive, receive_invite, sdp
from .station import HOST, Station, connect
from .test_odd_peers import ENDS, hang_up

pytestmark = pytest.mark.slow

#: Refreshes that R3 asks for, at the smallest interval of RFC 4028.
REFRESHES = 16
SESSION_S = 90
#: Silence of the client after which a NAT forgets it, s (R9).
PINHOLE_S = 30


async def waits(station: Station, kind: type, fits: Any, minutes: float) -> Any:
    """Wait for an event longer than usual."""
    async with asyncio.timeout(minutes * 60):
        while True:
            with suppress(TimeoutError):
                return await station.event(kind, fits)


@pytest.mark.timeout(REFRESHES * SESSION_S)
async def test_sixteen_refreshes(alice: Station) -> None:
    """The session lives by our refreshes on one call, by the far side's on the other (R3)."""
    silence = b"\xd5" * 8000
    async with (
        HoldLine(silence, session_s=SESSION_S, refresher="uac") as ours,
        HoldLine(silence, session_s=SESSION_S, refresher="uas") as theirs,
    ):
        legs = []
        for name, line in (("ours", ours), ("theirs", theirs)):
            settings = alice.settings(
                f"{HOST}:{line.port}",
                id=name,
                register=False,
                keep_alive_s=0,
                local_port=0,
                session_timer_s=SESSION_S,
            )
            await alice.link.request(AddAccount(account=settings))
            leg = await alice.dial("1234", account_id=name)
            await alice.leg_is(leg, LegState.CONFIRMED)
            legs.append(leg)
        async with asyncio.timeout((REFRESHES + 2) * SESSION_S / 2):
            await asyncio.gather(ours.until_refreshed(REFRESHES), theirs.until_refreshed(REFRESHES))
        assert theirs.refused == []
        assert set(theirs.refreshes) == {
            "INVITE with SDP",
            "UPDATE without SDP",
            "INVITE without SDP",
        }
        for leg, line in zip(legs, (ours, theirs), strict=True):
            figures = await alice.link.request(GetStatistics(leg=leg))
            assert figures.state is LegState.CONFIRMED
            assert line.arrivals.rate == pytest.approx(50, abs=1)
            assert line.arrivals.lost == 0
            await alice.link.request(HangUp(leg=leg))


@sipp.needs_sipp
@pytest.mark.timeout(200)
async def test_both_refresh_at_once(alice: Station) -> None:
    """Our refresh is answered 491 because theirs is under way: theirs counts, the call goes on (R3)."""
    async with far_end(
        receive_invite(),
        answer("200 OK", sdp(), "Require: timer", "Session-Expires: 90;refresher=uac"),
        receive("ACK"),
        receive("INVITE"),
        answer_in_dialog("491 Request Pending"),
        receive("ACK"),
        ask("INVITE", 2, sdp(version=2)),
        receive("100", optional=True),
        receive("200"),
        ask("ACK", 2),
        *ENDS,
        seconds=150,
    ) as far:
        settings = alice.settings(
            f"{HOST}:{far.port}", register=False, keep_alive_s=0, session_timer_s=SESSION_S
        )
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.CONFIRMED)
        for number in range(6):
            silence = Play(leg=leg, playback=number, rate=8000, last=True, payload=bytes(160_000))
            await alice.link.request(silence)
            await alice.event(Played, lambda e, number=number: e.playback == number)
        await hang_up(alice, far, leg)
    assert not [e for e in alice.of(LegChanged, leg) if e.failure is not None]


@pytest.mark.timeout(300)
async def test_registrar_away(alice: Station, bob: Station, trunk: LabTrunk) -> None:
    """The registrar stops answering: that is told, the call goes on, and it is found again (R8)."""
    trunk.proxy.serve_parties(bob.port)
    settings = bob.settings(trunk.registrar(), register=False, username="1234", keep_alive_s=0)
    await bob.link.request(AddAccount(account=settings))
    settings = alice.settings(trunk.registrar(), password="open-sesame", local_port=0, expires_s=20)
    await alice.link.request(AddAccount(account=settings))
    leg, _ = await connect(alice, bob)
    trunk.settings.mood = Mood.DOWN
    await waits(alice, Registration, lambda e: e.state is RegistrationState.FAILED, 2)
    figures = await alice.link.request(GetStatistics(leg=leg))
    assert figures.state is LegState.CONFIRMED
    since = len(alice.events)
    trunk.settings.mood = Mood.UP
    # R8: back within 60 s
    async with asyncio.timeout(60):
        while True:
            with suppress(TimeoutError):
                await alice.event(
                    Registration,
                    lambda e: e.state is RegistrationState.REGISTERED,
                    since=since,
                )
                break
    assert (await alice.link.request(GetStatistics(leg=leg))).state is LegState.CONFIRMED
    await alice.link.request(HangUp(leg=leg))


class Nat(asyncio.DatagramProtocol):
    """Stands between a client and its server; forgets the client when it is quiet for too long."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.dropped = 0
        self.port = 0
        self._server = server
        self._client: tuple[str, int] | None = None
        self._last = 0.0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        """Keep the socket."""
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Pass on what may pass."""
        assert self._transport is not None
        now = asyncio.get_running_loop().time()
        if addr != self._server:
            self._client, self._last = addr, now
            self._transport.sendto(data, self._server)
        elif self._client is not None and now - self._last < PINHOLE_S:
            self._transport.sendto(data, self._client)
        else:
            self.dropped += 1


@pytest.mark.timeout(200)
@pytest.mark.parametrize("register", [True, False])
async def test_pinhole_stays_open(alice: Station, bob: Station, register: bool) -> None:
    """A call comes in long after our last word of our own: something kept the way open (R9)."""
    loop = asyncio.get_running_loop()
    # bob is the server: takes our REGISTER or OPTIONS by refusing it, and calls back through the NAT
    transport, nat = await loop.create_datagram_endpoint(
        lambda: Nat((HOST, bob.port)), local_addr=(HOST, 0)
    )
    await bob.link.request(
        AddAccount(
            account=bob.settings(
                f"{HOST}:{nat.port}", register=False, keep_alive_s=0, username="server"
            )
        )
    )
    settings = alice.settings(f"{HOST}:{nat.port}", register=register)
    # bob is no registrar: whatever he answers, the account is kept
    with suppress(EngineRefused):
        await alice.link.request(AddAccount(account=settings, keep=True))
    # two and a half pinholes by the clock of the loop
    waited = asyncio.Event()
    loop.call_later(2.5 * PINHOLE_S, waited.set)
    await waited.wait()
    await bob.dial(f"sip:alice@{HOST}:{nat.port}")
    await waits(alice, IncomingCall, lambda _: True, 0.5)
    transport.close()
