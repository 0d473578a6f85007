"""Home Assistant is gone without a word: who talks goes on talking, everything else is hung up."""

import asyncio
import contextlib

from custom_components.hold_slayer.hearing.heard import Hearing
from custom_components.hold_slayer.telephony.messages import (
    Bridge,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    LegChanged,
    LegState,
    SendKeys,
)
from custom_components.hold_slayer.telephony.process import EngineProcess

from .station import Station, connect


async def abandon(station: Station) -> EngineProcess:
    """Cut the link as a crash of Home Assistant does; return the engine left behind."""
    link = station.link
    process = link._process
    assert process is not None
    for task in (link._watching, link._reading):
        assert task is not None
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    link._watching = link._reading = link._process = None
    process.writer.close()
    return process


async def test_a_bridge_outlives_home_assistant(facing: tuple[Station, Station]) -> None:
    """Two bridged people still hear each other; a held call is ended; then the engine ends."""
    alice, bob = facing
    first, far_first = await connect(alice, bob, ears=True)
    second, far_second = await connect(alice, bob, ears=True)
    _, far_held = await connect(alice, bob)
    await alice.link.request(Bridge(first=first, second=second))
    engine = await abandon(alice)
    try:
        await bob.leg_is(far_held, LegState.DISCONNECTED)
        await bob.link.request(SendKeys(leg=far_first, keys="6", method=KeyMethod.INBAND))
        await bob.event(
            HeardOnLeg,
            lambda e: e.leg == far_second and isinstance(e.heard, Hearing) and e.heard.digit == "6",
        )
        ended = [e.leg for e in bob.of(LegChanged) if e.state is LegState.DISCONNECTED]
        assert ended == [far_held]
        await bob.link.request(HangUp(leg=far_first))
        await bob.leg_is(far_second, LegState.DISCONNECTED)
        async with asyncio.timeout(20):
            assert await engine.wait() == 0
    finally:
        engine.kill()
        await engine.wait()
