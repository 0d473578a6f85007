"""What was heard before: finds audio that repeats within a call, or stands in the print book.

Each 16 ms of audio leave a word (see `fingerprint`) in the history, every other one an entry in an
index. New words are looked up (`printsearch`); what agrees well enough over 0.4 to 2 s is a
repeat. From then on only its distance is followed (`printfollow`), until the audio stops agreeing:
recordings are matched piece by piece.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from .fingerprint import HOP, WORD_SECONDS, Fingerprinter
from .heard import PrintKind, RepeatSource
from .lessons import Lessons
from .printbook import PrintBook
from .printfollow import Track, begin, end, follow
from .printhistory import History
from .printmatch import PrintMatch
from .printsearch import Search

__all__ = ["PrintBook", "PrintKind", "PrintMatch", "PrintMemory"]

#: Words are worked on in pieces of 96 ms. Searched are pieces of up to 288 ms where somebody talks, of up
#: to 864 ms elsewhere (words): fewer, larger steps cost less.
_PIECE = 6
_MOST_SPEECH = 18
_MOST_CALM = 54
#: A call's words are kept up to the first number of them (2 h), then the newest of them (80 min) and
#: the recordings among the others.
MOST_WORDS = 450_000
KEPT_WORDS = 300_000


class PrintMemory:
    """The prints of one call, and of the company's book."""

    def __init__(self, book: PrintBook | None = None) -> None:
        """Start a call; `book` holds what earlier calls to this company brought."""
        self._printer = Fingerprinter()
        self._history = History(book)
        self._search: Search | None = Search(self._history)
        self._lessons = Lessons(self._history, book)
        self._waiting = np.zeros(0, dtype=np.float32)
        self._active = False
        self._match: PrintMatch | None = None

    @property
    def current(self) -> PrintMatch | None:
        """The repeat that goes on now; None as soon as the audio leaves the earlier copy."""
        return self._match

    @property
    def unsure(self) -> float:
        """For how long it has not been known whether the repeat still goes on, s: after a pause in it."""
        return self._lessons.track.unsure * WORD_SECONDS if self._lessons.track is not None else 0.0

    @property
    def hint(self) -> float:
        """How near the best candidate of the latest words came to a repeat, 0 to 1 and more."""
        return self._search.hint if self._search is not None else 0.0

    @property
    def now(self) -> float:
        """Seconds of audio taken so far (whole words)."""
        return self._history.time(self._history.count)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that prints and index take."""
        index = self._search.nbytes if self._search is not None else 0
        return self._history.words.nbytes + index

    def process(
        self,
        samples: NDArray[np.float32],
        active: bool = True,
        *,
        speech: bool = True,
    ) -> list[PrintMatch]:
        """Take samples (float in [-1, 1], 8 kHz); return repeats that were found.

        A repeat is returned when it is found, and again once it proves to be a loop.

        `active` False says that nothing here is worth a search: a tone, silence, our own voice. It
        is remembered all the same. `speech` False says that nobody talks: music may take longer to
        be known.
        """
        self._active |= active
        audio = np.concatenate([self._waiting, samples])
        ready = len(audio) // (_PIECE * HOP) * _PIECE * HOP
        self._waiting = audio[ready:]
        if not ready or self._search is None:
            return []
        found: list[PrintMatch] = []
        words, differences = self._printer.process(audio[:ready])
        most = _MOST_SPEECH if speech else _MOST_CALM
        place = 0
        while place < len(words):
            end = len(words) if len(words) <= place + most else place + most - _PIECE
            match = self._take(
                self._search, words[place:end], differences[place:end], speech=speech
            )
            if match is not None:
                found.append(match)
            place = end
        self._active = False
        return found

    def close(self) -> None:
        """End the call: nothing more will be heard, what was heard can still be marked."""
        self._search = None

    def _take(
        self,
        search: Search,
        words: NDArray[np.uint32],
        differences: NDArray[np.float32],
        *,
        speech: bool,
    ) -> PrintMatch | None:
        """Store new words; follow the repeat that runs, or look for one."""
        history = self._history
        if history.length > MOST_WORDS:
            history, search = self._drop()
        begins = history.count
        history.add(words)
        search.note(differences)
        period = self._match.loop_period if self._match is not None else None
        if self._lessons.track is not None and not self._go_on(self._lessons.track, len(words)):
            search.forget(self._lessons.track.distance)
            self._lessons.track = self._match = None
        if self._lessons.track is not None:
            search.hint = 0.0
            looped = period is None and self._match is not None and self._match.loop_period
            return self._match if looped else None
        if self._active:
            found = search.look(len(words), speech=speech)
            if found is not None:
                self._lessons.track = begin(history, *found)
                self._match = self._describe(self._lessons.track)
                return self._match
        search.remember(begins, history.count, speech=speech)
        return None

    def _drop(self) -> tuple[History, Search]:
        """Drop the oldest words of a long call; its recordings go on as if they stood in the book."""
        old = self._history
        history = History(self._lessons.so_far(), lost=old.lost + old.length - KEPT_WORDS)
        history.add(old.recent(KEPT_WORDS))
        search = Search(history)
        search.remember(history.base, history.count, speech=True)
        self._lessons.begin_anew(history)
        self._match = None
        self._history, self._search = history, search
        return history, search

    def _go_on(self, track: Track, count: int) -> bool:
        """Follow the repeat that runs; False when it is over."""
        history = self._history
        if not follow(history, track, count):
            self._lessons.repeats.add(track.begins, end(history, track), track.distance)
            return False
        if self._match is None:
            return True
        period = self._match.loop_period
        inside = track.begins - track.distance >= history.base
        if period is None and inside and history.count - track.begins > track.distance:
            period = track.distance * WORD_SECONDS
        score = min(max(track.latest, 0.0), 1.0)
        self._match = replace(self._match, time=self.now, score=score, loop_period=period)
        return True

    def _describe(self, track: Track) -> PrintMatch:
        """Return what is known of a repeat at its begin."""
        place = track.begins - track.distance
        in_book = place < self._history.base
        name, kind, offset, uses = self._lessons.named(place)
        return PrintMatch(
            time=self.now,
            since=self._history.time(track.begins),
            first_heard=None if in_book else self._history.time(place),
            score=min(max(track.score, 0.0), 1.0),
            source=RepeatSource.BOOK if in_book else RepeatSource.CALL,
            loop_period=None
            if in_book
            else self._lessons.repeats.period(track.begins, track.distance),
            uses=uses if in_book else 0,
            print_id=name,
            kind=kind,
            offset=offset,
        )

    # --- what goes into the book -------------------------------------------------------------

    def mark(self, start: float, end: float, kind: PrintKind) -> str:
        """Say that what was heard between two times (s) is a recording, to go into the book.

        Returns its name there; "" when it is too short or has too little sound to be known again.
        """
        return self._lessons.mark(start, end, kind)

    def print_between(self, start: float, end: float) -> PrintBook:
        """Return what was heard between two times (s) as a book of this one recording.

        It is empty when there is too little sound to know it again. Nothing is marked.
        """
        return self._lessons.print_between(start, end)

    def mark_person(self, start: float, end: float) -> None:
        """Say that a person talked between two times (s): never a recording, whatever it repeats."""
        self._lessons.mark_person(start, end)

    @property
    def forgotten(self) -> frozenset[str]:
        """Names of recordings that turned out to be people: they leave the company's book."""
        return frozenset(self._lessons.forgotten)

    @property
    def book(self) -> PrintBook:
        """What this call proved to be recordings, as a print book of its own."""
        return self.to_book()

    def to_book(
        self, *, today: date | None = None, kind: PrintKind = PrintKind.ANNOUNCEMENT
    ) -> PrintBook:
        """Make a print book of the stretches that repeated in this call or were marked.

        `kind` is what repeats without a mark are called; stretches longer than 25 s are music.
        Merge it into the company's book with `PrintBook.merged`.
        """
        return self._lessons.to_book(today or datetime.now(UTC).date(), kind)
