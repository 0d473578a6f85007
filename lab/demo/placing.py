"""Placing one call on the stage and following it to its end."""

import asyncio
import contextlib
from typing import Any

from .stage import Stage
from .timeline import Timeline

type Json = dict[str, Any]

#: Longest call, s; the scenarios of the lab take under two minutes.
_LONGEST = 300.0
#: How long both sides may take to hear each other once they are connected, s.
_TO_HEAR = 40.0


async def place_call(stage: Stage, timeline: Timeline, intent: str | None) -> bool:
    """Place the call and follow it, and the company's call back; True when both people heard each other."""
    call_id = ""
    ended = asyncio.Event()
    connected = asyncio.Event()

    def changed(event: Json) -> None:
        nonlocal call_id
        timeline.from_home(event)
        call_id = event["data"]["call_id"]
        if event["data"]["state"] == "connected":
            connected.set()

    def finished(event: Json) -> None:
        timeline.from_home(event)
        if event["data"]["outcome"] != "call_back_arranged":
            ended.set()

    await stage.owner.subscribe(changed, "subscribe_events", event_type="hold_slayer_call")
    await stage.owner.subscribe(finished, "subscribe_events", event_type="hold_slayer_call_ended")
    follower = asyncio.create_task(_follow(stage, timeline), name="world log")
    try:
        await stage.call(**({"intent": intent} if intent else {}))
        over = asyncio.create_task(ended.wait())
        heard = asyncio.create_task(_both_heard(stage, connected))
        await asyncio.wait({over, heard}, timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
        together = heard.done() and not heard.exception() and heard.result()
        for task in (over, heard):
            task.cancel()
        if not ended.is_set():
            await stage.owner.act("hold_slayer.hang_up", {"call_id": call_id}, answer=True)
        return together
    finally:
        follower.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await follower


async def _follow(stage: Stage, timeline: Timeline) -> None:
    """Hand the world's log to the timeline."""
    async for event in stage.world.follow():
        timeline.from_world(event)


async def _both_heard(stage: Stage, connected: asyncio.Event) -> bool:
    """Wait until company and phone each heard the other's voice after they were connected."""
    await connected.wait()
    # what was heard before is our own announcement: it is spoken by the same eSpeak NG
    since = len(stage.world.log)
    await asyncio.gather(
        stage.world.expect("company", "heard", since=since, timeout=_TO_HEAR),
        stage.world.expect("phone", "heard", since=since, timeout=_TO_HEAR),
    )
    return True
