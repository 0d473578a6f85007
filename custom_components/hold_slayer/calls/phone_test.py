"""Ringing a phone to see whether the user can be reached on it."""

from enum import StrEnum
from typing import TYPE_CHECKING

from homeassistant.util.ulid import ulid_now

from ..navigation.moments import PhoneState
from ..reach.phone import Phone
from ..reach.ringing import PhoneRing
from ..sentences import phrase
from ..telephony.messages import EngineEvent, HeardOnLeg, KeyReceived, LegChanged, Played
from .leg import Leg
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
    """Ring a phone, ask for the key, say thank you and hang up."""
    if not account.registered:
        raise failed("not_registered", account=account.entry.title)
    test_id = f"test{ulid_now().lower()}"
    language = account.language
    ring = PhoneRing(
        phone,
        Leg(account.engine.link, f"{test_id}.phone", account.entry.entry_id),
        account.voice,
        prompt=lambda: phrase(language, "phone", "test"),
        language=language,
        on_state=lambda _phone, _state: None,
    )

    def handle(event: EngineEvent) -> None:
        if isinstance(event, LegChanged | KeyReceived | HeardOnLeg | Played):
            ring.handle(event)

    unwatch = account.engine.watch_call(test_id, handle)
    try:
        state = await ring.run(account.phone_target(phone))
        if state is PhoneState.ACCEPTED:
            await ring.say_goodbye(phrase(language, "phone", "test_passed"))
    finally:
        await ring.leg.hang_up()
        unwatch()
    return _RESULTS.get(state, PhoneTestResult.NO_ANSWER)
