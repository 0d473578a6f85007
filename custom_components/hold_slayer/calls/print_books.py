"""The print books of contacts: bytes that only the engine understands, kept from call to call."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

STORAGE_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBook:
    """A print book as stored."""

    #: As the engine made it (up to 340 kB).
    data: bytes = b""
    #: Recorded announcements in it.
    announcements: int = 0


class PrintBooks:
    """Loads, saves and removes print books, a file for each contact."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know where the files are."""
        self._hass = hass

    async def load(self, contact_id: str) -> StoredBook:
        """Return the book of a contact, an empty one when there is none or it is damaged."""
        try:
            stored = await self._store(contact_id).async_load()
            if stored is None:
                return StoredBook()
            return StoredBook(
                data=b64decode(stored["book"], validate=True),
                announcements=int(stored["announcements"]),
            )
        except (HomeAssistantError, KeyError, TypeError, ValueError) as err:
            _LOGGER.warning(
                "The print book of contact %s is damaged and dropped: %r", contact_id, err
            )
            await self.remove((contact_id,))
            return StoredBook()

    async def save(self, contact_id: str, book: StoredBook) -> None:
        """Keep the book of a contact."""
        await self._store(contact_id).async_save(
            {"announcements": book.announcements, "book": b64encode(book.data).decode("ascii")}
        )

    async def remove(self, contact_ids: Iterable[str]) -> None:
        """Forget what is known of contacts."""
        for contact_id in contact_ids:
            await self._store(contact_id).async_remove()

    def _store(self, contact_id: str) -> Store[dict[str, Any]]:
        """Return the file of a contact."""
        return Store(self._hass, STORAGE_VERSION, f"{DOMAIN}.prints.{contact_id}")
