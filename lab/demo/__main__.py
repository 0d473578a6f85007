"""`scripts/demo`: place a call to a simulated company and watch it being held."""

import argparse
import asyncio
import contextlib
from pathlib import Path
import signal
import sys
from typing import Any

from ..company.scenario import ScenarioError
from ..home.owner import PASSWORD, USERNAME
from ..home.server import HomeError
from ..process import LabError
from .stage import Stage
from .timeline import Timeline

type Json = dict[str, Any]

#: Longest demo call, s; the scenarios of the lab take under two minutes.
_LONGEST = 300.0
#: How long both sides may take to hear each other once they are connected, s.
_TO_HEAR = 40.0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the call")
    parser.add_argument("--company", default="insurance", help="scenario: a YAML file, or a name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the timeline here")
    parser.add_argument("--port", type=int, default=0, help="port of Home Assistant's web page")
    parser.add_argument("--intent", help="what the call is about, instead of the scenario's")
    given = parser.parse_args()
    if not 0 <= given.port <= 65535:
        parser.error(f"--port must be 0 to 65535, not {given.port}")
    if given.json and not given.json.parent.is_dir():
        parser.error(f"--json: there is no folder {given.json.parent}")
    return given


async def place_call(stage: Stage, timeline: Timeline, intent: str | None) -> bool:
    """Place the call and follow it; True when both people heard each other."""
    ended = asyncio.Event()
    connected = asyncio.Event()

    def changed(event: Json) -> None:
        timeline.from_home(event)
        if event["data"]["state"] == "connected":
            connected.set()

    def finished(event: Json) -> None:
        timeline.from_home(event)
        ended.set()

    await stage.owner.subscribe(changed, "subscribe_events", event_type="hold_slayer_call")
    await stage.owner.subscribe(finished, "subscribe_events", event_type="hold_slayer_call_ended")
    follower = asyncio.create_task(_follow(stage, timeline), name="world log")
    try:
        call = await stage.call(**({"intent": intent} if intent else {}))
        over = asyncio.create_task(ended.wait())
        heard = asyncio.create_task(_both_heard(stage, connected))
        await asyncio.wait({over, heard}, timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
        together = heard.done() and not heard.exception() and heard.result()
        for task in (over, heard):
            task.cancel()
        if not ended.is_set():
            await stage.owner.act("hold_slayer.hang_up", {"call_id": call["call_id"]}, answer=True)
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


def verdict(timeline: Timeline, together: bool) -> str:
    """Return the closing lines."""
    lines = ["Both sides heard each other." if together else "They did NOT hear each other."]
    agent = [
        m.time
        for m in timeline.moments
        if m.who == "company" and m.event == "speech" and m.details.get("speaker") == "agent"
    ]
    if agent:
        for event, text in (
            ("person_suspected", "suspected"),
            ("person_detected", "detected"),
            ("ringing_you", "your phone rang"),
            ("connected", "connected"),
        ):
            times = [m.time for m in timeline.moments if m.event == event and m.time >= agent[0]]
            if times:
                lines.append(f"  {times[0] - agent[0]:5.1f} s after the agent's first word: {text}")
    return "\n".join(lines)


async def run(given: argparse.Namespace) -> int:
    """Run the demo and return the exit code."""
    timeline = Timeline(print, colour=sys.stdout.isatty())

    def say(text: str) -> None:
        print(f"▸ {text}", flush=True)

    async with Stage(given.company, port=given.port, say=say) as stage:
        print(f"\n{stage.contact}: {stage.world.scenario.description}\n", flush=True)
        together = await place_call(stage, timeline, given.intent)
        print(f"\n{verdict(timeline, together)}\n", flush=True)
        if given.json:
            timeline.write(given.json, company=stage.contact, heard_each_other=together)
        if not given.once:
            print(f"Home Assistant is running: {stage.home.url}")
            print(f"Log in as {USERNAME} with the password {PASSWORD}; Ctrl+C ends it.", flush=True)
            await _until_stopped()
    return 0 if together else 1


async def _until_stopped() -> None:
    """Wait for Ctrl+C or a request to end."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


def main() -> int:
    """Run the demo from the command line."""
    given = arguments()
    try:
        return asyncio.run(run(given))
    except (ScenarioError, HomeError, LabError) as error:
        print(f"scripts/demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
