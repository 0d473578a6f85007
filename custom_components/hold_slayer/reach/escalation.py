"""Reaching the user: who is rung when, round after round, until one accepts."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count, groupby
import logging

from ..navigation.moments import PhoneState
from ..telephony.errors import EngineError
from .phone import Phone, Place
from .ringing import PhoneEvent, PhoneRing

_LOGGER = logging.getLogger(__name__)

#: Pause between two rounds, s.
BETWEEN_ROUNDS_S = 2.0

type RingFactory = Callable[[Phone, int, Place], PhoneRing]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPlan:
    """How hard to try."""

    #: All phones at once; otherwise by their order, equal ones together.
    together: bool = False
    rounds: int = 2


class Escalation:
    """Rings the user's phones for one call; the first to accept wins."""

    def __init__(
        self,
        phones: Sequence[Phone],
        plan: EscalationPlan,
        *,
        make_ring: RingFactory,
        places: Callable[[Phone], Awaitable[Sequence[Place]]],
        on_state: Callable[[Phone | None, PhoneState], None],
    ) -> None:
        """Prepare; `make_ring` builds an attempt, `places` says what to dial for a phone: all at once."""
        self._phones = sorted(phones, key=lambda phone: phone.order)
        self._plan = plan
        self._make_ring = make_ring
        self._places = places
        self._on_state = on_state
        self._attempts = count(1)
        self._rings: dict[str, PhoneRing] = {}
        self._vouched = False
        #: The attempt that was accepted; its leg is up.
        self.accepted: PhoneRing | None = None

    async def run(self) -> None:
        """Try until somebody accepts or all rounds are through; cancel, then `end`, to stop."""
        for number in range(self._plan.rounds):
            if number:
                await asyncio.sleep(BETWEEN_ROUNDS_S)
            for group in self._groups():
                if await self._ring_group(group):
                    await self._hang_up_others()
                    return
        self._on_state(None, PhoneState.UNREACHED)

    def handle(self, event: PhoneEvent) -> None:
        """Hand an event to the attempt whose leg it is."""
        if ring := self._rings.get(event.leg):
            ring.handle(event)

    def vouch(self) -> None:
        """The user accepted by another way: whichever phone is picked up is taken."""
        self._vouched = True
        for ring in self._rings.values():
            ring.vouch()

    async def end(self, text: str | None = None) -> None:
        """Hang up every phone, saying why to those who picked up."""
        if text is not None:
            answered = [ring for ring in self._rings.values() if ring.answered]
            await asyncio.gather(*(ring.say_goodbye(text) for ring in answered))
        await asyncio.gather(*(ring.leg.hang_up() for ring in self._rings.values()))

    def _groups(self) -> list[list[Phone]]:
        """Return the phones that ring at the same time, in order."""
        if self._plan.together:
            return [self._phones]
        return [list(group) for _, group in groupby(self._phones, key=lambda phone: phone.order)]

    async def _ring_group(self, phones: list[Phone]) -> bool:
        """Ring some phones together; return whether one accepted."""
        tasks: dict[asyncio.Task[PhoneState], PhoneRing] = {}
        for phone in phones:
            places = await self._places_of(phone)
            if not places:
                self._on_state(phone, PhoneState.UNREACHED)
            for place in places:
                ring = self._make_ring(phone, next(self._attempts), place)
                self._rings[ring.leg.id] = ring
                if self._vouched:
                    ring.vouch()
                tasks[asyncio.ensure_future(ring.run(place.target))] = ring
        try:
            while tasks:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    ring = tasks.pop(task)
                    others = any(each.phone is ring.phone for each in tasks.values())
                    if self._finished(ring, task.result(), last=not others):
                        return True
            return False
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _places_of(self, phone: Phone) -> Sequence[Place]:
        """Return what to dial for a phone; nothing when the engine cannot say."""
        try:
            return await self._places(phone)
        except EngineError as err:
            _LOGGER.warning("Cannot ring %s: %s", phone.name, err)
            return ()

    def _finished(self, ring: PhoneRing, state: PhoneState, *, last: bool) -> bool:
        """Note how an attempt went; return whether that settles it.

        A phone counts as declined or unreached only with the `last` of its contacts.
        """
        if state is PhoneState.ACCEPTED and self.accepted is None:
            self.accepted = ring
            self._on_state(ring.phone, PhoneState.ACCEPTED)
            return True
        if last:
            self._on_state(ring.phone, state)
        return False

    async def _hang_up_others(self) -> None:
        """End every attempt but the accepted one."""
        others = [ring.leg for ring in self._rings.values() if ring is not self.accepted]
        await asyncio.gather(*(leg.hang_up() for leg in others))
