"""Sensors: what a line is doing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .calls.account import HoldSlayerConfigEntry
from .calls.line import Line
from .entity import LineEntity, follow_lines
from .navigation.states import CallState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LineSensorDescription(SensorEntityDescription):
    """A sensor of a line."""

    value: Callable[[Line], StateType | datetime]
    attributes: Callable[[Line], dict[str, Any]] = lambda _line: {}


def _call_attributes(line: Line) -> dict[str, Any]:
    """Return what automations want to know beside the state."""
    if (call := line.call) is None:
        return {}
    progress = call.progress
    return {
        "call_id": call.id,
        "outcome": progress.outcome.value if progress.outcome else None,
        "reason": progress.reason or None,
    }


LINE_SENSORS = (
    LineSensorDescription(
        key="call_state",
        translation_key="call_state",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in CallState],
        value=lambda line: line.state.value,
        attributes=_call_attributes,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of all lines."""
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [LineSensor(hass, entry, line, description) for description in LINE_SENSORS],
    )


class LineSensor(LineEntity, SensorEntity):
    """A sensor of a line."""

    entity_description: LineSensorDescription
    platform_domain = Platform.SENSOR

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value now."""
        return self.entity_description.value(self.line)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """More about it."""
        return self.entity_description.attributes(self.line)
