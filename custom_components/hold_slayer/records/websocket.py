"""The websocket commands on past calls: list, search and get, with paging and permissions."""

from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.components.websocket_api.messages import event_message
from homeassistant.core import HomeAssistant, callback
import probatio

from ..const import DOMAIN
from .following import follow
from .lookup import calls_page, statistics_of, whole_call_of
from .summing_up import summary_of
from .visibility import visible_to

_WHICH: Final[dict[Any, Any]] = {
    probatio.Optional(key): object
    for key in ("contact", "outcome", "since", "until", "config_entry_id")
}
_PAGE: Final[dict[Any, Any]] = {
    probatio.Optional("limit"): object,
    probatio.Optional("offset"): object,
}


@callback
def async_setup_history_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (
        history_list,
        history_search,
        history_get,
        history_statistics,
        history_summary,
        history_subscribe,
    ):
        async_register_command(hass, command)


@websocket_command({probatio.Required("type"): f"{DOMAIN}/history/list", **_WHICH, **_PAGE})
@async_response
async def history_list(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send a page of calls, newest first."""
    found = await calls_page(hass, message, visible_to(hass, connection.user))
    connection.send_result(message["id"], found)


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/history/search",
        probatio.Required("search"): str,
        **_WHICH,
        **_PAGE,
    }
)
@async_response
async def history_search(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send a page of calls in which something was said, with the lines."""
    data = message | {"search": message["search"] or " "}
    found = await calls_page(hass, data, visible_to(hass, connection.user))
    connection.send_result(message["id"], found)


@websocket_command(
    {probatio.Required("type"): f"{DOMAIN}/history/get", probatio.Required("call_id"): str}
)
@async_response
async def history_get(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send one call with events, timeline and transcript."""
    visible = visible_to(hass, connection.user)
    found = await whole_call_of(hass, message["call_id"], visible)
    connection.send_result(message["id"], found)


@websocket_command({probatio.Required("type"): f"{DOMAIN}/history/statistics", **_WHICH})
@async_response
async def history_statistics(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send figures over past calls."""
    found = await statistics_of(hass, message, visible_to(hass, connection.user))
    connection.send_result(message["id"], found)


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/history/summary",
        probatio.Required("call_id"): str,
        probatio.Optional("model", default=False): bool,
    }
)
@async_response
async def history_summary(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send one call in words; by a model only when asked to."""
    visible = visible_to(hass, connection.user)
    found = await summary_of(hass, message["call_id"], visible, model=message["model"])
    connection.send_result(message["id"], found)


@websocket_command({probatio.Required("type"): f"{DOMAIN}/history/subscribe"})
@callback
def history_subscribe(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send calls as they are begun, end or are judged, and the ids of those that are deleted."""

    @callback
    def send(event: dict[str, Any]) -> None:
        connection.send_message(event_message(message["id"], event))

    connection.subscriptions[message["id"]] = follow(hass, connection.user, send)
    connection.send_result(message["id"])
