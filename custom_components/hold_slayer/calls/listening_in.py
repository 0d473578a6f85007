"""Listening in: a phone that hears the company and is not heard."""

import asyncio
from typing import TYPE_CHECKING

from ..reach.escalation import Escalation, EscalationPlan
from ..reach.phone import Phone
from ..reach.ringing import PhoneEvent, PhoneRing
from ..telephony.errors import EngineError
from ..telephony.messages import Bridge, LegChanged, LegState
from .tools import CallTools

if TYPE_CHECKING:
    from .user_side import UserSide


class ListeningIn:
    """One phone that listens to one call, until it hangs up or is needed for talking."""

    def __init__(self, side: UserSide, tools: CallTools, company_leg: str, phone: Phone) -> None:
        """Prepare to ring `phone`; `run` does it."""
        self.phone = phone
        self._link = tools.link
        self._company = company_leg
        self._escalation = Escalation(
            (phone,),
            EscalationPlan(rounds=1),
            make_ring=side.make_ring,
            places=tools.phone_places,
            on_state=lambda _phone, _state: None,
        )
        # Whoever asked to listen needs no key: picking up is enough.
        self._escalation.vouch()

    @property
    def ring(self) -> PhoneRing | None:
        """The leg that listens, None while nobody has picked up."""
        accepted = self._escalation.accepted
        return accepted if accepted is not None and accepted.leg.up else None

    async def run(self) -> bool:
        """Ring the phone and let it listen; return whether somebody picked up."""
        try:
            await self._escalation.run()
            if (ring := self.ring) is None:
                return False
            await self._link.request(
                Bridge(first=self._company, second=ring.leg.id, both_ways=False)
            )
        except EngineError, asyncio.CancelledError:
            await self._escalation.end()
            raise
        return True

    def handle(self, event: PhoneEvent) -> bool:
        """Take an event of a phone leg; return whether it was the end of the listening one."""
        listening = self.ring
        self._escalation.handle(event)
        return (
            listening is not None
            and isinstance(event, LegChanged)
            and event.state is LegState.DISCONNECTED
            and event.leg == listening.leg.id
        )

    async def end(self) -> None:
        """Hang up."""
        await self._escalation.end()
