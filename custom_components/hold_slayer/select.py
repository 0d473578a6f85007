"""Selects of a line: whom the Call button calls, whom it rings, and a keypad."""

from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .entity import HoldSlayerConfigEntry, LineEntity, follow_lines

PARALLEL_UPDATES = 1
#: Choice that rings all phones.
ALL_PHONES = "all"
#: Choice of the keypad between two keys.
NO_KEY = "none"
KEYS = {str(digit): str(digit) for digit in range(10)} | {"star": "*", "hash": "#"}

CONTACT = SelectEntityDescription(key="contact", translation_key="contact")
PHONE = SelectEntityDescription(key="phone", translation_key="phone")
KEY = SelectEntityDescription(key="key", translation_key="key")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of all lines."""
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [
            ContactSelect(hass, entry, line, CONTACT),
            PhoneSelect(hass, entry, line, PHONE),
            KeySelect(hass, entry, line, KEY),
        ],
    )


class NameSelect(LineEntity, SelectEntity, RestoreEntity):
    """A choice by name that is remembered over a restart."""

    platform_domain = Platform.SELECT

    @override
    async def async_added_to_hass(self) -> None:
        """Choose what was chosen before the restart."""
        await super().async_added_to_hass()
        if (state := await self.async_get_last_state()) is not None:
            self.choose(state.state)

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose."""
        self.choose(option)
        self.line.tell()

    def choose(self, name: str) -> None:
        """Remember what a name stands for."""
        raise NotImplementedError


class ContactSelect(NameSelect):
    """Whom the Call button calls."""

    @property
    @override
    def options(self) -> list[str]:
        """The names of all contacts."""
        return [contact.name for contact in self.account.contacts.values()]

    @property
    @override
    def current_option(self) -> str | None:
        """The contact chosen, while there is one of that id."""
        contact = self.account.contacts.get(self.line.chosen_contact)
        return contact.name if contact else None

    @override
    def choose(self, name: str) -> None:
        """Remember the contact of a name."""
        for contact in self.account.contacts.values():
            if contact.name == name:
                self.line.chosen_contact = contact.id


class PhoneSelect(NameSelect):
    """Which phone rings for calls begun with the Call button."""

    @property
    @override
    def options(self) -> list[str]:
        """All of them, or one."""
        return [ALL_PHONES, *(phone.name for phone in self.account.phones.values())]

    @property
    @override
    def current_option(self) -> str:
        """The phone chosen."""
        phone = self.account.phones.get(self.line.chosen_phone)
        return phone.name if phone else ALL_PHONES

    @override
    def choose(self, name: str) -> None:
        """Remember the phone of a name; none for all of them."""
        self.line.chosen_phone = ""
        for phone in self.account.phones.values():
            if phone.name == name:
                self.line.chosen_phone = phone.id


class KeySelect(LineEntity, SelectEntity):
    """A keypad: choosing a key presses it."""

    platform_domain = Platform.SELECT
    _attr_options = [NO_KEY, *KEYS]  # noqa: RUF012
    _attr_current_option = NO_KEY

    @override
    async def async_select_option(self, option: str) -> None:
        """Press the key, and be ready for the next one."""
        if option in KEYS:
            await self.line.running_call().press(KEYS[option])
        self.async_write_ha_state()
