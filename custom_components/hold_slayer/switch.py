"""The switches of a line: whether you are connected without being asked, and recorded."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import STATE_OFF, EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .entity import HoldSlayerConfigEntry, LineEntity, follow_lines

PARALLEL_UPDATES = 1

AUTO_CONNECT = SwitchEntityDescription(
    key="auto_connect", translation_key="auto_connect", entity_category=EntityCategory.CONFIG
)

RECORDING = SwitchEntityDescription(key="recording", translation_key="recording")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HoldSlayerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch of all lines."""
    follow_lines(
        entry,
        async_add_entities,
        lambda line: [
            AutoConnectSwitch(hass, entry, line, AUTO_CONNECT),
            RecordingSwitch(hass, entry, line, RECORDING),
        ],
    )


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
