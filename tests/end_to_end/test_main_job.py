"""The main job on real SIP and RTP, from `start_call` to two people hearing each other."""

from pathlib import Path

import pytest

from lab.demo.placing import place_call
from lab.demo.stage import Stage
from lab.demo.timeline import Timeline

#: Set-up, the longest scenario and some slack on a slow machine, s.
LIMIT = 400

pytestmark = [pytest.mark.timeout(LIMIT)]

INSURANCE_FLOW = [
    {"action": "press", "keys": "2", "expect": "home insurance press 2"},
    {"action": "press", "keys": "1", "expect": "to ask about a claim press 1"},
    {"action": "hold"},
]


async def held(scenario: str, folder: Path, **stage: object) -> Timeline:
    """Place the call of a scenario and return its timeline once both people heard each other."""
    timeline = Timeline()
    async with Stage(scenario, folder=folder, **stage) as home:  # type: ignore[arg-type]
        together = await place_call(home, timeline, None)
        errors = [line for line in home.home.lines if " ERROR " in line]
    story = "\n".join(f"{m.time:.1f} {m.who} {m.event} {m.text}" for m in timeline.moments)
    assert together, story
    assert errors == [], story
    return timeline


def states(timeline: Timeline) -> list[str]:
    """Return the states the call went through."""
    return [
        str(m.details["state"])
        for m in timeline.moments
        if m.who == "hold slayer" and m.event not in ("words", "outcome")
    ]


def agent_spoke(timeline: Timeline) -> float:
    """Return when the agent said the first word, Unix time in s."""
    return min(
        m.time
        for m in timeline.moments
        if m.event == "speech" and m.details.get("speaker") == "agent"
    )


async def test_a_call_with_a_stored_flow_ends_with_both_people_talking(tmp_path: Path) -> None:
    timeline = await held("insurance", tmp_path, flow=INSURANCE_FLOW)

    passed = states(timeline)
    order = ["dialing", "navigating", "on_hold", "person_detected", "ringing_you", "connected"]
    assert [state for state in passed if state in order] == sorted(
        (state for state in passed if state in order), key=order.index
    ), passed
    keys = [m.details["key"] for m in timeline.moments if m.event == "key"]
    assert keys == ["2", "1"]
    detected = timeline.first("person_detected")
    assert detected is not None
    assert detected > agent_spoke(timeline)


@pytest.mark.slow
async def test_a_menu_nobody_stored_is_read_by_the_intent(tmp_path: Path) -> None:
    timeline = await held("insurance", tmp_path)
    assert [m.details["key"] for m in timeline.moments if m.event == "key"] == ["2", "1"]


@pytest.mark.slow
async def test_without_any_speech_server_the_call_still_gets_through(tmp_path: Path) -> None:
    timeline = await held(
        "insurance",
        tmp_path,
        speech=False,
        flow=[
            {"action": "press", "keys": "2"},
            {"action": "press", "keys": "1"},
            {"action": "hold"},
        ],
    )
    detected = timeline.first("person_detected")
    assert detected is not None
    assert detected > agent_spoke(timeline)
