"""How fast the history of 100,000 made-up calls is: writing, a page, a search, statistics, deleting.

Times are of the questions to the database alone, in ms, on one connection; the processor's time is
that of this process, which for SQLite is all of it.
"""

import argparse
from collections.abc import Callable
from datetime import UTC
from functools import partial
import json
from pathlib import Path
import random
import statistics
import tempfile
import time
from typing import Any

from sqlalchemy import insert

from custom_components.hold_slayer.records.database import Database
from custom_components.hold_slayer.records.deleting import delete_old
from custom_components.hold_slayer.records.filters import Filter, Page
from custom_components.hold_slayer.records.query import counted_calls, get_call, list_calls
from custom_components.hold_slayer.records.schema import CALLS, EVENTS, SEGMENTS, WORDS
from custom_components.hold_slayer.records.search import search_words
from custom_components.hold_slayer.records.waits import read_waits
from custom_components.hold_slayer.records.writing import CallEvent, Writing

#: 2026-01-01 00:00 UTC.
_BEGIN = 1_767_225_600.0
_CONTACTS = 200
_SENTENCES = (
    "thank you for calling {name}",
    "for questions about your claim press one",
    "for a new contract press two",
    "all our agents are busy please stay on the line",
    "you are number {number} in the queue",
    "the estimated waiting time is {number} minutes",
    "did you know that you can find answers on our website",
    "good morning my name is agent {rare} how can I help you",
)


