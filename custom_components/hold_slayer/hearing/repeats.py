"""The repeats of one call: what copies what, how regularly, and what goes into the print book.

Places count words of the history (see `prints`); a distance leads from a place back to its copy.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .fingerprint import VALID, WORD_RATE, WORD_SECONDS
from .heard import PrintKind
from .printbook import LEAST_SECONDS
from .printed import Print

#: Two distances are the same loop period when they differ by no more than this, s.
PERIOD_TOLERANCE = 0.12
#: What repeats for longer than this in one piece is music, s.
MUSIC_SECONDS = 25.0
#: What nobody marked must repeat for this long to be kept: a chance likeness is shorter, s.
LEAST_REPEATED = 1.8
#: Least share of words that count in a stretch worth keeping.
LEAST_SOUND = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A repeat that is over."""

    #: First place, and the place behind the last.
    begins: int
    end: int
    #: Words back to the first copy.
    distance: int


class Repeats:
    """Keeps the repeats of a call; `base` is the first place that belongs to the call."""

    def __init__(self, base: int) -> None:
        """Start without any."""
        self._base = base
        self._all: list[Stretch] = []

    def add(self, begins: int, end: int, distance: int) -> None:
        """Note a repeat that is over."""
        self._all.append(self.stretch(begins, end, distance))

    def stretch(self, begins: int, end: int, distance: int) -> Stretch:
        """Make a stretch of a repeat, with its distance to the first copy."""
        return Stretch(begins=begins, end=end, distance=self._root(begins, distance))

    @property
    def all(self) -> tuple[Stretch, ...]:
        """The repeats that are over, in order."""
        return tuple(self._all)

    def period(self, begins: int, distance: int) -> float | None:
        """Period of the loop (s) if this place of the first copy came round steadily."""
        total = self._root(begins, distance)
        place = begins - total
        around = int(WORD_RATE)
        rounds = {0, total}
        for one in self._all:
            first, end = one.begins - one.distance, one.end - one.distance
            if first - around <= place <= end + around:
                rounds.add(one.distance)
        tolerance = PERIOD_TOLERANCE * WORD_RATE
        ordered = sorted(rounds)
        apart = [
            later
            for earlier, later in pairwise([-ordered[-1], *ordered])
            if later - earlier > tolerance
        ]
        steps = [later - earlier for earlier, later in pairwise(apart)]
        if steps and any(abs(steps[-1] - step) <= tolerance for step in steps[:-1]):
            return steps[-1] * WORD_SECONDS
        return None

    def first(self, place: int) -> int:
        """Return the place of the first copy of a place: in the book if it repeats that."""
        for one in reversed(self._all):
            if one.begins <= place < one.end:
                return place - one.distance
        return place

    def in_book(self, begins: int, end: int) -> bool:
        """Tell whether a stretch of the call was known from the book for the most part."""
        known = sum(
            max(min(one.end, end) - max(one.begins, begins), 0)
            for one in self._all
            if one.begins - one.distance < self._base
        )
        return 2 * known >= end - begins

    def _root(self, begins: int, distance: int) -> int:
        """Distance to the first copy: the earlier copy may be a repeat itself."""
        total = distance
        for one in reversed(self._all):
            if one.begins <= begins - total < one.end and total + one.distance <= (
                begins - self._base
            ):
                total += one.distance
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the call that goes into the print book."""

    #: First word of the call, and the one behind the last.
    begins: int
    end: int
    #: What somebody called it; None = it only repeats.
    kind: PrintKind | None = None
    #: Its name, if it has one already.
    name: str = ""


def collect(
    words: NDArray[np.uint32], pieces: list[Piece], kind: PrintKind, day: date
) -> list[Print]:
    """Make prints of pieces of the history `words`.

    Of overlapping pieces those with a name count, then the longest. `kind` names what nobody
    named, unless it is so long that it must be music.
    """
    taken: list[tuple[int, int]] = []
    entries: list[Print] = []
    for one in sorted(pieces, key=lambda one: (not one.name, one.begins - one.end)):
        first, last = max(one.begins, 0), min(one.end, len(words))
        seconds = (last - first) * WORD_SECONDS
        if seconds < (LEAST_SECONDS if one.name else LEAST_REPEATED):
            continue
        if any(first < other_end and other < last for other, other_end in taken):
            continue
        taken.append((first, last))
        piece = words[first:last].copy()
        if ((piece & VALID) != 0).mean() < LEAST_SOUND:
            continue
        assumed = PrintKind.MUSIC if seconds > MUSIC_SECONDS else kind
        entries.append(
            Print(
                kind=one.kind or assumed,
                words=piece,
                first_heard=day,
                last_heard=day,
                id=one.name,
            )
        )
    return entries
