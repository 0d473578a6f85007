"""What `scripts/bench calls` reads off a call."""

from dataclasses import asdict
import json
from pathlib import Path
from typing import Any

import pytest

from lab.bench.call_figures import line, summary
from lab.bench.call_result import Result, read_result
from lab.bench.calls import merged
from lab.bench.speech import distance
from lab.company.scenario import load
from lab.demo.timeline import Timeline
from lab.process import LogEvent
from lab.speech.journal import Understood

PROMPT = "For sales, press 1. To cancel your subscription, press 2."


def event(at: float, kind: str, source: str = "company", **details: Any) -> LogEvent:
    """Something that happened `at` s into the call."""
    return LogEvent(time=at, source=source, event=kind, details={"call": 1, **details})


def prompt(at: float) -> LogEvent:
    """The menu begins."""
    return event(at, "speech_started", speaker="prompt", text=PROMPT)


async def read(*events: LogEvent, name: str = "hostile") -> Result:
    """The result of a call with these events."""
    return await read_result(name, load(name), Timeline(), events, bridged=True, known_flow=False)


async def test_a_menu_answered_at_once() -> None:
    """The right key, how long it took, and when its option had been said."""
    got = await read(
        prompt(10.0),
        event(15.0, "key", key="2", stage="start"),
        event(15.0, "chosen", key="2", method="rfc4733", scene="queue"),
        event(16.0, "hold_started"),
        event(26.0, "hold_ended"),
    )
    (turn,) = got.menus
    assert turn.right
    assert turn.pressed == 5.0
    assert turn.said == pytest.approx(3.0, abs=1.5)
    assert (got.keys, got.wrong_keys, got.misread, got.hold_s) == ("2", 0, 0, 10.0)
    assert got.right
    assert got.breaches == ()
    assert "hostile" in line(got)


async def test_wrong_keys_and_time_outs() -> None:
    """What was wrong or came too late counts; a key that the company lost on purpose does not."""
    got = await read(
        prompt(1.0),
        event(9.0, "menu_timeout"),
        prompt(10.0),
        event(12.0, "wrong_choice", key="7", method="rfc4733"),
        prompt(13.0),
        event(15.0, "key_lost", key="2", method="rfc4733"),
        event(20.0, "menu_timeout"),
        prompt(21.0),
        event(25.0, "chosen", key="2", method="rfc4733", scene="queue"),
    )
    assert [turn.result for turn in got.menus] == ["menu_timeout", "wrong_choice", "chosen"]
    assert (got.misread, got.wrong_keys) == (2, 1)


async def test_what_must_never_happen() -> None:
    """Charges accepted, a key into the agent's ear, a secret given unasked."""
    keys = [event(3.0, "key", key=key, stage="hold") for key in "4711"]
    got = await read(
        event(2.0, "chosen", key="9", method="rfc4733", scene="charged"),
        *keys,
        event(9.0, "key", key="1", stage="agent"),
    )
    assert got.breaches == (
        "ended up in charged",
        "a key into the agent's ear",
        "account_number was given where nobody had asked for it",
    )
    figures = summary([got], [])
    assert "against the rules: 3" in figures


async def test_speech_on_hold_is_counted_once() -> None:
    """Only texts that the transcript of a call has while it was on hold."""
    got = await read_result(
        "hostile",
        load("hostile"),
        Timeline(),
        [event(0.0, "hold_started"), event(3600.0, "hold_ended")],
        bridged=True,
        known_flow=False,
        transcript=[
            {"time": "1970-01-01T00:01:40+00:00", "speaker": "company", "text": "please hold"},
            {"time": "1970-01-01T00:01:41+00:00", "speaker": "assistant", "text": "hello"},
        ],
    )
    understood = [
        Understood(time=at, language="en", seconds=4.0, took=0.1, text="please hold")
        for at in (104.1, 204.1)
    ]
    assert "on hold 4 s of 3600 s (4 s per hour of hold)" in summary([got], understood)


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [("a b c", "a b c", 0), ("a b c", "a c", 1), ("a b", "x y z", 3), ("", "a", 1)],
)
def test_word_errors(said: str, heard: str, wrong: int) -> None:
    """Insertions, deletions and replacements."""
    assert distance(said.split(), heard.split()) == wrong


async def test_runs_are_merged(tmp_path: Path) -> None:
    """What several runs kept becomes one summary; of a scenario that was run again the last counts."""
    first = await read(
        prompt(10.0), event(15.0, "chosen", key="1", method="rfc4733", scene="sales")
    )
    again = await read(
        prompt(10.0), event(15.0, "chosen", key="2", method="rfc4733", scene="queue")
    )
    said = Understood(time=1.0, language="en", seconds=2.0, took=0.5, text="sales")
    files = []
    for number, result in enumerate((first, again)):
        files.append(tmp_path / f"{number}.json")
        kept = {"results": [asdict(result)], "understood": [asdict(said)]}
        files[-1].write_text(json.dumps(kept))
    results, understood = merged(files)
    assert results == [again]
    assert understood == [said, said]
