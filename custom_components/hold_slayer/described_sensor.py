"""Sensors whose descriptions know how they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.const import Platform
from homeassistant.helpers.typing import StateType

__all__ = ["DescribedSensor", "SensorDescription"]


@dataclass(frozen=True, kw_only=True)
class SensorDescription[SourceT](SensorEntityDescription):
    """A sensor, and how it is read from what it is about."""

    value: Callable[[SourceT], StateType | datetime]
    attributes: Callable[[SourceT], dict[str, Any]] = lambda _source: {}


class DescribedSensor[SourceT](SensorEntity):
    """A sensor that is read as its description says."""

    entity_description: SensorDescription[SourceT]
    platform_domain: ClassVar[str] = Platform.SENSOR

    @property
    def source(self) -> SourceT:
        """What it is about."""
        raise NotImplementedError

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value now."""
        return self.entity_description.value(self.source)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """More about it."""
        return self.entity_description.attributes(self.source)
