"""The actions on past calls."""

from functools import partial
from typing import Any

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
import probatio

from ..calls.problems import invalid
from ..const import DOMAIN
from .export import Format, export_calls
from .filters import MOST_EXPORTED, read_filter, read_page
from .forgetting import forget_calls
from .history import history_of
from .lookup import calls_page, statistics_of, whole_call_of
from .summing_up import summary_of
from .teaching import LONGEST, correct_line
from .traces import export_traces
from .visibility import visible_in

_WHICH: dict[Any, Any] = {
    probatio.Optional("contact"): cv.string,
    probatio.Optional("outcome"): cv.string,
    probatio.Optional("since"): cv.datetime,
    probatio.Optional("until"): cv.datetime,
    probatio.Optional("config_entry_id"): cv.string,
}
_ONE: dict[Any, Any] = {probatio.Optional("call_id"): cv.string}
# what is no number is refused with our own, translated words
_LIMIT: dict[Any, Any] = {probatio.Optional("limit"): object}
_PAGE: dict[Any, Any] = {**_LIMIT, probatio.Optional("offset"): object}
GET_CALL_HISTORY = probatio.Schema(
    {**_ONE, **_WHICH, **_PAGE, probatio.Optional("search"): cv.string}
)
GET_CALL_SUMMARY = probatio.Schema(
    {
        probatio.Required("call_id"): cv.string,
        probatio.Optional("model", default=True): cv.boolean,
    }
)
GET_STATISTICS = probatio.Schema(_WHICH)
EXPORT_CALLS = probatio.Schema(
    {
        **_ONE,
        **_WHICH,
        **_LIMIT,
        probatio.Optional("format", default=Format.JSON): probatio.Coerce(Format),
    }
)
DELETE_CALLS = probatio.Schema(
    {**_ONE, **_WHICH, probatio.Optional("all", default=False): cv.boolean}
)


CORRECT_CALL = probatio.Schema(
    {
        probatio.Required("call_id"): cv.string,
        probatio.Required("line"): cv.positive_int,
        probatio.Required("text"): probatio.All(
            cv.string, probatio.Strip, probatio.Length(min=1, max=LONGEST)
        ),
    }
)
EXPORT_TRACES = probatio.Schema({**_ONE, **_WHICH, **_LIMIT})


@callback
def async_setup_history_actions(hass: HomeAssistant) -> None:
    """Register the actions; deleting is for administrators."""
    only = SupportsResponse.ONLY
    for name, handler, schema in (
        ("get_call_history", _get_call_history, GET_CALL_HISTORY),
        ("get_call_summary", _get_call_summary, GET_CALL_SUMMARY),
        ("get_statistics", _get_statistics, GET_STATISTICS),
        ("export_calls", _export_calls, EXPORT_CALLS),
        ("export_traces", _export_traces, EXPORT_TRACES),
    ):
        hass.services.async_register(DOMAIN, name, handler, schema, supports_response=only)
    hass.services.async_register(
        DOMAIN,
        "correct_call",
        _correct_call,
        CORRECT_CALL,
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        "delete_calls",
        _delete_calls,
        DELETE_CALLS,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _get_call_history(call: ServiceCall) -> ServiceResponse:
    """Return a page of past calls, or one call with everything."""
    visible = await visible_in(call.hass, call.context)
    if call_id := call.data.get("call_id"):
        return {"total": 1, "calls": [await whole_call_of(call.hass, call_id, visible)]}
    return await calls_page(call.hass, call.data, visible)


async def _get_call_summary(call: ServiceCall) -> ServiceResponse:
    """Return a call in words."""
    visible = await visible_in(call.hass, call.context)
    return await summary_of(call.hass, call.data["call_id"], visible, model=call.data["model"])


async def _get_statistics(call: ServiceCall) -> ServiceResponse:
    """Return figures over past calls."""
    return await statistics_of(call.hass, call.data, await visible_in(call.hass, call.context))


async def _export_calls(call: ServiceCall) -> ServiceResponse:
    """Return calls as text."""
    data = dict(call.data)
    wanted = read_filter(data, await visible_in(call.hass, call.context))
    limit = read_page(data, MOST_EXPORTED, MOST_EXPORTED).limit
    work = partial(export_calls, wanted=wanted, limit=limit, form=data["format"])
    return await history_of(call.hass).read(work)


async def _export_traces(call: ServiceCall) -> ServiceResponse:
    """Return what calls taught, without anything of what was said or to whom."""
    data = dict(call.data)
    wanted = read_filter(data, await visible_in(call.hass, call.context))
    limit = read_page(data, MOST_EXPORTED, MOST_EXPORTED).limit
    return await history_of(call.hass).read(partial(export_traces, wanted=wanted, limit=limit))


async def _correct_call(call: ServiceCall) -> ServiceResponse:
    """Correct a line of a transcript."""
    visible = await visible_in(call.hass, call.context)
    data = call.data
    return await correct_line(call.hass, data["call_id"], data["line"], data["text"], visible)


async def _delete_calls(call: ServiceCall) -> ServiceResponse:
    """Delete one call, those of a contact or time, or all."""
    data = dict(call.data)
    wanted = read_filter(data)
    # a name of blanks names nothing, and must not delete everything
    named = any(str(data.get(key) or "").strip() for key in (*map(str, _ONE), *map(str, _WHICH)))
    if named == data["all"]:
        raise invalid("history_delete_what")
    forgotten = await forget_calls(call.hass, wanted)
    if wanted.call_id and not forgotten.calls:
        found = await whole_call_of(call.hass, wanted.call_id, None)
        raise invalid("history_call_running", call=found["call_id"])
    return {
        "deleted": forgotten.calls,
        "recordings": forgotten.recordings,
        "prints": forgotten.prints,
    }
