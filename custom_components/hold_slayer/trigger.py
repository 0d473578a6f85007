"""Triggers for the automation editor: what happens to calls."""

from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.trigger import Trigger, make_entity_target_state_trigger

from .call_states import SPECS, only_call_states
from .navigation.states import CallState


def _entering(state: CallState) -> type[Trigger]:
    """Return the trigger for calls entering a state; `for` makes it "for longer than"."""
    base = make_entity_target_state_trigger(SPECS, state.value)

    class CallTrigger(base):  # type: ignore[valid-type,misc]
        """A call entered a state."""

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            """Look at the states of lines alone."""
            return only_call_states(self._hass, super().entity_filter(entities))

    return CallTrigger


TRIGGERS: dict[str, type[Trigger]] = {
    "placed": _entering(CallState.DIALING),
    "started_holding": _entering(CallState.ON_HOLD),
    "answered_by_person": _entering(CallState.PERSON_DETECTED),
    "connected": _entering(CallState.CONNECTED),
    "ended": _entering(CallState.ENDED),
    "failed": _entering(CallState.FAILED),
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
