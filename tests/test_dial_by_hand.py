"""Dialling by hand over the card's websocket command."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.telephony.messages import PlaceCall

from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def test_a_program_cannot_dial_by_hand(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """A user that a program made is no person: it may not reach what only people may dial."""
    user = await hass.auth.async_create_system_user("robot")
    token = await hass.auth.async_create_refresh_token(user)
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(token))
    await client.send_json_auto_id({"type": "hold_slayer/dial", "number": "112"})
    answer = await client.receive_json()
    assert not answer["success"]
    assert answer["error"]["code"] == "unauthorized"
    assert not link.all(PlaceCall)


async def test_nonsense_is_refused_in_words(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """What is no number is said, nothing rings."""
    client = await hass_ws_client(hass)
    for number in ("", "call me", "1" * 500):
        await client.send_json_auto_id({"type": "hold_slayer/dial", "number": number})
        answer = await client.receive_json()
        assert not answer["success"]
        assert answer["error"]["message"]
    assert not link.all(PlaceCall)
