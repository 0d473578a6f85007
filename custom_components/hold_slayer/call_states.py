"""Which entities triggers and conditions look at: the call states of lines."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec

from .const import DOMAIN

#: The state of a line is a sensor.
SPECS = {"sensor": DomainSpec()}
#: End of the unique ids of the entities meant.
SUFFIX = "_call_state"


def only_call_states(hass: HomeAssistant, entities: set[str]) -> set[str]:
    """Return those of the entities that show the state of a line."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entities
        if (entry := registry.async_get(entity_id)) is not None
        and entry.platform == DOMAIN
        and entry.unique_id.endswith(SUFFIX)
    }
