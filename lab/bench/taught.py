"""What traces of real calls teach: how often the ears were right, and which cues misled them.

Takes files that the action `hold_slayer.export_traces` returned (as JSON).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path
import statistics
from typing import Any

#: Version of the traces that can be read.
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a user said, and what the ears thought at that time."""

    person: bool
    verdict: str
    #: Of a person, 0 to 1.
    probability: float
    reasons: dict[str, float]

    @property
    def right(self) -> bool:
        """Whether the ears agreed."""
        return self.person == (self.verdict == "person")


def main(argv: list[str]) -> int:
    """Read and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/bench taught", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="exported traces")
    options = parser.parse_args(argv)
    judged: list[Judgement] = []
    calls = 0
    for file in options.files:
        try:
            data = json.loads(file.read_text("utf-8"))
            if data["version"] != _VERSION:
                print(f"{file}: traces of version {data['version']}, not {_VERSION}")
                return 2
            calls += len(data["traces"])
            for trace in data["traces"]:
                judged += judgements(trace)
        except (OSError, ValueError, KeyError, TypeError) as err:
            print(f"{file}: no exported traces: {err!r}")
            return 2
    print(f"{calls} calls, {len(judged)} judgements")
    for person, name in ((True, "a person was there"), (False, "nobody was there")):
        some = [each for each in judged if each.person is person]
        if some:
            share = sum(each.right for each in some) / len(some)
            middle = statistics.median(each.probability for each in some)
            print(f"  {name:<20} {len(some):>5}   ears agreed {share:6.1%}   median p {middle:.2f}")
    print("\ncues where the ears were wrong (mean weight, nats; how often)")
    for cue, weights in sorted(misleading(judged).items(), key=lambda each: -len(each[1])):
        print(f"  {cue:<24} {statistics.fmean(weights):+6.2f}  {len(weights):>4}")
    return 0


def judgements(trace: dict[str, Any]) -> Iterator[Judgement]:
    """Yield what a user said in a call with the last verdict before it."""
    for taught in trace["taught"]:
        before = [each for each in trace["verdicts"] if each["at"] <= taught["at"]]
        nothing: dict[str, Any] = {"verdict": "nobody", "probability": 0.0, "reasons": []}
        last: dict[str, Any] = before[-1] if before else nothing
        yield Judgement(
            person=bool(taught["person"]),
            verdict=str(last["verdict"]),
            probability=float(last["probability"] or 0.0),
            reasons={each["cue"]: float(each["weight"]) for each in last["reasons"]},
        )


def misleading(judged: list[Judgement]) -> dict[str, list[float]]:
    """Return the weights of the cues that pulled the wrong way."""
    found: dict[str, list[float]] = {}
    for each in judged:
        if each.right:
            continue
        for cue, weight in each.reasons.items():
            if (weight < 0) == each.person:
                found.setdefault(cue, []).append(weight)
    return found
