"""Where in the history a word was heard: a hash table with a fixed size.

The table has four places for each of 65,536 keys of 16 bits; when a key's places are full, the
oldest entry goes. It takes 1.1 MB however long the call lasts.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: The lowest 16 bits make the key: what low-rate speech codecs keep best.
KEY_BITS: Final = 16
#: Entries kept per key.
WAYS: Final = 4
#: Words entered at once (0.5 s): of equal keys among them only the last one counts.
_AT_ONCE: Final = 32

_KEY_MASK = np.uint32((1 << KEY_BITS) - 1)
_EMPTY = np.uint32(0xFFFFFFFF)


def _flips(weak: int) -> NDArray[np.int64]:
    """Return (weak, 2 ** weak): which weak bits each probe flips."""
    flips = (np.arange(2**weak)[None, :] >> np.arange(weak)[:, None]) & 1
    return np.asarray(flips, np.int64)


_FLIPS = {weak: _flips(weak) for weak in (2, 3, 4, 5)}


class PrintIndex:
    """Finds the places of equal or nearly equal words."""

    def __init__(self) -> None:
        """Start empty."""
        self._table = np.full(WAYS << KEY_BITS, _EMPTY, dtype=np.uint32)
        self._next = np.zeros(1 << KEY_BITS, dtype=np.uint8)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self._table.nbytes + self._next.nbytes

    def add(self, words: NDArray[np.uint32], places: NDArray[np.int64]) -> None:
        """Enter words (n,) with the places (n,) where they stand in the history."""
        keys = (words & _KEY_MASK).astype(np.int64)
        for begin in range(0, len(keys), _AT_ONCE):
            some = keys[begin : begin + _AT_ONCE]
            ways = self._next[some]
            self._table[some * WAYS + ways] = places[begin : begin + _AT_ONCE]
            self._next[some] = (ways + 1) % WAYS

    def find(
        self, words: NDArray[np.uint32], sureness: NDArray[np.float32], weak: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Look words (n,) up, with their `weak` least certain bits both ways.

        `sureness` (n, BITS) says how certain each bit is. Returns row numbers into the words and
        the places found, one pair per hit.
        """
        keys = (words & _KEY_MASK).astype(np.int64)
        least = np.argpartition(sureness[:, :KEY_BITS], weak, axis=1)[:, :weak]
        probes = (keys[:, None] ^ ((np.int64(1) << least) @ _FLIPS[weak])) * WAYS
        found = self._table[(probes[:, :, None] + np.arange(WAYS)).reshape(-1)]
        hits = (found != _EMPTY).nonzero()[0]
        return hits // (WAYS << weak), found[hits].astype(np.int64)
