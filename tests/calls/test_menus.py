"""Menu trees on disk: damaged ones are dropped, with a warning."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.hold_slayer.calls.menus import STORAGE_VERSION, Menus
from custom_components.hold_slayer.navigation.phrases import load


@pytest.mark.parametrize("stored", [{"keys": 5}, {"keys": {"2": "claims"}}])
async def test_a_damaged_tree_is_dropped(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    stored: Any,
) -> None:
    """It costs what was known of one contact, not the call."""
    key = "hold_slayer.menus.insurance"
    hass_storage[key] = {"version": STORAGE_VERSION, "minor_version": 1, "key": key, "data": stored}
    tree = await Menus(hass).load("insurance", load("en"))
    assert tree.root.prompt == ""
    assert tree.root.below == {}
    assert "insurance" in caplog.text
    assert key not in hass_storage
