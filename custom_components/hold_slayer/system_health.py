"""What the system health page says about Hold Slayer."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .calls.engine import shared_engine
from .calls.lookup import accounts
from .records.history import find_history


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the page's lines."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the lines."""
    engine = shared_engine(hass)
    known = accounts(hass)
    ready = engine.ready
    return {
        "engine_state": engine.link.state.value,
        "engine_version": ready.engine_version if ready else "-",
        "pjsip_version": ready.pjsip_version if ready else "-",
        "codecs": ", ".join(ready.codecs) if ready else "-",
        "accounts": len(known),
        "registered": sum(account.registered for account in known),
        "history": history.health if (history := find_history(hass)) else "-",
        "active_calls": sum(len(account.switchboard.active) for account in known),
    }
