"""Finds the same recording among many prints, whatever the shift between the two.

Pieces of 1.5 s of the one are compared with every second place of all the others: first by a few
words out of the piece, then, where those agree, by all of them.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .fingerprint import BIT_MASK, BITS, VALID, agreement

#: Words of a piece, and those of them that are compared everywhere (every 12th: 192 ms).
PIECE: Final = 96
_TAPS: Final = tuple(range(4, PIECE, 12))
#: Two recordings are the same when a piece agrees this well (1 is identical, 0 chance) …
SAME: Final = 0.35
#: … which takes at least this much agreement of the few words, and of them so many bits at random.
_LOOK: Final = 0.16
#: Places of a piece that are compared in full.
_MOST_PLACES: Final = 24
#: Words that must count for a piece to be looked for.
_LEAST_COUNTING: Final = 48


class Shelf:
    """Prints side by side, with a gap after each."""

    def __init__(self, prints: Iterable[NDArray[np.uint32]] = ()) -> None:
        """Take the words of some prints, (n,) each."""
        pieces: list[NDArray[np.uint32]] = [np.zeros(PIECE, np.uint32)]
        self._begins: list[int] = []
        place = PIECE
        for words in prints:
            self._begins.append(place)
            pieces += [words, np.zeros(PIECE, np.uint32)]
            place += len(words) + PIECE
        self._words = np.concatenate(pieces)
        self._length = place

    def add(self, words: NDArray[np.uint32]) -> None:
        """Put one more print on the shelf."""
        end = self._length + len(words) + PIECE
        if end > len(self._words):
            grown = np.zeros(max(end, 2 * len(self._words)), np.uint32)
            grown[: self._length] = self._words[: self._length]
            self._words = grown
        self._words[self._length : self._length + len(words)] = words
        self._begins.append(self._length)
        self._length = end

    def find(self, words: NDArray[np.uint32]) -> int | None:
        """Return the number of the print that holds 1.5 s of `words` (n,), None without one."""
        coarse = self._words[: self._length : 2].copy()
        for begin in range(0, max(len(words) - PIECE // 2, 1), PIECE):
            piece = words[begin : begin + PIECE]
            if int(((piece & VALID) != 0).sum()) < min(_LEAST_COUNTING, len(piece) // 2):
                continue
            place = self._place(piece, coarse)
            if place is not None:
                return int(np.searchsorted(self._begins, place, "right")) - 1
        return None

    def _place(self, piece: NDArray[np.uint32], coarse: NDArray[np.uint32]) -> int | None:
        """Return where a piece stands on the shelf, None if nowhere; `coarse` is every second word."""
        length = (self._length - len(piece)) // 2
        taps = [tap for tap in _TAPS if tap < len(piece) and piece[tap] & VALID]
        if length <= 0 or not taps:
            return None
        differ = np.zeros(length, np.uint8)
        for tap in taps:
            there = coarse[tap // 2 : tap // 2 + length]
            differ += np.bitwise_count((there ^ piece[tap]) & BIT_MASK)
        likely = differ < len(taps) * BITS * (1 - _LOOK) / 2
        places = np.flatnonzero(likely)
        if len(places) > _MOST_PLACES:
            places = places[np.argpartition(differ[places], _MOST_PLACES)[:_MOST_PLACES]]
        if not len(places):
            return None
        near = (2 * places[:, None] + np.arange(-1, 2)).reshape(-1)
        near = near[near >= 0]
        there = self._words[near[:, None] + np.arange(len(piece))]
        agree, counts = agreement(there, piece)
        counting = int(((piece & VALID) != 0).sum())
        score = agree.sum(axis=1) / (BITS * np.maximum(counts.sum(axis=1), counting))
        best = int(score.argmax())
        return int(near[best]) if score[best] >= SAME else None
