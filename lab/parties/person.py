"""A living person on the telephone: takes turns, waits, loses patience."""

import asyncio
from dataclasses import dataclass

from ..sounds import room
from ..voices import Voice
from .leg import Leg
from .speaker import Exchange, say


@dataclass(slots=True, kw_only=True)
class Person:
    """Talks with whoever is on the leg."""

    leg: Leg
    exchange: Exchange
    #: agent or user: how the log calls them.
    role: str
    voice: Voice
    #: Room noise in dBFS, None for none.
    room: float | None = None
    #: Seconds between the end of the other's turn and the answer.
    think: float = 0.5

    async def arrive(self, breath: float) -> None:
        """Be in the room for a moment before the first word."""
        if self.room is not None:
            self.leg.player.background(room(self.room))
        self.leg.report("joined", call=self.leg.number, speaker=self.role)
        await asyncio.sleep(breath)

    def leave(self) -> None:
        """Take the room noise away."""
        self.leg.player.background(None)

    async def say(self, text: str, **details: object) -> None:
        """Say one thing."""
        await say(self.leg, self.exchange, text, self.voice, self.role, **details)

    async def wait_for_turn(self, seconds: float) -> bool:
        """Wait until the other side has spoken and stopped; False when they do not begin within `seconds`."""
        leg = self.leg
        if not leg.ear.sounding:
            leg.turn_began.clear()
            try:
                async with asyncio.timeout(seconds):
                    await leg.turn_began.wait()
            except TimeoutError:
                return False
        while True:
            if leg.ear.sounding:
                leg.turn_ended.clear()
                await leg.turn_ended.wait()
            leg.turn_began.clear()
            try:
                async with asyncio.timeout(self.think):
                    await leg.turn_began.wait()
            except TimeoutError:
                return True
