"""The sensors of a contact: how calls there go, and when to call, from the history."""

from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTime

from .described_sensor import DescribedSensor, SensorDescription
from .entity import Figures, Outcome, SubentryEntity, forecast_json

__all__ = ["CONTACT_SENSORS", "ContactSensor"]


def _success(figures: Figures) -> float | None:
    """Return the share of calls that reached a person, in percent."""
    return None if figures.success_rate is None else round(100 * figures.success_rate, 1)


def _success_attributes(figures: Figures) -> dict[str, Any]:
    """Return how sure that is: its 95 % interval in percent, and of how many calls."""
    ends = {"low": figures.success_low, "high": figures.success_high}
    return {
        "calls": figures.calls,
        **{key: round(100 * end, 1) for key, end in ends.items() if end is not None},
    }


def _expected_attributes(figures: Figures) -> dict[str, Any]:
    """Return how sure that is, and the wait of a call in an hour; seconds."""
    now = forecast_json(figures.now) or {}
    return {
        "low": now.get("low"),
        "high": now.get("high"),
        "calls": now.get("calls", 0),
        "in_an_hour": forecast_json(figures.in_an_hour),
    }


CONTACT_SENSORS = (
    SensorDescription[Figures](
        key="last_outcome",
        translation_key="last_outcome",
        device_class=SensorDeviceClass.ENUM,
        options=[outcome.value for outcome in Outcome],
        value=lambda figures: figures.last_outcome,
    ),
    SensorDescription[Figures](
        key="typical_hold",
        translation_key="typical_hold",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=lambda figures: figures.typical_hold_s,
    ),
    SensorDescription[Figures](
        key="expected_wait",
        translation_key="expected_wait",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=lambda figures: figures.now.wait_s if figures.now else None,
        attributes=_expected_attributes,
    ),
    SensorDescription[Figures](
        key="best_time",
        translation_key="best_time",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=lambda figures: figures.best_time,
        attributes=lambda figures: {"wait": forecast_json(figures.best)},
    ),
    SensorDescription[Figures](
        key="success_rate",
        translation_key="success_rate",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        value=_success,
        attributes=_success_attributes,
    ),
)


class ContactSensor(SubentryEntity, DescribedSensor[Figures]):
    """A sensor of a contact, fed by the history."""

    _unrecorded_attributes = frozenset({"in_an_hour", "wait"})

    @property
    @override
    def source(self) -> Figures:
        """What is known now."""
        return self.account.outlooks.of(self.subentry_id).data

    @property
    @override
    def available(self) -> bool:
        """What is remembered needs no registration."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Be told when the figures change."""
        await super().async_added_to_hass()
        outlook = self.account.outlooks.of(self.subentry_id)
        self.async_on_remove(outlook.async_add_listener(self.async_write_ha_state))
