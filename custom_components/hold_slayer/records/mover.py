"""Seeing a change of the database through: copies go on after a restart, and say why they cannot."""

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import Store
from sqlalchemy.exc import SQLAlchemyError

from ..const import DOMAIN
from .database import Damaged, Database, SchemaTooNew, Unusable
from .filters import Filter
from .moving import Move
from .troubles import show_copy_trouble

if TYPE_CHECKING:
    from .writer import Writer

_LOGGER = logging.getLogger(__name__)

#: The databases (URLs, "" = the file) whose calls are still to be copied.
_KEY: Final = f"{DOMAIN}.history_move"
_VERSION: Final = 1
#: Seconds until a copy that failed is tried again.
RETRY_S: Final = 600.0


class Mover:
    """Copies calls out of the databases that were used before the present one."""

    def __init__(self, hass: HomeAssistant, database_at: Callable[[str], Database]) -> None:
        """Prepare; `resume` begins."""
        self._hass = hass
        self._database_at = database_at
        self._store: Store[list[str]] = Store(hass, _VERSION, _KEY, private=True)
        self._move: Move | None = None
        self._task: asyncio.Task[None] | None = None
        self._retry: CALLBACK_TYPE | None = None

    @property
    def progress(self) -> str:
        """How far the copy is, "" when there is none."""
        return f"copied {self._move.done} of {self._move.total}" if self._move else ""

    async def change(self, source: str, target: str, writer: Writer, *, copy: bool) -> None:
        """Note that another database was chosen, and copy the calls if wanted."""
        self.stop()
        if self._task is not None:
            await asyncio.wait({self._task})
        before = await self._store.async_load() or []
        sources = [each for each in dict.fromkeys((*before, source)) if each != target]
        await self._store.async_save(sources if copy else [])
        show_copy_trouble(self._hass, None)
        self.resume(writer)

    @callback
    def resume(self, writer: Writer) -> None:
        """Go on with what is to be copied."""
        self._task = self._hass.async_create_background_task(
            self._run(writer), f"{DOMAIN} history copy"
        )

    @callback
    def stop(self) -> None:
        """Copy no further for now."""
        if self._retry is not None:
            self._retry()
            self._retry = None
        if self._move is not None:
            self._move.stop()

    async def forget(self, wanted: Filter) -> None:
        """Delete calls where they would be copied from."""
        if self._move is not None:
            await self._hass.async_add_executor_job(self._move.forget, wanted)

    async def _run(self, writer: Writer) -> None:
        """Copy from one database after the other."""
        while sources := await self._store.async_load():
            source = sources[0]
            self._move = move = Move(self._database_at(source), writer)
            reason = ""
            try:
                # the writer ends it with itself
                await self._hass.async_add_executor_job(move.run)
            except CancelledError:
                return
            except (SQLAlchemyError, Damaged, SchemaTooNew, Unusable, RuntimeError, OSError) as err:
                reason = str(getattr(err, "orig", None) or err).splitlines()[0][:200]
            finally:
                self._move = None
            if move.stopped:
                return
            if reason:
                _LOGGER.warning("The calls of the former database are copied later: %s", reason)
                show_copy_trouble(self._hass, reason)
                again = HassJob(callback(lambda _now: self.resume(writer)), cancel_on_shutdown=True)
                self._retry = async_call_later(self._hass, RETRY_S, again)
                return
            _LOGGER.info("Copied %d calls into the new database", move.done)
            show_copy_trouble(self._hass, None)
            await self._store.async_save([each for each in sources if each != source])
