"""What a backup of Home Assistant needs: a history that is whole and at rest."""

from homeassistant.core import HomeAssistant

from .records.history import find_history


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Bring the history into one file and let it rest."""
    if (history := find_history(hass)) is not None:
        await history.hold_for_backup()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Let the history go on."""
    if (history := find_history(hass)) is not None:
        history.resume()
