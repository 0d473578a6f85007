"""The audio of one utterance, read while it is still being spoken, early and more than once."""

import asyncio
from collections.abc import AsyncIterator

RATE = 16000
#: Lengths at which an utterance is worth reading early, s: a person who picks up has said hello
#: and often a name by the first, and what they can do for you, or who they are, by the second.
EARLY_S = (2.0, 3.4)


def seconds(size: int) -> float:
    """Return how long so many bytes of 16-bit mono PCM at 16 kHz last, s."""
    return size / 2 / RATE


class UtteranceAudio:
    """Audio of one utterance, being filled while it is already being read."""

    def __init__(self, number: int) -> None:
        """Begin empty."""
        self.number = number
        self.complete = False
        #: Bytes so far, and bytes given to a reader, all readings together.
        self.size = 0
        self.given = 0
        #: The last reading ended early: more is to come, or came meanwhile.
        self.read_early = False
        #: Loop time at which the last reading had everything, s; None while it goes on.
        self.over_at: float | None = None
        self._pieces: list[bytes] = []
        self._early: list[float] = []
        self._more = asyncio.Event()

    def add(self, pcm: bytes) -> None:
        """Add a piece of 16-bit mono PCM at 16 kHz."""
        if pcm:
            self.size += len(pcm)
            self._pieces.append(pcm)
            self._more.set()

    def close(self) -> None:
        """End it: nothing more comes."""
        self.complete = True
        self._more.set()

    def want_early(self) -> None:
        """Let readings end early, at each of the lengths that are still ahead."""
        if not self._early:
            self._early = [length for length in EARLY_S if length > seconds(self.size) - 0.5]
            self._more.set()

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the pieces from the first as they come, to the end or to where it is read early."""
        self.read_early, self.over_at = False, None
        at = 0
        while True:
            while at < len(self._pieces):
                self.given += len(self._pieces[at])
                yield self._pieces[at]
                at += 1
            self.read_early = not self.complete and self._is_due()
            if self.complete or self.read_early:
                self.over_at = asyncio.get_running_loop().time()
                return
            self._more.clear()
            await self._more.wait()

    def _is_due(self) -> bool:
        """Tell whether the next early reading has what it wants, and count it as done."""
        due = bool(self._early) and seconds(self.size) >= self._early[0]
        if due:
            self._early.pop(0)
        return due
