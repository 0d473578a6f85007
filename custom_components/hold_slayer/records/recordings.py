"""The catalogue of finished recordings: what the files and the JSON beside them say."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from pathlib import Path
import re
from typing import Final

from homeassistant.util import dt as dt_util

from ..recording.sidecar import RecordingFormat, Sidecar, SidecarError

_LOGGER = logging.getLogger(__name__)

#: A day's folder and a file's name without its ending: all that an identifier may hold.
_KEY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})/([A-Za-z0-9][A-Za-z0-9_-]{0,199})")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
MIME: Final = {RecordingFormat.OPUS: "audio/ogg", RecordingFormat.WAV: "audio/wav"}
#: A JSON file without its recording is left over from a deletion that was cut off, s.
_STRAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A finished recording."""

    #: "YYYY-MM-DD/name", of the local day on which it began.
    key: str
    file: Path
    size: int
    started: datetime
    #: None when the JSON file is gone or damaged: nobody knows whether the recording was announced.
    sidecar: Sidecar | None

    @property
    def call_id(self) -> str:
        """The call it is of, as far as known."""
        return self.sidecar.call_id if self.sidecar else self.file.stem.rpartition("_")[2]

    @property
    def entry_id(self) -> str:
        """The account it was made with; "" when unknown."""
        return self.sidecar.entry_id if self.sidecar else ""

    @property
    def contact(self) -> str:
        """The contact's name; "" for none."""
        return self.sidecar.contact if self.sidecar else ""

    @property
    def mime_type(self) -> str:
        """What browsers call its format."""
        return MIME[RecordingFormat(self.file.suffix[1:])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long recordings of an account are kept, and how much of them; 0 = no limit."""

    days: int
    megabytes: int


class Catalogue:
    """The folder of recordings; touches files, so only in the executor."""

    def __init__(self, root: Path) -> None:
        """Take the folder, which need not exist."""
        self._root = root

    def all(self) -> list[Recording]:
        """Return all recordings, newest first."""
        found = [each for day in self._days() for each in self._of_day(day)]
        return sorted(found, key=lambda each: (each.started, each.key), reverse=True)

    def of_calls(self, call_ids: Collection[str]) -> list[Recording]:
        """Return the recordings of some calls, oldest first."""
        return [each for each in reversed(self.all()) if each.call_id in call_ids]

    def find(self, key: str) -> Recording | None:
        """Return a recording by its key; None when there is none, or the key is none of ours."""
        if (parts := _KEY.fullmatch(key)) is None:
            return None
        for ending in RecordingFormat:
            file = self._root / parts[1] / f"{parts[2]}.{ending}"
            if (found := self._read(file)) is not None:
                return found
        return None

    def remove(self, recordings: Iterable[Recording]) -> int:
        """Delete recordings with what is told about them; return how many."""
        count = 0
        for each in recordings:
            # the sound first: if this is cut off, what is left tells of it
            each.file.unlink(missing_ok=True)
            each.file.with_suffix(".json").unlink(missing_ok=True)
            count += 1
            _drop_empty(each.file.parent)
        return count

    def clear(self, now: datetime, limits: Mapping[str, Limits], usual: Limits) -> int:
        """Delete what is too old or too much for its account; return how many recordings."""
        kept: dict[str, float] = {}
        gone = []
        for each in self.all():
            limit = limits.get(each.entry_id, usual)
            kept[each.entry_id] = kept.get(each.entry_id, 0) + each.size / 1e6
            old = limit.days and now - each.started > timedelta(days=limit.days)
            if old or (limit.megabytes and kept[each.entry_id] > limit.megabytes):
                kept[each.entry_id] -= each.size / 1e6
                gone.append(each)
        self._drop_strays(now)
        return self.remove(gone)

    def _days(self) -> Iterator[Path]:
        """Yield the folders of days."""
        if self._root.is_dir():
            for folder in sorted(self._root.iterdir()):
                if _DAY.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
                    yield folder

    def _of_day(self, day: Path) -> Iterator[Recording]:
        """Yield the recordings of a day."""
        for file in sorted(day.glob("*")):
            if (found := self._read(file)) is not None:
                yield found

    def _read(self, file: Path) -> Recording | None:
        """Return a file as a recording; None when it is none."""
        if file.suffix[1:] not in RecordingFormat or file.is_symlink() or not file.is_file():
            return None
        key = f"{file.parent.name}/{file.stem}"
        if not _KEY.fullmatch(key):
            return None
        sidecar: Sidecar | None = None
        try:
            sidecar = Sidecar.read(file.with_suffix(".json"))
        except FileNotFoundError:
            _LOGGER.debug("Nothing is told about the recording %s", key)
        except (OSError, SidecarError) as err:
            _LOGGER.warning("What is told about the recording %s cannot be read: %s", key, err)
        try:
            size = file.stat().st_size
            started = sidecar.started if sidecar else _moment(key, file)
        except FileNotFoundError:
            # deleted meanwhile
            return None
        return Recording(key=key, file=file, size=size, started=started, sidecar=sidecar)

    def _drop_strays(self, now: datetime) -> None:
        """Delete JSON files whose recording is gone."""
        for day in self._days():
            for told in day.glob("*.json"):
                if any(told.with_suffix(f".{ending}").exists() for ending in RecordingFormat):
                    continue
                if now - dt_util.utc_from_timestamp(told.stat().st_mtime) > _STRAY:
                    told.unlink(missing_ok=True)
            _drop_empty(day)


def _drop_empty(day: Path) -> None:
    """Remove a day's folder when nothing is left in it."""
    # not empty, or gone already
    with suppress(OSError):
        day.rmdir()


def _moment(key: str, file: Path) -> datetime:
    """Return when a recording began by its name, else by its last change."""
    try:
        moment = datetime.strptime(key[:19], "%Y-%m-%d/%H-%M-%S")  # noqa: DTZ007
    except ValueError:
        return dt_util.utc_from_timestamp(file.stat().st_mtime)
    return moment.replace(tzinfo=dt_util.get_default_time_zone())
