"""What is stored for an account, removed together with it."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import SubentryType
from .call_backs import remove_call_backs
from .dial_caps import remove_dialled
from .menus import Menus
from .print_books import PrintBooks
from .schedule import remove_stored


async def remove_leftovers(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove waiting and expected calls, and the print books and menus of the contacts."""
    await remove_stored(hass, entry.entry_id)
    await remove_call_backs(hass, entry.entry_id)
    await remove_dialled(hass, entry.entry_id)
    contacts = [
        key
        for key, subentry in entry.subentries.items()
        if subentry.subentry_type == SubentryType.CONTACT
    ]
    await PrintBooks(hass).remove(contacts)
    await Menus(hass).remove(contacts)
