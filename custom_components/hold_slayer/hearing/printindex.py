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
#: So many of the least certain bits of a key are tried both ways.
WEAK_BITS: Final = 3

_KEY_MASK = np.uint32((1 << KEY_BITS) - 1)
_EMPTY = np.uint32(0xFFFFFFFF)
#: (WEAK_BITS, 2 ** WEAK_BITS): which weak bits each probe flips.
_FLIPS = ((np.arange(2**WEAK_BITS)[None, :] >> np.arange(WEAK_BITS)[:, None]) & 1).astype(np.int64)


class PrintIndex:
    """Finds the places of equal or nearly equal words."""

    def __init__(self) -> None:
        """Start empty."""
        self._table = np.full((1 << KEY_BITS, WAYS), _EMPTY, dtype=np.uint32)
        self._next = np.zeros(1 << KEY_BITS, dtype=np.uint8)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self._table.nbytes + self._next.nbytes

    def add(self, words: NDArray[np.uint32], places: NDArray[np.int64]) -> None:
        """Enter words (n,) with the places (n,) where they stand in the history."""
        for key, place in zip((words & _KEY_MASK).tolist(), places.tolist(), strict=True):
            way = self._next[key]
            self._table[key, way] = place
            self._next[key] = (way + 1) % WAYS

    def find(
        self, words: NDArray[np.uint32], differences: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Look words (n,) up, their least certain bits both ways.

        `differences` (n, BITS) are those of the fingerprinter. Returns row numbers into the
        words and the places found, one pair per hit.
        """
        keys = (words & _KEY_MASK).astype(np.int64)
        sure = np.abs(differences[:, :KEY_BITS])
        weak = np.int64(1) << np.argpartition(sure, WEAK_BITS, axis=1)[:, :WEAK_BITS]
        probes = keys[:, None] ^ (weak @ _FLIPS)
        found = self._table[probes].reshape(-1)
        hits = np.flatnonzero(found != _EMPTY)
        return hits // (WAYS << WEAK_BITS), found[hits].astype(np.int64)
