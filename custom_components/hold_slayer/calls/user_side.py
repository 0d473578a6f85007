"""The user's side of a call: ringing, accepting, bridging and giving the call back."""

import asyncio
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from ..hearing.heard import Phase
from ..navigation.acts import BridgeUser, RingUser, StopRingingUser, UnbridgeUser
from ..navigation.moments import Bridged, PhoneChanged, PhoneState
from ..navigation.states import CallState
from ..reach.escalation import Escalation
from ..reach.phone import Phone, Place
from ..reach.ringing import PhoneRing
from ..sentences import phrase
from ..telephony.errors import EngineError
from ..telephony.messages import (
    Bridge,
    EngineEvent,
    HeardOnLeg,
    KeyReceived,
    LegChanged,
    LegState,
    Played,
    Unbridge,
)
from .changes import ChangeKind
from .leg import Leg
from .progress import PhoneProgress
from .tools import CallTools

if TYPE_CHECKING:
    from .call import Call

type UserAct = RingUser | StopRingingUser | BridgeUser | UnbridgeUser


class UserSide:
    """Rings the user's phones and holds the leg of the one that accepted."""

    def __init__(self, hass: HomeAssistant, call: Call, tools: CallTools) -> None:
        """Prepare; nobody is rung yet."""
        self._hass = hass
        self._call = call
        self._tools = tools
        self._rounds = 0
        self._early = False
        self._escalation: Escalation | None = None
        self._ringing: asyncio.Task[None] | None = None
        self._bridged = False
        #: The user said elsewhere that they take this call, perhaps before a phone rings.
        self._vouched = False

    def do(self, act: UserAct) -> None:
        """Carry out an order that concerns the user."""
        match act:
            case RingUser(early=early):
                self._ring(early=early)
            case StopRingingUser(reason=reason):
                self._call.run(self._stop_ringing(reason), "stop ringing")
            case BridgeUser():
                self._call.run(self._bridge(), "bridge")
            case UnbridgeUser():
                self._call.run(self._unbridge(), "unbridge")

    def handle(self, event: EngineEvent) -> None:
        """Take an event of a phone leg."""
        if self._escalation is None:
            return
        if isinstance(event, LegChanged | KeyReceived | HeardOnLeg | Played):
            self._escalation.handle(event)
        accepted = self._escalation.accepted
        if (
            isinstance(event, LegChanged)
            and event.state is LegState.DISCONNECTED
            and accepted is not None
            and accepted.leg.id == event.leg
        ):
            self._hung_up(accepted)

    def vouch(self) -> None:
        """The user accepted by push message or voice: picking up is enough now."""
        self._vouched = True
        if self._escalation is not None:
            self._escalation.vouch()

    async def close(self) -> None:
        """Leave no phone ringing and no leg up."""
        await self._cancel_ringing()
        escalation, self._escalation = self._escalation, None
        if escalation is not None:
            name = self._call.job.name
            silent = self._bridged or not self._tools.voice.available
            await escalation.end(None if silent else self._phrase("gone", name=name))
        self._bridged = False

    def _ring(self, *, early: bool) -> None:
        """Start ringing, unless it rings already."""
        self._early = early
        if self._ringing is not None and not self._ringing.done():
            return
        if self._escalation is not None and self._escalation.accepted is not None:
            return
        self._rounds += 1
        self._escalation = Escalation(
            self._call.job.phones,
            self._tools.escalation,
            make_ring=self._make_ring,
            places=self._tools.phone_places,
            on_state=self._phone_state,
        )
        if self._vouched:
            self._escalation.vouch()
        self._ringing = self._call.run(self._escalation.run(), "ring the user")

    def _make_ring(self, phone: Phone, attempt: int, place: Place) -> PhoneRing:
        """Build one attempt at one phone."""
        leg_id = f"{self._call.id}.phone{self._rounds}-{attempt}"
        return PhoneRing(
            phone,
            Leg(self._tools.link, leg_id, place.account_id),
            self._tools.voice,
            prompt=self._prompt,
            language=self._call.job.user_language,
            on_state=self._phone_state,
        )

    def _prompt(self) -> str:
        """Return what asks the user for the key."""
        certain = self._call.state not in (CallState.PERSON_SUSPECTED, CallState.ON_HOLD)
        return self._phrase("accept" if certain else "accept_early", name=self._call.job.name)

    def _phone_state(self, phone: Phone | None, state: PhoneState) -> None:
        """Note and tell how a phone (None = all of them together) is doing."""
        if phone is None:
            self._call.tell(PhoneChanged(state=state))
            return
        self._call.progress.phones[phone.id] = PhoneProgress(
            id=phone.id, name=phone.name, state=state.value
        )
        self._call.changed(ChangeKind.PHONE, phone=phone, state=state)
        if state is not PhoneState.UNREACHED:
            self._call.tell(PhoneChanged(state=state, phone=phone.id))

    async def _stop_ringing(self, reason: str) -> None:
        """Call it off quietly, saying why to whoever already picked up."""
        self._vouched = False
        await self._cancel_ringing()
        escalation, self._escalation = self._escalation, None
        if escalation is not None:
            await escalation.end(self._phrase("false_alarm"))

    async def _cancel_ringing(self) -> None:
        """Stop trying further phones."""
        ringing, self._ringing = self._ringing, None
        if ringing is not None and not ringing.done():
            ringing.cancel()
            await asyncio.gather(ringing, return_exceptions=True)

    async def _bridge(self) -> None:
        """Let company and user hear each other."""
        accepted = self._escalation.accepted if self._escalation else None
        if accepted is None:
            return
        try:
            await accepted.leg.set_phase(Phase.TALKING)
            await self._tools.link.request(
                Bridge(first=self._call.company_leg, second=accepted.leg.id)
            )
        except EngineError:
            await accepted.leg.hang_up()
            self._hung_up(accepted)
            raise
        self._bridged = True
        self._call.tell(Bridged())

    async def _unbridge(self) -> None:
        """Take the user off the line; the company stays."""
        self._vouched = False
        escalation, self._escalation = self._escalation, None
        self._bridged = False
        if escalation is None or escalation.accepted is None:
            return
        leg = escalation.accepted.leg
        await self._tools.link.request(Unbridge(first=self._call.company_leg, second=leg.id))
        await leg.hang_up()

    def _hung_up(self, ring: PhoneRing) -> None:
        """The user is gone after having accepted."""
        self._escalation = None
        self._bridged = False
        self._phone_state(ring.phone, PhoneState.HUNG_UP)

    def _phrase(self, key: str, **values: object) -> str:
        """Return a sentence for the user."""
        return phrase(self._call.job.user_language, "phone", key, **values)
