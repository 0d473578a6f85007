"""Home Assistant is killed in the middle of a call, again and again: the history keeps what it saw."""

import asyncio
from contextlib import AsyncExitStack, closing
import os
from pathlib import Path
import signal
import sqlite3
import time
from typing import Any

import pytest

from custom_components.hold_slayer.const import BusEvent
from lab.demo.stage import Stage
from lab.home.owner import Owner

pytestmark = [pytest.mark.timeout(400), pytest.mark.slow]

#: What may be lost, s.
LOST_S = 1.0
TURNS = 2


def read(folder: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask the file itself."""
    with closing(sqlite3.connect(folder / "hold_slayer.db")) as history:
        return history.execute(query, values).fetchall()


async def test_killed_in_mid_call(tmp_path: Path) -> None:
    """What was reported a second before is in the file, which is whole; the next start ends the call."""
    async with (
        Stage("insurance", folder=tmp_path, speech=False) as stage,
        AsyncExitStack() as owners,
    ):
        for turn in range(TURNS):
            call_id, seen = await into_a_call(stage)
            os.kill(stage.home.pid, signal.SIGKILL)
            await stage.home.wait()
            assert read(tmp_path, "PRAGMA integrity_check") == [("ok",)]
            kept = read(
                tmp_path,
                "SELECT json_extract(facts, '$.state') FROM hold_slayer_events "
                "WHERE call_id = ? AND kind = 'state' ORDER BY id",
                call_id,
            )
            assert [state for (state,) in kept][: len(seen)] == seen
            await stage.home.start()
            again = await owners.enter_async_context(Owner(stage.home.url))
            again.tokens = stage.owner.tokens
            await again._open_socket()
            stage.owner = again
            answer = await stage.owner.command("hold_slayer/history/get", call_id=call_id)
            assert (answer["state"], answer["reason"]) == ("failed", "interrupted")
            assert answer["ended"] is not None
            assert read(tmp_path, "SELECT count(*) FROM hold_slayer_calls") == [(turn + 1,)]


async def into_a_call(stage: Stage) -> tuple[str, list[str]]:
    """Take a call to its menu; returns its id and the states told more than a second ago."""
    states: list[tuple[float, str]] = []
    answered = asyncio.Event()

    def told(event: dict[str, Any]) -> None:
        states.append((time.monotonic(), event["data"]["state"]))
        if event["data"]["state"] == "navigating":
            answered.set()

    await stage.owner.subscribe(told, "subscribe_events", event_type=BusEvent.CALL)
    call = await stage.call()
    async with asyncio.timeout(90):
        await answered.wait()
        while time.monotonic() < states[-1][0] + LOST_S:
            await stage.owner.states()
    early = [state for when, state in states if when < time.monotonic() - LOST_S]
    assert "navigating" in early
    return call["call_id"], early
