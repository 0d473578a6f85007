"""Calls that a person dials by hand, on the card or on a phone registered here: put through as they are.

No navigator, no waiting, no limits of ours: what was dialled goes to the trunk, an emergency number,
too. Only the engine's dial policy stands in between, which lets a person dial those always.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util.ulid import ulid_now

from ..reach.escalation import Escalation, EscalationPlan
from ..reach.phone import Phone, Place
from ..reach.ringing import PhoneRing
from ..telephony.errors import EngineError, EngineRefused
from ..telephony.messages import (
    AnswerCall,
    Bridge,
    DialledBy,
    EngineEvent,
    HangUp,
    HeardOnLeg,
    IncomingCall,
    KeyReceived,
    LegChanged,
    LegState,
    PlaceCall,
    Played,
    RejectCall,
)
from .leg import Leg
from .numbers import NumberError, normalise_target
from .phone_places import places
from .problems import dial_refused, engine_failed, invalid, invalid_number

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)

#: Told to a phone whose call the trunk cannot place: temporarily unavailable, forbidden.
_UNAVAILABLE, _FORBIDDEN = 480, 403


class StraightThrough:
    """One call of a phone to the trunk; over when either side hangs up."""

    def __init__(self, account: Account, phone_leg: str, *, answered: bool) -> None:
        """Connect a phone's leg; one that calls us is answered when the far side answers."""
        self._account = account
        self._link = account.engine.link
        self._phone = phone_leg
        self._answered = answered
        self._id = f"hand{ulid_now().lower()}"
        self._far = f"{self._id}.far"
        self._unwatch: list[CALLBACK_TYPE] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def dial(self, target: str) -> None:
        """Dial and bridge; raises `EngineError`, with nothing left up."""
        engine = self._account.engine
        self._unwatch = [
            engine.watch_call(self._id, self._far_changed),
            engine.watch_call(self._phone.split(".", maxsplit=1)[0], self._phone_changed),
        ]
        try:
            await self._link.request(
                PlaceCall(
                    leg=self._far,
                    account_id=self._account.entry.entry_id,
                    target=target,
                    dialled_by=DialledBy.PERSON,
                )
            )
            await self._link.request(Bridge(first=self._far, second=self._phone))
        except EngineError:
            self._over()
            raise

    @callback
    def _far_changed(self, event: EngineEvent) -> None:
        """Follow the far side: ring, early media, answer and end are the phone's, too."""
        if not isinstance(event, LegChanged) or event.leg != self._far:
            return
        match event.state:
            case LegState.RINGING if not self._answered:
                self._do(AnswerCall(leg=self._phone, code=180))
            case LegState.EARLY if not self._answered:
                self._do(AnswerCall(leg=self._phone, code=183))
            case LegState.CONFIRMED if not self._answered:
                self._answered = True
                self._do(AnswerCall(leg=self._phone, code=200))
            case LegState.DISCONNECTED:
                self._over()
                if self._answered:
                    self._do(HangUp(leg=self._phone))
                else:
                    code = event.sip_code if 400 <= event.sip_code < 700 else _UNAVAILABLE
                    self._do(RejectCall(leg=self._phone, code=code))

    @callback
    def _phone_changed(self, event: EngineEvent) -> None:
        """Follow the phone: when it hangs up, so do we."""
        ended = isinstance(event, LegChanged) and event.state is LegState.DISCONNECTED
        if ended and event.leg == self._phone:  # type: ignore[union-attr]
            self._over()
            self._do(HangUp(leg=self._far))

    def _do(self, request: AnswerCall | RejectCall | HangUp) -> None:
        """Ask the engine; a leg that is gone needs nothing."""
        task = self._account.entry.async_create_background_task(
            self._account.hass, self._ask(request), "hold_slayer straight through"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, request: AnswerCall | RejectCall | HangUp) -> None:
        """Send one request."""
        try:
            await self._link.request(request)
        except EngineError as err:
            _LOGGER.debug("%s: %s", request.wire_type(), err)

    def _over(self) -> None:
        """Follow nothing any more."""
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch = []


async def put_through(account: Account, call: IncomingCall) -> None:
    """Put through what a registered phone dialled."""
    try:
        target = normalise_target(call.called)
        await StraightThrough(account, call.leg, answered=False).dial(target)
    except (NumberError, EngineError) as err:
        _LOGGER.warning("%s could not call %s: %s", call.caller, call.called, err)
        code = _FORBIDDEN if isinstance(err, EngineRefused) else _UNAVAILABLE
        try:
            await account.engine.link.request(RejectCall(leg=call.leg, code=code))
        except EngineError as gone:
            _LOGGER.debug("The call of %s is gone: %s", call.caller, gone)


async def dial_by_hand(account: Account, number: str) -> bool:
    """Ring the user's phones, put the number through to the one that is picked up.

    Return whether one was; raises a translated error when the number cannot be dialled.
    """
    try:
        target = normalise_target(number)
    except NumberError as err:
        raise invalid_number(err) from err
    phones = list(account.phones.values())
    if not phones:
        raise invalid("no_phone")
    ringing_id = f"hand{ulid_now().lower()}"

    def make_ring(phone: Phone, attempt: int, place: Place) -> PhoneRing:
        return PhoneRing(
            phone,
            Leg(account.engine.link, f"{ringing_id}.phone{attempt}", place.account_id),
            account.voice,
            prompt=lambda: "",
            language=account.language,
            on_state=lambda _phone, _state: None,
        )

    async def where(phone: Phone) -> tuple[Place, ...]:
        return await places(account, phone)

    escalation = Escalation(
        phones,
        EscalationPlan(together=True, rounds=1),
        make_ring=make_ring,
        places=where,
        on_state=lambda _phone, _state: None,
    )
    # Whoever dialled is there: picking up is enough.
    escalation.vouch()

    def handle(event: EngineEvent) -> None:
        if isinstance(event, LegChanged | KeyReceived | HeardOnLeg | Played):
            escalation.handle(event)

    unwatch = account.engine.watch_call(ringing_id, handle)
    try:
        await escalation.run()
    finally:
        unwatch()
    if (accepted := escalation.accepted) is None:
        return False
    try:
        await StraightThrough(account, accepted.leg.id, answered=True).dial(target)
    except EngineRefused as err:
        await accepted.leg.hang_up()
        raise dial_refused(err, number) from err
    except EngineError as err:
        await accepted.leg.hang_up()
        raise engine_failed(err) from err
    return True
