"""A company calls back as arranged: real SIP, real speech servers, a real Home Assistant."""

from pathlib import Path

import pytest

from lab.demo.placing import place_call
from lab.demo.stage import Stage
from lab.demo.timeline import Timeline

#: Set-up, both calls and some slack on a slow machine, s.
LIMIT = 400

pytestmark = [pytest.mark.timeout(LIMIT), pytest.mark.slow]


async def test_the_promised_call_is_taken_and_put_through(tmp_path: Path) -> None:
    """The offer is accepted, the company's call is bridged."""
    timeline = Timeline()
    async with Stage("call_back", folder=tmp_path) as home:
        together = await place_call(home, timeline, None)
        errors = [line for line in home.home.lines if " ERROR " in line]
    story = "\n".join(f"{m.time:.1f} {m.who} {m.event} {m.text}" for m in timeline.moments)
    assert together, story
    assert errors == [], story
    outcomes = [m.details["outcome"] for m in timeline.moments if m.event == "outcome"]
    assert outcomes[0] == "call_back_arranged", story
    assert [m.details["key"] for m in timeline.moments if m.event == "key"][:3] == ["1", "2", "1"]
