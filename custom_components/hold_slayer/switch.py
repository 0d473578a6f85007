"""Switches: whether a line connects you unasked and records; whether a phone may ring."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON, EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .const import SubentryType
from .entity import (
    HoldSlayerConfigEntry,
    LineEntity,
    SubentryEntity,
    follow_lines,
    follow_subentries,
)

PARALLEL_UPDATES = 1

AUTO_CONNECT = SwitchEntityDescription(
    key="auto_connect", translation_key="auto_connect", entity_category=EntityCategory.CONFIG
)

RECORDING = SwitchEntityDescription(key="recording", translation_key="recording")
DO_NOT_DISTURB = SwitchEntityDescription(
    key="do_not_disturb", translation_key="do_not_disturb", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of all lines and phones."""
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [
            AutoConnectSwitch(hass, entry, line, AUTO_CONNECT),
            RecordingSwitch(hass, entry, line, RECORDING),
        ],
    )

    def of_phone(subentry: ConfigSubentry) -> list[QuietPhoneSwitch]:
        return [QuietPhoneSwitch(hass, entry, subentry, DO_NOT_DISTURB)]

    follow_subentries(entry, SubentryType.PHONE, async_add_entities, of_phone)


class AutoConnectSwitch(LineEntity, SwitchEntity, RestoreEntity):
    """Whether calls of this line ring and connect you by themselves; read when a call begins."""

    platform_domain = Platform.SWITCH

    @property
    @override
    def available(self) -> bool:
        """A setting can always be changed."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Be as before the restart."""
        await super().async_added_to_hass()
        if (state := await self.async_get_last_state()) is not None:
            self.line.auto_connect = state.state != STATE_OFF

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so."""
        return self.line.auto_connect

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Connect without asking."""
        self.line.auto_connect = True
        self.line.tell()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Wait for the order."""
        self.line.auto_connect = False
        self.line.tell()


class RecordingSwitch(LineEntity, SwitchEntity):
    """Whether the call of this line is recorded, or will be as soon as the other side is told."""

    platform_domain = Platform.SWITCH

    @property
    @override
    def available(self) -> bool:
        """There is a call to record."""
        return self.line.busy

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so."""
        return self.line.busy and self.line.running_call().recorder.wanted

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Announce and record."""
        self.line.running_call().recorder.want(self.account.settings.recording)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Stop recording; what was recorded stays."""
        self.line.running_call().recorder.want(None)


class QuietPhoneSwitch(SubentryEntity, SwitchEntity, RestoreEntity):
    """Whether a phone is left in peace; calls that are up ring the others."""

    platform_domain = Platform.SWITCH

    @property
    @override
    def available(self) -> bool:
        """A setting can always be changed."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Be as before the restart."""
        await super().async_added_to_hass()
        if (state := await self.async_get_last_state()) is not None and state.state == STATE_ON:
            self.account.quiet_phones.add(self.subentry_id)

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so."""
        return self.subentry_id in self.account.quiet_phones

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Leave it in peace."""
        self.account.quiet_phones.add(self.subentry_id)
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Let it ring again."""
        self.account.quiet_phones.discard(self.subentry_id)
        self.async_write_ha_state()
