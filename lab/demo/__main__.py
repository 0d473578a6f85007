"""`scripts/demo`: place a call to a simulated company and watch it being held."""

import argparse
import asyncio
from pathlib import Path
import signal
import sys

from ..company.scenario import ScenarioError
from ..home.owner import PASSWORD, USERNAME
from ..home.server import HomeError
from ..process import LabError
from .placing import place_call
from .stage import Stage
from .timeline import Timeline

#: The company of the demo in each language.
INSURANCES = {
    "en": "insurance",
    "de": "versicherung",
    "fr": "assurance",
    "es": "seguros",
    "it": "assicurazione",
    "nl": "verzekering",
    "pt": "seguro",
}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the call")
    parser.add_argument("--company", help="scenario: a YAML file, or a name (default: insurance)")
    parser.add_argument(
        "--language", choices=list(INSURANCES), default="en", help="an insurance that speaks it"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the timeline here")
    parser.add_argument("--port", type=int, default=0, help="port of Home Assistant's web page")
    parser.add_argument("--intent", help="what the call is about, instead of the scenario's")
    given = parser.parse_args()
    if not 0 <= given.port <= 65535:
        parser.error(f"--port must be 0 to 65535, not {given.port}")
    given.company = given.company or INSURANCES[given.language]
    if given.json and not given.json.parent.is_dir():
        parser.error(f"--json: there is no folder {given.json.parent}")
    return given


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
