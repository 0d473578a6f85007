"""Blueprints: Home Assistant accepts each, and what they use exists. One of each is run."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any
from urllib.parse import quote

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import Event, HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events, async_mock_service
import yaml

from custom_components.hold_slayer.const import BusEvent
from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.trigger import TRIGGERS

from .homes import account_entry, set_up as set_up_account
from .scripted_link import ScriptedLink

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "blueprints" / "automation" / "hold_slayer"
RAW = "https://raw.githubusercontent.com/hold-slayer/hold-slayer/main/blueprints/automation/hold_slayer"
FILES = sorted(FOLDER.glob("*.yaml"))
#: Actions of other integrations that blueprints use.
OTHERS = {
    "counter.increment",
    "counter.reset",
    "input_boolean.turn_off",
    "light.turn_on",
    "media_player.volume_mute",
    "notify.send_message",
    "tts.speak",
}

#: What somebody may fill in, by blueprint.
INPUTS: dict[str, dict[str, Any]] = {
    "announce_on_speakers": {"speech": "tts.piper", "speakers": ["media_player.kitchen"]},
    "call_at_best_time": {
        "button": "input_boolean.call",
        "best_time": "sensor.insurance_best_time_to_call",
        "contact": "Insurance",
    },
    "call_back_after_failure": {"counter": "counter.tries"},
    "call_when_open": {"contact": "Insurance"},
    "mute_television": {
        "line": "sensor.hold_slayer_line_1_call_state",
        "players": ["media_player.television"],
    },
    "person_answered": {"notify": ["notify.phone"], "lights": ["light.hall"]},
}


def values(data: Any, *keys: str) -> Iterator[str]:
    """All texts below the given keys, anywhere in a structure."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in keys and isinstance(value, str):
                yield value
            yield from values(value, *keys)
    elif isinstance(data, list):
        for value in data:
            yield from values(value, *keys)


