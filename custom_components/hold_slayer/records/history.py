"""The history of this Home Assistant: one database for all accounts."""

import asyncio
from collections.abc import Callable
from functools import partial
import logging
from pathlib import Path
import time
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..calls.problems import failed
from ..const import DOMAIN
from .database import Damaged, Database, Fault, fault_of
from .deleting import CHUNK, Deleted, calls_within, delete_matching, delete_old
from .filters import Filter
from .keeping import Keeping, keeping_of
from .mover import Mover
from .troubles import show_trouble
from .writer import Trouble, Writer

_LOGGER = logging.getLogger(__name__)

FILE: Final = "hold_slayer.db"
_DAY_S: Final = 86_400.0
#: How far the wall clock may drift from the monotonic one before nothing is deleted by age, s.
_CLOCK_JUMP_S: Final = 3600.0
#: How long a reader waits for what is still to be written, s.
_CATCH_UP_S: Final = 3.0
#: How long somebody waits for a write of their own, s.
LONGEST_WRITE_S: Final = 30.0

type Work[T] = Callable[[Connection], T]


class History:
    """Writes through one thread, reads in the executor; never touches files on the event loop."""

    def __init__(self, hass: HomeAssistant, keeping: Keeping) -> None:
        """Prepare; `start` opens."""
        self._hass = hass
        self.keeping = keeping
        self._database = self._database_at(keeping.url)
        self.writer = Writer(self._database, self._in_trouble)
        self._clocks = (time.time(), time.monotonic())
        self._mover = Mover(hass, self._database_at)

    @property
    def health(self) -> str:
        """What kind of database it is, and what is wrong with it, without names and addresses."""
        trouble = self.writer.trouble
        state = trouble.fault.value if trouble else self._mover.progress
        return f"{self._database.kind}: {state}" if state else self._database.kind

    @callback
    def start(self) -> None:
        """Open, on the writing thread."""
        self.writer.start()
        self._mover.resume(self.writer)

    async def stop(self) -> None:
        """Write what is left and close."""
        self._mover.stop()
        # not a job of Home Assistant's: those are called off when it stops
        await self._hass.loop.run_in_executor(None, self.writer.stop)

    async def apply(self, keeping: Keeping) -> None:
        """Take over other options; running calls go on in the new database as a whole.

        Those that are over are copied into it if wanted; the former database stays as it is.
        """
        before, self.keeping = self.keeping, keeping
        if before.url == keeping.url:
            return
        old = self.writer
        self._database = self._database_at(keeping.url)
        self.writer = Writer(self._database, self._in_trouble, generation=old.generation + 1)
        self.writer.start()
        await self._hass.loop.run_in_executor(None, old.stop)
        await self._mover.change(before.url, keeping.url, self.writer, copy=keeping.copy)

    async def read[T](self, work: Work[T]) -> T:
        """Read once what was reported so far is written; raises a translated error."""
        await self._catch_up()
        if not self._database.is_open:
            trouble = self.writer.trouble
            raise failed("history_unavailable", reason=trouble.reason if trouble else "closed")
        try:
            return await self._hass.async_add_executor_job(self._read, work)
        except DBAPIError as err:
            if fault_of(err) is Fault.DAMAGED:
                # the writer looks for itself, and moves the file aside
                self.writer.put(_verify)
            raise failed("history_unavailable", reason=err.orig) from err

    async def write[T](self, work: Work[T]) -> T:
        """Write and wait until it is; raises a translated error."""
        future = asyncio.wrap_future(self.writer.put(work))
        try:
            async with asyncio.timeout(LONGEST_WRITE_S):
                return await future
        except TimeoutError as err:
            trouble = self.writer.trouble
            raise failed("history_unavailable", reason=trouble.reason if trouble else err) from err
        except RuntimeError as err:
            raise failed("history_unavailable", reason=err) from err

    async def forget(self, wanted: Filter) -> Deleted:
        """Delete the calls of a filter that are over; raises a translated error."""
        try:
            await self._mover.forget(wanted)
        except SQLAlchemyError as err:
            # it would come back from there
            raise failed("history_unavailable", reason=getattr(err, "orig", None) or err) from err
        return await self.write(partial(delete_matching, wanted=wanted))

    async def hold_for_backup(self) -> None:
        """Bring everything into one file and write nothing more until `resume`."""
        await self._catch_up()
        self.writer.pause()
        try:
            await self._hass.async_add_executor_job(self._database.fold)
        except DBAPIError as err:
            _LOGGER.warning("The history's log could not be folded for the backup: %s", err.orig)

    @callback
    def resume(self) -> None:
        """Go on writing after a backup."""
        self.writer.resume()

    async def delete_old(self) -> int:
        """Delete what is too old or too many; return how many calls."""
        now, ticks = time.time(), time.monotonic()
        drift = (now - self._clocks[0]) - (ticks - self._clocks[1])
        self._clocks = (now, ticks)
        before = now - self.keeping.days * _DAY_S
        if abs(drift) > _CLOCK_JUMP_S:
            # a clock that jumped ahead must not cost a year of calls
            _LOGGER.warning("The clock jumped by %.0f s: no calls are deleted by age now", drift)
            before = float("-inf")
        fitting = partial(calls_within, most_bytes=self.keeping.megabytes * 1e6)
        # calls that come meanwhile are not too many because they were not counted
        within = await self.read(fitting)
        most = self.keeping.calls if within is None else min(self.keeping.calls, within)
        deleted = 0
        # in pieces, so that calls are written in between
        while some := await self.write(partial(_delete_old, before=before, most=most)):
            deleted += some
            if some < CHUNK:
                break
        return deleted

    async def _catch_up(self) -> None:
        """Wait a little for what is still to be written."""
        trouble = self.writer.trouble
        if trouble is None or trouble.fault is not Fault.UNAVAILABLE:
            future = asyncio.wrap_future(self.writer.put(_nothing))
            await asyncio.wait({future}, timeout=_CATCH_UP_S)
            if future.done() and not future.cancelled():
                # what was written or not shows in what is read
                future.exception()

    def _read[T](self, work: Work[T]) -> T:
        """Read in the executor."""
        with self._database.open().connect() as connection:
            return work(connection)

    def _database_at(self, url: str) -> Database:
        """Return a database, not yet opened; "" is the file in the configuration folder."""
        return Database(url) if url else Database.in_file(Path(self._hass.config.path(FILE)))

    def _in_trouble(self, trouble: Trouble | None) -> None:
        """Pass on, from the writing thread, whether the database can be written."""
        try:
            self._hass.loop.call_soon_threadsafe(show_trouble, self._hass, trouble)
        except RuntimeError:
            _LOGGER.debug("Home Assistant is gone: %s", trouble)


