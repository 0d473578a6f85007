"""What is known of companies' menus: a tree for each contact, put together from all its calls."""

from collections.abc import Iterable
import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..navigation.journal import Deed
from ..navigation.menu_format import tree_from_dict, tree_to_dict
from ..navigation.menu_tree import MenuTree
from ..navigation.phrases import Phrases

_LOGGER = logging.getLogger(__name__)

STORAGE_VERSION = 1


class Menus:
    """Loads, merges, saves and removes menu trees, a file for each contact."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know where the files are."""
        self._hass = hass

    async def load(self, contact_id: str, phrases: Phrases) -> MenuTree:
        """Return the tree of a contact, an empty one when there is none or it is damaged."""
        try:
            stored = await self._store(contact_id).async_load()
            return tree_from_dict(stored, phrases) if stored else MenuTree(phrases)
        except (HomeAssistantError, ValueError) as err:
            _LOGGER.warning("The menus of contact %s are damaged and dropped: %r", contact_id, err)
            await self.remove((contact_id,))
            return MenuTree(phrases)

    async def add(self, contact_id: str, tree: MenuTree, phrases: Phrases) -> MenuTree:
        """Merge newer knowledge into what is stored; return the whole."""
        whole = await self.load(contact_id, phrases)
        whole.merge(tree)
        await self._store(contact_id).async_save(tree_to_dict(whole))
        return whole

    async def walked(self, contact_id: str, journal: Iterable[Deed], phrases: Phrases) -> None:
        """Keep the menus of a call."""
        tree = MenuTree(phrases)
        tree.walked(journal)
        if tree.root.prompt:
            await self.add(contact_id, tree, phrases)

    async def remove(self, contact_ids: Iterable[str]) -> None:
        """Forget what is known of contacts."""
        for contact_id in contact_ids:
            await self._store(contact_id).async_remove()

    def _store(self, contact_id: str) -> Store[dict[str, Any]]:
        """Return the file of a contact."""
        return Store(self._hass, STORAGE_VERSION, f"{DOMAIN}.menus.{contact_id}")
