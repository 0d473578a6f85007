"""The card's websocket commands: a snapshot, then what changes; dialling by hand."""

from typing import Any

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_UNAUTHORIZED
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.components.websocket_api.messages import event_message
from homeassistant.core import HomeAssistant, callback
import probatio

from .calls.feed import Feed
from .calls.lookup import account_for
from .calls.straight_through import dial_by_hand
from .const import DOMAIN
from .records.recording_view import async_setup_recording_views
from .records.websocket import async_setup_history_commands


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands, and what serves recordings to those who asked for them there."""
    async_register_command(hass, subscribe)
    async_register_command(hass, dial)
    async_setup_history_commands(hass)
    async_setup_recording_views(hass)


@websocket_command({probatio.Required("type"): f"{DOMAIN}/subscribe"})
@callback
def subscribe(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Send lines, contacts and phones, then every change."""

    @callback
    def send(event: dict[str, Any]) -> None:
        connection.send_message(event_message(message["id"], event))

    feed = Feed(hass, connection.user, send)
    connection.subscriptions[message["id"]] = feed.stop
    connection.send_result(message["id"])
    feed.start()


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/dial",
        probatio.Required("number"): str,
        probatio.Optional("config_entry_id"): str,
    }
)
@async_response
async def dial(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Put a number through that a person dials by hand, an emergency number, too.

    A command and no action: automations, scripts and assistants cannot give it.
    """
    if connection.user.system_generated:
        connection.send_error(message["id"], ERR_UNAUTHORIZED, "Only people dial by hand")
        return
    answered = await dial_by_hand(account_for(hass, message), message["number"])
    connection.send_result(message["id"], {"answered": answered})
