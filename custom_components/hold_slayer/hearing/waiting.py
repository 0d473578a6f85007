"""Audio that arrived and waits until enough of it is there to be worked on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .frames import Samples

_INT16 = np.float32(1 / 32768)


class Waiting:
    """Blocks of float samples of full scale 1, or of int16 ones as they came; joined when they are taken."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._blocks: list[NDArray[Any]] = []
        self._plain = True
        #: Samples that wait.
        self.count = 0

    def add(self, samples: NDArray[Any]) -> None:
        """Take a block, float32 or int16."""
        self._blocks.append(samples)
        self.count += len(samples)
        if samples.dtype != np.int16:
            self._plain = False

    def take(self, size: int) -> Samples:
        """Give the oldest `size` samples, or all if there are fewer, as float32 of full scale 1."""
        joined = self._joined()
        rest = joined[size:].copy()
        self._blocks, self.count = [rest] if len(rest) else [], len(rest)
        self._plain = not self.count or rest.dtype == np.int16
        if joined.dtype == np.int16:
            return np.asarray(np.multiply(joined[:size], _INT16, dtype=np.float32))
        return np.asarray(joined[:size], np.float32)

    def clear(self) -> None:
        """Forget what waits."""
        self._blocks, self._plain, self.count = [], True, 0

    def _joined(self) -> NDArray[Any]:
        """Return all blocks as one: int16 if all are, else float32."""
        if not self._blocks:
            return np.zeros(0, np.float32)
        if self._plain:
            return self._blocks[0] if len(self._blocks) == 1 else np.concatenate(self._blocks)
        return np.concatenate(
            [block * _INT16 if block.dtype == np.int16 else block for block in self._blocks],
            dtype=np.float32,
        )
