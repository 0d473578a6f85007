"""Opening the database, telling damage from a passing fault, and moving a damaged file aside."""

from datetime import UTC, datetime
from enum import StrEnum
import logging
from pathlib import Path
import sqlite3
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from .migrations import SchemaTooNew, migrate

_LOGGER = logging.getLogger(__name__)

#: How long a statement waits for another process's lock, s.
LOCK_WAIT_S: Final = 5.0
#: SQLite's codes of a file that is not, or no longer, a database (https://sqlite.org/rescode.html).
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
#: Its codes of a statement that will never work, such as one with a pattern that is too long.
_FAULTY: Final = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_CONSTRAINT,
    }
)
#: Numbers and words of calls belong in no log, however much is logged elsewhere.
_QUIET: Final[dict[str, Any]] = {"hide_parameters": True, "logging_name": "hold_slayer"}
logging.getLogger("sqlalchemy.engine.Engine.hold_slayer").setLevel(logging.WARNING)
#: How long a server is waited for when connecting, s.
CONNECT_WAIT_S: Final = 10
#: Kinds of database that the history is tested with (SQLAlchemy's names).
KINDS: Final = frozenset({"sqlite", "postgresql", "mysql", "mariadb"})
#: What lies beside an SQLite database in WAL mode.
_COMPANIONS: Final = ("-wal", "-shm")


class Fault(StrEnum):
    """What is wrong with a database."""

    DAMAGED = "damaged"
    UNAVAILABLE = "unavailable"  # locked, full disk, no connection, no driver, too new
    REFUSED = "refused"  # the statement is at fault, not the database


class Damaged(Exception):
    """A check found the database damaged."""


class Unusable(Exception):
    """The choice of a database cannot work as it is."""


class UnknownKind(Unusable):
    """A URL does not name a database that can be used."""


class DriverMissing(Unusable):
    """The Python package that speaks to a kind of database is not installed."""

    def __init__(self, driver: str) -> None:
        """Name the package's module."""
        super().__init__(
            f"the driver {driver} is not installed: Home Assistant OS and the container image bring "
            "psycopg2 and mysqlclient; elsewhere install the driver with pip into Home Assistant's "
            "environment"
        )
        self.driver = driver


def fault_of(error: Exception) -> Fault:
    """Tell what an error of the database means."""
    if isinstance(error, Damaged):
        return Fault.DAMAGED
    if not isinstance(error, DBAPIError):
        return Fault.UNAVAILABLE
    code = getattr(error.orig, "sqlite_errorcode", None)
    # the low byte is the primary code
    if code is not None and (code & 0xFF) in _DAMAGED:
        return Fault.DAMAGED
    if code is not None and (code & 0xFF) in _FAULTY:
        return Fault.REFUSED
    names = {kind.__name__ for kind in type(error.orig).__mro__}
    if names & {"IntegrityError", "DataError", "ProgrammingError"}:
        return Fault.REFUSED
    return Fault.UNAVAILABLE


class Database:
    """One database, opened and brought up to date when it is first used; for any thread."""

    def __init__(self, url: str | URL) -> None:
        """Take an SQLAlchemy URL; nothing is opened yet."""
        self._url: URL | None = None
        try:
            self._url = make_url(url)
        except ArgumentError, ValueError:
            _LOGGER.debug("What was given is no database URL")
        self._engine: Engine | None = None

    @classmethod
    def in_file(cls, path: Path) -> Database:
        """Return the SQLite database in a file."""
        return cls(URL.create("sqlite", database=str(path)))

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        url = self._url
        if url is None or url.get_backend_name() != "sqlite" or not url.database:
            return None
        return Path(url.database)

    @property
    def kind(self) -> str:
        """What it is: `sqlite`, `postgresql`, `mysql`, `mariadb`; "" when the URL is none."""
        return self._url.get_backend_name() if self._url is not None else ""

    @property
    def is_open(self) -> bool:
        """Tell whether it was opened."""
        return self._engine is not None

    def open(self) -> Engine:
        """Open and migrate if need be.

        Raises what SQLAlchemy raises, `SchemaTooNew`, `Damaged`,
        `UnknownKind`, `DriverMissing`.
        """
        if self._engine is not None:
            return self._engine
        engine = self._make()
        try:
            if self.file is not None:
                _check(engine, self.file)
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        self._engine = engine
        return engine

    def close(self) -> None:
        """Close all connections; the last one of SQLite folds the WAL into the file."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def fold(self) -> None:
        """Bring everything written into the main file, for a copy of it."""
        if self._engine is not None and self.file is not None:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")

    def move_aside(self) -> Path | None:
        """Rename a damaged file, with the date in its name; return the new path."""
        self.close()
        if (file := self.file) is None or not file.exists():
            return None
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
        aside = file.with_name(f"{file.name}.damaged-{stamp}")
        count = 1
        while aside.exists():
            count += 1
            aside = file.with_name(f"{file.name}.damaged-{stamp}-{count}")
        file.rename(aside)
        for ending in _COMPANIONS:
            companion = file.with_name(file.name + ending)
            if companion.exists():
                companion.rename(aside.with_name(aside.name + ending))
        return aside

    def _make(self) -> Engine:
        """Return an engine with the settings of its kind of database."""
        if self._url is None:
            raise UnknownKind("this is no database URL")
        if (kind := self._url.get_backend_name()) not in KINDS:
            raise UnknownKind(f"{kind} is not one of {', '.join(sorted(KINDS))}")
        if self.file is None:
            return _make_for_server(self._url)
        engine = create_engine(self._url, connect_args={"timeout": LOCK_WAIT_S}, **_QUIET)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine


def _make_for_server(url: URL) -> Engine:
    """Return an engine for PostgreSQL or MariaDB."""
    wait: dict[str, Any] = {"connect_timeout": CONNECT_WAIT_S}
    if url.get_backend_name() != "postgresql":
        # the server's own choice may not hold every letter
        wait["charset"] = "utf8mb4"
    try:
        # a server may have ended the connection over night
        return create_engine(url, pool_pre_ping=True, pool_size=2, connect_args=wait, **_QUIET)
    except NoSuchModuleError as err:
        raise UnknownKind(str(err)) from err
    except ImportError as err:
        raise DriverMissing(err.name or url.drivername) from err


def probe(url: str) -> None:
    """Connect and make or update the tables; raises what `Database.open` raises."""
    database = Database(url)
    try:
        database.open()
    finally:
        database.close()


def _check(engine: Engine, file: Path) -> None:
    """Look for damage where the last process did not close the database."""
    if not file.with_name(file.name + _COMPANIONS[0]).exists():
        return
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise Damaged(str(found))


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Let readers and the writer work side by side, and leave nothing of what was deleted."""
    # transactions are begun by `_begin_sqlite`, not by the driver
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")


def _begin_sqlite(connection: Connection) -> None:
    """Begin; whoever writes takes the lock at once instead of failing half-way."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


__all__ = [
    "Damaged",
    "Database",
    "DriverMissing",
    "Fault",
    "SchemaTooNew",
    "UnknownKind",
    "Unusable",
    "fault_of",
    "probe",
]
