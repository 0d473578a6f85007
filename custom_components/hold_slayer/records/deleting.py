"""Deleting calls: because somebody asks, because they are old, because there are too many."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, func, select

from .filters import Filter
from .schema import CALLS, PARTS

#: Calls deleted in one statement.
CHUNK: Final = 500


def delete_matching(connection: Connection, wanted: Filter) -> int:
    """Delete the calls of a filter that are over; return how many there were."""
    over = select(CALLS.c.id).where(*wanted.conditions(), CALLS.c.ended.is_not(None))
    return _delete(connection, connection.scalars(over).all())


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


def _delete(connection: Connection, ids: Sequence[str]) -> int:
    """Delete calls with all their parts."""
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        for table in PARTS:
            connection.execute(delete(table).where(table.c.call_id.in_(some)))
        connection.execute(delete(CALLS).where(CALLS.c.id.in_(some)))
    return len(ids)
