"""Where recordings lie: a folder per day, a name that says when and with whom."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
import shutil
import tempfile
import time
from typing import Final

from homeassistant.util import dt as dt_util, slugify

from .sidecar import Sidecar, SidecarError

#: Below Home Assistant's configuration folder.
PLACE: Final = ("hold_slayer", "recordings")
#: Ending of the folder that holds the pieces of a recording until it is finished.
UNFINISHED: Final = ".recording"
ABOUT: Final = "about.json"
#: Space left to Home Assistant, bytes: an hour of stereo PCM and a backup of a small home.
LEAST_FREE: Final = 500_000_000
#: Nothing was written for so long: nobody writes there any more, s. The engine writes every 0.5 s.
STALE_S: Final = 60.0
#: Longest part of a name that comes from a contact, characters.
_LONGEST = 40


class NoSpaceError(OSError):
    """The disk is too full to record."""


def make_room(root: Path) -> None:
    """Make the folder of all recordings and see that the disk has room; raises `OSError`."""
    # several tries may be needed before there is a parent that can be asked
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(root).free
    if free < LEAST_FREE:
        raise NoSpaceError(
            f"only {free / 1e6:.0f} MB are free, and {LEAST_FREE / 1e6:.0f} MB are kept free"
        )


def probe(root: Path) -> None:
    """See whether a recording could be written; raises `OSError`."""
    make_room(root)
    with tempfile.TemporaryFile(dir=root) as file:
        file.write(bytes(1024))


def new_folder(root: Path, sidecar: Sidecar) -> Path:
    """Make the folder for the pieces of a recording; raises `OSError`."""
    make_room(root)
    local = dt_util.as_local(sidecar.started)
    name = slugify(sidecar.contact, separator="-")[:_LONGEST].strip("-") or "call"
    day = root / f"{local:%Y-%m-%d}"
    day.mkdir(exist_ok=True, mode=0o700)
    folder = day / f"{local:%H-%M-%S}_{name}_{sidecar.call_id}{UNFINISHED}"
    folder.mkdir(mode=0o700)
    sidecar.write(folder / ABOUT)
    return folder


def unfinished(root: Path) -> Iterator[Path]:
    """Yield the folders of recordings that were not finished."""
    for folder in sorted(root.glob(f"*/*{UNFINISHED}")):
        if folder.is_dir():
            yield folder


def is_written(folder: Path) -> bool:
    """Tell whether somebody seems to write into a folder: an engine may outlive Home Assistant."""
    newest = max((path.stat().st_mtime for path in (folder, *folder.iterdir())), default=0.0)
    return time.time() - newest < STALE_S


def about(folder: Path) -> Sidecar | None:
    """Return what is known about an unfinished recording; None when that is lost."""
    try:
        return Sidecar.read(folder / ABOUT)
    except OSError, SidecarError:
        return None


def finished_path(folder: Path, ending: str) -> Path:
    """Return where the finished recording of a folder goes."""
    stem = folder.name.removesuffix(UNFINISHED)
    return folder.with_name(f"{stem}.{ending}")


def call_started(folder: Path) -> datetime:
    """Return the local time that the names of a folder tell; its last change when they don't."""
    try:
        text = f"{folder.parent.name} {folder.name[:8]}"
        moment = datetime.strptime(text, "%Y-%m-%d %H-%M-%S")  # noqa: DTZ007
        return moment.replace(tzinfo=dt_util.get_default_time_zone())
    except ValueError:
        return dt_util.utc_from_timestamp(folder.stat().st_mtime)
