"""Sensors of a line's media: codec, loss, jitter and round trip of the company leg."""

from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform, UnitOfTime
from homeassistant.helpers.typing import StateType

from .entity import LineEntity
from .telephony.messages import LegStatistics


@dataclass(frozen=True, kw_only=True)
class LineStatisticsDescription(SensorEntityDescription):
    """A figure of a leg's media."""

    value: Callable[[LegStatistics], StateType]
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC
    entity_registry_enabled_default: bool = False


def _loss(figures: LegStatistics) -> float | None:
    """Return the share of packets that did not arrive, in percent."""
    expected = figures.rx_packets + figures.rx_lost
    return round(100 * figures.rx_lost / expected, 2) if expected else None


LINE_STATISTICS = (
    LineStatisticsDescription(
        key="codec", translation_key="codec", value=lambda figures: figures.codec or None
    ),
    LineStatisticsDescription(
        key="packet_loss",
        translation_key="packet_loss",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value=_loss,
    ),
    LineStatisticsDescription(
        key="jitter",
        translation_key="jitter",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda figures: round(figures.rx_jitter_ms, 1),
    ),
    LineStatisticsDescription(
        key="round_trip",
        translation_key="round_trip",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda figures: round(figures.rtt_ms, 1) or None,
    ),
)


class LineStatisticsSensor(LineEntity, SensorEntity):
    """A figure that is asked for every half minute, only while enabled and in a call."""

    entity_description: LineStatisticsDescription
    platform_domain = Platform.SENSOR
    _attr_should_poll = True

    async def async_update(self) -> None:
        """Ask the engine."""
        figures = await self.line.statistics()
        self._attr_native_value = self.entity_description.value(figures) if figures else None
