"""Databases and calls made up for tests of the history."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from custom_components.hold_slayer.records.database import Database
from custom_components.hold_slayer.records.folding import folded
from custom_components.hold_slayer.records.schema import CALLS
from custom_components.hold_slayer.records.writer import Writer
from custom_components.hold_slayer.records.writing import CallEvent, Writing

#: 2026-03-02 09:00 UTC, a Monday.
MONDAY = 1_772_442_000.0


def row(**more: Any) -> dict[str, Any]:
    """Return a call's row: a hold of five minutes that reached a person."""
    started = more.get("started", MONDAY)
    return {
        "account_id": "account",
        "line": 1,
        "contact_id": "insurance",
        "name": "Insurance",
        "name_folded": folded(str(more.get("name", "Insurance"))),
        "number": "+442079460000",
        "intent": "",
        "mode": "hold_slayer",
        "language": "en",
        "state": "ended",
        "started": started,
        "answered": started + 5,
        "hold_started": started + 30,
        "person_since": started + 330,
        "connected": started + 350,
        "ended": started + 600,
        "touched": started + 600,
        "menu_s": 25.0,
        "hold_s": 300.0,
        "queue_position": 2,
        "estimated_wait_s": None,
        "outcome": "connected",
        "reason": "",
        "engine_version": "1.0",
        "version": "0.1.0",
        **more,
    }


def writing(call_id: str, *lines: str, **more: Any) -> Writing:
    """Return a call as it is written, with a transcript."""
    call = row(**more)
    return Writing(
        call_id=call_id,
        call=call,
        events=(CallEvent(time=call["started"], kind="state", facts={"state": "dialing"}),),
        segments=(
            {"kind": "music", "started": call["started"], "ended": None, "heard_before": False},
        ),
        words=tuple(
            {"time": call["started"] + index, "speaker": "company", "text": line}
            for index, line in enumerate(lines)
        ),
    )


def filled(path: Path, *writings: Writing) -> Database:
    """Return an open database with calls."""
    database = Database.in_file(path)
    with database.open().execution_options(writes=True).begin() as connection:
        for each in writings:
            each(connection)
    return database


def count(connection: Connection, table: Any = CALLS) -> int:
    """Return how many rows a table has."""
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def write_side_by_side(*databases: Database) -> int:
    """Have each database written by a thread of its own, all at once; return how many calls."""
    writers = [Writer(each, retry_s=0.05) for each in databases]
    for each in writers:
        each.start()
    futures = [
        each.put(writing(f"{number}{turn:03}", "words"))
        for turn in range(50)
        for number, each in enumerate(writers)
    ]
    for future in futures:
        future.result(60)
    for each in writers:
        each.stop()
    return len(futures)
