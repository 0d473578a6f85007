"""The prints of a leg: the book it was given and what the call taught."""

from collections.abc import Callable
from dataclasses import dataclass
import logging

from ..hearing.heard import PrintKind
from ..hearing.printbook import PrintBook, PrintBookError
from ..hearing.prints import PrintMemory
from ..telephony.messages import ErrorKind, PrintBookData, Request, TeachPrintBook
from .refusal import RefusalError

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

    def between(self, since: float, until: float) -> PrintBook:
        """Return the print of a stretch (leg times, s) alone; empty when it cannot be known again."""
        if self.memory is None:
            return PrintBook()
        return self.memory.print_between(since, until)

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


def book_data(request: Request[PrintBookData], book: PrintBook, leg: str = "") -> PrintBookData:
    """Answer a request with a book; one without recordings is no bytes at all."""
    return PrintBookData(
        request=request.request,
        leg=leg,
        announcements=sum(entry.kind is PrintKind.ANNOUNCEMENT for entry in book.prints),
        payload=book.to_bytes() if book.prints else b"",
    )


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


def taught(request: TeachPrintBook) -> PrintBook:
    """Return a stored book after somebody has said what a stretch of a past call was.

    A damaged book counts as empty; raises `RefusalError` when the stretch is damaged.
    """
    stored = readable("of a past call", request.payload[: request.book_bytes])
    try:
        stretch = PrintBook.from_bytes(request.payload[request.book_bytes :])
    except PrintBookError as error:
        raise RefusalError(ErrorKind.BAD_MESSAGE, f"the print cannot be read: {error}") from error
    book = PrintBook.from_bytes(stored) if stored else PrintBook()
    return book.without_twins(stretch) if request.person else book.merged(stretch)
