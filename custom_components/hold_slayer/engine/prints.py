"""The prints of a leg: the book it was given and what the call taught."""

from dataclasses import dataclass
import logging

from ..hearing.printbook import PrintBook, PrintBookError, PrintKind

_LOGGER = logging.getLogger("engine.prints")


@dataclass(frozen=True, slots=True)
class LegPrints:
    """What earlier calls knew, and what this call proved to be recordings."""

    given: PrintBook | None = None
    learned: PrintBook | None = None

    def merged(self) -> PrintBook:
        """Return both as one book; seconds of work for a large one, so not for the engine's loop."""
        if self.learned is None or not self.learned.prints:
            return self.given or PrintBook()
        return (self.given or PrintBook()).merged(self.learned)


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
