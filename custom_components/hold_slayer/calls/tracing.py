"""SIP traces: begun by action or button, over by themselves, kept as files that can be downloaded."""

from collections.abc import Callable
from datetime import datetime, timedelta
import logging
import os
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.persistent_notification import async_create
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..sentences import phrase
from ..telephony.errors import EngineError
from ..telephony.messages import LONGEST_TRACE_S, StartTrace, StopTrace
from .engine import SharedEngine, shared_engine
from .problems import engine_failed, failed

_LOGGER = logging.getLogger(__name__)

#: Where traces lie, in the configuration folder; the newest are kept.
FOLDER: Final = f"{DOMAIN}/traces"
KEPT: Final = 5
#: How long the link of a trace works.
LINK_LIFE: Final = timedelta(days=1)
_URL: Final = f"/api/{DOMAIN}/traces/{{name}}"


class Tracing:
    """The trace of the one engine."""

    def __init__(self, hass: HomeAssistant, engine: SharedEngine) -> None:
        """Nothing is recorded yet."""
        self.until: datetime | None = None
        self._hass = hass
        self._engine = engine
        self._timer: CALLBACK_TYPE | None = None
        self._watchers: set[Callable[[], None]] = set()

    @callback
    def watch(self, watcher: Callable[[], None]) -> CALLBACK_TYPE:
        """Tell `watcher` when a trace begins or ends."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    async def start(self, seconds: float) -> datetime:
        """Record for so long; return when it ends. Raises a translated error."""
        seconds = min(seconds, LONGEST_TRACE_S)
        try:
            await self._engine.link.request(StartTrace(seconds=seconds))
        except EngineError as err:
            raise engine_failed(err) from err
        self._stop_timer()
        self._timer = async_call_later(self._hass, seconds, self._out_of_time)
        self.until = dt_util.utcnow() + timedelta(seconds=seconds)
        self._tell()
        return self.until

    async def stop(self) -> dict[str, Any]:
        """End the trace and keep it; return its file, link and size. Raises a translated error."""
        if self.until is None:
            raise failed("no_trace")
        self._stop_timer()
        self.until = None
        self._tell()
        try:
            trace = await self._engine.link.request(StopTrace())
        except EngineError as err:
            raise engine_failed(err) from err
        name = f"sip-trace-{dt_util.now():%Y%m%d-%H%M%S}.zip"
        path = await self._hass.async_add_executor_job(
            _keep, Path(self._hass.config.path(FOLDER)), name, trace.payload
        )
        url = async_sign_path(self._hass, _URL.format(name=name), LINK_LIFE, use_content_user=True)
        language = self._hass.config.language
        async_create(
            self._hass,
            phrase(language, "trace", "ready", count=trace.messages, url=url),
            title=phrase(language, "trace", "title"),
            notification_id=f"{DOMAIN}_trace",
        )
        return {"file": str(path), "url": url, "messages": trace.messages}

    async def toggle(self) -> None:
        """Begin a trace, or end the one that runs."""
        if self.until is None:
            await self.start(LONGEST_TRACE_S)
        else:
            await self.stop()

    async def _out_of_time(self, _now: datetime) -> None:
        """End a trace nobody ended."""
        self._timer = None
        try:
            await self.stop()
        except Exception:
            _LOGGER.exception("The SIP trace could not be kept")

    def _stop_timer(self) -> None:
        """Wait for no end."""
        if self._timer is not None:
            self._timer()
            self._timer = None

    def _tell(self) -> None:
        """Tell everybody who watches."""
        for watcher in tuple(self._watchers):
            watcher()


class TraceView(HomeAssistantView):
    """Hands out a trace to who has its signed link, or is an administrator."""

    url = _URL
    name = f"api:{DOMAIN}:trace"

    async def get(self, request: web.Request, name: str) -> web.StreamResponse:
        """Send the file."""
        hass = request.app["hass"]
        folder = Path(hass.config.path(FOLDER))
        path = folder / name
        known = await hass.async_add_executor_job(
            lambda: path.parent == folder and path.suffix == ".zip" and path.is_file()
        )
        if not known:
            raise web.HTTPNotFound
        attachment = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.FileResponse(path, headers=attachment)


def _keep(folder: Path, name: str, data: bytes) -> Path:
    """Write a trace for its owner alone, and remove the oldest."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    for old in sorted(folder.glob("sip-trace-*.zip"))[:-KEPT]:
        old.unlink()
    return path


TRACING: Final[HassKey[Tracing]] = HassKey(f"{DOMAIN}_tracing")


@callback
def tracing(hass: HomeAssistant) -> Tracing:
    """Return what records traces in this Home Assistant."""
    if TRACING not in hass.data:
        hass.http.register_view(TraceView)
        hass.data[TRACING] = Tracing(hass, shared_engine(hass))
    return hass.data[TRACING]
