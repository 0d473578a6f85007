"""Placing one call on the stage and following it to its end."""

import asyncio
from collections.abc import Callable
import contextlib
from typing import Any

from ..process import LogEvent
from .stage import Stage
from .timeline import Timeline

type Json = dict[str, Any]

#: Longest call, s; the scenarios of the lab take under two minutes.
_LONGEST = 300.0
#: How long both sides may take to hear each other once they are connected, s.
_TO_HEAR = 40.0


async def place_call(
    stage: Stage, timeline: Timeline, intent: str | None, *, company: int = 0
) -> bool:
    """Place the call and follow it, and the company's call back; True when both people heard each other.

    `company` is the place of the company among those of the stage; several may be called at once.
    """
    return await PlacedCall(stage, timeline, company).run(intent)


class PlacedCall:
    """One call among others: what Home Assistant and the world tell of it, and of no other."""

    def __init__(self, stage: Stage, timeline: Timeline, company: int = 0) -> None:
        """`company` is its place among those of the stage."""
        self.call_id = ""
        #: What the world told.
        self.events: list[LogEvent] = []
        self._stage = stage
        self._timeline = timeline
        self._company = company
        self._ended = asyncio.Event()
        #: It is over, and the company is to call back.
        self._arranged = False
        self._connected = asyncio.Event()
        #: Numbers of the company's legs in this call.
        self._legs: set[int] = set()
        self._heard = asyncio.Condition()

    async def run(self, intent: str | None = None) -> bool:
        """Place it and follow it to its end; True when both people heard each other."""
        owner = self._stage.owner
        kinds: dict[str, Callable[[Json], None]] = {
            "hold_slayer_call": self._changed,
            "hold_slayer_call_ended": self._finished,
        }
        for kind, listener in kinds.items():
            await owner.subscribe(self._if_mine(listener), "subscribe_events", event_type=kind)
        follower = asyncio.create_task(self._follow(len(self._stage.world.log)), name="world log")
        try:
            started = await self._stage.call(
                self._company, **({"intent": intent} if intent else {})
            )
            self.call_id = self.call_id or started["call_id"]
            over = asyncio.create_task(self._ended.wait())
            heard = asyncio.create_task(self._both_heard())
            await asyncio.wait({over, heard}, timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
            together = heard.done() and not heard.exception() and heard.result()
            for task in (over, heard):
                task.cancel()
            if not self._ended.is_set() and not self._arranged:
                await owner.act("hold_slayer.hang_up", {"call_id": self.call_id}, answer=True)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(10):
                        await self._ended.wait()
            return together
        finally:
            follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await follower

    def _if_mine(self, listener: Callable[[Json], None]) -> Callable[[Json], None]:
        """Events of other calls are left out."""
        name = self._stage.contacts[self._company]
        return lambda event: listener(event) if event["data"]["contact"] == name else None

    def _changed(self, event: Json) -> None:
        self._timeline.from_home(event)
        # the company's call back is a call of its own
        self.call_id = event["data"]["call_id"]
        self._arranged = False
        if event["data"]["state"] == "connected":
            self._connected.set()

    def _finished(self, event: Json) -> None:
        self._timeline.from_home(event)
        self._arranged = event["data"]["outcome"] == "call_back_arranged"
        if not self._arranged:
            self._ended.set()

    async def _follow(self, since: int) -> None:
        """Hand what the world tells of this call to the timeline."""
        async for event in self._stage.world.follow(since):
            if self._is_mine(event):
                self._timeline.from_world(event)
                async with self._heard:
                    self.events.append(event)
                    self._heard.notify_all()

    def _is_mine(self, event: LogEvent) -> bool:
        details, world = event.details, self._stage.world
        if event.source == "phone":
            return bool(details.get("extension") == world.extension(self._company))
        if event.source != "company":
            return False
        if event.event in ("call", "dials") and details["company"] == world.number(self._company):
            self._legs.add(details["call"])
        return details.get("call") in self._legs

    async def _both_heard(self) -> bool:
        """Wait until agent and user each were heard at the other end after they were connected."""
        await self._connected.wait()
        # what was heard before is our own announcement: it is spoken by the same eSpeak NG
        since = len(self.events)
        try:
            async with asyncio.timeout(_TO_HEAR), self._heard:
                await self._heard.wait_for(
                    lambda: (
                        {
                            (e.source, e.details["speaker"])
                            for e in self.events[since:]
                            if e.event == "heard"
                        }
                        >= {("company", "user"), ("phone", "agent")}
                    )
                )
        except TimeoutError:
            return False
        return True
