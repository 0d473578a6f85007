"""Stopping the engine: every call that nobody talks on is hung up, also when the engine hangs itself."""

import os
import signal

from custom_components.hold_slayer.telephony.messages import EndedBy, LegState
from custom_components.hold_slayer.telephony.supervision import LinkState, Timings

from .station import Station, connect


async def test_all_calls_are_hung_up(facing: tuple[Station, Station]) -> None:
    """Three calls, one of them still ringing: all are over at the far side when stopping is done."""
    alice, bob = facing
    legs = [(await connect(alice, bob))[1] for _ in range(2)]
    await alice.dial("1234")
    ringing = await bob.rings()
    await alice.link.stop()
    assert alice.link.state is LinkState.STOPPED
    for leg in (*legs, ringing.leg):
        ended = await bob.leg_is(leg, LegState.DISCONNECTED)
        assert ended.ended_by is EndedBy.THEM


async def test_an_engine_that_hangs_is_stopped(bob: Station) -> None:
    """It does not say goodbye: it is killed, and what it had up is hung up for it."""
    async with Station("alice", timings=Timings(goodbye=0.5)) as alice:
        await alice.face(bob)
        await bob.face(alice)
        _, far = await connect(alice, bob)
        pid = alice.link.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        await alice.link.stop()
        assert alice.link.pid is None
        await bob.leg_is(far, LegState.DISCONNECTED)
