"""What was said about stretches of a call: recordings that have a name, and people."""

from dataclasses import dataclass

from .heard import PrintKind

#: Marks that overlap by this share of the shorter one are of the same recording.
_OVERLAP = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch of the call that is a recording."""

    #: First place, and the place behind the last.
    begins: int
    end: int
    kind: PrintKind
    #: Its name in the print book.
    name: str


class Marks:
    """The stretches that were marked; what is said later counts."""

    def __init__(self) -> None:
        """Start without any."""
        self._recordings: list[Mark] = []
        self._people: list[tuple[int, int]] = []

    @property
    def recordings(self) -> tuple[Mark, ...]:
        """The marked recordings."""
        return tuple(self._recordings)

    def add(self, mark: Mark) -> None:
        """Mark a recording, in place of what was said of this stretch before."""
        self._people = [one for one in self._people if not _overlap(*one, mark.begins, mark.end)]
        self._recordings = [
            one
            for one in self._recordings
            if not _overlap(one.begins, one.end, mark.begins, mark.end)
        ]
        self._recordings.append(mark)

    def person(self, begins: int, end: int) -> None:
        """Mark a person: nothing said here is a recording."""
        self._recordings = [
            one for one in self._recordings if not _overlap(one.begins, one.end, begins, end)
        ]
        self._people.append((begins, end))

    def is_person(self, begins: int, end: int) -> bool:
        """Tell whether a stretch was marked as a person."""
        return any(_overlap(*one, begins, end) for one in self._people)

    def at(self, begins: int, end: int) -> Mark | None:
        """Return the mark of a stretch, None without one."""
        for one in reversed(self._recordings):
            if _overlap(one.begins, one.end, begins, end):
                return one
        return None

    def named(self, place: int) -> Mark | None:
        """Return the mark at a place, None without one."""
        for one in reversed(self._recordings):
            if one.begins <= place < one.end:
                return one
        return None


def _overlap(begins: int, end: int, other: int, other_end: int) -> bool:
    """Tell whether two stretches share at least half of the shorter one."""
    shared = min(end, other_end) - max(begins, other)
    return shared > 0 and shared >= _OVERLAP * min(end - begins, other_end - other)
