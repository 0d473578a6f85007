"""Conditions for the automation editor: what calls are doing."""

from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import Condition, make_entity_state_condition

from .call_states import SPECS, only_call_states
from .navigation.states import FINAL_STATES, CallState


def _being(*states: CallState) -> type[Condition]:
    """Return the condition that calls are in one of some states."""
    base = make_entity_state_condition(SPECS, {state.value for state in states})

    class CallCondition(base):  # type: ignore[valid-type,misc]
        """A call is in one of some states."""

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            """Look at the states of lines alone."""
            return only_call_states(self._hass, super().entity_filter(entities))

    return CallCondition


CONDITIONS: dict[str, type[Condition]] = {
    "is_active": _being(*(set(CallState) - FINAL_STATES - {CallState.IDLE})),
    "is_on_hold": _being(CallState.ON_HOLD),
    "is_waiting_for_you": _being(CallState.PERSON_DETECTED, CallState.RINGING_YOU),
    "is_connected": _being(CallState.CONNECTED),
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
