"""The waits of past calls, read for forecasts and long-term statistics."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
import json
from typing import Any

from sqlalchemy import Connection, select

from ..navigation.acts import NoteKind
from .announcements import Announced, Announcement, PastWait
from .filters import Filter
from .forecast import MOST_WAITS
from .schema import CALLS, EVENTS

#: How the notes of a call say what was announced.
_KINDS = {
    NoteKind.QUEUE_POSITION.value: Announcement.POSITION,
    NoteKind.ESTIMATED_WAIT.value: Announcement.WAIT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What the history says about the calls of one contact."""

    #: Of the latest calls that waited, oldest first.
    past: tuple[PastWait, ...] = ()
    last_outcome: str | None = None
    #: Of the same latest calls: how many, and how many reached a person.
    calls: int = 0
    reached: int = 0


def read_waits(connection: Connection, contact_id: str, zone: tzinfo) -> Waits:
    """Return the waits of a contact's latest calls."""
    wanted = Filter(contact_id=contact_id).conditions()
    rows = (
        connection.execute(
            select(CALLS)
            .where(*wanted, CALLS.c.ended.is_not(None), CALLS.c.outcome.is_not(None))
            .order_by(CALLS.c.started.desc(), CALLS.c.id.desc())
            .limit(MOST_WAITS)
        )
        .mappings()
        .all()
    )
    news = _news(
        connection, [row["id"] for row in rows], {r["id"]: r["hold_started"] for r in rows}
    )
    past = []
    for row in reversed(rows):
        reached = row["person_since"] is not None or row["connected"] is not None
        if not reached and row["hold_started"] is None:
            # it never came to waiting: busy, no answer, lost in the menu
            continue
        past.append(
            PastWait(
                started=datetime.fromtimestamp(row["started"], UTC).astimezone(zone),
                hold_s=max(0.0, row["hold_s"]),
                reached=reached,
                news=tuple(news.get(row["id"], ())),
            )
        )
    return Waits(
        past=tuple(past),
        last_outcome=rows[0]["outcome"] if rows else None,
        calls=len(rows),
        reached=sum(r["person_since"] is not None or r["connected"] is not None for r in rows),
    )


def _news(
    connection: Connection, call_ids: list[str], begun: Mapping[str, float | None]
) -> dict[str, list[Announced]]:
    """Return what was announced in each call about the wait."""
    found: dict[str, list[Announced]] = {}
    query = (
        select(EVENTS.c.call_id, EVENTS.c.time, EVENTS.c.facts)
        .where(EVENTS.c.call_id.in_(call_ids), EVENTS.c.kind == "note")
        .order_by(EVENTS.c.id)
    )
    for row in connection.execute(query).mappings():
        start = begun.get(row["call_id"])
        said = announced(json.loads(row["facts"]), row["time"] - start if start else 0.0)
        if said is not None:
            found.setdefault(row["call_id"], []).append(said)
    return found


def announced(facts: Mapping[str, Any], at_s: float) -> Announced | None:
    """Return what a note says about the wait; None when it says something else."""
    kind = _KINDS.get(str(facts.get("note")))
    value = facts.get("queue_position", facts.get("value"))
    if kind is None or not isinstance(value, (int, float)):
        return None
    return Announced(kind=kind, value=float(value), at_s=max(0.0, at_s))
