"""A far side that sends no audio is asked whether it is there, and only a no ends the call."""

import asyncio
from contextlib import suppress

import pytest

from custom_components.hold_slayer.engine import watchdog
from custom_components.hold_slayer.engine.watchdog import Watchdog
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import LegHeld, LegState, Play, Played

from . import sipp
from .sipp import answer_in_dialog, ask, far_end, receive, sdp
from .station import Station
from .test_odd_peers import ENDS, TAKES, call, hang_up

#: Until the first question, and the time a question takes at the most, s.
ASKED_S = watchdog.SILENT_S + 2 * watchdog.LOOK_S


class Line:
    """Packets that arrive, or not; questions that were asked."""

    def __init__(self) -> None:
        self.packets: int | None = 0
        self.step = 1
        self.looks = self.asked = 0
        self.changed = asyncio.Event()

    def received(self) -> int | None:
        """Return how many packets came."""
        self.looks += 1
        self.changed.set()
        if self.packets is not None:
            self.packets += self.step
        return self.packets

    def ask(self) -> None:
        """Note a question."""
        self.asked += 1

    async def looked_at(self, times: int) -> None:
        """Wait until it was looked at so often from now on."""
        wanted = self.looks + times
        while self.looks < wanted:
            self.changed.clear()
            await self.changed.wait()


async def stays_up(alice: Station, leg: str) -> None:
    """Let a leg last until the far side must have been asked, by the clock of its audio."""
    for number in range(int(ASKED_S / 5)):
        silence = Play(leg=leg, playback=number, rate=8000, last=True, payload=bytes(80_000))
        await alice.link.request(silence)
        await alice.event(Played, lambda e, number=number: e.playback == number)


async def test_who_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is asked about once per period; packets, hold and the end are not."""
    monkeypatch.setattr(watchdog, "LOOK_S", 0.01)
    monkeypatch.setattr(watchdog, "SILENT_S", 0.05)
    line = Line()
    dog = Watchdog(line.received, line.ask)
    dog.watch()
    await line.looked_at(20)
    assert line.asked == 0
    line.step = 0
    await line.looked_at(13)
    assert line.asked == 2
    line.packets = None
    await line.looked_at(13)
    assert line.asked == 2
    line.packets = 5
    dog.rest()
    dog.watch()
    await line.looked_at(4)
    dog.end()
    dog.watch()
    assert (line.asked, dog._timer) == (2, None)


@pytest.mark.slow
@sipp.needs_sipp
async def test_a_silent_far_side_stays_if_it_answers(alice: Station) -> None:
    """No packet for half a minute: the far side says that it is there, and the call goes on."""
    async with far_end(
        *TAKES, receive("INVITE"), answer_in_dialog("200 OK", sdp()), receive("ACK"), *ENDS
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        await stays_up(alice, leg)
        await hang_up(alice, far, leg)


@pytest.mark.slow
@sipp.needs_sipp
async def test_a_silent_far_side_that_is_gone(alice: Station) -> None:
    """It does not know the call any more: then it is over."""
    async with far_end(
        *TAKES,
        receive("INVITE"),
        answer_in_dialog("481 Call/Transaction Does Not Exist"),
        receive("ACK"),
    ) as far:
        leg = await call(alice, far)
        await alice.leg_is(leg, LegState.CONFIRMED)
        with suppress(EngineRefused):
            await stays_up(alice, leg)
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert ended.sip_code == 481
        await far.done()


@pytest.mark.slow
@sipp.needs_sipp
async def test_a_far_side_that_holds_is_left_alone(alice: Station) -> None:
    """On hold nothing is expected, and nothing asked."""
    async with far_end(
        *TAKES,
        ask("INVITE", 2, sdp("inactive", 2)),
        receive("100", optional=True),
        receive("200"),
        ask("ACK", 2),
        *ENDS,
    ) as far:
        leg = await call(alice, far)
        await alice.event(LegHeld, lambda e: e.held)
        await stays_up(alice, leg)
        await hang_up(alice, far, leg)
