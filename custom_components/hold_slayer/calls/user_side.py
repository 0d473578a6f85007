"""The user's side of a call: ringing, accepting, bridging and giving the call back."""

import asyncio
import logging
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..hearing.heard import Hearing, Phase, Sound
from ..navigation.acts import BridgeUser, RingUser, StopRingingUser, UnbridgeUser
from ..navigation.moments import Bridged, Order, PhoneChanged, PhoneState
from ..navigation.states import CallState
from ..reach.escalation import Escalation
from ..reach.phone import Phone, Place
from ..reach.phone_keys import PhoneKeys
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
from .listening_in import ListeningIn
from .problems import engine_failed
from .progress import PhoneProgress
from .tools import CallTools

if TYPE_CHECKING:
    from .call import Call

_LOGGER = logging.getLogger(__name__)

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
        self._listening: ListeningIn | None = None
        #: The leg of whoever listened when the ringing began: they are asked on it.
        self._adopted: Leg | None = None
        self._keys = PhoneKeys(self._press, lambda: call.order(Order.RESUME_HOLD))
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
        if not isinstance(event, LegChanged | KeyReceived | HeardOnLeg | Played):
            return
        if self._listening is not None and self._listening.handle(event):
            self._listening = None
        if self._escalation is None:
            return
        self._escalation.handle(event)
        accepted = self._escalation.accepted
        if self._bridged and accepted is not None and accepted.leg.id == event.leg:
            self._key_while_talking(event)
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

    async def listen_in(self, phone: Phone) -> bool:
        """Let a phone hear the company without being heard; return whether it was picked up.

        Raises a translated error when the engine does not let it.
        """
        if self._listening is not None:
            await self._listening.end()
        self._rounds += 1
        self._listening = listening = ListeningIn(self, self._tools, self._call.company_leg, phone)
        picked_up = False
        try:
            picked_up = await listening.run()
        except EngineError as err:
            raise engine_failed(err) from err
        finally:
            if not picked_up and self._listening is listening:
                self._listening = None
        return picked_up

    def _key_while_talking(self, event: LegChanged | KeyReceived | HeardOnLeg | Played) -> None:
        """Take a key that the user presses while they talk."""
        match event:
            case KeyReceived(key=key):
                self._keys.key(key)
            case HeardOnLeg(heard=Hearing(sound=Sound.DTMF, digit=digit)):
                self._keys.key(digit, audible=True)

    def _press(self, key: str) -> None:
        """Press a key at the company that the user pressed on their phone."""
        self._call.run(self._press_at_company(key), "press a key of the phone")

    async def _press_at_company(self, key: str) -> None:
        """Press it; a company that is gone does not need it."""
        try:
            await self._call.press(key)
        except HomeAssistantError as err:
            _LOGGER.debug("Key %s of the phone was not passed on: %s", key, err)

    async def close(self) -> None:
        """Leave no phone ringing and no leg up."""
        self._keys.stop()
        await self._cancel_ringing()
        listening, self._listening = self._listening, None
        if listening is not None:
            await listening.end()
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
        phones = self._tools.ringable(self._call.job.phones)
        listening = self._listening
        if listening is not None and (ring := listening.ring) is not None:
            # Whoever listens is there, and their phone is busy.
            phones, self._adopted, self._listening = [listening.phone], ring.leg, None
        self._escalation = Escalation(
            phones,
            self._tools.escalation,
            make_ring=self.make_ring,
            places=self._tools.phone_places,
            on_state=self._phone_state,
        )
        if self._vouched:
            self._escalation.vouch()
        self._ringing = self._call.run(self._escalation.run(), "ring the user")

    def make_ring(self, phone: Phone, attempt: int, place: Place) -> PhoneRing:
        """Build one attempt at one phone; one that listens in goes on with its leg."""
        leg_id = f"{self._call.id}.phone{self._rounds}-{attempt}"
        leg = Leg(self._tools.link, leg_id, place.account_id)
        if self._adopted is not None:
            leg, self._adopted = self._adopted, None
        self._call.progress.legs[leg.id] = phone.name
        return PhoneRing(
            phone,
            leg,
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
