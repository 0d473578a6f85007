"""Serve the Lovelace card and load it in every dashboard."""

from pathlib import Path

from homeassistant.components.frontend import add_extra_js_url

# as core does; the package re-exports it without saying so to type checkers
from homeassistant.components.http import StaticPathConfig  # type: ignore[attr-defined]
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

FRONTEND = Path(__file__).parent / "frontend"


async def async_register_card(hass: HomeAssistant) -> None:
    """Serve `frontend/` and add the card to the pages; call once per Home Assistant."""
    integration = await async_get_integration(hass, DOMAIN)
    # the version is part of the folder, so that nested imports leave the browser's cache too
    url = f"/{DOMAIN}/{integration.version}"
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(FRONTEND))])
    add_extra_js_url(hass, f"{url}/hold-slayer-card.js")