class _Shared:
    """The history and how many accounts use it."""

    def __init__(self, history: History) -> None:
        """Begin without users."""
        self.history = history
        self.users = 0


_SHARED: HassKey[_Shared] = HassKey(f"{DOMAIN}.history")


@callback
def acquire_history(hass: HomeAssistant) -> History:
    """Use the history, opening it for the first account."""
    shared = hass.data.get(_SHARED)
    if shared is None:
        shared = hass.data[_SHARED] = _Shared(History(hass, keeping_of(hass)))
        shared.history.start()
    shared.users += 1
    return shared.history


async def release_history(hass: HomeAssistant) -> None:
    """Stop using the history, which closes with its last user."""
    shared = hass.data.get(_SHARED)
    if shared is None:
        return
    shared.users -= 1
    if shared.users <= 0:
        del hass.data[_SHARED]
        await shared.history.stop()


@callback
def find_history(hass: HomeAssistant) -> History | None:
    """Return the history while an account uses it."""
    shared = hass.data.get(_SHARED)
    return shared.history if shared else None


@callback
def history_of(hass: HomeAssistant) -> History:
    """Return the history; raises a translated error when no account is set up."""
    if (history := find_history(hass)) is None:
        raise failed("history_unavailable", reason="no account is loaded")
    return history


def _nothing(_connection: Connection) -> None:
    """Write nothing: done when everything before it is."""


def _delete_old(connection: Connection, *, before: float, most: int) -> int:
    """Delete a piece of what is too old or too many."""
    return delete_old(connection, before, most)


def _verify(connection: Connection) -> None:
    """Look for damage."""
    if (found := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
        raise Damaged(str(found))
