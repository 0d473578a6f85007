"""Deleting calls: because somebody asks, because they are old, because there are too many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Text, delete, func, select

from .filters import Filter
from .schema import CALLS, PARTS

#: Calls deleted in one statement.
CHUNK: Final = 500
#: What a row takes besides its texts, indexes included, bytes (PostgreSQL 15 with the calls of
#: `scripts/bench history`: 5 times the texts, most of it in small rows).
_ROW_BYTES: Final = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """What was deleted."""

    call_ids: tuple[str, ...] = ()
    #: Whose calls these were, and those of which none is left.
    touched: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


def delete_matching(connection: Connection, wanted: Filter) -> Deleted:
    """Delete the calls of a filter that are over."""
    over = (*wanted.conditions(), CALLS.c.ended.is_not(None))
    rows = connection.execute(select(CALLS.c.id, CALLS.c.contact_id).where(*over)).all()
    _delete(connection, [row.id for row in rows])
    contacts = {row.contact_id for row in rows if row.contact_id}
    return Deleted(
        call_ids=tuple(row.id for row in rows),
        touched=tuple(sorted(contacts)),
        contacts=tuple(
            contact
            for contact in sorted(contacts)
            if not connection.scalar(
                select(func.count()).select_from(CALLS).where(CALLS.c.contact_id == contact)
            )
        ),
    )


def delete_old(connection: Connection, before: float, most: int) -> int:
    """Delete at most `CHUNK` calls begun before a time, or beyond so many; return how many."""
    over = CALLS.c.ended.is_not(None)
    oldest = select(CALLS.c.id).where(over).order_by(CALLS.c.started)
    ids = connection.scalars(oldest.where(CALLS.c.started < before).limit(CHUNK)).all()
    if not ids:
        count = connection.scalar(select(func.count()).select_from(CALLS).where(over)) or 0
        if count > most:
            ids = connection.scalars(oldest.limit(min(CHUNK, count - most))).all()
    return _delete(connection, ids)


def calls_within(connection: Connection, *, most_bytes: float) -> int | None:
    """Return how many calls of the average size fit into so many bytes; None when all there are do."""
    count = connection.scalar(select(func.count()).select_from(CALLS)) or 0
    size = _size(connection)
    return None if size <= most_bytes else int(count * most_bytes / size)


def _size(connection: Connection) -> float:
    """Return about how much the calls take, bytes."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
        # free pages are used again before the file grows
        pages -= connection.exec_driver_sql("PRAGMA freelist_count").scalar() or 0
        return float(pages * (connection.exec_driver_sql("PRAGMA page_size").scalar() or 0))
    # servers do not say how much of a table's space is in use: texts and rows are counted instead
    total = 0.0
    for table in (CALLS, *PARTS):
        texts = [column for column in table.columns if isinstance(column.type, Text)]
        counted = [func.count(), *(func.sum(func.length(column)) for column in texts)]
        count, *lengths = connection.execute(select(*counted).select_from(table)).one()
        total += count * _ROW_BYTES + sum(float(length or 0) for length in lengths)
    return total


def _delete(connection: Connection, ids: Sequence[str]) -> int:
    """Delete calls with all their parts."""
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        for table in PARTS:
            connection.execute(delete(table).where(table.c.call_id.in_(some)))
        connection.execute(delete(CALLS).where(CALLS.c.id.in_(some)))
    return len(ids)
