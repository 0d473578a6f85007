"""What the registries hold for an account, and what its diagnostics say: compared with a stored picture."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from .calling import start, to_person
from .homes import account_entry, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

ENTRY_ID = "account"


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare as Home Assistant does."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


async def test_entities(
    hass: HomeAssistant, link: ScriptedLink, snapshot: SnapshotAssertion
) -> None:
    """Ids, names, categories and what is disabled are as users know them."""
    await set_up(hass, account_entry(entry_id=ENTRY_ID, options={"lines": 1}))
    entities = er.async_entries_for_config_entry(er.async_get(hass), ENTRY_ID)
    assert entities
    found: dict[str, dict[str, Any]] = {
        entity.entity_id: {
            "unique_id": entity.unique_id,
            "name": entity.original_name,
            "translation_key": entity.translation_key,
            "category": entity.entity_category,
            "device_class": entity.original_device_class,
            "unit": entity.unit_of_measurement,
            "disabled_by": entity.disabled_by,
            "capabilities": entity.capabilities,
        }
        for entity in sorted(entities, key=lambda each: each.entity_id)
    }
    assert found == snapshot


async def test_devices(
    hass: HomeAssistant, link: ScriptedLink, snapshot: SnapshotAssertion
) -> None:
    """The account, its line, the contact and the phone are devices, one below the other."""
    await set_up(hass, account_entry(entry_id=ENTRY_ID, options={"lines": 1}))
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, ENTRY_ID)
    names = {device.id: device.name for device in devices}
    found = {
        device.name: {
            "identifiers": sorted(device.identifiers),
            "manufacturer": device.manufacturer,
            "model": device.model,
            "kind": device.entry_type,
            "below": names.get(device.via_device_id or ""),
        }
        for device in devices
    }
    assert found == snapshot


async def test_diagnostics(
    hass: HomeAssistant,
    link: ScriptedLink,
    hass_client: ClientSessionGenerator,
    snapshot: SnapshotAssertion,
) -> None:
    """Everything that helps, nothing that is private."""
    entry = account_entry(entry_id=ENTRY_ID)
    await set_up(hass, entry)
    call = await start(hass, entry, intent="a private matter")
    await to_person(hass, link, call)
    assert await async_setup_component(hass, "diagnostics", {})
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found == snapshot(
        exclude=props(
            "started",
            "at_s",
            "held_s",
            "created_at",
            "modified_at",
            "discovery_keys",
            "subentry_id",
            "unique_id",
        )
    )
