"""The actions of Hold Slayer: names, fields and who does the work."""

from collections.abc import Callable, Coroutine
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

from .calls.flow_files import export_flow, import_flow
from .calls.listing import listed_calls
from .calls.lookup import account_for, accounts, call_for, recent_calls
from .calls.phone_test import ring_for_test
from .calls.problems import invalid
from .calls.request import CallRequest
from .calls.resolve import find_contact, find_phones
from .calls.schedule import When
from .calls.view import call_view, transcript_view, waiting_view
from .const import DOMAIN
from .menu_actions import async_setup_menu_actions
from .navigation.moments import Order
from .navigation.plan import Mode
from .records.actions import async_setup_history_actions
from .records.lookup import whole_call_of
from .records.teaching import teach_verdict
from .records.visibility import visible_in
from .telephony_actions import async_setup_telephony_actions

#: Longest text said and most keys pressed by one action.
LONGEST_TEXT = 500
MOST_KEYS = 64

_ENTRY: dict[Any, Any] = {probatio.Optional("config_entry_id"): cv.string}
_CALL: dict[Any, Any] = {
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
        probatio.Optional("record"): cv.boolean,
        probatio.Optional("when", default=When.NOW): probatio.Coerce(When),
        probatio.Optional("at"): cv.datetime,
    }
)
_KEYS = probatio.All(
    cv.string,
    probatio.Strip,
    probatio.Length(min=1, max=MOST_KEYS),
    cv.matches_regex(r"^[0-9*#A-D,]+$"),
)
_TEXT = probatio.All(cv.string, probatio.Strip, probatio.Length(min=1, max=LONGEST_TEXT))
_CONTACT: dict[Any, Any] = {**_ENTRY, probatio.Required("contact"): cv.string}

type Handler = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    optional, only = SupportsResponse.OPTIONAL, SupportsResponse.ONLY
    actions: dict[str, tuple[Handler, dict[Any, Any] | probatio.Schema, SupportsResponse]] = {
        "start_call": (_start_call, START_CALL, optional),
        "hang_up": (_hang_up, _CALL, optional),
        "cancel_call": (
            _cancel_call,
            {
                **_ENTRY,
                probatio.Exclusive("waiting_id", "which"): cv.string,
                probatio.Exclusive("contact", "which"): cv.string,
            },
            optional,
        ),
        "send_dtmf": (_send_dtmf, {**_CALL, probatio.Required("keys"): _KEYS}, optional),
        "say": (
            _say,
            {
                **_CALL,
                probatio.Required("message"): _TEXT,
                probatio.Optional("language"): cv.string,
            },
            optional,
        ),
        "connect": (_order(Order.CONNECT_NOW), _CALL, optional),
        "resume_hold": (_order(Order.RESUME_HOLD), _CALL, optional),
        "set_verdict": (
            _set_verdict,
            {**_CALL, probatio.Required("person"): cv.boolean},
            optional,
        ),
        "get_calls": (_get_calls, {**_ENTRY, probatio.Optional("active"): cv.boolean}, only),
        "get_transcript": (_get_transcript, {probatio.Required("call_id"): cv.string}, only),
        "test_phone": (_test_phone, {**_ENTRY, probatio.Required("phone"): cv.string}, optional),
        "import_call_flow": (
            _import_call_flow,
            {
                **_CONTACT,
                probatio.Required("flow"): probatio.Any(str, list, dict),
                probatio.Optional("merge", default=False): cv.boolean,
            },
            optional,
        ),
        "export_call_flow": (_export_call_flow, _CONTACT, only),
    }
    for name, (handler, schema, response) in actions.items():
        if isinstance(schema, dict):
            schema = probatio.Schema(schema)  # noqa: PLW2901
        hass.services.async_register(DOMAIN, name, handler, schema, supports_response=response)
    async_setup_history_actions(hass)
    async_setup_menu_actions(hass)
    async_setup_telephony_actions(hass)


async def _start_call(call: ServiceCall) -> ServiceResponse:
    """Begin a call, now or later."""
    data: dict[str, Any] = call.data
    account = account_for(call.hass, data)
    request = CallRequest(
        contact=data.get("contact"),
        number=data.get("number"),
        intent=data.get("intent"),
        phones=tuple(data.get("phone", ())),
        line=data.get("line"),
        flow=data.get("flow"),
        mode=data["mode"],
        language=data.get("language"),
        auto_connect=data.get("auto_connect"),
        record=data.get("record"),
        context=call.context,
    )
    if data["when"] is not When.NOW:
        waiting = account.schedule.add(request, data["when"], data.get("at"))
        return {"scheduled": True, "waiting_id": waiting.id, "due": waiting.due.isoformat()}
    return call_view(account, await account.start_call(request))


