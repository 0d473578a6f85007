"""`scripts/bench calls`: whole calls on real SIP, a real Home Assistant and real speech servers."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
import json
from pathlib import Path

import numpy as np

from ..company.scenario import SCENARIOS, Scenario, load, walk
from ..company.steps import Agent
from ..demo.placing import place_call
from ..demo.stage import Stage
from ..demo.timeline import Timeline
from ..home.server import HomeError
from ..process import LabError

#: States whose delay after the agent's first word is told.
STAGES = ("person_suspected", "ringing_you", "person_detected", "connected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one call went; times in s."""

    scenario: str
    #: Whether there is anybody to be reached.
    reachable: bool
    #: Both people heard each other.
    bridged: bool
    outcome: str
    #: Keys pressed in menus, and those of the shortest way.
    keys: str
    shortest: str
    #: From the agent's first word to each state.
    delays: dict[str, float] = field(default_factory=dict)
    #: Times a person was suspected or detected while none had spoken.
    suspected_early: int = 0
    detected_early: int = 0
    #: Error lines in Home Assistant's log.
    errors: int = 0


def has_agent(scenario: Scenario) -> bool:
    """Tell whether a person can be reached in a scenario."""
    return any(isinstance(s, Agent) for steps in scenario.scenes.values() for s in walk(steps))


def result(scenario: Scenario, name: str, timeline: Timeline, bridged: bool, errors: int) -> Result:
    """Read a result off a timeline."""
    moments = timeline.moments
    first = min(
        (m.time for m in moments if m.event == "speech" and m.details.get("speaker") == "agent"),
        default=float("inf"),
    )
    delays = {}
    for stage in STAGES:
        after = [m.time - first for m in moments if m.event == stage and m.time >= first]
        if after:
            delays[stage] = round(min(after), 2)

    keys = "".join(str(m.details["key"]) for m in moments if m.event == "key")
    for value in scenario.secrets.values():
        # data that was asked for is not a choice
        keys = keys.replace(f"{value}#", "", 1)

    def early(stage: str) -> int:
        return sum(m.event == stage and m.time < first for m in moments)

    return Result(
        scenario=name,
        reachable=has_agent(scenario),
        bridged=bridged,
        outcome=next((m.details["outcome"] for m in moments if m.event == "outcome"), ""),
        keys=keys,
        shortest=scenario.shortest,
        delays=delays,
        suspected_early=early("person_suspected"),
        detected_early=early("person_detected"),
        errors=errors,
    )


async def run(file: Path, *, speech: bool) -> Result:
    """Run one scenario."""
    timeline = Timeline()
    async with Stage(file, speech=speech) as stage:
        bridged = await place_call(stage, timeline, None)
        errors = sum(" ERROR " in line for line in stage.home.lines)
        return result(stage.world.scenario, file.stem, timeline, bridged, errors)


async def run_all(files: Sequence[Path], *, speech: bool, jobs: int) -> list[Result]:
    """Run scenarios, `jobs` at a time, and print each as it ends."""
    slots = asyncio.Semaphore(jobs)

    async def one(file: Path) -> Result:
        async with slots:
            try:
                got = await run(file, speech=speech)
            except (HomeError, LabError) as error:
                # one home that did not start must not lose the figures of the others
                print(f"{file.stem}: {error}", flush=True)
                got = Result(
                    scenario=file.stem,
                    reachable=has_agent(load(file)),
                    bridged=False,
                    outcome="not_started",
                    keys="",
                    shortest=load(file).shortest,
                )
            print(line(got), flush=True)
            return got

    return await asyncio.gather(*(one(file) for file in files))


def line(got: Result) -> str:
    """Return a result as a line."""
    delays = "  ".join(
        f"{got.delays[stage]:5.1f}" if stage in got.delays else "    –" for stage in STAGES
    )
    early = f"{got.suspected_early}/{got.detected_early}"
    mark = "bridged" if got.bridged else got.outcome
    keys = f"{got.keys or '–'} ({got.shortest or '–'})"
    return f"{got.scenario:22} {mark:18} {keys:14} {delays}   {early:>5}  {got.errors}"


def summary(results: Sequence[Result]) -> str:
    """Return the figures over all calls."""
    reachable = [r for r in results if r.reachable]
    bridged = sum(r.bridged for r in reachable)
    lines = [f"\nreached and bridged: {bridged} of {len(reachable)} calls with a person"]
    for stage in STAGES:
        times = [r.delays[stage] for r in reachable if stage in r.delays]
        if times:
            lines.append(
                f"agent's first word → {stage:17} median {np.median(times):5.1f} s, "
                f"95 % {np.percentile(times, 95):5.1f} s ({len(times)} calls)"
            )
    detours = [r.scenario for r in reachable if r.bridged and r.keys != r.shortest]
    lines.append(f"other keys than the shortest way: {', '.join(detours) or 'none'}")
    lines.append(
        f"suspected / detected while nobody was there: "
        f"{sum(r.suspected_early for r in results)} / {sum(r.detected_early for r in results)}"
    )
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench calls", description=__doc__)
    parser.add_argument("scenario", nargs="*", help="names or files; all of the lab's by default")
    parser.add_argument("--jobs", type=int, default=1, help="calls at a time (a core each)")
    parser.add_argument("--no-speech", action="store_true", help="without speech servers")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args(argv)
    names = given.scenario or sorted(file.stem for file in SCENARIOS.glob("*.yaml"))
    files = [Path(name) if Path(name).suffix else SCENARIOS / f"{name}.yaml" for name in names]
    for file in files:
        load(file)
    print(
        f"{'scenario':22} {'result':18} {'keys (short)':14} suspected ring detected connected  early  errors"
    )
    results = asyncio.run(run_all(files, speech=not given.no_speech, jobs=max(1, given.jobs)))
    print(summary(results))
    if given.json:
        given.json.write_text(json.dumps([asdict(r) for r in results], indent=1))
    return 0
