"""Copying calls into a database that was chosen in place of another; blocking, for a thread."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
import logging
from threading import Event, Lock
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError

from .database import Database, Fault, fault_of
from .deleting import delete_matching
from .filters import Filter
from .schema import CALLS, PARTS
from .writer import Writer

_LOGGER = logging.getLogger(__name__)

#: Calls copied in one transaction.
PIECE: Final = 100

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some calls with all their parts; writing it adds those that are not there yet."""

    calls: Sequence[Row]
    parts: Mapping[str, Sequence[Row]]

    def __call__(self, connection: Connection) -> int:
        """Write; the caller commits. Returns how many calls were new."""
        ids = [row["id"] for row in self.calls]
        known = set(connection.scalars(select(CALLS.c.id).where(CALLS.c.id.in_(ids))))
        if new := [dict(row) for row in self.calls if row["id"] not in known]:
            connection.execute(insert(CALLS), new)
        for table in PARTS:
            rows = [dict(row) for row in self.parts[table.name] if row["call_id"] not in known]
            if rows:
                connection.execute(insert(table), rows)
        return len(new)

    def singly(self) -> list[Piece]:
        """Return a piece for each call."""
        return [
            Piece(
                calls=[call],
                parts={
                    name: [row for row in rows if row["call_id"] == call["id"]]
                    for name, rows in self.parts.items()
                },
            )
            for call in self.calls
        ]


class Move:
    """Copies the calls of one database, through the thread that writes to the other."""

    def __init__(self, source: Database, writer: Writer) -> None:
        """Know from where to where."""
        self._source = source
        self._writer = writer
        self._alone = Lock()
        self._stopped = Event()
        #: Calls looked at so far, and all there are.
        self.done = 0
        self.total = 0

    @property
    def stopped(self) -> bool:
        """Tell whether it was to end before it was through."""
        return self._stopped.is_set()

    def run(self) -> bool:
        """Copy all calls that are over; tell whether it went to the end. Raises as databases do."""
        try:
            engine = self._source.open()
            with engine.connect() as connection:
                over = CALLS.c.ended.is_not(None)
                count = select(func.count()).select_from(CALLS).where(over)
                self.total = connection.scalar(count) or 0
            last = ""
            while not self.stopped:
                with self._alone:
                    with engine.connect() as connection:
                        piece = read_piece(connection, last)
                    if not piece.calls:
                        return True
                    self._write(piece)
                last = piece.calls[-1]["id"]
                self.done += len(piece.calls)
            return False
        finally:
            self._source.close()

    def stop(self) -> None:
        """End soon; from any thread."""
        self._stopped.set()

    def forget(self, wanted: Filter) -> None:
        """Delete calls in the old database, too, or they would come back from there."""
        with self._alone, self._source.open().execution_options(writes=True).begin() as connection:
            delete_matching(connection, wanted)

    def _write(self, piece: Piece) -> None:
        """Write a piece; a call that the new database refuses costs no other."""
        if self._written(self._writer.put(piece)):
            return
        for single in piece.singly():
            if not self._written(self._writer.put(single)):
                _LOGGER.warning("The call %s could not be copied", single.calls[0]["id"])

    def _written(self, done: Future[int]) -> bool:
        """Wait until it is written; tell whether the database took it."""
        try:
            done.result()
        except DBAPIError as err:
            if fault_of(err) is not Fault.REFUSED:
                raise
            return False
        return True


def read_piece(connection: Connection, after: str) -> Piece:
    """Return the calls that are over after an id."""
    calls = (
        connection.execute(
            select(CALLS)
            .where(CALLS.c.ended.is_not(None), CALLS.c.id > after)
            .order_by(CALLS.c.id)
            .limit(PIECE)
        )
        .mappings()
        .all()
    )
    ids = [row["id"] for row in calls]
    parts: dict[str, list[Row]] = {}
    for table in PARTS:
        # they are numbered anew, in the same order
        columns = [column for column in table.columns if column.name != "id"]
        query = select(*columns).where(table.c.call_id.in_(ids)).order_by(table.c.id)
        parts[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return Piece(calls=[dict(row) for row in calls], parts=parts)
