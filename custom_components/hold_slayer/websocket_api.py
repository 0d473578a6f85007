"""The websocket subscription that feeds the card: a snapshot, then what changes."""

from typing import Any

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.components.websocket_api.messages import event_message
from homeassistant.core import HomeAssistant, callback
import probatio

from .calls.feed import Feed
from .const import DOMAIN
from .records.recording_view import async_setup_recording_views
from .records.websocket import async_setup_history_commands


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands, and what serves recordings to those who asked for them there."""
    async_register_command(hass, subscribe)
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
