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

from .const import SubentryType
from .contact_sensor import CONTACT_SENSORS, ContactSensor
from .described_sensor import DescribedSensor, SensorDescription
from .entity import (
    Account,
    AccountEntity,
    CallState,
    HoldSlayerConfigEntry,
    LegStatistics,
    Line,
    LineEntity,
    RegistrationState,
    Sound,
    follow_lines,
    follow_subentries,
)

PARALLEL_UPDATES = 0
#: Longest state Home Assistant keeps, characters.
LONGEST_STATE = 255


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
        "redial_at": progress.redial_at,
    }


def _next_call(account: Account) -> datetime | None:
    """Return when the next waiting call is made."""
    return waiting.due if (waiting := account.schedule.next) else None


def _next_call_attributes(account: Account) -> dict[str, Any]:
    """Return which call that is, and why it is made again."""
    if (waiting := account.schedule.next) is None:
        return {}
    return {
        "call": waiting.summary,
        "waiting_id": waiting.id,
        "attempt": waiting.request.attempt,
        "because": waiting.because.value if waiting.because else None,
        "waiting": len(account.schedule.waiting),
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
    SensorDescription[Line](
        key="call_state",
        translation_key="call_state",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in CallState],
        value=lambda line: line.state.value,
        attributes=_call_attributes,
    ),
    SensorDescription[Line](
        key="contact",
        translation_key="contact",
        value=lambda line: line.call.job.name[:LONGEST_STATE] if line.call else None,
    ),
    SensorDescription[Line](
        key="number",
        translation_key="number",
        entity_registry_enabled_default=False,
        value=lambda line: line.call.job.target[:LONGEST_STATE] if line.call else None,
    ),
    SensorDescription[Line](
        key="hold_started",
        translation_key="hold_started",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=_of_call("hold_started"),
    ),
    SensorDescription[Line](
        key="hold_time",
        translation_key="hold_time",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=_hold_time,
    ),
    SensorDescription[Line](
        key="queue_position", translation_key="queue_position", value=_of_call("queue_position")
    ),
    SensorDescription[Line](
        key="estimated_wait",
        translation_key="estimated_wait",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value=_of_call("estimated_wait_s"),
    ),
    SensorDescription[Line](
        key="heard",
        translation_key="heard",
        device_class=SensorDeviceClass.ENUM,
        options=[sound.value for sound in Sound],
        value=_of_call("sound"),
    ),
    SensorDescription[Line](key="last_words", translation_key="last_words", value=_last_words),
    SensorDescription[Line](
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
    SensorDescription[Account](
        key="next_call",
        translation_key="next_call",
        device_class=SensorDeviceClass.TIMESTAMP,
        value=_next_call,
        attributes=_next_call_attributes,
    ),
    SensorDescription[Account](
        key="active_calls",
        translation_key="active_calls",
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda account: len(account.switchboard.active),
    ),
    SensorDescription[Account](
        key="registration",
        translation_key="registration",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[state.value for state in RegistrationState],
        value=lambda account: account.registration.value,
    ),
)


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


class LineSensor(LineEntity, DescribedSensor[Line]):
    """A sensor of a line."""

    _unrecorded_attributes = frozenset({"reason", "intent"})

    @property
    @override
    def source(self) -> Line:
        """The line."""
        return self.line


class AccountSensor(AccountEntity, DescribedSensor[Account]):
    """A sensor of the account."""

    @property
    @override
    def source(self) -> Account:
        """The account."""
        return self.account

    @property
    @override
    def available(self) -> bool:
        """The account says how it is as long as the engine runs."""
        return self.account.engine.running

    @override
    async def async_added_to_hass(self) -> None:
        """Be told of waiting calls, too."""
        await super().async_added_to_hass()
        self.async_on_remove(self.account.schedule.watch(self.async_write_ha_state))


class LineStatisticsSensor(LineEntity, SensorEntity):
    """A figure that is asked for every half minute, only while enabled and in a call."""

    entity_description: LineStatisticsDescription
    platform_domain = Platform.SENSOR
    _attr_should_poll = True

    async def async_update(self) -> None:
        """Ask the engine."""
        figures = await self.line.statistics()
        self._attr_native_value = self.entity_description.value(figures) if figures else None
