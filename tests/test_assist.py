"""Sentences through the Assist pipeline's own websocket command, as the voice dialog sends them."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.sentences import load
from custom_components.hold_slayer.telephony.messages import PlaceCall

from .calling import over, to_hold
from .homes import account_entry, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set up Assist with its default pipeline, and an account."""
    for component in ("homeassistant", "conversation", "intent", "assist_pipeline"):
        assert await async_setup_component(hass, component, {})
    entry = account_entry()
    await set_up(hass, entry)
    return entry


async def run(client: Any, text: str) -> dict[str, Any]:
    """Send a sentence to the pipeline's intent stage and return the event that ends it."""
    await client.send_json_auto_id(
        {
            "type": "assist_pipeline/run",
            "start_stage": "intent",
            "end_stage": "intent",
            "input": {"text": text},
        }
    )
    assert (await client.receive_json())["success"]
    found: dict[str, Any] = {}
    while (event := (await client.receive_json())["event"])["type"] != "run-end":
        assert event["type"] != "error", event
        if event["type"] == "intent-end":
            found = event["data"]
    return found


def speech(ended: dict[str, Any]) -> str:
    """Return what is answered."""
    text: str = ended["intent_output"]["response"]["speech"]["plain"]["speech"]
    return text


async def test_a_call_by_voice_from_first_word_to_hang_up(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Asked for, asked about and ended in sentences, each answered in words."""
    client = await hass_ws_client(hass)
    ended = await run(client, "call my insurance about my claim and hold")
    assert speech(ended) == load("en")["replies"]["calling"].replace("{contact}", "Insurance")
    # a sentence of ours: no conversation agent has to be asked
    assert ended["processed_locally"]
    assert link.all(PlaceCall)[0].target == "+442079460000"
    call = entry.runtime_data.switchboard.lines[0].call
    assert call.job.plan.intent == "my claim"
    await to_hold(hass, link, call)
    assert "Insurance" in speech(await run(client, "how long have I been on hold"))
    assert speech(await run(client, "hang up on my insurance")) == "I have hung up on Insurance."
    await over(hass, call)
    assert call.state is CallState.ENDED


async def test_what_cannot_be_done_is_said(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """An unknown company and a missing call are answered in words, not with an error."""
    client = await hass_ws_client(hass)
    assert speech(await run(client, "call the circus and hold")) == (
        "I do not know a contact called circus."
    )
    assert speech(await run(client, "put them through")) == "There is no call."
    assert not link.all(PlaceCall)
