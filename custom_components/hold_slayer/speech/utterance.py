"""The audio of one utterance, read while it is still being spoken, early and more than once."""

import asyncio
from collections.abc import AsyncIterator

RATE = 16000
#: Lengths at which an utterance is worth reading early, s: a person who picks up has said hello
#: and often a name by the first, and what they can do for you, or who they are, by the second.
EARLY_S = (2.0, 3.4)
#: Audio that may follow an early reading without any more words in it, s: anywhere; and after a
#: pause, which is told after 0.2 s of quiet, while an utterance ends after 0.6 s of it.
_QUIET_S, _QUIET_AFTER_PAUSE_S = 0.15, 0.5
#: What was read up to a pause is not read again when it is this long, s; recognisers read shorter
#: pieces better together with what follows.
SETTLED_S = 3.0
#: A pause that is so long ago, s, is over.
_STALE_S = 0.3


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
        #: Bytes up to where the last reading came, and pieces and bytes of which the text is settled.
        self._read = 0
        self._settled = 0
        self._settled_size = 0
        self._texts: list[str] = []
        self._pieces: list[bytes] = []
        self._lengths: list[float] = []
        #: Pieces up to where the last reading came.
        self._at = 0
        self._paused_at: int | None = None
        self._quiet_s = _QUIET_S
        self._more = asyncio.Event()
        #: Reading may begin: it is worth it, or it was given up.
        self.due = asyncio.Event()

    def add(self, pcm: bytes) -> None:
        """Add a piece of 16-bit mono PCM at 16 kHz."""
        if pcm:
            self.size += len(pcm)
            self._pieces.append(pcm)
            self._more.set()

    def close(self) -> None:
        """End it: nothing more comes."""
        self.complete = True
        self.due.set()
        self._more.set()

    def want_early(self) -> None:
        """Let readings end early, at each of the lengths that are still ahead."""
        self.due.set()
        if not self._lengths:
            self._lengths = [length for length in EARLY_S if length > seconds(self.size) - 0.5]
            self._more.set()

    def pause(self) -> None:
        """Let the reading end early here, where the speaker makes a pause."""
        self.due.set()
        self._paused_at = self.size
        self._more.set()

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield what is not settled as it comes, to the end or to where it is read early."""
        self.read_early, self.over_at = False, None
        self._read, at = self._settled_size, self._settled
        while True:
            while at < len(self._pieces):
                self._read += len(self._pieces[at])
                self.given += len(self._pieces[at])
                yield self._pieces[at]
                at += 1
            self.read_early = not self.complete and self._is_due()
            if self.complete or self.read_early:
                self.over_at = asyncio.get_running_loop().time()
                self._at = at
                return
            self._more.clear()
            await self._more.wait()

    def so_far(self, text: str) -> str:
        """Return the text of the whole, given that of the last reading."""
        return " ".join(each for each in (*self._texts, text) if each)

    def settle(self, text: str) -> None:
        """Keep the text of a reading that ended at a pause and was long enough, for good."""
        at_pause = self._quiet_s == _QUIET_AFTER_PAUSE_S
        if at_pause and seconds(self._read - self._settled_size) >= SETTLED_S:
            self._settled, self._settled_size = self._at, self._read
            self._texts.append(text)

    async def ended_there(self) -> bool:
        """Wait for more words or the end; True when no words came after the last reading."""
        while seconds(self.size - self._read) <= self._quiet_s:
            if self.complete:
                return True
            self._more.clear()
            await self._more.wait()
        return False

    def _is_due(self) -> bool:
        """Tell whether the next early reading has what it wants, and count it as done."""
        if self._paused_at is not None:
            fresh = seconds(self.size - self._paused_at) <= _STALE_S
            self._paused_at = None
            if fresh:
                self._quiet_s = _QUIET_AFTER_PAUSE_S
                return True
        due = bool(self._lengths) and seconds(self.size) >= self._lengths[0]
        if due:
            self._lengths.pop(0)
            self._quiet_s = _QUIET_S
        return due
