"""All recordings of this Home Assistant: begun here, finished here, and repaired after a crash."""

import asyncio
from datetime import datetime
import logging
from pathlib import Path
import shutil

from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from ..telephony.messages import RecordingKind
from . import folder as places
from .encoder import EncoderError, encode, encoder
from .pieces import channels_of, length, pcm, wav_header
from .sidecar import SIGNAL_RECORDING_FINISHED, AnnouncedBy, RecordingFormat, Sidecar

_LOGGER = logging.getLogger(__name__)
_KEY: HassKey[RecordingFiles] = HassKey("hold_slayer_recording_files")

#: Samples per second of what the engine records.
RATE = 16000


class RecordingFiles:
    """The folder of recordings."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Name the folder; it is made with the first recording."""
        self.root = Path(hass.config.path(*places.PLACE))
        self._hass = hass
        #: Folders that calls record into.
        self._busy: set[Path] = set()
        #: One at a time: encoding takes a whole core.
        self._one = asyncio.Lock()

    async def begin(self, sidecar: Sidecar) -> Path:
        """Return the folder to record into; raises `OSError`."""
        folder = await self._hass.async_add_executor_job(places.new_folder, self.root, sidecar)
        self._busy.add(folder)
        return folder

    async def probe(self) -> None:
        """See whether a recording could be written now; raises `OSError`."""
        await self._hass.async_add_executor_job(places.probe, self.root)

    @callback
    def finish(self, folder: Path, error: str = "") -> None:
        """Make one file of a recording that is over, in the background."""
        self._hass.async_create_background_task(
            self._finish(folder, error=error), f"hold_slayer finish {folder.name}"
        )

    @callback
    def repair(self) -> None:
        """Finish in the background what a crash left behind."""
        self._hass.async_create_background_task(self._repair(), "hold_slayer repair recordings")

    async def _repair(self) -> None:
        """Finish what nobody writes any more; come back later for the rest."""
        folders = await self._hass.async_add_executor_job(list, places.unfinished(self.root))
        wait = False
        for folder in folders:
            if folder in self._busy:
                continue
            if await self._hass.async_add_executor_job(places.is_written, folder):
                wait = True
                continue
            await self._finish(folder, repaired=True)
        if wait:
            again = HassJob(self._again, "hold_slayer repair recordings", cancel_on_shutdown=True)
            async_call_later(self._hass, places.STALE_S, again)

    @callback
    def _again(self, _now: datetime) -> None:
        """Look again for what can be repaired."""
        self.repair()

    async def _finish(self, folder: Path, *, repaired: bool = False, error: str = "") -> None:
        """Make one file of the pieces; they stay when that fails, for the next start."""
        async with self._one:
            try:
                path = await self._make(folder, repaired=repaired, error=error)
            except OSError as err:
                _LOGGER.warning("The recording %s could not be finished: %s", folder.name, err)
                return
            finally:
                self._busy.discard(folder)
        if path is not None:
            async_dispatcher_send(self._hass, SIGNAL_RECORDING_FINISHED, str(path))

    async def _make(self, folder: Path, *, repaired: bool, error: str) -> Path | None:
        """Return the JSON file of the finished recording; None when nothing was recorded."""
        run = self._hass.async_add_executor_job
        sidecar = await run(_about, folder)
        channels = len(sidecar.channels)
        size = await run(length, folder, channels)
        if not size:
            await run(_remove, folder)
            return None
        wanted = sidecar.format
        if wanted is RecordingFormat.OPUS:
            try:
                await self._encode(folder, channels)
            except EncoderError as err:
                _LOGGER.warning("%s is kept as WAV: %s", folder.name, err)
                wanted = RecordingFormat.WAV
        if wanted is RecordingFormat.WAV:
            await run(_join, folder, channels, size)
        path = places.finished_path(folder, wanted)
        done = sidecar.finished(
            format=wanted,
            duration_s=round(size / (2 * channels * RATE), 2),
            size=(await run(path.stat)).st_size,
            repaired=repaired,
            error=error,
        )
        about = path.with_suffix(".json")
        await run(done.write, about)
        await run(_remove, folder)
        return about

    async def _encode(self, folder: Path, channels: int) -> None:
        """Make the Opus file; raises `EncoderError`."""
        if (program := encoder(self._hass)) is None:
            raise EncoderError("ffmpeg is not there")
        path = places.finished_path(folder, RecordingFormat.OPUS)
        part = path.with_name(f"{path.name}.part")
        chunks = pcm(folder, channels)
        try:
            await encode(
                program,
                lambda: self._hass.async_add_executor_job(next, chunks, b""),
                part,
                rate=RATE,
                channels=channels,
            )
            await self._hass.async_add_executor_job(part.replace, path)
        finally:
            await self._hass.async_add_executor_job(lambda: part.unlink(missing_ok=True))


@callback
def recording_files(hass: HomeAssistant) -> RecordingFiles:
    """Return the recordings of this Home Assistant."""
    if _KEY not in hass.data:
        hass.data[_KEY] = RecordingFiles(hass)
    return hass.data[_KEY]


def _join(folder: Path, channels: int, size: int) -> None:
    """Make one WAV file of the pieces; raises `OSError`."""
    path = places.finished_path(folder, RecordingFormat.WAV)
    part = path.with_name(f"{path.name}.part")
    try:
        part.touch(mode=0o600)
        with part.open("wb") as file:
            file.write(wav_header(size, RATE, channels))
            file.writelines(pcm(folder, channels))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _about(folder: Path) -> Sidecar:
    """Return what is told about a recording."""
    return places.about(folder) or _made_up(folder)


def _made_up(folder: Path) -> Sidecar:
    """Return what can still be told about a recording whose JSON file is lost."""
    started = places.call_started(folder)
    kinds = {1: RecordingKind.MIXED, 2: RecordingKind.STEREO}
    _, _, rest = folder.name.removesuffix(places.UNFINISHED).partition("_")
    name, _, call_id = rest.rpartition("_")
    return Sidecar(
        call_id=call_id,
        entry_id="",
        contact=name,
        started=started,
        kind=kinds[channels_of(folder)],
        format=RecordingFormat.OPUS,
        rate=RATE,
        announced_by=AnnouncedBy.WORDS,
        announced_at=started,
    )


def _remove(folder: Path) -> None:
    """Remove the pieces; raises `OSError`."""
    shutil.rmtree(folder)