def main(argv: list[str]) -> int:
    """Fill a database, measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/bench history", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000, help="calls in the history")
    parser.add_argument("--rounds", type=int, default=20, help="times each question is asked")
    parser.add_argument("--url", help="an empty database on a server instead of an SQLite file")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "history.db"
        database = Database(options.url) if options.url else Database.in_file(file)
        began = time.perf_counter()
        _fill(database, options.calls)
        took = time.perf_counter() - began
        size = sum(each.stat().st_size for each in Path(folder).iterdir()) / 1e6
        where = "on a server" if options.url else f"{size:.0f} MB"
        print(f"{options.calls} calls of {len(_SENTENCES)} lines: {where}, {took:.0f} s to make")
        _measure_writes(database)
        _measure_reads(database, options.calls, options.rounds)
        database.close()
    return 0


def _fill(database: Database, calls: int) -> None:
    """Write calls, a thousand in a transaction."""
    numbers = random.Random(1)
    engine = database.open().execution_options(writes=True)
    for start in range(0, calls, 1000):
        with engine.begin() as connection:
            some = [
                _writing(numbers, number, calls)
                for number in range(start, min(start + 1000, calls))
            ]
            connection.execute(insert(CALLS), [{"id": w.call_id, **(w.call or {})} for w in some])
            connection.execute(
                insert(EVENTS),
                [
                    {
                        "call_id": each.call_id,
                        "time": happened.time,
                        "kind": happened.kind,
                        "facts": json.dumps(happened.facts),
                    }
                    for each in some
                    for happened in each.events
                ],
            )
            for table, rows in ((SEGMENTS, "segments"), (WORDS, "words")):
                connection.execute(
                    insert(table),
                    [
                        {
                            "call_id": each.call_id,
                            **({"position": index} if rows == "segments" else {}),
                            **row,
                        }
                        for each in some
                        for index, row in enumerate(getattr(each, rows))
                    ],
                )


def _writing(numbers: random.Random, number: int, calls: int) -> Writing:
    """Return a made-up call; they spread evenly over a year."""
    started = _BEGIN + number * 365 * 86400 / calls
    contact = numbers.randrange(_CONTACTS)
    hold = numbers.expovariate(1 / 600)
    values = {"name": f"company {contact}", "number": number % 30, "rare": f"x{number}"}
    name = f"Company {contact}"
    return Writing(
        call_id=f"{number:026}",
        call={
            "account_id": "account",
            "line": 1 + number % 2,
            "contact_id": f"contact{contact}",
            "name": name,
            "name_folded": name.casefold(),
            "number": f"+4420{contact:08}",
            "intent": "",
            "mode": "hold_slayer",
            "language": "en",
            "state": "ended",
            "started": started,
            "answered": started + 4,
            "hold_started": started + 40,
            "person_since": started + 40 + hold,
            "connected": started + 60 + hold,
            "ended": started + 400 + hold,
            "touched": started + 400 + hold,
            "menu_s": 36.0,
            "hold_s": hold,
            "queue_position": number % 30,
            "estimated_wait_s": None,
            "outcome": "connected",
            "reason": "",
            "engine_version": "1.0",
            "version": "0.1.0",
        },
        events=tuple(
            CallEvent(time=started + each, kind="state", facts={"state": "on_hold"})
            for each in range(8)
        ),
        segments=tuple(
            {
                "kind": "music",
                "started": started + each,
                "ended": started + each + 1,
                "heard_before": False,
            }
            for each in range(10)
        ),
        words=tuple(
            {"time": started + each, "speaker": "company", "text": sentence.format(**values)}
            for each, sentence in enumerate(_SENTENCES)
        ),
    )


def _measure_writes(database: Database) -> None:
    """Time transactions of one event each."""
    engine = database.open().execution_options(writes=True)
    numbers = random.Random(2)
    pieces = [_writing(numbers, 10**7 + each, 10**7) for each in range(200)]
    times = []
    for each in pieces:
        began = _clocks()
        with engine.begin() as connection:
            each(connection)
        times.append(_since(began))
    _print("write a call in one transaction", times)


def _measure_reads(database: Database, calls: int, rounds: int) -> None:
    """Time the questions that people ask."""
    engine = database.open()
    questions: dict[str, Callable[[Any], object]] = {
        "first page of 50": partial(list_calls, wanted=Filter(), page=Page()),
        "last page of 50": partial(list_calls, wanted=Filter(), page=Page(offset=calls - 50)),
        "page of a contact": partial(
            list_calls, wanted=Filter(contact_id="contact7"), page=Page(limit=50)
        ),
        "page of a contact, id, number or name": partial(
            list_calls, wanted=Filter(contact="contact7"), page=Page(limit=50)
        ),
        "waits of a contact": partial(read_waits, contact_id="contact7", zone=UTC),
        "page by part of a name": partial(
            list_calls, wanted=Filter(contact="pany 77"), page=Page(limit=50)
        ),
        "one call as a whole": partial(get_call, wanted=Filter(call_id=f"{calls // 2:026}")),
        "search: words in every call": partial(
            search_words, words=["claim", "press"], wanted=Filter(), page=Page()
        ),
        "search: words in one call": partial(
            search_words, words=[f"x{calls // 3}"], wanted=Filter(), page=Page()
        ),
        "search: common words, one contact": partial(
            search_words, words=["claim"], wanted=Filter(contact="contact7"), page=Page()
        ),
        "search: words never said": partial(
            search_words, words=["unheard"], wanted=Filter(), page=Page()
        ),
        "rows for statistics of a contact": lambda connection: list(
            counted_calls(connection, Filter(contact="contact7"), calls)
        ),
        "rows for statistics of all": lambda connection: list(
            counted_calls(connection, Filter(), calls)
        ),
    }
    for name, question in questions.items():
        times = []
        for _ in range(rounds):
            began = _clocks()
            with engine.connect() as connection:
                question(connection)
            times.append(_since(began))
        _print(name, times)
    began = _clocks()
    with engine.execution_options(writes=True).begin() as connection:
        count = delete_old(connection, _BEGIN + 30 * 86400, calls)
    _print(f"delete {count} old calls", [_since(began)])


def _clocks() -> tuple[float, float]:
    """Return time and processor time of this process, s."""
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    """Return both times since then, s."""
    now = _clocks()
    return now[0] - began[0], now[1] - began[1]


def _print(name: str, times: list[tuple[float, float]]) -> None:
    """Print the median and the worst, and the processor time of it, which a busy machine leaves alone."""
    took = [each * 1e3 for each, _ in times]
    busy = statistics.median(each * 1e3 for _, each in times)
    print(
        f"  {name:<40}{statistics.median(took):8.1f} ms median{max(took):9.1f} ms worst"
        f"{busy:8.1f} ms processor",
        flush=True,
    )
