"""Sensors: what lines, the account and contacts are doing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .calls.account import Account, HoldSlayerConfigEntry
from .calls.line import Line
from .const import SubentryType
from .contact_sensor import CONTACT_SENSORS, ContactSensor
from .entity import AccountEntity, LineEntity, follow_lines, follow_subentries
from .hearing.heard import Sound
from .line_statistics import LINE_STATISTICS, LineStatisticsSensor
from .navigation.states import CallState
from .telephony.messages import RegistrationState

PARALLEL_UPDATES = 0
#: Longest state Home Assistant keeps, characters.
LONGEST_STATE = 255


@dataclass(frozen=True, kw_only=True)
class LineSensorDescription(SensorEntityDescription):
    """A sensor of a line."""

    value: Callable[[Line], StateType | datetime]
    attributes: Callable[[Line], dict[str, Any]] = lambda _line: {}


@dataclass(frozen=True, kw_only=True)
class AccountSensorDescription(SensorEntityDescription):
    """A sensor of the account."""

    value: Callable[[Account], StateType]


def _call_attributes(line: Line) -> dict[str, Any]:
    """Return what automations want to know beside the state."""
    if (call := line.call) is None:
        return {}
    progress = call.progress
    return {
        "call_id": call.id,
        "intent": call.job.plan.intent,
        "outcome": progress.outcome.value if progress.outcome else None,
        "reason": progress.reason or None,
    }


def _of_call(field: str) -> Callable[[Line], Any]:
    """Return what reads a field of the call's progress."""
    return lambda line: getattr(line.call.progress, field) if line.call else None


def _last_words(line: Line) -> str | None:
    """Return the last words, as long as a state may be."""
    return (line.call.progress.last_words[:LONGEST_STATE] or None) if line.call else None


def _hold_time(line: Line) -> float | None:
    """Return the time on hold once it is over; the frontend counts while it lasts."""
    return line.call.progress.held_s if line.call and line.call.progress.held_s else None


LINE_SENSORS = (
    LineSensorDescription(
        key="call_state",
        translation_key="call_state",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in CallState],
        value=lambda line: line.state.value,
        attributes=_call_attributes,
    ),
    LineSensorDescription(
        key="contact",
        translation_key="contact",
        value=lambda line: line.call.job.name[:LONGEST_STATE] if line.call else None,
    ),
    LineSensorDescription(
        key="number",
        translation_key="number",
        entity_registry_enabled_default=False,
        value=lambda line: line.call.job.target[:LONGEST_STATE] if line.call else None,
    ),
    LineSensorDescription(
        key="hold_started",
        translation_key="hold_started",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=_of_call("hold_started"),
    ),
    LineSensorDescription(
        key="hold_time",
        translation_key="hold_time",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=_hold_time,
    ),
    LineSensorDescription(
        key="queue_position", translation_key="queue_position", value=_of_call("queue_position")
    ),
    LineSensorDescription(
        key="estimated_wait",
        translation_key="estimated_wait",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=_of_call("estimated_wait_s"),
    ),
    LineSensorDescription(
        key="heard",
        translation_key="heard",
        device_class=SensorDeviceClass.ENUM,
        options=[sound.value for sound in Sound],
        value=_of_call("sound"),
    ),
    LineSensorDescription(key="last_words", translation_key="last_words", value=_last_words),
    LineSensorDescription(
        key="confidence",
        translation_key="confidence",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        value=lambda line: (
            round(line.call.progress.probability * 100, 1)
            if line.call and line.call.progress.probability is not None
            else None
        ),
    ),
)
ACCOUNT_SENSORS = (
    AccountSensorDescription(
        key="active_calls",
        translation_key="active_calls",
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda account: len(account.switchboard.active),
    ),
    AccountSensorDescription(
        key="registration",
        translation_key="registration",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[state.value for state in RegistrationState],
        value=lambda account: account.registration.value,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the account, its lines and its contacts."""
    async_add_entities(AccountSensor(entry, description) for description in ACCOUNT_SENSORS)
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [
            *(LineSensor(hass, entry, line, description) for description in LINE_SENSORS),
            *(LineStatisticsSensor(hass, entry, line, what) for what in LINE_STATISTICS),
        ],
    )
    follow_subentries(
        entry,
        SubentryType.CONTACT,
        async_add_entities,
        lambda subentry: [
            ContactSensor(hass, entry, subentry, description) for description in CONTACT_SENSORS
        ],
    )


class LineSensor(LineEntity, SensorEntity):
    """A sensor of a line."""

    entity_description: LineSensorDescription
    platform_domain = Platform.SENSOR
    _unrecorded_attributes = frozenset({"reason", "intent"})

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


class AccountSensor(AccountEntity, SensorEntity):
    """A sensor of the account."""

    entity_description: AccountSensorDescription
    platform_domain = Platform.SENSOR

    @property
    @override
    def available(self) -> bool:
        """The account says how it is as long as the engine runs."""
        return self.account.engine.running

    @property
    @override
    def native_value(self) -> StateType:
        """The value now."""
        return self.entity_description.value(self.account)
