"""Binary sensors: on hold, a person on the line, the account registered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import AccountEntity, CallState, HoldSlayerConfigEntry, Line, LineEntity, follow_lines

PARALLEL_UPDATES = 0
#: States in which a person is on the company's side.
WITH_PERSON = frozenset({CallState.PERSON_DETECTED, CallState.RINGING_YOU, CallState.CONNECTED})


@dataclass(frozen=True, kw_only=True)
class LineBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of a line."""

    value: Callable[[Line], bool]


LINE_BINARY_SENSORS = (
    LineBinarySensorDescription(
        key="on_hold",
        translation_key="on_hold",
        value=lambda line: line.state is CallState.ON_HOLD,
    ),
    LineBinarySensorDescription(
        key="person",
        translation_key="person",
        value=lambda line: line.state in WITH_PERSON,
    ),
)
REGISTERED = BinarySensorEntityDescription(
    key="registered",
    translation_key="registered",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of the account and its lines."""
    async_add_entities([RegisteredSensor(entry, REGISTERED)])
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [LineBinarySensor(hass, entry, line, what) for what in LINE_BINARY_SENSORS],
    )


class LineBinarySensor(LineEntity, BinarySensorEntity):
    """A binary sensor of a line."""

    entity_description: LineBinarySensorDescription
    platform_domain = Platform.BINARY_SENSOR

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so now."""
        return self.entity_description.value(self.line)


class RegisteredSensor(AccountEntity, BinarySensorEntity):
    """Whether the registrar knows where to find us."""

    platform_domain = Platform.BINARY_SENSOR

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so now."""
        return self.account.registered
