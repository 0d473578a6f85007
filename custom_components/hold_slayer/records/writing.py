"""One piece of a call as it is written: a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from .schema import CALLS, EVENTS, LEGS, SEGMENTS, WORDS

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """Something that happened, with JSON facts."""

    time: float
    kind: str
    facts: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What one change of a call adds to its record."""

    call_id: str
    #: All columns of the call's row but its id; None = the row stays as it is.
    call: Row | None = None
    events: tuple[CallEvent, ...] = ()
    #: The first position of `segments`; those from there on are replaced.
    segments_from: int = 0
    segments: tuple[Row, ...] = ()
    words: tuple[Row, ...] = ()
    #: Legs that are over.
    legs: tuple[Row, ...] = ()
    #: The record as a whole: what there was of the call before is replaced.
    whole: bool = False

    def __call__(self, connection: Connection) -> None:
        """Write it; the caller commits."""
        known = {"call_id": self.call_id}
        if self.call is not None:
            found = connection.execute(update(CALLS).where(CALLS.c.id == self.call_id), self.call)
            if found.rowcount == 0:
                connection.execute(insert(CALLS), {"id": self.call_id, **self.call})
        elif connection.scalar(select(CALLS.c.id).where(CALLS.c.id == self.call_id)) is None:
            # deleted meanwhile: nothing of it may come back
            return
        if self.whole:
            for table in (EVENTS, WORDS, LEGS):
                connection.execute(delete(table).where(table.c.call_id == self.call_id))
        if self.events:
            connection.execute(
                insert(EVENTS),
                [
                    {
                        **known,
                        "time": each.time,
                        "kind": each.kind,
                        "facts": json.dumps(each.facts, ensure_ascii=False),
                    }
                    for each in self.events
                ],
            )
        if self.segments or self.whole:
            connection.execute(
                delete(SEGMENTS).where(
                    SEGMENTS.c.call_id == self.call_id,
                    SEGMENTS.c.position >= self.segments_from,
                )
            )
        if self.segments:
            connection.execute(
                insert(SEGMENTS),
                [
                    {**known, "position": position, **each}
                    for position, each in enumerate(self.segments, self.segments_from)
                ],
            )
        for table, rows in ((WORDS, self.words), (LEGS, self.legs)):
            if rows:
                connection.execute(insert(table), [{**known, **each} for each in rows])


def close_interrupted(connection: Connection, account_id: str, running: frozenset[str]) -> None:
    """End the calls of an account that a crash cut off, at the last moment known of them."""
    cut = and_(CALLS.c.account_id == account_id, CALLS.c.ended.is_(None))
    ids = [
        call_id
        for call_id in connection.scalars(select(CALLS.c.id).where(cut))
        if call_id not in running
    ]
    for call_id in ids:
        connection.execute(
            update(CALLS)
            .where(CALLS.c.id == call_id)
            .values(ended=CALLS.c.touched, state="failed", reason="interrupted")
        )
