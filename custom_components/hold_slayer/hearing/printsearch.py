"""Looks the newest words up among all earlier ones, and judges what it finds.

Two hits at the same distance make a candidate; a candidate whose last 0.4 to 2 s agree well enough
is a repeat.
"""

import numpy as np
from numpy.typing import NDArray

from .fingerprint import BITS, VALID, WORD_RATE, agreement
from .printhistory import History
from .printindex import PrintIndex

#: Words that must agree, and how well (agreeing minus differing share): the shorter, the better.
WINDOWS = ((24, 0.66), (32, 0.58), (48, 0.46), (64, 0.38), (96, 0.33), (128, 0.30))
#: Least share of a window that must count (neither silence nor pure tone) …
LEAST_COUNTING = 0.6
#: … and the least number of words.
LEAST_WORDS = 18
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
#: Distance and place of a hit share one integer, so that sorting sorts by distance first.
_PLACE_BITS = 24
_PLACE_MASK = (1 << _PLACE_BITS) - 1


class Search:
    """Finds distances at which the newest words repeat earlier ones."""

    def __init__(self, history: History) -> None:
        """Make the words of the book findable."""
        self._history = history
        self._index = PrintIndex()
        self._hits = np.zeros(0, dtype=np.int64)  # distance and place in one
        #: How near the best candidate of the latest words came to a repeat, 0 to 1 and more.
        self.hint = 0.0
        self.remember(0, history.count)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self._index.nbytes

    def forget(self) -> None:
        """Drop the hits: what they led to has been found."""
        self._hits = self._hits[:0]

    def remember(self, begins: int, end: int) -> None:
        """Put every third counting word into the index."""
        places = np.arange(begins + (-begins) % INDEX_EVERY, end, INDEX_EVERY)
        words = self._history.words[places]
        counting = (words & VALID) != 0
        self._index.add(words[counting], places[counting])

    def look(
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
        kept = self._hits[recent >= self._history.count - HIT_MEMORY]
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

    def best(self) -> tuple[int, float] | None:
        """Judge the candidates over windows that end now; return the best distance and its score."""
        candidates = self._candidates()
        if len(candidates):
            # A quick look at the last half second leaves few for the longer windows.
            agree, counts, _ = self._compare(candidates, min(_LOOK, self._history.length))
            hopeful = agree[:, -1] > _LOOK_LEAST * BITS * np.maximum(counts[:, -1], LEAST_WORDS)
            candidates = candidates[hopeful]
        if not len(candidates):
            return None
        back = min(WINDOWS[-1][0], self._history.length)
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
        return int(candidates[chosen]), best

    def _compare(
        self, distances: NDArray[np.int64], back: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Compare the last `back` words with the words at some distances (c,) before them.

        Returns three (c, back) sums over the newest 1, 2, … words: agreeing minus differing
        bits, pairs where either counts, pairs where both do.
        """
        recent = self._history.words[self._history.count - back : self._history.count][::-1]
        where = (
            np.arange(self._history.count - 1, self._history.count - back - 1, -1)
            - distances[:, None]
        )
        earlier = self._history.words[np.maximum(where, 0)]
        earlier[where < 0] = 0
        agree, either = agreement(earlier, recent)
        both = (earlier & recent & VALID) != 0
        return agree.cumsum(axis=1), either.cumsum(axis=1), both.cumsum(axis=1)
