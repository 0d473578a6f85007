"""A menu is explored on request; the next call goes the way that was found, by the prints of its prompts."""

from pathlib import Path

import pytest

from lab.demo.placing import place_call
from lab.demo.stage import Stage
from lab.demo.timeline import Timeline

#: Set-up, four calls and some slack on a slow machine, s.
LIMIT = 500

pytestmark = [pytest.mark.timeout(LIMIT), pytest.mark.slow]

COMPANY = """
name: Home Insurance
intent: claims, I want to change my address
shortest: "11"
scenes:
  start:
    - menu:
        prompt: Welcome. For claims, press 1. For billing, press 2. To hear this again, press 9.
        keys: {"1": claims, "2": queue, "9": start}
        timeout: 5
  claims:
    - menu:
        prompt: To change your address, press 1. For all other questions, press 2. To hear this again, press 9.
        keys: {"1": queue, "2": queue, "9": claims}
        timeout: 5
  queue:
    - say: Please hold for the next available representative.
    - hold:
        seconds: 10
        loop:
          - music: {seconds: 10, tune: 7}
    - agent:
        greeting: Good morning, this is Martin. How can I help you?
        patience: 40
"""


async def test_the_way_found_is_gone_by_ear(tmp_path: Path) -> None:
    scenario = tmp_path / "company.yaml"
    scenario.write_text(COMPANY, "utf-8")
    timeline = Timeline()
    async with Stage(scenario, folder=tmp_path / "home") as home:
        found = await home.owner.act(
            "hold_slayer.learn_call_flow",
            {"contact": home.contacts[0], "calls": 3, "store": True, "wait": True},
            answer=True,
        )
        assert found["menus"] == 2, found
        steps = found["flow"]["steps"]
        assert [step.get("keys", step["action"]) for step in steps] == ["1", "1", "hold"], found
        explored = len(home.world.log)
        assert not [e for e in home.world.log if e.details.get("speaker") == "agent"]

        together = await place_call(home, timeline, None)
        log = home.world.log[explored:]
        errors = [line for line in home.home.lines if " ERROR " in line]
    story = "\n".join(f"{m.time:.1f} {m.who} {m.event} {m.text}" for m in timeline.moments)
    assert together, story
    assert errors == [], story
    assert [e.details["key"] for e in log if e.event == "key" and e.source == "company"] == [
        "1",
        "1",
    ]
    # Each key went out while its menu was still being read out.
    ended = [
        e.details["completed"]
        for e in log
        if e.event == "speech_ended" and e.details.get("speaker") == "prompt"
    ]
    assert ended[:2] == [False, False], story
