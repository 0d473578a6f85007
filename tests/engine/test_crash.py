"""The engine is killed, hangs, or cannot start: nothing is lost but the call, and that is said."""

from itertools import count
import os
from pathlib import Path
import platform
import resource
import signal

import pytest

from custom_components.hold_slayer.telephony.errors import (
    EngineLost,
    EngineRefused,
    EngineStartError,
    StartProblem,
)
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    AnswerCall,
    CallFailure,
    EndedBy,
    ErrorKind,
    GetStatistics,
    HangUp,
    LegState,
    Ping,
    Registration,
    RegistrationState,
    Transport,
)
from custom_components.hold_slayer.telephony.supervision import LinkState, Timings

from .conftest import LabTrunk
from .station import Station, connect


async def test_killed_in_a_call(alice: Station, bob: Station, trunk: LabTrunk) -> None:
    """The legs are reported lost; the engine is back, registered, and can call again."""
    trunk.proxy.serve_parties(bob.port)
    settings = alice.settings(trunk.registrar(), password="open-sesame")
    await alice.link.request(AddAccount(account=settings))
    await bob.link.request(
        AddAccount(account=bob.settings(trunk.registrar(), register=False, username="1234"))
    )
    first, _ = await connect(alice, bob)
    second, _ = await connect(alice, bob)
    killed = alice.link.pid
    assert killed is not None
    since = len(alice.events)
    os.kill(killed, signal.SIGKILL)
    for leg in (first, second):
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert (ended.failure, ended.ended_by) == (CallFailure.ENGINE_LOST, EndedBy.FAILURE)
    await alice.link_is(LinkState.RESTARTING)
    await alice.event(Registration, lambda e: e.state is RegistrationState.REGISTERED, since=since)
    assert alice.link.state is LinkState.RUNNING
    assert alice.link.pid != killed
    await connect(alice, bob)


@pytest.mark.parametrize("outgoing", [True, False])
async def test_orphans_are_hung_up(alice: Station, bob: Station, outgoing: bool) -> None:
    """The far side of a killed engine gets a BYE, whoever called whom."""
    await alice.face(bob)
    await bob.face(alice)
    if outgoing:
        _, far = await connect(alice, bob)
    else:
        far, _ = await connect(bob, alice)
    assert alice.link.pid is not None
    os.kill(alice.link.pid, signal.SIGKILL)
    ended = await bob.leg_is(far, LegState.DISCONNECTED)
    assert (ended.ended_by, ended.failure) == (EndedBy.THEM, None)


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
async def test_ringing_legs_are_cancelled(
    alice: Station, bob: Station, transport: Transport
) -> None:
    """A phone that was ringing when the engine was killed stops ringing."""
    own = {"local_port": 0} if transport is Transport.TCP else {}
    await bob.face(alice, transport=transport)
    await alice.face(bob, transport=transport, **own)
    leg = await alice.dial("1234")
    ringing = (await bob.rings()).leg
    await bob.link.request(AnswerCall(leg=ringing, code=180))
    await alice.leg_is(leg, LegState.RINGING)
    assert alice.link.pid is not None
    os.kill(alice.link.pid, signal.SIGKILL)
    ended = await bob.leg_is(ringing, LegState.DISCONNECTED)
    assert ended.ended_by is EndedBy.THEM


async def test_explicit_port_is_free_for_the_next_engine(alice: Station, bob: Station) -> None:
    """The port that the BYE was sent from serves the new engine again, also when nobody answers."""
    await alice.face(bob)
    await bob.face(alice)
    await connect(alice, bob)
    assert alice.link.pid is not None
    assert bob.link.pid is not None
    os.kill(bob.link.pid, signal.SIGSTOP)
    since = len(alice.events)
    os.kill(alice.link.pid, signal.SIGKILL)
    await alice.event(Registration, lambda e: e.state is RegistrationState.STATIC, since=since)
    os.kill(bob.link.pid, signal.SIGCONT)


async def test_request_during_a_crash(alice: Station) -> None:
    """A request that the engine takes with it fails; nobody waits for ever."""
    assert alice.link.pid is not None
    os.kill(alice.link.pid, signal.SIGKILL)
    with pytest.raises(EngineLost):
        await alice.link.request(GetStatistics(leg="none"))


async def test_hangs() -> None:
    """An engine that stands still is killed and started again."""
    timings = Timings(heartbeat=0.3)
    async with Station("alice", timings=timings) as alice:
        hung = alice.link.pid
        assert hung is not None
        os.kill(hung, signal.SIGSTOP)
        await alice.link_is(LinkState.RESTARTING)
        await alice.link_is(LinkState.RUNNING, since=len(alice.states))
        assert alice.link.pid != hung
        await alice.link.request(Ping())


async def test_no_descriptor_left(facing: tuple[Station, Station]) -> None:
    """A call that cannot open its sockets is refused; the others go on, and later calls succeed."""
    alice, bob = facing
    leg, far = await connect(alice, bob)
    pid = alice.link.pid
    assert pid is not None
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    opened = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    free = next(number for number in count() if number not in opened)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, limits[1]))
    with pytest.raises(EngineRefused) as refused:
        await alice.dial("1234")
    # not "too many calls at once": there is one
    assert refused.value.error is ErrorKind.NO_RESOURCES
    assert "end other calls" in refused.value.text
    await alice.link.request(HangUp(leg=leg))
    ended = await bob.leg_is(far, LegState.DISCONNECTED)
    assert ended.ended_by is EndedBy.THEM
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    await connect(alice, bob)
    assert alice.link.pid == pid


async def test_crashes_too_often() -> None:
    """After too many crashes the link gives up, says so, and can be started by hand."""
    alice = Station("alice", timings=Timings(pauses=(0.0,), most_restarts=1))
    await alice.link.start()
    try:
        for _ in range(2):
            assert alice.link.pid is not None
            since = len(alice.states)
            os.kill(alice.link.pid, signal.SIGKILL)
            await alice.link_is(LinkState.RESTARTING, since=since)
            if alice.link.state is not LinkState.FAILED:
                wanted = LinkState.RUNNING if _ == 0 else LinkState.FAILED
                await alice.link_is(wanted, since=since)
        assert alice.link.state is LinkState.FAILED
        with pytest.raises(EngineLost):
            await alice.link.request(Ping())
        await alice.link.start()
        await alice.link.request(Ping())
    finally:
        await alice.link.stop()


async def test_missing_library(tmp_path: Path) -> None:
    """Without pjsua2 the error names the platform and what to do."""
    (tmp_path / "pjsua2.py").write_text("raise ImportError('no such library here')")
    alice = Station("alice", environment={"PYTHONPATH": str(tmp_path)})
    with pytest.raises(EngineStartError) as error:
        await alice.link.start()
    assert error.value.kind is StartProblem.MISSING_LIBRARY
    assert "pjsua2" in error.value.text
    assert "no such library here" in error.value.text
    assert error.value.machine.startswith(platform.machine())
    assert alice.link.state is LinkState.STOPPED
