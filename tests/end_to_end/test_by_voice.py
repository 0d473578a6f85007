"""The sentence on the box, for real: asked for by voice, held by the engine, accepted on the mobile."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lab.demo.stage import Stage
from lab.home.owner import Owner
from lab.parties.plan import PhonePlan

from .test_main_job import INSURANCE_FLOW, LIMIT

pytestmark = [pytest.mark.timeout(LIMIT)]

#: Longest time until the person is there: menus, hold and a slow machine, s.
UNTIL_PERSON_S = 240.0
#: Nobody presses a key: only the tap on the mobile accepts.
IN_THE_POCKET = PhonePlan(after=1.0, press="")


async def say(owner: Owner, text: str) -> str:
    """Say a sentence to Assist and return the answer."""
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    await owner.subscribe(
        events.put_nowait,
        "assist_pipeline/run",
        start_stage="intent",
        end_stage="intent",
        input={"text": text},
    )
    answer = ""
    async with asyncio.timeout(60):
        while (event := await events.get())["type"] != "run-end":
            assert event["type"] != "error", event
            if event["type"] == "intent-end":
                spoken = event["data"]["intent_output"]["response"]["speech"]["plain"]
                answer = str(spoken["speech"])
    return answer


async def reaches(changes: asyncio.Queue[dict[str, Any]], state: str) -> None:
    """Wait until the call is in a state."""
    async with asyncio.timeout(UNTIL_PERSON_S):
        while (await changes.get())["data"]["state"] != state:
            pass


async def test_asked_for_by_voice_accepted_on_the_mobile(tmp_path: Path) -> None:
    """A sentence dials; the push about the person is tapped; both people hear each other."""
    async with (
        Stage(
            "insurance", folder=tmp_path, flow=INSURANCE_FLOW, phone=IN_THE_POCKET, mobile=True
        ) as stage,
        stage.owner.events("hold_slayer_call") as changes,
    ):
        assert stage.mobile is not None
        answer = await say(stage.owner, f"call {stage.contact} about my claim and hold")
        assert stage.contact in answer
        await reaches(changes, "on_hold")
        assert stage.contact in await say(stage.owner, "how long have I been on hold")
        push = await stage.mobile.push(f"{stage.contact} has answered", patience=UNTIL_PERSON_S)
        since = len(stage.world.log)
        await stage.mobile.tap(push, "Connect me")
        await reaches(changes, "connected")
        assert [e.details["key"] for e in stage.world.events("company", "key")] == ["2", "1"]
        await stage.world.expect("phone", "heard", speaker="agent", since=since, timeout=60)
        await stage.world.expect("company", "heard", speaker="user", since=since, timeout=60)
        assert (await stage.mobile.cleared())["data"]["tag"] == push["data"]["tag"]
        assert stage.contact in await say(stage.owner, f"hang up on {stage.contact}")
        await reaches(changes, "ended")
