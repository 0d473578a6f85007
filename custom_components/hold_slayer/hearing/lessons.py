"""What one call teaches of recordings: where which one was heard, and what goes into the print book."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from .fingerprint import VALID, WORD_SECONDS
from .heard import PrintKind
from .marks import Mark, Marks
from .printbook import LEAST_SECONDS, PrintBook
from .printed import Print, name_of
from .printfollow import Track
from .printhistory import History
from .repeats import LEAST_SOUND, Piece, Repeats, Stretch, collect
from .twins import Shelf

#: A stretch that repeats a recording for this share of its length is that recording.
_MOSTLY = 0.5


class Lessons:
    """The repeats and the marks of a call; places count words of its history."""

    def __init__(self, history: History, book: PrintBook | None) -> None:
        """Start with what the company's book holds."""
        self._history = history
        self.repeats = Repeats(history.base)
        #: The repeat that goes on.
        self.track: Track | None = None
        self._marks = Marks()
        #: Names of recordings that turned out to be people.
        self.forgotten: set[str] = set()
        #: What is known from the company's book, and what this call taught before words were dropped.
        self._given = book or PrintBook()
        self._learned = PrintBook()

    def so_far(self) -> PrintBook:
        """Keep what the call taught so far; return all that is known by now."""
        self._learned = self.to_book(datetime.now(UTC).date(), PrintKind.ANNOUNCEMENT)
        return self._given.without(self.forgotten).merged(self._learned)

    def begin_anew(self, history: History) -> None:
        """Go on with a history whose book holds what was known so far."""
        self._history = history
        self.repeats, self._marks, self.track = Repeats(history.base), Marks(), None

    def named(self, place: int) -> tuple[str, PrintKind | None, float | None, int]:
        """Return name, kind and uses of the recording at a place, and where in it that is, s."""
        history = self._history
        mark = self._marks.named(place)
        if place >= history.base and mark is None:
            place = self.repeats.first(place)
            mark = self._marks.named(place)
        if mark is not None:
            return mark.name, mark.kind, (place - mark.begins) * WORD_SECONDS, 0
        if (found := history.entry(place)) is None or found[1].id in self.forgotten:
            return "", None, None, 0
        first, entry = found
        return entry.id, entry.kind, (place - first) * WORD_SECONDS, entry.uses

    def mark(self, start: float, end: float, kind: PrintKind) -> str:
        """Say that what was heard between two times (s) is a recording, to go into the book.

        Returns its name there; "" when it is too short or has too little sound to be known again.
        """
        first, last = self._history.place(start), self._history.place(end)
        if not (name := self._name_between(first, last)):
            return ""
        self.forgotten.discard(name)
        self._marks.add(Mark(begins=first, end=last, kind=kind, name=name))
        return name

    def print_between(self, start: float, end: float) -> PrintBook:
        """Return what was heard between two times (s) as a book of this one recording.

        It is empty when there is too little sound to know it again. Nothing is marked.
        """
        first, last = self._history.place(start), self._history.place(end)
        if not (name := self._name_between(first, last)):
            return PrintBook()
        words, day = self._history.words[first:last].copy(), datetime.now(UTC).date()
        kind = PrintKind.ANNOUNCEMENT
        return PrintBook((Print(kind=kind, words=words, first_heard=day, last_heard=day, id=name),))

    def mark_person(self, start: float, end: float) -> None:
        """Say that a person talked between two times (s): never a recording, whatever it repeats."""
        first, last = self._history.place(start), self._history.place(end)
        if last <= first:
            return
        for entry in self._entries_between(first, last):
            self.forgotten.add(entry.id)
        if (mark := self._marks.at(first, last)) is not None:
            self.forgotten.add(mark.name)
        self._marks.person(first, last)

    def to_book(self, day: date, kind: PrintKind) -> PrintBook:
        """Make a print book of the stretches that repeated or were marked; `kind` names what was not."""
        base = self._history.base
        pieces = [
            Piece(begins=one.begins - base, end=one.end - base, kind=one.kind, name=one.name)
            for one in self._marks.recordings
        ]
        heard_again: dict[str, Print] = {}
        for one in self._all_repeats():
            first, last = one.begins - one.distance, one.end - one.distance
            if self._marks.is_person(one.begins, one.end) or self._marks.is_person(first, last):
                continue
            if first >= base:
                if not self.repeats.in_book(first, last):
                    pieces.append(Piece(begins=first - base, end=last - base))
            elif (found := self._history.entry(first)) is not None:
                heard_again[found[1].id] = found[1]
        entries = collect(self._history.words[base : self._history.count], pieces, kind, day)
        marked = {entry.id for entry in entries}
        entries += [
            replace(entry, last_heard=day, uses=1)
            for entry in heard_again.values()
            if entry.id not in marked and entry.id not in self.forgotten
        ]
        if self._learned.prints:
            both = self._learned.without(self.forgotten).merged(PrintBook(tuple(entries)))
            entries = [replace(entry, uses=1) for entry in both.prints]
        return PrintBook(tuple(entries)).aged(day)

    def _all_repeats(self) -> list[Stretch]:
        """Return the repeats so far, with the one that goes on."""
        repeats = list(self.repeats.all)
        if (track := self.track) is not None:
            repeats.append(self.repeats.stretch(track.begins, self._history.count, track.distance))
        return repeats

    def _entries_between(self, first: int, last: int) -> list[Print]:
        """Return the recordings of the book that a stretch of the call was taken for."""
        return [
            found[1]
            for one in self._all_repeats()
            if one.begins < last
            and one.end > first
            and (found := self._history.entry(one.begins - one.distance)) is not None
        ]

    def _name_between(self, first: int, last: int) -> str:
        """Return the name of a stretch in the book; "" when it is too short or too quiet for one."""
        words = self._history.words[first:last]
        if len(words) * WORD_SECONDS < LEAST_SECONDS or ((words & VALID) != 0).mean() < LEAST_SOUND:
            return ""
        return self._known_as(first, last, words) or name_of(words)

    def _known_as(self, first: int, last: int, words: NDArray[np.uint32]) -> str:
        """Return the name under which a stretch of the call is known already, "" without one."""
        if (mark := self._marks.at(first, last)) is not None:
            return mark.name
        for one in self._all_repeats():
            shared = min(one.end, last) - max(one.begins, first)
            if shared >= _MOSTLY * (last - first):
                name, *_ = self.named(one.begins - one.distance)
                if name:
                    return name
        marks = self._marks.recordings
        shelf = Shelf(
            [entry.words for _, _, entry in self._history.known]
            + [self._history.words[one.begins : one.end] for one in marks]
        )
        number = shelf.find(words)
        if number is None:
            return ""
        names = [entry.id for _, _, entry in self._history.known] + [one.name for one in marks]
        return names[number]
