"""Binary sensors: on hold, a person on the line, the account and its SIP phones registered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import PhoneKind, SubentryType
from .entity import (
    AccountEntity,
    CallState,
    HoldSlayerConfigEntry,
    Line,
    LineEntity,
    SubentryEntity,
    follow_lines,
    follow_subentries,
)

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
PHONE_REGISTERED = BinarySensorEntityDescription(
    key="phone_registered",
    translation_key="phone_registered",
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

    def of_phone(subentry: ConfigSubentry) -> list[PhoneRegisteredSensor]:
        if entry.runtime_data.phones[subentry.subentry_id].kind is not PhoneKind.SIP_DEVICE:
            return []
        return [PhoneRegisteredSensor(hass, entry, subentry, PHONE_REGISTERED)]

    follow_subentries(entry, SubentryType.PHONE, async_add_entities, of_phone)


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


class PhoneRegisteredSensor(SubentryEntity, BinarySensorEntity):
    """Whether a SIP phone is registered here."""

    platform_domain = Platform.BINARY_SENSOR

    @property
    @override
    def available(self) -> bool:
        """Phones register whether or not the account does."""
        return self.account.engine.running

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so now."""
        phone = self.account.phones.get(self.subentry_id)
        return phone is not None and self.account.engine.phones.registered(phone.address)

    @override
    async def async_added_to_hass(self) -> None:
        """Be told of phones that come and go, too."""
        await super().async_added_to_hass()
        phones = self.account.engine.phones
        self.async_on_remove(phones.watch(lambda _username: self.async_write_ha_state()))
