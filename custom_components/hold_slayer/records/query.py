"""Reading the history: pages, one call as a whole, rows for statistics."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
import json
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, Select, func, select

from ..calls.changes import ChangeKind
from .filters import Filter, Page
from .leg_rows import leg_json
from .schema import CALLS, EVENTS, LEGS, SEGMENTS, WORDS

type Json = dict[str, Any]


def list_calls(connection: Connection, wanted: Filter, page: Page) -> Json:
    """Return a page of calls, newest first, and how many there are."""
    conditions = wanted.conditions()
    total = connection.scalar(select(func.count()).select_from(CALLS).where(*conditions)) or 0
    newest = (CALLS.c.started.desc(), CALLS.c.id.desc())
    # by the index alone, so that far pages do not read all the rows before them
    ids = (
        select(CALLS.c.id)
        .where(*conditions)
        .order_by(*newest)
        .limit(page.limit)
        .offset(page.offset)
        .subquery()
    )
    rows = connection.execute(
        select(CALLS).join(ids, CALLS.c.id == ids.c.id).order_by(*newest)
    ).mappings()
    return {"total": total, "offset": page.offset, "calls": [call_json(row) for row in rows]}


def get_call(connection: Connection, wanted: Filter) -> Json | None:
    """Return the one call of a filter with all its parts; None when it is not there."""
    row = connection.execute(select(CALLS).where(*wanted.conditions())).mappings().first()
    return None if row is None else whole_call(connection, row)


def whole_call(connection: Connection, row: RowMapping) -> Json:
    """Return a call with events, timeline and transcript."""

    def parts(query: Select[Any]) -> Sequence[RowMapping]:
        return connection.execute(query).mappings().all()

    call_id = row["id"]
    return call_json(row) | {
        "legs": [
            leg_json(each)
            for each in parts(select(LEGS).where(LEGS.c.call_id == call_id).order_by(LEGS.c.id))
        ],
        "events": [
            {"time": iso(each["time"]), "kind": each["kind"], **json.loads(each["facts"])}
            for each in parts(
                select(EVENTS)
                # prints are for the engine alone
                .where(EVENTS.c.call_id == call_id, EVENTS.c.kind != ChangeKind.JUDGED)
                .order_by(EVENTS.c.id)
            )
        ],
        "segments": [
            {
                "kind": each["kind"],
                "start": iso(each["started"]),
                "end": iso(each["ended"]),
                "repeat": bool(each["heard_before"]),
            }
            for each in parts(
                select(SEGMENTS).where(SEGMENTS.c.call_id == call_id).order_by(SEGMENTS.c.position)
            )
        ],
        "transcript": [
            {"time": iso(each["time"]), "speaker": each["speaker"], "text": each["text"]}
            for each in parts(select(WORDS).where(WORDS.c.call_id == call_id).order_by(WORDS.c.id))
        ],
    }


def all_calls(connection: Connection, wanted: Filter, limit: int) -> Iterator[RowMapping]:
    """Yield the rows of calls that are over, oldest first."""
    query = (
        select(CALLS)
        .where(*wanted.conditions(), CALLS.c.ended.is_not(None))
        .order_by(CALLS.c.started, CALLS.c.id)
        .limit(limit)
    )
    yield from connection.execute(query).mappings().all()


def counted_calls(
    connection: Connection, wanted: Filter, limit: int
) -> Iterator[Row[tuple[Any, ...]]]:
    """Yield what statistics count of the latest calls that are over, in no order."""
    counted = (
        CALLS.c.started,
        CALLS.c.contact_id,
        CALLS.c.name,
        CALLS.c.number,
        CALLS.c.person_since,
        CALLS.c.connected,
        CALLS.c.outcome,
        CALLS.c.hold_s,
        CALLS.c.menu_s,
    )
    query = (
        select(*counted)
        .where(*wanted.conditions(), CALLS.c.ended.is_not(None))
        .order_by(CALLS.c.started.desc())
        .limit(limit)
    )
    yield from connection.execute(query)


def call_json(row: RowMapping) -> Json:
    """Return a call's row in JSON types; durations in seconds."""
    ended = row["ended"]
    return {
        "call_id": row["id"],
        "config_entry_id": row["account_id"],
        "line": row["line"],
        "contact": row["name"] if row["contact_id"] else None,
        "contact_id": row["contact_id"],
        "number": row["number"],
        "intent": row["intent"],
        "mode": row["mode"],
        "language": row["language"],
        "state": row["state"],
        **{
            key: iso(row[key])
            for key in ("started", "answered", "hold_started", "person_since", "connected")
        },
        "ended": iso(ended),
        "duration": span(row["started"], ended),
        # what a carrier charges for runs from the answer on
        "cost_time": span(row["answered"], ended),
        "menu_time": round(row["menu_s"], 1),
        "hold_time": round(row["hold_s"], 1),
        "queue_position": row["queue_position"],
        "estimated_wait": row["estimated_wait_s"],
        "outcome": row["outcome"],
        "reason": row["reason"],
        "engine_version": row["engine_version"],
        "ears_version": row["ears_version"],
        "version": row["version"],
    }


def iso(moment: float | None) -> str | None:
    """Return a time as text in UTC."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()


def span(start: float | None, end: float | None) -> float | None:
    """Return seconds between two times; none below zero where the clock was set back."""
    return None if start is None or end is None else round(max(0.0, end - start), 1)
