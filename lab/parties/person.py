"""A living person on the telephone: takes turns, waits, loses patience."""

import asyncio
from dataclasses import dataclass, field, replace
import random

from ..sounds import Room
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
    #: Nobody says the same words twice in the same way, in one call or the next.
    mood: random.Random = field(default_factory=random.Random)

    async def arrive(self, breath: float) -> None:
        """Be in the room for a moment before the first word."""
        if self.room is not None:
            self.leg.player.background(Room(self.room))
        self.leg.report("joined", call=self.leg.number, speaker=self.role)
        await asyncio.sleep(breath)

    def leave(self) -> None:
        """Take the room noise away."""
        self.leg.player.background(None)

    async def say(self, text: str, **details: object) -> None:
        """Say one thing, a little faster or slower, higher or deeper than ever before."""
        voice = replace(
            self.voice,
            speed=round(self.voice.speed * self.mood.uniform(0.93, 1.07)),
            pitch=max(0, min(99, self.voice.pitch + self.mood.randint(-4, 4))),
        )
        await say(self.leg, self.exchange, text, voice, self.role, **details)

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
