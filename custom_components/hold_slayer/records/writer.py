"""The thread that writes: one transaction per job, in order, patient when the database is not."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
import logging
import threading
import time
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from .database import Damaged, Database, Fault, SchemaTooNew, Unusable, fault_of

_LOGGER = logging.getLogger(__name__)

#: Seconds between two attempts while the database cannot be written.
RETRY_S: Final = 5.0
#: Jobs kept in memory meanwhile; a call makes some hundred, so this is a day of busy lines.
MOST_WAITING: Final = 20_000
#: Longest stop for a backup, s: one that never reports its end must not end the history.
LONGEST_PAUSE_S: Final = 600.0

type Work[T] = Callable[[Connection], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why nothing can be written, or what had to be done about it."""

    fault: Fault
    reason: str
    #: Where a damaged file was moved to.
    aside: str = ""


@dataclass(slots=True)
class _Job:
    """Something to write and who waits for it."""

    work: Work[object]
    done: Future[object]


class Writer:
    """Writes on a thread of its own; every public method may be called from any thread."""

    def __init__(
        self,
        database: Database,
        on_trouble: Callable[[Trouble | None], None] = lambda _trouble: None,
        retry_s: float = RETRY_S,
        generation: int = 0,
    ) -> None:
        """Prepare; `on_trouble` is called on the writing thread, with None when all is well."""
        self._database = database
        self._on_trouble = on_trouble
        self._retry_s = retry_s
        self._jobs: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._paused_until = 0.0
        self._trouble: Trouble | None = None
        #: Raised when a new database was begun in place of a damaged one, or of another.
        self.generation = generation
        self._thread = threading.Thread(target=self._run, name="hold_slayer_history", daemon=True)

    def start(self) -> None:
        """Begin with opening the database."""
        self._thread.start()

    def put[T](self, work: Work[T]) -> Future[T]:
        """Have something written; the future is done when it is, or failed when it cannot be."""
        done: Future[T] = Future()
        with self._changed:
            if self._stopping:
                done.set_exception(RuntimeError("the history is closed"))
                return done
            if len(self._jobs) >= MOST_WAITING:
                dropped = self._jobs.popleft()
                dropped.done.set_exception(RuntimeError("too much is waiting to be written"))
            self._jobs.append(_Job(work, done))  # type: ignore[arg-type]
            self._changed.notify_all()
        return done

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong now."""
        return self._trouble

    def pause(self) -> None:
        """Write nothing for a while; jobs are kept."""
        with self._changed:
            self._paused_until = time.monotonic() + LONGEST_PAUSE_S

    def resume(self) -> None:
        """Go on writing."""
        with self._changed:
            self._paused_until = 0.0
            self._changed.notify_all()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Write what is left, unless the database will not have it, and close."""
        with self._changed:
            self._stopping = True
            self._paused_until = 0.0
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        """Write until stopped."""
        self._attempt(None)
        while (job := self._next()) is not None:
            if not self._attempt(job) and not self._wait_to_retry():
                break
        with self._changed:
            left, self._jobs = self._jobs, deque()
        for job in left:
            job.done.cancel()
        self._database.close()

    def _next(self) -> _Job | None:
        """Wait for the next job, which stays in the queue; None when there will be none."""
        with self._changed:
            while True:
                pause = self._paused_until - time.monotonic()
                if pause > 0:
                    self._changed.wait(pause)
                elif self._jobs:
                    return self._jobs[0]
                elif self._stopping:
                    return None
                else:
                    self._changed.wait()

    def _wait_to_retry(self) -> bool:
        """Wait a while; tell whether it is worth another attempt."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, self._retry_s)

    def _attempt(self, job: _Job | None) -> bool:
        """Write one job; tell whether it is off the queue (written, or wrong in itself)."""
        result: object = None
        try:
            engine = self._database.open()
            if job is not None:
                with engine.execution_options(writes=True).begin() as connection:
                    result = job.work(connection)
        except Exception as err:  # noqa: BLE001 - whatever it is, the thread must live
            return self._failed(job, err)
        self._say(None)
        if job is not None:
            self._finish(job, lambda: job.done.set_result(result))
        return True

    def _failed(self, job: _Job | None, error: Exception) -> bool:
        """Deal with an error; tell whether the job is off the queue."""
        fault = fault_of(error)
        if job is not None and (fault is Fault.REFUSED or not _from_database(error)):
            _LOGGER.warning("Could not write to the history: %s", error)
            self._finish(job, lambda: job.done.set_exception(error))
            return True
        if fault is Fault.DAMAGED and (aside := self._begin_anew(error)) is not None:
            self._say(Trouble(fault=fault, reason=_first_line(error), aside=aside))
            return job is None or self._attempt(job)
        self._say(Trouble(fault=Fault.UNAVAILABLE, reason=_first_line(error)))
        return False

    def _begin_anew(self, error: Exception) -> str | None:
        """Move the damaged file aside; return its new name."""
        try:
            aside = self._database.move_aside()
        except OSError as err:
            _LOGGER.error("The history is damaged and cannot be moved aside: %s", err)
            return None
        if aside is None:
            return None
        _LOGGER.error("The history was damaged (%s) and is now %s", _first_line(error), aside)
        self.generation += 1
        return aside.name

    def _finish(self, job: _Job, tell: Callable[[], None]) -> None:
        """Take a job off the queue and tell who waits."""
        with self._changed:
            if self._jobs and self._jobs[0] is job:
                self._jobs.popleft()
        if not job.done.done():
            tell()

    def _say(self, trouble: Trouble | None) -> None:
        """Report a change between well and not."""
        if trouble == self._trouble:
            return
        if trouble is not None and trouble.fault is Fault.UNAVAILABLE:
            _LOGGER.warning("The history cannot be written: %s", trouble.reason)
        self._trouble = trouble
        self._on_trouble(trouble)


def _from_database(error: Exception) -> bool:
    """Tell whether the database is to blame, not the work."""
    return isinstance(error, (SQLAlchemyError, Damaged, SchemaTooNew, Unusable, OSError))


def _first_line(error: Exception) -> str:
    """Return an error in one line, without SQL and values."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:200]
