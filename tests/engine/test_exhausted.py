"""A system that has no descriptor left for another call: said so, and nothing else suffers."""

from itertools import count
from pathlib import Path
import resource

import pytest

from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import ErrorKind, HangUp, LegState, Ping

from .station import Station, connect


async def test_no_descriptors(facing: tuple[Station, Station]) -> None:
    """The call is refused for want of resources, not of lines; later ones go through again."""
    alice, bob = facing
    leg, _ = await connect(alice, bob)
    pid = alice.link.pid
    assert pid is not None
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    opened = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    free = next(descriptor for descriptor in count() if descriptor not in opened)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, limits[1]))
    try:
        with pytest.raises(EngineRefused) as refused:
            await alice.dial("1234")
        assert refused.value.error is ErrorKind.NO_RESOURCES
        assert "end other calls" in refused.value.text
        assert (await alice.link.request(Ping())).legs == {leg: LegState.CONFIRMED}
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    await alice.link.request(HangUp(leg=leg))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    again, _ = await connect(alice, bob)
    await alice.leg_is(again, LegState.CONFIRMED)
