"""Recordings for those who may hear them: listed, described, deleted, limited."""

from collections.abc import Collection
from functools import partial
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
from sqlalchemy import Connection, select

from ..const import DOMAIN, Conf
from ..recording.files import recording_files
from ..recording.sidecar import SIGNAL_RECORDING_FINISHED
from .filters import Visible
from .history import find_history
from .recordings import Catalogue, Limits, Recording
from .schema import CALLS

_LOGGER = logging.getLogger(__name__)

#: Unless the account says otherwise.
USUAL: Final = Limits(days=30, megabytes=2000)


def catalogue_of(hass: HomeAssistant) -> Catalogue:
    """Return the catalogue of this Home Assistant."""
    return Catalogue(recording_files(hass).root)


def media_content_id(recording: Recording) -> str:
    """Return what media players and the card call a recording."""
    return f"media-source://{DOMAIN}/recording/{recording.key}"


def audio_url(recording: Recording) -> str:
    """Return where the sound of a recording is served; it has to be signed or asked for by a user."""
    return f"/api/{DOMAIN}/recording/{recording.key}/audio"


def picture_url(recording: Recording) -> str:
    """Return where the picture of a recording's timeline is served."""
    return f"/api/{DOMAIN}/recording/{recording.key}/timeline"


async def visible_recordings(
    hass: HomeAssistant, visible: Visible | None, call_ids: Collection[str] | None = None
) -> list[Recording]:
    """Return the recordings somebody may hear, newest first; of some calls or of all."""
    found = await hass.async_add_executor_job(catalogue_of(hass).all)
    if call_ids is not None:
        found = [each for each in found if each.call_id in call_ids]
    if visible is None or not found:
        return found
    lines = await _lines_of(hass, {each.call_id for each in found})
    return [
        each
        for each in found
        if (where := lines.get(each.call_id)) and where[1] in visible.get(where[0], ())
    ]


async def find_recording(
    hass: HomeAssistant, key: str, visible: Visible | None
) -> Recording | None:
    """Return a recording that somebody may hear."""
    found = await hass.async_add_executor_job(catalogue_of(hass).find, key)
    if found is None or visible is None:
        return found
    where = (await _lines_of(hass, {found.call_id})).get(found.call_id)
    return found if where and where[1] in visible.get(where[0], ()) else None


async def remove_recordings(hass: HomeAssistant, call_ids: Collection[str]) -> int:
    """Delete the recordings of calls; return how many."""
    catalogue = catalogue_of(hass)

    def remove() -> int:
        return catalogue.remove(catalogue.of_calls(call_ids))

    return await hass.async_add_executor_job(remove)


def recording_json(recording: Recording) -> dict[str, Any]:
    """Return a recording in JSON types, with how the other side was told."""
    told = recording.sidecar
    return {
        "media_content_id": media_content_id(recording),
        "mime_type": recording.mime_type,
        "url": audio_url(recording),
        "call_id": recording.call_id,
        "contact": recording.contact or None,
        "started": recording.started.isoformat(),
        "duration": round(told.duration_s, 1) if told else None,
        "channels": list(told.channels) if told else [],
        "size": recording.size,
        "consent": {
            "how": told.announced_by.value,
            "text": told.announced,
            "at": told.announced_at.isoformat(),
        }
        if told
        else None,
        "repaired": told.repaired if told else False,
        "error": told.error if told else "",
    }


@callback
def keep_within_limits(hass: HomeAssistant) -> CALLBACK_TYPE:
    """Delete what is too much whenever a recording was finished; return what ends that."""

    async def clear(_path: str) -> None:
        await clear_recordings(hass)

    return async_dispatcher_connect(hass, SIGNAL_RECORDING_FINISHED, clear)


async def clear_recordings(hass: HomeAssistant) -> int:
    """Delete recordings that are too old or too much; return how many."""
    limits = {
        entry.entry_id: Limits(
            days=int(entry.options.get(Conf.RECORDING_DAYS, USUAL.days)),
            megabytes=int(entry.options.get(Conf.RECORDING_QUOTA_MB, USUAL.megabytes)),
        )
        for entry in hass.config_entries.async_entries(DOMAIN)
    }
    clear = partial(catalogue_of(hass).clear, dt_util.utcnow(), limits, USUAL)
    try:
        return await hass.async_add_executor_job(clear)
    except OSError as err:
        _LOGGER.warning("Old recordings could not be deleted: %s", err)
        return 0


async def _lines_of(
    hass: HomeAssistant, call_ids: Collection[str]
) -> dict[str, tuple[str, int | None]]:
    """Return account and line of calls, as far as the history knows them."""
    if (history := find_history(hass)) is None:
        return {}
    ids = list(call_ids)

    def read(connection: Connection) -> dict[str, tuple[str, int | None]]:
        found: dict[str, tuple[str, int | None]] = {}
        for start in range(0, len(ids), 500):
            query = select(CALLS.c.id, CALLS.c.account_id, CALLS.c.line).where(
                CALLS.c.id.in_(ids[start : start + 500])
            )
            found |= {row.id: (row.account_id, row.line) for row in connection.execute(query)}
        return found

    return await history.read(read)
