"""What the entities of lines, contacts, phones and the account show and do."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    mock_restore_cache,
)

from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.telephony.messages import EndedBy, LegState, PlaceCall, SendKeys
from custom_components.hold_slayer.telephony.supervision import LinkState

from .calling import act, company, over, start, to_bridge, to_hold, to_person
from .homes import account_entry, leg_is, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
LINE = "hold_slayer_line_1"


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    found = hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


async def press(hass: HomeAssistant, name: str) -> None:
    """Press a button."""
    await hass.services.async_call(
        "button", "press", {"entity_id": f"button.{name}"}, blocking=True
    )


async def choose(hass: HomeAssistant, name: str, option: str) -> None:
    """Choose an option of a select."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": f"select.{name}", "option": option},
        blocking=True,
    )


async def test_idle(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Without a call a line is idle, and the account registered."""
    assert state(hass, f"sensor.{LINE}_call_state") == "idle"
    assert state(hass, f"sensor.{LINE}_contact") == "unknown"
    assert state(hass, f"binary_sensor.{LINE}_on_hold") == "off"
    assert state(hass, "binary_sensor.hold_slayer_registered") == "on"
    assert state(hass, "sensor.hold_slayer_registration") == "registered"
    assert state(hass, "sensor.hold_slayer_active_calls") == "0"


async def test_a_call_is_shown(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The sensors follow a call from hold to its end, and become idle again."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    assert state(hass, f"sensor.{LINE}_contact") == "Insurance"
    assert state(hass, f"sensor.{LINE}_heard") == "music"
    assert state(hass, "sensor.hold_slayer_active_calls") == "1"
    freezer.tick(6)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    leg = await to_bridge(hass, link, call)
    assert state(hass, f"binary_sensor.{LINE}_person") == "on"
    event = hass.states.get(f"event.{LINE}_call")
    assert event is not None
    assert event.attributes["event_type"] == "connected"
    assert event.attributes["contact"] == "Insurance"
    leg_is(link, leg, LegState.DISCONNECTED, ended_by=EndedBy.THEM)
    await over(hass, call)
    assert state(hass, f"sensor.{LINE}_call_state") == "ended"
    assert state(hass, "sensor.insurance_last_outcome") == "connected"
    freezer.tick(31)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert state(hass, f"sensor.{LINE}_call_state") == "idle"


async def test_call_button_of_a_line(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The Call button calls the contact chosen and rings the phone chosen."""
    with pytest.raises(ServiceValidationError, match="Choose a contact"):
        await press(hass, f"{LINE}_call")
    await choose(hass, f"{LINE}_contact", "Insurance")
    await choose(hass, f"{LINE}_phone", "Desk")
    assert state(hass, f"select.{LINE}_contact") == "Insurance"
    await press(hass, f"{LINE}_call")
    assert (await link.until(PlaceCall)).target == "+442079460000"
    call = entry.runtime_data.switchboard.lines[0].call
    assert [phone.name for phone in call.job.phones] == ["Desk"]


async def test_call_button_of_a_contact(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A contact has a Call button of its own."""
    await press(hass, "insurance_call")
    call = entry.runtime_data.switchboard.lines[0].call
    assert call.job.plan.intent == "a question about my claim"


async def test_keypad(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> None:
    """Choosing a key presses it; without a call that is an error."""
    with pytest.raises(ServiceValidationError, match="no call on line 1"):
        await choose(hass, f"{LINE}_key", "5")
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    await choose(hass, f"{LINE}_key", "star")
    assert link.all(SendKeys)[-1].keys == "*"
    assert state(hass, f"select.{LINE}_key") == "none"


async def test_not_connected_automatically(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """With the switch off, a person does not ring the user until the button is pressed."""
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": f"switch.{LINE}_auto_connect"}, blocking=True
    )
    call = await start(hass, entry)
    await to_person(hass, link, call)
    assert len(link.all(PlaceCall)) == 1
    await press(hass, f"{LINE}_connect_now")
    assert (await link.until(PlaceCall, 2)).target == "sip:200@sip.example.com"


async def test_choices_survive_a_restart(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Contact, phone and switch are as before."""
    mock_restore_cache(
        hass,
        [
            State(f"select.{LINE}_contact", "Insurance"),
            State(f"select.{LINE}_phone", "Desk"),
            State(f"switch.{LINE}_auto_connect", "off"),
        ],
    )
    await set_up(hass, account_entry())
    assert state(hass, f"select.{LINE}_contact") == "Insurance"
    assert state(hass, f"select.{LINE}_phone") == "Desk"
    assert state(hass, f"switch.{LINE}_auto_connect") == "off"


async def test_unavailable_without_engine(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """When the engine is gone, so is everything it makes possible."""
    link.enter(LinkState.RESTARTING)
    await hass.async_block_till_done()
    assert state(hass, f"sensor.{LINE}_call_state") == "unavailable"
    assert state(hass, "button.insurance_call") == "unavailable"
    assert state(hass, "sensor.insurance_last_outcome") == "unknown"
    assert state(hass, "binary_sensor.hold_slayer_registered") == "off"


async def test_registries(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Unique ids are stable, and every entity has a device and a translated name."""
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    for entity in entities:
        assert entity.unique_id.startswith(entry.entry_id)
        assert entity.device_id is not None
        assert entity.translation_key is not None
    account = device_registry.async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    assert account is not None
    line = device_registry.async_get_child_device_by_identifier(
        (DOMAIN, f"{entry.entry_id}_line1"), entry.entry_id
    )
    assert line is not None
    assert line.name == "Line 1"
    enabled: dict[str, Any] = {e.entity_id: e for e in entities if not e.disabled_by}
    assert f"sensor.{LINE}_codec" not in enabled


async def test_media_figures(
    hass: HomeAssistant,
    link: ScriptedLink,
    entity_registry: er.EntityRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Codec, loss, jitter and round trip are there for those who enable them."""
    entry = account_entry()
    entry.add_to_hass(hass)
    for key in ("codec", "packet_loss", "jitter", "round_trip"):
        entity_registry.async_get_or_create(
            "sensor",
            DOMAIN,
            f"{entry.entry_id}_line1_{key}",
            config_entry=entry,
            suggested_object_id=f"{LINE}_{key}",
            disabled_by=None,
        )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    freezer.tick(31)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert state(hass, f"sensor.{LINE}_codec") == "PCMA"
    await act(hass, "hang_up")
