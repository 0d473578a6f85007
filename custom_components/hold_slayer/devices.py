"""Devices: the account, its lines below it, contacts and phones of the subentries."""

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceEntryType, DeviceInfo

from .calls.account import HoldSlayerConfigEntry
from .calls.line import Line
from .const import DOMAIN, MANUFACTURER, MAX_LINES, Conf


@callback
def register_devices(hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> None:
    """Register the account's device, which must exist before its lines."""
    dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **account_device(entry))


@callback
def update_devices(hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> None:
    """Take the devices of lines away that are no more, and rename those of renamed subentries."""
    registry = dr.async_get(hass)
    for number in range(len(entry.runtime_data.switchboard.lines) + 1, MAX_LINES + 1):
        if (device_id := line_device_id(hass, entry.entry_id, number)) is not None:
            registry.async_remove_device(device_id)
    for subentry_id, subentry in entry.subentries.items():
        device = registry.async_get_device_by_identifier(
            (DOMAIN, f"{entry.entry_id}_{subentry_id}"), entry.entry_id
        )
        if device is not None and device.name != subentry.title:
            registry.async_update_device(device.id, name=subentry.title)


@callback
def line_device_id(hass: HomeAssistant, entry_id: str, number: int) -> str | None:
    """Return the registry's id of a line's device."""
    device = dr.async_get(hass).async_get_child_device_by_identifier(
        (DOMAIN, f"{entry_id}_line{number}"), entry_id
    )
    return device.id if device else None


def account_device(entry: HoldSlayerConfigEntry) -> DeviceInfo:
    """Return the device of the account."""
    ready = entry.runtime_data.engine.ready
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer=MANUFACTURER,
        model="SIP account",
        sw_version=ready.engine_version if ready else None,
        entry_type=DeviceEntryType.SERVICE,
    )


def line_device(hass: HomeAssistant, entry: HoldSlayerConfigEntry, line: Line) -> ChildDeviceInfo:
    """Return the device of a line."""
    return ChildDeviceInfo(
        identifiers={(DOMAIN, f"{entry.entry_id}_line{line.number}")},
        translation_key="line",
        translation_placeholders={"number": str(line.number)},
        parent_device_id=_account_id(hass, entry),
    )


def subentry_device(
    hass: HomeAssistant, entry: HoldSlayerConfigEntry, subentry: ConfigSubentry
) -> DeviceInfo:
    """Return the device of a contact or phone."""
    return DeviceInfo(
        identifiers={(DOMAIN, f"{entry.entry_id}_{subentry.subentry_id}")},
        name=subentry.title,
        manufacturer=subentry.data.get(Conf.COMPANY) or MANUFACTURER,
        model=subentry.subentry_type.capitalize(),
        entry_type=DeviceEntryType.SERVICE,
        via_device_id=_account_id(hass, entry),
    )


def _account_id(hass: HomeAssistant, entry: HoldSlayerConfigEntry) -> str:
    """Return the registry's id of the account's device."""
    return dr.async_get_device_id_by_identifier(
        hass, (DOMAIN, entry.entry_id), config_entry_id=entry.entry_id
    )
