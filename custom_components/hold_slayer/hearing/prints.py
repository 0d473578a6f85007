"""What was heard before: finds audio that repeats within a call, or stands in the print book.

Each 16 ms of audio leave a word (see `fingerprint`) in the history, each third of them an entry in
an index. New words are looked up; two hits at the same distance make a candidate, and a candidate
whose last 0.4 to 2 s agree well enough is a repeat. From then on only that distance is followed,
until the audio stops agreeing: recordings are matched piece by piece.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from .fingerprint import BITS, HOP, VALID, WORD_RATE, WORD_SECONDS, Fingerprinter, agreement
from .heard import RepeatSource
from .printbook import Print, PrintBook, PrintKind
from .printindex import PrintIndex
from .repeats import Repeats, collect

__all__ = ["PrintBook", "PrintKind", "PrintMatch", "PrintMemory"]

#: Words that must agree, and how well (agreeing minus differing share): the shorter, the better.
WINDOWS = ((24, 0.66), (32, 0.58), (48, 0.46), (64, 0.38), (96, 0.33), (128, 0.30))
#: Least share of a window that must count (neither silence nor pure tone) …
LEAST_COUNTING = 0.6
#: … and the least number of words.
LEAST_WORDS = 18
#: A repeat ends when the last so many counting words (0.35 s) agree less than this share of how
#: well it agreed so far, within these limits.
FOLLOW_WORDS = 22
FOLLOW_SHARE = 0.35
FOLLOW_LEAST, FOLLOW_MOST = 0.11, 0.26
#: While a repeat is followed, its distance may move by so many words per look (drift, slips).
FOLLOW_SLACK = 2
#: A repeat that says nothing for this long (silence in both copies) is over, s.
FOLLOW_SILENCE = 4.0
#: Every so many words one goes into the index.
INDEX_EVERY = 2
#: Hits older than this no longer make a candidate, words (1.5 s).
HIT_MEMORY = 94
#: Words between the places of two hits that count as two (96 ms).
_APART = 6
#: Words of the first quick look at a candidate, and how well they must agree.
_LOOK, _LOOK_LEAST = 32, 0.16
#: Copies nearer than this are not a repeat (a held note, an echo), s.
NEAREST = 1.6
#: Most candidates looked at per block.
MOST_CANDIDATES = 48
#: Audio is worked on in pieces of this many samples (208 ms): fewer, larger steps cost less.
_PIECE = 13 * HOP
#: Distance and place of a hit share one integer, so that sorting sorts by distance first.
_PLACE_BITS = 24
_PLACE_MASK = (1 << _PLACE_BITS) - 1
#: The history grows by this many words at a time (5 min).
_GROWTH = 18_750


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintMatch:
    """A stretch that was heard before. Times in s since the memory began."""

    #: When this was found.
    time: float
    #: When the stretch that repeats began.
    since: float
    #: When the earlier copy began; None when it comes from a print book.
    first_heard: float | None
    #: Agreement of the prints, 0 (chance) to 1 (identical).
    score: float
    source: RepeatSource
    #: Period of the loop in s, once the same stretch came round at a steady distance.
    loop_period: float | None = None
    #: In how many calls this recording was heard (print book only).
    uses: int = 0
    #: What the print book calls it.
    kind: PrintKind | None = None

    @property
    def seconds(self) -> float:
        """How long it agrees so far: a second of agreement is proof, half a second a strong hint."""
        return self.time - self.since


@dataclass(slots=True)
class _Track:
    """The repeat that is being followed."""

    distance: int
    match: PrintMatch
    #: Place of the first repeating word.
    begins: int
    #: How well it agreed so far, running mean.
    score: float
    #: Words since anything counted.
    quiet: int = 0


class PrintMemory:
    """The prints of one call, and of the company's book."""

    def __init__(self, book: PrintBook | None = None) -> None:
        """Start a call; `book` holds what earlier calls to this company brought."""
        self._printer = Fingerprinter()
        self._index = PrintIndex()
        #: How near the best candidate of the latest words came to a repeat, 0 to 1 and more.
        self.hint = 0.0
        self._known: list[tuple[int, int, Print]] = []  # first place, end, entry
        pieces: list[NDArray[np.uint32]] = []
        place = 0
        for entry in book.prints if book is not None else ():
            pieces += [entry.words, np.zeros(WINDOWS[-1][0], np.uint32)]
            self._known.append((place, place + len(entry.words), entry))
            place += len(entry.words) + WINDOWS[-1][0]
        self._base = place
        self._words = np.zeros(place + _GROWTH, dtype=np.uint32)
        if pieces:
            self._words[:place] = np.concatenate(pieces)
            self._remember(0, place)
        self._count = place
        self._hits = np.zeros(0, dtype=np.int64)  # distance and place in one
        self._waiting = np.zeros(0, dtype=np.float32)
        self._active = False
        self._track: _Track | None = None
        self._repeats = Repeats(self._base)
        self._marks: list[tuple[float, float, PrintKind]] = []

    @property
    def current(self) -> PrintMatch | None:
        """The repeat that goes on now; None as soon as the audio leaves the earlier copy."""
        return self._track.match if self._track is not None else None

    @property
    def now(self) -> float:
        """Seconds of audio taken so far (whole words)."""
        return (self._count - self._base) * WORD_SECONDS

    @property
    def nbytes(self) -> int:
        """Bytes of memory that prints and index take."""
        return self._words.nbytes + self._index.nbytes

    def process(
        self,
        samples: NDArray[np.float32],
        active: NDArray[np.bool_] | bool | None = None,
    ) -> list[PrintMatch]:
        """Take samples (float in [-1, 1], 8 kHz); return repeats that were found.

        `active` False (or an array without True) says that nothing here is worth a search: a
        tone, silence, our own voice. It is remembered all the same.
        """
        self._active |= active is None or bool(np.any(active))
        audio = np.concatenate([self._waiting, samples])
        ready = len(audio) // _PIECE * _PIECE
        self._waiting = audio[ready:]
        if not ready:
            return []
        found: list[PrintMatch] = []
        for begin in range(0, ready, _PIECE):
            words, differences = self._printer.process(audio[begin : begin + _PIECE])
            match = self._take(words, differences)
            if match is not None:
                found.append(match)
        self._active = False
        return found

    def _take(
        self, words: NDArray[np.uint32], differences: NDArray[np.float32]
    ) -> PrintMatch | None:
        """Store new words; follow the repeat that runs, or look for one."""
        self.hint = 0.0
        count = len(words)
        begins = self._count
        if begins + count > len(self._words):
            grown = np.zeros(len(self._words) + _GROWTH, dtype=np.uint32)
            grown[:begins] = self._words[:begins]
            self._words = grown
        self._words[begins : begins + count] = words
        self._count += count
        if self._track is not None:
            self._follow(count)
        if self._track is not None:
            return None
        match = None
        if self._active:
            counting = np.flatnonzero(words & VALID)
            if len(counting) and self._search(words, differences, counting, begins):
                match = self._best()
        if match is None:
            self._remember(begins, self._count)
        return match

    def mark(self, start: float, end: float, kind: PrintKind) -> None:
        """Note that what was heard between two times (s) is a recording, to go into the book."""
        self._marks.append((start, end, kind))

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
        day = today or datetime.now(UTC).date()
        repeats = list(self._repeats.all)
        if self._track is not None:
            track = self._track
            repeats.append(self._repeats.stretch(track.begins, self._count, track.distance))
        stretches: list[tuple[int, int, PrintKind | None]] = [
            (one.begins - one.distance - self._base, one.end - one.distance - self._base, None)
            for one in repeats
            if one.begins - one.distance >= self._base
        ]
        stretches += [
            (round(start * WORD_RATE), round(end * WORD_RATE), mark)
            for start, end, mark in self._marks
        ]
        entries = collect(self._words[self._base : self._count], stretches, kind, day)
        heard_again = {
            first: entry
            for one in repeats
            for first, end, entry in self._known
            if first <= one.begins - one.distance < end
        }
        entries += [replace(entry, last_heard=day, uses=1) for entry in heard_again.values()]
        return PrintBook(tuple(entries)).aged(day)

    def _remember(self, begins: int, end: int) -> None:
        """Put every third counting word into the index."""
        places = np.arange(begins + (-begins) % INDEX_EVERY, end, INDEX_EVERY)
        words = self._words[places]
        counting = (words & VALID) != 0
        self._index.add(words[counting], places[counting])

    def _search(
        self,
        words: NDArray[np.uint32],
        differences: NDArray[np.float32],
        counting: NDArray[np.int64],
        begins: int,
    ) -> bool:
        """Look the counting words up, keep the hits of the last 1.5 s; whether any is new."""
        row, places = self._index.find(words[counting], differences[counting])
        distances = begins + counting[row] - places
        far = distances >= int(NEAREST * WORD_RATE)
        fresh = (distances[far] << _PLACE_BITS) | places[far]
        recent = (self._hits >> _PLACE_BITS) + (self._hits & _PLACE_MASK)
        kept = self._hits[recent >= self._count - HIT_MEMORY]
        self._hits = np.concatenate([kept, fresh])
        self._hits.sort()
        return bool(len(fresh))

    def _candidates(self) -> NDArray[np.int64]:
        """Distances with two hits at places far apart, or three nearer ones; most hits first."""
        distances, places = self._hits >> _PLACE_BITS, self._hits & _PLACE_MASK
        # Neighbouring words are alike: hits at neighbouring places are one piece of evidence.
        two = (distances[1:] - distances[:-1] <= 1) & (np.abs(places[1:] - places[:-1]) >= _APART)
        three = (distances[2:] - distances[:-2] <= 1) & (
            np.abs(places[2:] - places[:-2]) >= _APART // 2
        )
        two[1:] |= three
        chosen = distances[1:][two]
        if len(chosen) < 2:
            return chosen
        first = np.flatnonzero(np.concatenate([[True], chosen[1:] != chosen[:-1]]))
        if len(first) > MOST_CANDIDATES:
            often = np.diff(np.append(first, len(chosen)))
            first = first[np.argsort(-often, kind="stable")[:MOST_CANDIDATES]]
        return chosen[first]

    def _best(self) -> PrintMatch | None:
        """Judge the candidates over windows that end now; begin to follow the best."""
        candidates = self._candidates()
        if len(candidates):
            # A quick look at the last half second leaves few for the longer windows.
            agree, counts, _ = self._compare(candidates, min(_LOOK, self._count - self._base))
            hopeful = agree[:, -1] > _LOOK_LEAST * BITS * np.maximum(counts[:, -1], LEAST_WORDS)
            candidates = candidates[hopeful]
        if not len(candidates):
            return None
        back = min(WINDOWS[-1][0], self._count - self._base)
        agree, counts, both = self._compare(candidates, back)
        best, margin, chosen = 0.0, 0.0, -1
        for window, least in WINDOWS:
            if window > back:
                break
            score = agree[:, window - 1] / (BITS * np.maximum(counts[:, window - 1], LEAST_WORDS))
            enough = both[:, window - 1] >= max(LEAST_WORDS, LEAST_COUNTING * window)
            over = np.where(enough, score - least, -1.0)
            self.hint = max(self.hint, float((score[enough] / least).max(initial=0.0)))
            top = int(over.argmax())
            if over[top] > margin:
                best, margin, chosen = float(score[top]), float(over[top]), top
        if chosen < 0:
            return None
        return self._begin(int(candidates[chosen]), best)

    def _compare(
        self, distances: NDArray[np.int64], back: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Compare the last `back` words with the words at some distances (c,) before them.

        Returns three (c, back) sums over the newest 1, 2, … words: agreeing minus differing
        bits, pairs where either counts, pairs where both do.
        """
        recent = self._words[self._count - back : self._count][::-1]
        where = np.arange(self._count - 1, self._count - back - 1, -1) - distances[:, None]
        earlier = self._words[np.maximum(where, 0)]
        earlier[where < 0] = 0
        agree, either = agreement(earlier, recent)
        both = (earlier & recent & VALID) != 0
        return agree.cumsum(axis=1), either.cumsum(axis=1), both.cumsum(axis=1)

    def _begin(self, distance: int, score: float) -> PrintMatch:
        """Follow a distance from now on; find out where the repeat began."""
        back = min(4 * WINDOWS[-1][0], self._count - self._base, self._count - distance)
        recent = self._words[self._count - back : self._count]
        earlier = self._words[self._count - back - distance : self._count - distance]
        agree, counts = agreement(earlier, recent)
        gain = np.where(counts, agree / BITS - 0.5 * (score * 0.6 + 0.1), 0.0)
        total = np.cumsum(gain[::-1])
        begins = self._count - 1 - int(total.argmax())
        match = self._describe(begins, distance, score)
        self._track = _Track(distance=distance, match=match, begins=begins, score=score)
        self._hits = self._hits[:0]
        return match

    def _describe(self, begins: int, distance: int, score: float) -> PrintMatch:
        place = begins - distance
        entry = next((one for first, end, one in self._known if first <= place < end), None)
        in_book = place < self._base
        return PrintMatch(
            time=self.now,
            since=(begins - self._base) * WORD_SECONDS,
            first_heard=None if in_book else (place - self._base) * WORD_SECONDS,
            score=min(max(score, 0.0), 1.0),
            source=RepeatSource.BOOK if in_book else RepeatSource.CALL,
            loop_period=None if in_book else self._repeats.period(begins, distance),
            uses=entry.uses if entry is not None else 0,
            kind=entry.kind if entry is not None else None,
        )

    def _follow(self, count: int) -> None:
        """See whether the new words still agree with the earlier copy."""
        track = self._track
        if track is None:
            return
        span = max(FOLLOW_WORDS, count)
        back = min(3 * span, self._count - track.begins, self._count - track.distance - 5)
        recent = self._words[self._count - back : self._count]
        best, score, silent = track.distance, -1.0, True
        for shift in (0, -1, 1, -2, 2):
            distance = track.distance + shift
            first = self._count - back - distance
            if first < 0 or distance < NEAREST * WORD_RATE:
                continue
            agree, counts = agreement(self._words[first : first + back], recent)
            places = np.flatnonzero(counts)[-span:]
            if len(places) < 8:
                continue
            silent = False
            value = float(agree[places].sum()) / (BITS * max(len(places), FOLLOW_WORDS // 2))
            if value > score + (0.03 if shift else 0.0):
                best, score = distance, value
            if shift == 0 and value > 0.45:
                break
        if silent:
            track.quiet += count
        else:
            track.quiet = 0
            track.distance = best
        least = min(max(FOLLOW_SHARE * track.score, FOLLOW_LEAST), FOLLOW_MOST)
        if (not silent and score < least) or track.quiet * WORD_SECONDS > FOLLOW_SILENCE:
            self._end(track)
            return
        if not silent:
            track.score += 0.15 * (score - track.score)
        period = track.match.loop_period
        run = self._count - track.begins
        if period is None and track.begins - track.distance >= self._base and run > track.distance:
            period = track.distance * WORD_SECONDS
        track.match = replace(
            track.match,
            time=self.now,
            score=track.match.score if silent else min(max(score, 0.0), 1.0),
            loop_period=period,
        )

    def _end(self, track: _Track) -> None:
        self._track = None
        end = max(self._count - FOLLOW_WORDS // 2, track.begins + 1)
        self._repeats.add(track.begins, end, track.distance)
