"""The print of one recording: its words, its name, and when it was heard."""

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .fingerprint import WORD_SECONDS
from .heard import PrintKind

#: Bytes of a name: two of a million recordings share one with a chance of 0.2 %.
_NAME_BYTES: Final = 6


def name_of(words: NDArray[np.uint32]) -> str:
    """Return the name that a recording gets when it is first kept: 12 hexadecimal digits."""
    return blake2b(words.astype("<u4").tobytes(), digest_size=_NAME_BYTES).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Print:
    """One recording of a company."""

    kind: PrintKind
    #: Words of the fingerprint, (n,) uint32.
    words: NDArray[np.uint32]
    first_heard: date
    last_heard: date
    #: In how many calls it was heard. An agent's own recorded greeting looks the same as an
    #: announcement heard once: one use alone is a strong hint, not a proof.
    uses: int = 1
    #: Stays the same when a better print of the recording takes the place of this one.
    id: str = ""

    def __post_init__(self) -> None:
        """Name a new recording."""
        if not self.id:
            object.__setattr__(self, "id", name_of(self.words))

    @property
    def seconds(self) -> float:
        """Length in s."""
        return len(self.words) * WORD_SECONDS
