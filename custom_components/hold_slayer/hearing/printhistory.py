"""All words there are to compare with: those of the print book, then those of the call.

A *place* counts words from the first of the book on; a *distance* leads from a place back to an
earlier one. A gap without sound follows each recording of the book.
"""

import numpy as np
from numpy.typing import NDArray

from .fingerprint import BITS, VALID, WORD_RATE, WORD_SECONDS, agreement
from .printbook import PrintBook
from .printed import Print

#: Words without sound behind each recording of the book: no window reaches over them.
GAP = 128
#: The history grows by this many words at a time (5 min).
_GROWTH = 18_750


class History:
    """The words of the book and of the call so far."""

    def __init__(self, book: PrintBook | None, lost: int = 0) -> None:
        """Begin with a book; `lost` words of the call have been dropped before."""
        self.lost = lost
        #: First place, end and entry of each recording in the book.
        self.known: list[tuple[int, int, Print]] = []
        pieces: list[NDArray[np.uint32]] = []
        place = 0
        for entry in book.prints if book is not None else ():
            pieces += [entry.words, np.zeros(GAP, np.uint32)]
            self.known.append((place, place + len(entry.words), entry))
            place += len(entry.words) + GAP
        #: First place of the call, and the place behind the newest word.
        self.base = self.count = place
        self.words = np.zeros(place + _GROWTH, dtype=np.uint32)
        if pieces:
            self.words[:place] = np.concatenate(pieces)

    @property
    def length(self) -> int:
        """Words of the call so far."""
        return self.count - self.base

    def add(self, words: NDArray[np.uint32]) -> None:
        """Take the next words, (n,)."""
        end = self.count + len(words)
        if end > len(self.words):
            grown = np.zeros(end + _GROWTH, dtype=np.uint32)
            grown[: self.count] = self.words[: self.count]
            self.words = grown
        self.words[self.count : end] = words
        self.count = end

    def entry(self, place: int) -> tuple[int, Print] | None:
        """Return the recording of the book at a place and its first place, None outside."""
        for first, end, entry in self.known:
            if first <= place < end:
                return first, entry
        return None

    def recent(self, back: int) -> NDArray[np.uint32]:
        """Return the newest `back` words, oldest first."""
        return self.words[self.count - back : self.count]

    def earlier(self, back: int, distance: int) -> NDArray[np.uint32]:
        """Return the `back` words at a distance before the newest, oldest first."""
        return self.words[self.count - back - distance : self.count - distance]

    def agreement(self, back: int, distance: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Compare the newest `back` words with those at a distance before them: see `agreement`."""
        return agreement(self.earlier(back, distance), self.recent(back))

    def likeness(self, back: int, distance: int, most: int) -> tuple[int, int]:
        """Return how well the newest words with sound agree with those at a distance before them, and how many they are.

        Of the newest `back` words at most the `most` newest with sound in either copy count; agreeing
        minus differing bits where both have sound.
        """
        recent, earlier = self.recent(back), self.earlier(back, distance)
        sound = ((recent | earlier) & VALID).nonzero()[0][-most:]
        recent, earlier = recent[sound], earlier[sound]
        different = recent ^ earlier
        different |= (recent & earlier & VALID) ^ VALID
        # where only one has sound, the pair counts with 0
        both = (different < VALID).nonzero()[0]
        wrong = int(np.add.reduce(np.bitwise_count(different[both]), dtype=np.int64))
        return BITS * len(both) - 2 * wrong, len(sound)

    def is_silent(self, back: int, distance: int) -> bool:
        """Whether neither the newest `back` words nor those at a distance before them have sound."""
        either = self.recent(back) | self.earlier(back, distance)
        return bool(np.maximum.reduce(either) < VALID)

    def time(self, place: int) -> float:
        """Return when in the call a place was heard, s."""
        return (place - self.base + self.lost) * WORD_SECONDS

    def place(self, time: float) -> int:
        """Return the place of a time in the call (s), within what was heard."""
        return self.base + min(max(round(time * WORD_RATE) - self.lost, 0), self.length)
