"""The prints of a leg: the book it was given and what the call taught."""

from collections.abc import Callable
from dataclasses import dataclass
import logging

from ..hearing.heard import PrintKind
from ..hearing.printbook import PrintBook, PrintBookError
from ..hearing.prints import PrintMemory

_LOGGER = logging.getLogger("engine.prints")


@dataclass(frozen=True, slots=True)
class LegPrints:
    """What earlier calls knew, and what was heard in this one; no memory = no audio came."""

    given: PrintBook | None = None
    memory: PrintMemory | None = None

    def mark(self, since: float, until: float, kind: PrintKind | None) -> str:
        """Say what a stretch was (leg times, s), None = a person; return its name in the book."""
        if self.memory is None:
            return ""
        if kind is not None:
            return self.memory.mark(since, until, kind)
        self.memory.mark_person(since, until)
        return ""

    def merger(self) -> Callable[[], PrintBook]:
        """Return a function that makes one book of both.

        That takes a moment for large books, so it is not for the engine's loop. It works on what is
        known now: the ears may go on meanwhile.
        """
        given = self.given or PrintBook()
        if self.memory is None:
            return lambda: given
        learned, forgotten = self.memory.book, self.memory.forgotten
        return lambda: given.without(forgotten).merged(learned)

    def close(self) -> None:
        """Free what only a call that goes on needs."""
        if self.memory is not None:
            self.memory.close()


def announcements(book: PrintBook) -> int:
    """Return how many recordings of a book are announcements."""
    return sum(entry.kind is PrintKind.ANNOUNCEMENT for entry in book.prints)


def readable(name: str, payload: bytes) -> bytes:
    """Return a print book, or nothing for a damaged one: no call is lost for its prints."""
    if not payload:
        return b""
    try:
        PrintBook.from_bytes(payload)
    except PrintBookError as error:
        _LOGGER.warning("The print book for leg %s is left out: %s", name, error)
        return b""
    return payload
