"""Ringing a phone to see whether the user can be reached on it."""

from collections.abc import AsyncIterator
import contextlib
from enum import StrEnum
from typing import TYPE_CHECKING

from homeassistant.util.ulid import ulid_now

from ..const import PhoneKind
from ..navigation.moments import PhoneState
from ..reach.escalation import Escalation, EscalationPlan
from ..reach.phone import Phone, Place
from ..reach.ringing import PhoneRing
from ..sentences import phrase
from ..telephony.messages import EngineEvent, HeardOnLeg, KeyReceived, LegChanged, Played
from .leg import Leg
from .phone_places import places
from .problems import failed

if TYPE_CHECKING:
    from .account import Account


class PhoneTestResult(StrEnum):
    """How a test ring went."""

    PASSED = "passed"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    VOICEMAIL = "voicemail"


_RESULTS = {
    PhoneState.ACCEPTED: PhoneTestResult.PASSED,
    PhoneState.DECLINED: PhoneTestResult.DECLINED,
    PhoneState.VOICEMAIL: PhoneTestResult.VOICEMAIL,
}


async def ring_for_test(account: Account, phone: Phone) -> PhoneTestResult:
    """Ring a phone wherever it is, ask for the key, say thank you and hang up."""
    if phone.kind is not PhoneKind.SIP_DEVICE and not account.registered:
        raise failed("not_registered", account=account.entry.title)
    if not (found := await places(account, phone)):
        raise failed("phone_not_registered", phone=phone.name)
    test_id = f"test{ulid_now().lower()}"
    language = account.language
    states: list[PhoneState] = []

    def make_ring(phone: Phone, attempt: int, place: Place) -> PhoneRing:
        return PhoneRing(
            phone,
            Leg(account.engine.link, f"{test_id}.phone{attempt}", place.account_id),
            account.voice,
            prompt=lambda: phrase(language, "phone", "test"),
            language=language,
            on_state=lambda _phone, _state: None,
        )

    async def known(_phone: Phone) -> tuple[Place, ...]:
        return found

    def note(phone: Phone | None, state: PhoneState) -> None:
        if phone is not None:
            states.append(state)

    escalation = Escalation(
        (phone,), EscalationPlan(rounds=1), make_ring=make_ring, places=known, on_state=note
    )

    def handle(event: EngineEvent) -> None:
        if isinstance(event, LegChanged | KeyReceived | HeardOnLeg | Played):
            escalation.handle(event)

    unwatch = account.engine.watch_call(test_id, handle)
    try:
        async with _allowed(account, {place.target for place in found}):
            await escalation.run()
        if escalation.accepted is not None:
            await escalation.accepted.say_goodbye(phrase(language, "phone", "test_passed"))
    finally:
        await escalation.end()
        unwatch()
    return _RESULTS.get(states[-1], PhoneTestResult.NO_ANSWER)


@contextlib.asynccontextmanager
async def _allowed(account: Account, targets: set[str]) -> AsyncIterator[None]:
    """Let a phone be dialled that is not saved yet: the user entered it to try it."""
    account.on_trial |= targets
    await account.send_policy()
    try:
        yield
    finally:
        account.on_trial -= targets
        await account.send_policy()
