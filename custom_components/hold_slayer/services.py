"""The actions of Hold Slayer."""

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

from .calls.lookup import account_for, call_for
from .calls.request import CallRequest
from .calls.view import call_view
from .const import DOMAIN
from .navigation.moments import Order
from .navigation.plan import Mode

_ENTRY = {probatio.Optional("config_entry_id"): cv.string}
_CALL = {
    **_ENTRY,
    probatio.Optional("call_id"): cv.string,
    probatio.Optional("line"): cv.positive_int,
}
START_CALL = probatio.Schema(
    {
        **_ENTRY,
        probatio.Optional("contact"): cv.string,
        probatio.Optional("number"): cv.string,
        probatio.Optional("intent"): cv.string,
        probatio.Optional("phone"): probatio.All(cv.ensure_list, [cv.string]),
        probatio.Optional("line"): cv.positive_int,
        probatio.Optional("flow"): probatio.Any(str, list, dict),
        probatio.Optional("mode", default=Mode.HOLD_SLAYER): probatio.Coerce(Mode),
        probatio.Optional("language"): cv.string,
        probatio.Optional("auto_connect"): cv.boolean,
    }
)
CALL_ONLY = probatio.Schema(_CALL)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN, "start_call", _start_call, START_CALL, supports_response=SupportsResponse.OPTIONAL
    )
    hass.services.async_register(
        DOMAIN, "hang_up", _hang_up, CALL_ONLY, supports_response=SupportsResponse.OPTIONAL
    )


async def _start_call(call: ServiceCall) -> ServiceResponse:
    """Begin a call."""
    data: dict[str, Any] = call.data
    account = account_for(call.hass, data)
    started = await account.start_call(
        CallRequest(
            contact=data.get("contact"),
            number=data.get("number"),
            intent=data.get("intent"),
            phones=tuple(data.get("phone", ())),
            line=data.get("line"),
            flow=data.get("flow"),
            mode=data["mode"],
            language=data.get("language"),
            auto_connect=data.get("auto_connect"),
            context=call.context,
        )
    )
    return call_view(account, started)


async def _hang_up(call: ServiceCall) -> ServiceResponse:
    """End a call and wait until it is over."""
    account, running = call_for(call.hass, call.data)
    running.order(Order.HANG_UP)
    await running.ended.wait()
    return call_view(account, running)
