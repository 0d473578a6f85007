"""What the caller says to a menu that listens."""

import asyncio
from collections.abc import Callable
from typing import Any

from ..parties.leg import KeyPress, Leg
from ..sounds import RATE, Samples
from .recogniser import digits_in, recognise

#: Heard before and after what the caller says, s: a word begins and ends softly.
_AROUND_S = 0.3


class CallerWords:
    """Listens to one caller, and understands a few words."""

    def __init__(self, leg: Leg, language: str, log: Callable[..., None]) -> None:
        """`log` is told what was understood."""
        self._leg = leg
        self._language = language
        self._log = log
        self._idle = asyncio.Event()
        self._idle.set()

    async def phrase(self, phrases: tuple[str, ...]) -> KeyPress:
        """Wait until the caller has said something: the phrase it was, or nothing known."""
        if not phrases:
            return await self.nothing()
        heard = await self._next()
        phrase = await self._understood(recognise, heard, phrases, self._language)
        self._log("caller_said", phrase=phrase, seconds=round(len(heard) / RATE, 2))
        return KeyPress(phrase, "voice")

    async def digits(self) -> KeyPress:
        """Wait until the caller has spoken digits."""
        while True:
            heard = await self._next()
            digits = await self._understood(digits_in, heard, self._language)
            self._log("caller_said", digits=digits)
            if digits:
                return KeyPress(digits, "voice")

    async def nothing(self) -> KeyPress:
        """Listen to nobody, for as long as the call lasts."""
        await self._leg.ended.wait()
        return KeyPress("", "voice")

    async def finished(self) -> None:
        """Wait until whoever has begun to talk has finished, and was understood."""
        while self._leg.ear.sounding:
            self._leg.turn_ended.clear()
            await self._leg.turn_ended.wait()
            # pauses between digits
            await asyncio.sleep(1.0)
            await self._idle.wait()

    async def _next(self) -> Samples:
        """Wait until the caller has said something, and return it."""
        ear = self._leg.ear
        before = len(ear.turns)
        while len(ear.turns) == before:
            self._leg.turn_ended.clear()
            await self._leg.turn_ended.wait()
        began, ended = ear.turns[before]
        return ear.between(began - _AROUND_S, ended + _AROUND_S)

    async def _understood(self, understand: Callable[..., str], *heard: Any) -> str:
        """Make words of what was heard; no time runs out meanwhile."""
        self._idle.clear()
        try:
            return await asyncio.to_thread(understand, *heard)
        finally:
            self._idle.set()
