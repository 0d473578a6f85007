"""A whole call that is recorded: announced to the agent, then one Opus file with both people in it."""

import asyncio
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from custom_components.hold_slayer.recording.folder import PLACE, UNFINISHED
from custom_components.hold_slayer.recording.sidecar import AnnouncedBy, Sidecar
from lab.demo.placing import place_call
from lab.demo.stage import Stage
from lab.demo.timeline import Timeline

#: Set-up, the call and some slack on a slow machine, s.
LIMIT = 400
#: Longest time for making the file after the call, s.
MAKING_S = 60

pytestmark = [pytest.mark.timeout(LIMIT), pytest.mark.slow]


async def test_a_recorded_call(tmp_path: Path) -> None:
    """The agent hears that the call is recorded; afterwards both sides are in the file, left and right."""
    timeline = Timeline()
    root = tmp_path.joinpath(*PLACE)
    async with Stage("direct", folder=tmp_path) as home:
        home.call = partial(home.call, record=True)  # type: ignore[method-assign]
        assert await place_call(home, timeline, None)
        async with asyncio.timeout(MAKING_S):
            while not (found := list(root.glob("*/*.json"))):
                await home.owner.states()
    assert len(found) == 1
    told = Sidecar.read(found[0])
    assert told.announced_by is AnnouncedBy.WORDS
    assert "recorded" in told.announced
    assert told.error == ""
    samples, rate = soundfile.read(found[0].with_suffix(".opus"))
    assert len(samples) / rate == pytest.approx(told.duration_s, abs=0.2)
    loudness = 20 * np.log10(np.sqrt((samples**2).mean(axis=0)) + 1e-9)
    assert all(loudness > -60), loudness
    assert list(root.glob(f"*/*{UNFINISHED}")) == []
