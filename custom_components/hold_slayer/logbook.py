"""How the events of calls read in the logbook."""

from collections.abc import Callable

from homeassistant.components.logbook.const import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN, BusEvent


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Describe the events on the bus."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        """Name the contact and say what happened."""
        texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
        prefix = f"component.{DOMAIN}.entity.sensor"
        state = str(event.data.get("state", ""))
        message = texts.get(f"{prefix}.call_state.state.{state}", state)
        if outcome := event.data.get("outcome"):
            message = texts.get(f"{prefix}.last_outcome.state.{outcome}", outcome)
        name = event.data.get("contact") or event.data.get("number") or ""
        return {LOGBOOK_ENTRY_NAME: str(name), LOGBOOK_ENTRY_MESSAGE: message}

    async_describe_event(DOMAIN, BusEvent.CALL, describe)
    async_describe_event(DOMAIN, BusEvent.CALL_ENDED, describe)
