"""Actions that concern the telephony itself: listening in, testing an account, SIP traces."""

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
from .calls.problems import invalid
from .calls.resolve import find_phones
from .calls.self_test import SelfTest
from .calls.self_test_result import as_data
from .calls.tracing import tracing
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
_TEST_ACCOUNT = probatio.Schema(
    {
        **_ENTRY,
        probatio.Optional("number", default=""): cv.string,
        probatio.Optional("call", default=True): cv.boolean,
    }
)
_RECORD_SIP_TRACE = probatio.Schema(
    {
        probatio.Optional("minutes", default=10): probatio.All(
            cv.positive_int, probatio.Range(min=1, max=30)
        )
    }
)


@callback
def async_setup_telephony_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    actions = {
        "listen_in": (_listen_in, _LISTEN_IN),
        "test_account": (_test_account, _TEST_ACCOUNT),
        "record_sip_trace": (_record_sip_trace, _RECORD_SIP_TRACE),
        "stop_sip_trace": (_stop_sip_trace, probatio.Schema({})),
    }
    for name, (handler, schema) in actions.items():
        hass.services.async_register(
            DOMAIN, name, handler, schema, supports_response=SupportsResponse.OPTIONAL
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


async def _test_account(call: ServiceCall) -> ServiceResponse:
    """Test an account, and say in words how it stands."""
    account = account_for(call.hass, call.data)
    result = await SelfTest(account).run(call.data["number"], call=call.data["call"])
    return as_data(result, account.language)


async def _record_sip_trace(call: ServiceCall) -> ServiceResponse:
    """Record a SIP trace for some minutes."""
    until = await tracing(call.hass).start(call.data["minutes"] * 60.0)
    return {"until": until.isoformat()}


async def _stop_sip_trace(call: ServiceCall) -> ServiceResponse:
    """End the SIP trace and answer where it is."""
    return await tracing(call.hass).stop()
