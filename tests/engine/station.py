"""An engine process on loopback with everything it reported: both ends of the test calls."""

import asyncio
from collections.abc import Callable
from itertools import count
import logging
import socket
from typing import Any, Self

from custom_components.hold_slayer.telephony.link import EngineLink
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    AnswerCall,
    EngineEvent,
    HearingSettings,
    IncomingCall,
    LegChanged,
    LegState,
    PlaceCall,
)
from custom_components.hold_slayer.telephony.supervision import LinkState, Timings

#: Longest wait for any event, s; only a broken engine comes near it.
PATIENCE = 30.0
HOST = "127.0.0.1"


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """Return a port nobody uses at the moment."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
        return port


class Station:
    """One engine process, its link, and what it reported, in order."""

    def __init__(self, name: str, *, timings: Timings | None = None, **options: Any) -> None:
        self.name = name
        self.events: list[EngineEvent] = []
        self.states: list[LinkState] = []
        self.port = free_port()
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._legs = count(1)
        self.link = EngineLink(
            on_event=self._note_event,
            on_state=self._note_state,
            log=logging.getLogger(f"station.{name}"),
            timings=timings,
            **options,
        )

    async def __aenter__(self) -> Self:
        await self.link.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.link.stop()

    def settings(self, registrar: str, **changes: Any) -> AccountSettings:
        """Return account settings on loopback."""
        return AccountSettings(
            **{
                "id": "line",
                "registrar": registrar,
                "username": self.name,
                "bind_address": HOST,
                "local_port": self.port,
                **changes,
            }
        )

    async def face(self, other: Station, **changes: Any) -> None:
        """Use an account without registration that calls `other` directly."""
        settings = self.settings(f"{HOST}:{other.port}", register=False, **changes)
        await self.link.request(AddAccount(account=settings))

    async def dial(self, target: str, *, ears: bool = False, **options: Any) -> str:
        """Place a call; return its leg."""
        leg = f"{self.name}{next(self._legs)}"
        hearing = HearingSettings() if ears else None
        options = {"account_id": "line", "hearing": hearing, **options}
        await self.link.request(PlaceCall(leg=leg, target=target, **options))
        return leg

    async def rings(self) -> IncomingCall:
        """Wait for a call that was not yet taken by this method."""
        seen = getattr(self, "_seen_calls", set())
        call = await self.event(IncomingCall, lambda e: e.leg not in seen)
        self._seen_calls = {*seen, call.leg}
        return call

    async def pick_up(self, *, ears: bool = False) -> str:
        """Wait for a call and answer it; return its leg."""
        call = await self.rings()
        hearing = HearingSettings() if ears else None
        await self.link.request(AnswerCall(leg=call.leg, hearing=hearing))
        return call.leg

    async def leg_is(self, leg: str, state: LegState) -> LegChanged:
        """Wait until a leg was in a state; return the report."""
        return await self.event(LegChanged, lambda e: e.leg == leg and e.state is state)

    async def event[E: EngineEvent](
        self, kind: type[E], fits: Callable[[E], bool] = lambda _: True, *, since: int = 0
    ) -> E:
        """Wait for the first event of a kind that fits, from the `since`-th event on."""

        def find() -> E | None:
            found = (e for e in self.events[since:] if isinstance(e, kind) and fits(e))
            return next(found, None)

        async with self._changed, asyncio.timeout(PATIENCE):
            await self._changed.wait_for(lambda: find() is not None)
        event = find()
        assert event is not None
        return event

    async def link_is(self, state: LinkState, *, since: int = 0) -> None:
        """Wait until the link was in a state, from the `since`-th state on."""
        async with self._changed, asyncio.timeout(PATIENCE):
            await self._changed.wait_for(lambda: state in self.states[since:])

    def of[E: EngineEvent](self, kind: type[E], leg: str = "") -> list[E]:
        """Return all events of a kind so far."""
        return [
            event
            for event in self.events
            if isinstance(event, kind) and leg in ("", getattr(event, "leg", ""))
        ]

    def _note_event(self, event: EngineEvent) -> None:
        self.events.append(event)
        self._wake()

    def _note_state(self, state: LinkState) -> None:
        self.states.append(state)
        self._wake()

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.get_running_loop().create_task(notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def connect(
    caller: Station, called: Station, *, target: str = "1234", ears: bool = False, **options: Any
) -> tuple[str, str]:
    """Let one station call another; return both legs once both are confirmed."""
    leg = await caller.dial(target, ears=ears, **options)
    other = await called.pick_up(ears=ears)
    await caller.leg_is(leg, LegState.CONFIRMED)
    await called.leg_is(other, LegState.CONFIRMED)
    return leg, other
