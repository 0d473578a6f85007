"""Recordings in Home Assistant's media browser, by day and by contact."""

from collections.abc import Callable, Iterable
from typing import Final, override

from homeassistant.components.media_player.const import MediaClass, MediaType
from homeassistant.components.media_player.errors import BrowseError
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.components.websocket_api.connection import current_connection
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .records.filters import Visible
from .records.picture import clock
from .records.recording_access import audio_url, find_recording, picture_url, visible_recordings
from .records.recordings import Recording
from .records.visibility import visible_to

_RECORDING: Final = "recording"
_DAY: Final = "day"
_CONTACT: Final = "contact"
#: How recordings that belong to no contact are asked for.
_NOBODY: Final = "-"


async def async_get_media_source(hass: HomeAssistant) -> MediaSource:
    """Return the source of recordings."""
    return RecordingSource(hass)


class RecordingSource(MediaSource):
    """Recordings of calls."""

    name = "Hold Slayer"

    def __init__(self, hass: HomeAssistant) -> None:
        """Remember Home Assistant."""
        super().__init__(DOMAIN)
        self._hass = hass

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Return where a recording can be heard."""
        kind, _, key = (item.identifier or "").partition("/")
        found = (
            await find_recording(self._hass, key, self._visible()) if kind == _RECORDING else None
        )
        if found is None:
            raise Unresolvable(
                translation_domain=DOMAIN,
                translation_key="recording_unknown",
                translation_placeholders={"recording": item.identifier or ""},
            )
        return PlayMedia(audio_url(found), found.mime_type)

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        """Return days and contacts, or the recordings of one of them."""
        words = await self._words()
        found = await visible_recordings(self._hass, self._visible())
        kind, _, which = (item.identifier or "").partition("/")
        match kind:
            case "":
                children = [
                    _folder(_DAY, words["by_day"], ()),
                    _folder(_CONTACT, words["by_contact"], ()),
                ]
                return _folder(None, words["recordings"], children)
            case "day" if not which:
                days = _grouped(found, _day)
                children = [_folder(f"{_DAY}/{day}", day, ()) for day in days]
                return _folder(_DAY, words["by_day"], children)
            case "contact" if not which:
                contacts = sorted(_grouped(found, _contact), key=str.casefold)
                children = [
                    _folder(f"{_CONTACT}/{each}", self._named(each, words), ()) for each in contacts
                ]
                return _folder(_CONTACT, words["by_contact"], children)
            case "day":
                some = [each for each in found if _day(each) == which]
                return _folder(item.identifier, which, [_item(each, words) for each in some])
            case "contact":
                some = [each for each in found if _contact(each) == which]
                title = self._named(which, words)
                return _folder(item.identifier, title, [_item(each, words) for each in some])
            case "recording":
                one = next((each for each in found if each.key == which), None)
                if one is not None:
                    return _item(one, words)
        raise BrowseError(
            translation_domain=DOMAIN,
            translation_key="recording_unknown",
            translation_placeholders={"recording": item.identifier or ""},
        )

    def _visible(self) -> Visible | None:
        """Return what whoever asks may see; Home Assistant itself sees everything."""
        connection = current_connection.get()
        return visible_to(self._hass, connection.user) if connection else None

    async def _words(self) -> dict[str, str]:
        """Return the texts of the folders in Home Assistant's language."""
        hass = self._hass
        texts = await async_get_translations(hass, hass.config.language, "config_panel", {DOMAIN})
        start = f"component.{DOMAIN}.config_panel.media."
        return {
            key.removeprefix(start): text for key, text in texts.items() if key.startswith(start)
        }

    def _named(self, contact: str, words: dict[str, str]) -> str:
        """Return how a contact's folder is called."""
        return words["nobody"] if contact == _NOBODY else contact


def _folder(
    identifier: str | None, title: str, children: Iterable[BrowseMediaSource]
) -> BrowseMediaSource:
    """Return a folder."""
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=identifier,
        media_class=MediaClass.DIRECTORY,
        media_content_type="",
        title=title,
        can_play=False,
        can_expand=True,
        children=list(children),
        children_media_class=MediaClass.MUSIC,
    )


def _item(recording: Recording, words: dict[str, str]) -> BrowseMediaSource:
    """Return a recording, named by company, day, time and length."""
    local = dt_util.as_local(recording.started)
    parts = [recording.contact or words["nobody"], f"{local:%Y-%m-%d %H:%M}"]
    if recording.sidecar:
        parts.append(clock(recording.sidecar.duration_s))
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=f"{_RECORDING}/{recording.key}",
        media_class=MediaClass.MUSIC,
        media_content_type=MediaType.MUSIC,
        title=" · ".join(parts),
        can_play=True,
        can_expand=False,
        thumbnail=picture_url(recording),
    )


def _grouped(recordings: Iterable[Recording], by: Callable[[Recording], str]) -> list[str]:
    """Return the groups there are, in the order of their newest recording."""
    return list(dict.fromkeys(by(each) for each in recordings))


def _day(recording: Recording) -> str:
    """Return the local day of a recording."""
    return recording.key.partition("/")[0]


def _contact(recording: Recording) -> str:
    """Return the contact's name as part of an identifier."""
    return recording.contact or _NOBODY
