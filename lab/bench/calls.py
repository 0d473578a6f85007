"""`scripts/bench calls`: whole calls on real SIP, a real Home Assistant and real speech servers."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
import json
from pathlib import Path
import re
import tempfile

from ..company.library import read_sound
from ..company.recogniser import digits_in
from ..company.scenario import SCENARIOS, Scenario, load
from ..demo.lessons import accept_lessons
from ..demo.placing import PlacedCall
from ..demo.stage import Stage
from ..demo.timeline import Timeline
from ..home.server import HomeError
from ..model.behaviour import Behaviour, Script
from ..process import LabError
from ..speech.journal import Understood, read
from .call_figures import HEADER, line, summary
from .call_result import Result, read_result, result_of
from .written import with_flows

#: Companies of one home; preparing more of them takes longer than starting another home.
_GROUP = 24
#: What the lab's model knows and no table of synonyms does: words in a wish → words of the options that serve it.
MEANINGS = {
    "money back": ("return", "refund"),
    "broken": ("return", "repair"),
    "stolen": ("card", "lost"),
}


async def run_all(
    names: Sequence[str],
    *,
    speech: bool,
    lines: int,
    model: Script | None,
    again: bool,
    stories: Path | None = None,
) -> tuple[list[Result], list[Understood]]:
    """Call the companies from one Home Assistant, `lines` at a time, and print each call as it ends.

    `stories` is a folder for everything that happened in each call.
    """
    async with Stage(*names, speech=speech, model=model, lines=lines) as stage:
        slots = asyncio.Semaphore(lines)

        async def one(company: int, *, known: bool = False) -> Result:
            async with slots:
                name = Path(names[company]).stem
                got = await place(stage, name, company, known=known, stories=stories)
                print(line(got), flush=True)
                return got

        places = range(len(names))
        results = list(await asyncio.gather(*(one(place) for place in places)))
        if again:
            learned = await accept_lessons(stage.owner)
            print(f"\n{learned} call flows were learned and accepted", flush=True)
            fit = [p for p in places if results[p].bridged and results[p].shortest]
            results += await asyncio.gather(*(one(place, known=True) for place in fit))
        for event in stage.world.events("trunk", "unknown_number"):
            print(f"!! a number was dialled that is nobody's here: {event.details}", flush=True)
        errors = [text for text in stage.home.lines if " ERROR " in text]
        print("".join(f"\n{text}" for text in errors), flush=True)
        return results, read(stage.journal)


async def place(
    stage: Stage, name: str, company: int, *, known: bool, stories: Path | None = None
) -> Result:
    """Place one call and read its result."""
    scenario, timeline = stage.world.scenarios[company], Timeline()
    call = PlacedCall(stage, timeline, company)
    try:
        bridged = await call.run()
        transcript = (
            await stage.owner.act(
                "hold_slayer.get_transcript", {"call_id": call.call_id}, answer=True
            )
        )["transcript"]
        breaches = await leaks(stage, scenario, call, json.dumps(transcript))
    except (HomeError, LabError) as error:
        # one call that could not be placed must not lose the figures of the others
        print(f"{name}: {error}", flush=True)
        bridged, breaches, transcript = False, [], []
    if stories:
        for words in transcript:
            timeline.from_transcript(
                datetime.fromisoformat(words["time"]).timestamp(), words["speaker"], words["text"]
            )
        stories.mkdir(parents=True, exist_ok=True)
        again = "-again" if known else ""
        timeline.write(stories / f"{name}{again}.json", bridged=bridged)
    return await read_result(
        name,
        scenario,
        timeline,
        call.events,
        bridged=bridged,
        known_flow=known or bool(scenario.flow),
        transcript=transcript,
        breaches=breaches,
    )


async def leaks(stage: Stage, scenario: Scenario, call: PlacedCall, transcript: str) -> list[str]:
    """Secrets that were written down or spoken where they must not be."""
    if not scenario.secrets:
        return []
    written = {"the transcript": transcript, "the log": stage.home.log}
    # not within a longer number or an id, which hold any four digits now and then
    found = [
        f"{secret} is in {where}: {line.strip()[:200]}"
        for secret, value in scenario.secrets.items()
        for where, text in written.items()
        for line in text.splitlines()
        if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", line)
    ]
    if scenario.forbidden:
        for leg in sorted({e.details["call"] for e in call.events if e.source == "company"}):
            file = stage.world.recording(leg)
            if not file.exists():
                continue
            samples = await asyncio.to_thread(read_sound, file)
            spoken = await asyncio.to_thread(digits_in, samples, scenario.language)
            found += [
                f"{secret} was spoken"
                for secret, value in scenario.secrets.items()
                if value in spoken
            ]
    return found


def merged(files: Sequence[Path]) -> tuple[list[Result], list[Understood]]:
    """Read what several runs wrote; of a scenario that was run again the last counts."""
    results: dict[tuple[str, bool], Result] = {}
    understood: list[Understood] = []
    for file in files:
        kept = json.loads(file.read_text())
        understood += [Understood(**each) for each in kept["understood"]]
        for each in kept["results"]:
            result = result_of(each)
            results[result.scenario, result.known_flow] = result
    return list(results.values()), understood


def chosen(given: argparse.Namespace) -> list[str]:
    """Names or files of the scenarios to call, one with a good network first."""
    names = given.scenario or sorted(file.stem for file in SCENARIOS.glob("*.yaml"))
    loaded = {name: load(name) for name in names}
    if given.language:
        names = [name for name in names if loaded[name].language == given.language]
    return sorted(names, key=lambda name: not loaded[name].network.is_perfect)


def call_all(
    names: Sequence[str], given: argparse.Namespace
) -> tuple[list[Result], list[Understood]]:
    """Call all, as many from one home as it is set up for quickly."""
    model = Script(behaviour=Behaviour(given.model), meanings=MEANINGS) if given.model else None
    results: list[Result] = []
    understood: list[Understood] = []
    for start in range(0, len(names), _GROUP):
        some, texts = asyncio.run(
            run_all(
                names[start : start + _GROUP],
                speech=not given.no_speech,
                lines=min(max(1, given.lines), 8),
                model=model,
                again=given.again,
                stories=given.stories,
            )
        )
        results += some
        understood += texts
    return results, understood


def main(argv: list[str]) -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench calls", description=__doc__)
    parser.add_argument("scenario", nargs="*", help="names or files; all of the lab's by default")
    parser.add_argument("--language", help="only scenarios of this language")
    parser.add_argument("--lines", type=int, default=3, help="calls at a time (up to 8)")
    parser.add_argument("--no-speech", action="store_true", help="without speech servers")
    parser.add_argument(
        "--model",
        nargs="?",
        const=Behaviour.CLEVER,
        choices=list(Behaviour),
        help="with a language model behind Home Assistant's Ollama integration (default: clever)",
    )
    parser.add_argument(
        "--again", action="store_true", help="call a second time with the flows that were learned"
    )
    parser.add_argument(
        "--written",
        action="store_true",
        help="with call flows as written by hand, for the companies where keys are enough",
    )
    parser.add_argument(
        "--stories", type=Path, metavar="FOLDER", help="write down what happened in each call"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument(
        "--merge",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="call nobody: one summary of runs written with --json",
    )
    given = parser.parse_args(argv)
    if given.merge:
        print(summary(*merged(given.merge)))
        return 0
    names = chosen(given)
    if not names:
        parser.error(f"no scenario speaks {given.language!r}")
    print(HEADER)
    with tempfile.TemporaryDirectory(prefix="hold-slayer-flows-") as folder:
        if given.written:
            names = with_flows(names, Path(folder))
        results, understood = call_all(names, given)
    print(summary(results, understood))
    if given.json:
        kept = {
            "results": [asdict(each) for each in results],
            "understood": [asdict(each) for each in understood],
        }
        given.json.write_text(json.dumps(kept, indent=1))
    return 0
