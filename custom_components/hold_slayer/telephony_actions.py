"""Actions that concern the telephony itself: listening in."""

from typing import Any

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
import probatio

from .calls.lookup import call_for
from .calls.problems import invalid
from .calls.resolve import find_phones
from .const import DOMAIN

_ENTRY: dict[Any, Any] = {probatio.Optional("config_entry_id"): cv.string}
_LISTEN_IN = probatio.Schema(
    {
        **_ENTRY,
        probatio.Optional("call_id"): cv.string,
        probatio.Optional("line"): cv.positive_int,
        probatio.Optional("phone"): cv.string,
    }
)


@callback
def async_setup_telephony_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN, "listen_in", _listen_in, _LISTEN_IN, supports_response=SupportsResponse.OPTIONAL
    )


async def _listen_in(call: ServiceCall) -> ServiceResponse:
    """Ring a phone and let it hear a call without being heard."""
    account, running = call_for(call.hass, call.data)
    wanted = (call.data["phone"],) if "phone" in call.data else ()
    phones = find_phones(account, wanted)
    if not phones:
        raise invalid("no_phone")
    listening = await running.listen_in(phones[0])
    return {"call_id": running.id, "phone": phones[0].name, "listening": listening}