async def _hang_up(call: ServiceCall) -> ServiceResponse:
    """End a call and wait until it is over."""
    account, running = call_for(call.hass, call.data)
    running.order(Order.HANG_UP)
    await running.ended.wait()
    return call_view(account, running)


async def _cancel_call(call: ServiceCall) -> ServiceResponse:
    """Take waiting calls off the list: one by its id, or all to a contact."""
    entry_id = call.data.get("config_entry_id")
    waiting_id, contact = call.data.get("waiting_id"), call.data.get("contact")
    cancelled: list[Any] = []
    for account in accounts(call.hass):
        if entry_id not in (None, account.entry.entry_id):
            continue
        here = account is account_for(call.hass, call.data)
        wanted = find_contact(account, contact) if contact and here else None
        for waiting in tuple(account.schedule.waiting.values()):
            named = waiting.request.contact
            same = wanted is not None and named and find_contact(account, named) == wanted
            if waiting.id == waiting_id or same:
                account.schedule.remove(waiting.id)
                cancelled.append(waiting.summary)
    if not cancelled:
        raise invalid("no_waiting_call")
    return {"cancelled": cancelled}


async def _send_dtmf(call: ServiceCall) -> ServiceResponse:
    """Press keys."""
    account, running = call_for(call.hass, call.data)
    await running.press(call.data["keys"])
    return call_view(account, running)


async def _say(call: ServiceCall) -> ServiceResponse:
    """Say something to the company."""
    _, running = call_for(call.hass, call.data)
    completed = await running.say(call.data["message"], call.data.get("language"))
    return {"call_id": running.id, "completed": completed}


def _order(order: Order) -> Handler:
    """Return what gives an order to a call."""

    async def give(call: ServiceCall) -> ServiceResponse:
        account, running = call_for(call.hass, call.data)
        running.order(order)
        return call_view(account, running)

    return give


async def _set_verdict(call: ServiceCall) -> ServiceResponse:
    """Say who is on the line, or who was."""
    return await teach_verdict(call)


async def _get_calls(call: ServiceCall) -> ServiceResponse:
    """List the calls: running ones, the last that ended, and those that wait."""
    entry_id = call.data.get("config_entry_id")
    calls: list[Any] = await listed_calls(
        call.hass,
        entry_id=entry_id,
        only_active=call.data.get("active", False),
        context=call.context,
    )
    waiting: list[Any] = [
        waiting_view(account, each)
        for account in accounts(call.hass)
        if entry_id in (None, account.entry.entry_id)
        for each in account.schedule.waiting.values()
    ]
    return {"calls": calls, "waiting": waiting}


async def _get_transcript(call: ServiceCall) -> ServiceResponse:
    """Return the words of a call; those of one that was long ago are in the history."""
    call_id = call.data["call_id"]
    for _, known in recent_calls(call.hass):
        if known.id == call_id:
            lines: list[Any] = [transcript_view(line) for line in known.progress.transcript]
            return {"call_id": call_id, "transcript": lines}
    past = await whole_call_of(call.hass, call_id, await visible_in(call.hass, call.context))
    return {"call_id": call_id, "transcript": past["transcript"]}


async def _test_phone(call: ServiceCall) -> ServiceResponse:
    """Ring a phone; the response says how it went."""
    account = account_for(call.hass, call.data)
    phone = find_phones(account, (call.data["phone"],))[0]
    return {"phone": phone.name, "result": (await ring_for_test(account, phone)).value}


async def _import_call_flow(call: ServiceCall) -> ServiceResponse:
    """Give a contact a call flow, or add one to what it has."""
    account = account_for(call.hass, call.data)
    contact = find_contact(account, call.data["contact"])
    flow = import_flow(account, contact, call.data["flow"], add=call.data["merge"])
    return {"contact": contact.name, "steps": len(flow.steps)}


async def _export_call_flow(call: ServiceCall) -> ServiceResponse:
    """Return a contact's call flow, which holds no secrets."""
    account = account_for(call.hass, call.data)
    contact = find_contact(account, call.data["contact"])
    if contact.flow is None:
        raise invalid("no_flow", contact=contact.name)
    return export_flow(contact, contact.flow)
