"""What can be asked by voice or tool, done and answered in words of the user's language."""

from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .calls.contact import Contact
from .calls.lookup import accounts, running_calls
from .calls.request import CallRequest
from .navigation.moments import Order
from .navigation.states import CallState
from .sentences import phrase

if TYPE_CHECKING:
    from .calls.account import Account
    from .calls.call import Call

#: Similarity (0 to 1) from which a misheard name is taken for a contact's.
SIMILAR = 0.75


class Asked(StrEnum):
    """Types of the intents."""

    START_CALL = "HoldSlayerStartCall"
    STATUS = "HoldSlayerStatus"
    HANG_UP = "HoldSlayerHangUp"
    CONNECT = "HoldSlayerConnect"
    KEEP_HOLDING = "HoldSlayerKeepHolding"


class Misunderstood(HomeAssistantError):
    """It cannot be done; the message says why, ready to be spoken."""


async def start_call(
    hass: HomeAssistant,
    language: str,
    contact: str,
    about: str = "",
    context: Context | None = None,
) -> str:
    """Call a contact by name; return what to say."""
    account, found = match_contact(hass, language, contact)
    request = CallRequest(contact=found.id, intent=about or None, context=context)
    try:
        await account.start_call(request)
    except HomeAssistantError as err:
        raise Misunderstood(str(err)) from err
    return _say(language, "calling", contact=found.name)


def status(hass: HomeAssistant, language: str) -> str:
    """Return how the calls are doing, in words."""
    parts = [_state_of(language, call) for _, call in running_calls(hass)]
    return " ".join(parts) or _say(language, "no_call")


async def give(hass: HomeAssistant, language: str, order: Order, contact: str = "") -> str:
    """Give an order to the call meant; return what to say."""
    call = match_call(hass, language, contact)
    name = call.job.name
    if order is Order.CONNECT_NOW:
        call.accept()
        return _say(language, "connecting", contact=name)
    call.order(order)
    if order is Order.HANG_UP:
        await call.ended.wait()
        return _say(language, "hung_up", contact=name)
    return _say(language, "keeps_holding", contact=name)


def match_contact(hass: HomeAssistant, language: str, wanted: str) -> tuple[Account, Contact]:
    """Return the contact whose name is nearest to what was said."""
    folded = wanted.strip().casefold()
    best: tuple[float, Account, Contact] | None = None
    for account in accounts(hass):
        for contact in account.contacts.values():
            score = max(_similarity(folded, name.casefold()) for name in contact.names())
            if best is None or score > best[0]:
                best = (score, account, contact)
    if best is None or best[0] < SIMILAR:
        raise Misunderstood(_say(language, "unknown_contact", contact=wanted))
    return best[1], best[2]


def match_call(hass: HomeAssistant, language: str, contact: str = "") -> Call:
    """Return the call to the contact named, or the only one."""
    calls = [call for _, call in running_calls(hass)]
    if contact:
        folded = contact.strip().casefold()
        named = [
            call
            for call in calls
            if call.job.contact is not None
            and max(_similarity(folded, name.casefold()) for name in call.job.contact.names())
            >= SIMILAR
        ]
        if not named:
            raise Misunderstood(_say(language, "no_call_to", contact=contact))
        calls = named
    if not calls:
        raise Misunderstood(_say(language, "no_call"))
    if len(calls) > 1:
        raise Misunderstood(_say(language, "several_calls"))
    return calls[0]


def _state_of(language: str, call: Call) -> str:
    """Say how one call is doing."""
    progress = call.progress
    if call.state is not CallState.ON_HOLD:
        return _say(language, f"state_{call.state.value}", contact=call.job.name)
    since = progress.hold_started or progress.since
    minutes = int((dt_util.utcnow() - since).total_seconds() // 60)
    text = _say(language, "state_on_hold", contact=call.job.name, minutes=minutes)
    if progress.queue_position is not None:
        text += " " + _say(language, "position", position=progress.queue_position)
    return text


def _similarity(said: str, name: str) -> float:
    """Return how alike two names are, 0 to 1; leading small words ("my", "the") do not count."""
    if said == name:
        return 1.0
    short = said.split(" ", 1)[-1]
    return max(
        SequenceMatcher(None, said, name).ratio(), SequenceMatcher(None, short, name).ratio()
    )


def _say(language: str, key: str, **values: object) -> str:
    """Return a reply."""
    return phrase(language, "replies", key, **values)