def load(file: Path) -> Blueprint:
    """Read a blueprint as Home Assistant does."""
    return Blueprint(
        load_yaml_dict(str(file)),
        path=file.name,
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_a_blueprint_and_uses_what_exists(file: Path) -> None:
    blueprint = load(file)
    assert blueprint.validate() is None
    assert blueprint.metadata["source_url"] == f"{RAW}/{file.name}"
    assert blueprint.metadata["homeassistant"]["min_version"] == "2026.10.0"
    for name, given in blueprint.inputs.items():
        assert given["name"], name
        assert given["selector"], name

    data = blueprint.data
    services = yaml.safe_load((ROOT / "custom_components/hold_slayer/services.yaml").read_text())
    known = OTHERS | {f"hold_slayer.{name}" for name in services}
    assert set(values(data, "action")) <= known
    ours = {name for name in values(data, "trigger") if name.startswith("hold_slayer.")}
    assert ours <= {f"hold_slayer.{name}" for name in TRIGGERS}
    assert set(values(data, "event_type")) <= set(BusEvent)
    for outcome in blueprint.inputs.get("outcomes", {}).get("default", ()):
        assert outcome in set(Outcome)


def test_every_blueprint_can_be_imported_from_the_page_about_automations() -> None:
    page = (ROOT / "docs" / "automations.md").read_text()
    links = set(re.findall(r"blueprint_url=([^)]+)\)", page))
    assert links == {quote(f"{RAW}/{file.name}", safe="") for file in FILES}


def test_every_blueprint_is_tried_below() -> None:
    assert set(INPUTS) == {file.stem for file in FILES}


async def set_up(hass: HomeAssistant, *names: str) -> None:
    """Make automations of blueprints, as the user interface would."""
    folder = Path(hass.config.path("blueprints/automation/hold_slayer"))
    automations = [
        {
            "alias": name,
            "use_blueprint": {"path": f"hold_slayer/{name}.yaml", "input": INPUTS[name]},
        }
        for name in names
    ]
    assert folder.is_dir()
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await hass.async_block_till_done()
    for name in names:
        state = hass.states.get(f"automation.{name}")
        assert state is not None
        assert state.state == "on", name


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """A configuration folder that has the blueprints."""
    (tmp_path / "blueprints" / "automation").mkdir(parents=True)
    (tmp_path / "blueprints" / "automation" / "hold_slayer").symlink_to(FOLDER)
    (tmp_path / "custom_components").symlink_to(ROOT / "custom_components")
    return str(tmp_path)


async def turn_off(hass: HomeAssistant) -> None:
    """Take the automations' timers away."""
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


def ended(**facts: Any) -> dict[str, Any]:
    """The data of an event that a call is over."""
    return {
        "contact": "Insurance",
        "number": "+442079460000",
        "intent": "my claim",
        "outcome": "busy",
        "connected": False,
    } | facts


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_somebody_is_told_when_a_person_answers(hass: HomeAssistant) -> None:
    messages = async_mock_service(hass, "notify", "send_message")
    lights = async_mock_service(hass, "light", "turn_on")
    spoken = async_mock_service(hass, "tts", "speak")
    await set_up(hass, "person_answered", "announce_on_speakers")
    hass.bus.async_fire(BusEvent.HUMAN_DETECTED, {"contact": None, "number": "200"})
    await hass.async_block_till_done()
    assert [call.data["message"] for call in messages] == [
        "200 has answered. Your phone is ringing."
    ]
    assert lights[0].data["entity_id"] == ["light.hall"]
    assert spoken[0].data["message"] == "200 has answered. Please pick up your phone."


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_company_that_was_busy_is_called_again_three_times_a_day(
    hass: HomeAssistant,
) -> None:
    calls = async_mock_service(hass, "hold_slayer", "start_call")
    assert await async_setup_component(hass, "counter", {"counter": {"tries": {}}})
    await set_up(hass, "call_back_after_failure")
    fired: list[Event] = async_capture_events(hass, BusEvent.CALL_ENDED)
    for facts in ({}, {"outcome": "closed"}, {"contact": None}, {"outcome": "hung_up"}, {}, {}):
        hass.bus.async_fire(BusEvent.CALL_ENDED, ended(**facts))
        await hass.async_block_till_done()
    assert len(fired) == 6
    assert [call.data["when"] for call in calls] == ["at", "open", "at"]
    assert calls[0].data["contact"] == "Insurance"
    hass.bus.async_fire(BusEvent.CALL_ENDED, ended(connected=True, outcome="connected"))
    await hass.async_block_till_done()
    assert (state := hass.states.get("counter.tries")) is not None
    assert state.state == "0"
    await turn_off(hass)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_switch_has_the_call_placed_at_the_best_time(hass: HomeAssistant) -> None:
    calls = async_mock_service(hass, "hold_slayer", "start_call")
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"call": {}}})
    await set_up(hass, "call_at_best_time")
    for best in ("unknown", "2099-01-05T09:00:00+00:00"):
        hass.states.async_set("sensor.insurance_best_time_to_call", best)
        await hass.services.async_call(
            "input_boolean", "turn_on", {"entity_id": "input_boolean.call"}, blocking=True
        )
        await hass.async_block_till_done()
        assert hass.states.is_state("input_boolean.call", "off")
    assert [call.data["when"] for call in calls] == ["open", "at"]
    assert str(calls[1].data["at"]).startswith("2099-01-05")


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_the_television_is_muted_when_somebody_is_there(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    muted: asyncio.Queue[bool] = asyncio.Queue()

    async def mute(call: ServiceCall) -> None:
        muted.put_nowait(call.data["is_volume_muted"])

    hass.services.async_register("media_player", "volume_mute", mute)
    await set_up_account(hass, account_entry())
    await set_up(hass, "mute_television")
    hass.states.async_set(INPUTS["mute_television"]["line"], "person_detected")
    async with asyncio.timeout(30):
        assert await muted.get() is True
    hass.states.async_set(INPUTS["mute_television"]["line"], "connected")
    async with asyncio.timeout(30):
        assert await muted.get() is True
    hass.states.async_set(INPUTS["mute_television"]["line"], "on_hold")
    async with asyncio.timeout(30):
        assert await muted.get() is False
    await turn_off(hass)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_call_is_queued_in_the_morning(hass: HomeAssistant) -> None:
    calls = async_mock_service(hass, "hold_slayer", "start_call")
    await set_up(hass, "call_when_open")
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": "automation.call_when_open"}, blocking=True
    )
    assert [dict(each.data) for each in calls] == [{"contact": "Insurance", "when": "open"}]
    await turn_off(hass)
