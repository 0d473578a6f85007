"""Recordings that pick up the user's phone: a mailbox, or call screening, which asks who is calling.

Both talk at length. A mailbox beeps when it has spoken; call screening waits for an answer, passes
it on to the user, and lets them talk to us if they want to.
"""

import asyncio
import contextlib

from ..hearing.heard import HeardEvent, UtteranceEnded, UtteranceStarted, Verdict, VerdictChange

#: A mailbox beeps within so many seconds after its greeting.
BEEP_S = 2.5
#: Longest wait for the end of what a recording says, s.
SPOKEN_S = 30.0
#: How long the user may take to answer when call screening has told them who calls, s.
SCREENED_S = 25.0


class Screening:
    """Follows whether a recording is there, and whose turn it is to speak."""

    def __init__(self) -> None:
        """Begin with nobody known to be there."""
        #: Set once a recording is there.
        self.machine = asyncio.Event()
        self._talks = False
        self._changed = asyncio.Event()

    def heard(self, event: HeardEvent) -> None:
        """Take what the ears report."""
        match event:
            case VerdictChange(verdict=Verdict.MACHINE):
                self._talks = True
                self.machine.set()
            case UtteranceStarted():
                self._talks = True
            case UtteranceEnded(cut=False):
                self._talks = False
            case _:
                return
        self._changed.set()

    async def our_turn(self) -> None:
        """Return when the recording has spoken and no beep has followed (who hears one, cancels)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SPOKEN_S):
                while await self._changes(None if self._talks else BEEP_S):
                    pass

    async def _changes(self, seconds: float | None) -> bool:
        """Tell whether the turn changed within so many seconds; None waits for ever."""
        self._changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True
