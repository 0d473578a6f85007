"""The print book of a company: fingerprints of its recordings, kept from call to call.

A book holds only sign bits (see `fingerprint`): which of two bands grew more. Neither words nor a
voice can be recovered from them; they only tell whether a sound is the same recording.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Self

from .heard import PrintKind
from .printed import Print
from .printfile import PrintBookError, pack, unpack
from .twins import Shelf

__all__ = ["Print", "PrintBook", "PrintBookError", "PrintKind"]

#: Entries not heard for this long are dropped, days.
KEEP_DAYS: Final = 180
#: Most audio a book holds, s: half an hour takes 340 kB in memory.
MOST_SECONDS: Final = 1800.0
#: Shorter stretches prove too little to be kept, s.
LEAST_SECONDS: Final = 1.2
#: A print of the same recording takes the place of one this much shorter.
_LONGER: Final = 1.2


@dataclass(frozen=True, slots=True)
class PrintBook:
    """The recordings of one company."""

    prints: tuple[Print, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """Length of all recordings, s."""
        return sum(entry.seconds for entry in self.prints)

    def to_bytes(self) -> bytes:
        """Make bytes to store."""
        return pack(self.prints)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read stored bytes. Raises PrintBookError for anything but a whole book of a known version."""
        return cls(unpack(data))

    def merged(self, other: PrintBook, *, today: date | None = None) -> PrintBook:
        """This book with the recordings of another call in it; the same recording only once."""
        entries = list(self.prints)
        places = {entry.id: place for place, entry in enumerate(entries)}
        shelf = Shelf(entry.words for entry in entries)
        for new in other.prints:
            place = places.get(new.id)
            if place is None:
                place = shelf.find(new.words)
            if place is None:
                places[new.id] = len(entries)
                entries.append(new)
                shelf.add(new.words)
                continue
            old = entries[place]
            longer = new if len(new.words) > _LONGER * len(old.words) else old
            entries[place] = replace(
                longer,
                id=old.id,
                kind=old.kind if old.kind != PrintKind.MUSIC else new.kind,
                uses=old.uses + new.uses,
                first_heard=min(old.first_heard, new.first_heard),
                last_heard=max(old.last_heard, new.last_heard),
            )
        return PrintBook(tuple(entries)).aged(today)

    def without(self, names: Collection[str]) -> PrintBook:
        """This book without the recordings of these names."""
        return PrintBook(tuple(entry for entry in self.prints if entry.id not in names))

    def without_twins(self, other: PrintBook) -> PrintBook:
        """This book without the recordings of another one, whatever they are called here."""
        left = list(self.without({entry.id for entry in other.prints}).prints)
        for gone in other.prints:
            while (place := Shelf(entry.words for entry in left).find(gone.words)) is not None:
                del left[place]
        return PrintBook(tuple(left))

    def aged(self, today: date | None = None) -> PrintBook:
        """Without what was not heard for KEEP_DAYS, and within MOST_SECONDS (least useful out first)."""
        day = today or max((entry.last_heard for entry in self.prints), default=date.min)
        fresh = [entry for entry in self.prints if day - entry.last_heard <= timedelta(KEEP_DAYS)]
        spoken_first = sorted(
            fresh,
            key=lambda entry: (entry.kind != PrintKind.MUSIC, entry.uses, entry.last_heard),
            reverse=True,
        )
        kept: set[int] = set()
        room = MOST_SECONDS
        for entry in spoken_first:
            if entry.seconds <= room:
                kept.add(id(entry))
                room -= entry.seconds
        return PrintBook(tuple(entry for entry in fresh if id(entry) in kept))
