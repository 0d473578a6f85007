"""Bringing a database to the version of the tables that this release uses, step by step."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
import time
from types import MappingProxyType

from sqlalchemy import Connection, Engine, func, inspect, select

from .schema import METADATA, SCHEMA, VERSION

type Step = Callable[[Connection], None]


def _to_2(connection: Connection) -> None:
    """Versions of the ears, summaries of calls, an index of the calls of a contact, words that can be corrected."""
    connection.exec_driver_sql("ALTER TABLE hold_slayer_calls ADD COLUMN ears_version VARCHAR(64)")
    connection.exec_driver_sql("ALTER TABLE hold_slayer_calls ADD COLUMN summary TEXT")
    connection.exec_driver_sql(
        "CREATE INDEX hold_slayer_calls_contact ON hold_slayer_calls "
        "(contact_id, started, id, account_id, line, outcome, ended)"
    )
    # version 1 knew SQLite alone
    index, words = "hold_slayer_words_fts", "hold_slayer_words"
    connection.exec_driver_sql(
        f"CREATE TRIGGER {index}_new AFTER UPDATE ON {words} BEGIN "  # noqa: S608
        f"INSERT INTO {index}({index}, rowid, text) VALUES ('delete', old.id, old.text); "
        f"INSERT INTO {index}(rowid, text) VALUES (new.id, new.text); END"
    )


#: Version -> what leads to it from the one before. A step never uses the tables of `schema.py`,
#: which are those of today; it spells out its own statements.
STEPS: Mapping[int, Step] = MappingProxyType({2: _to_2})


class SchemaTooNew(Exception):
    """The database was written by a later release."""

    def __init__(self, found: int, known: int) -> None:
        """Say which versions these are."""
        super().__init__(
            f"the database has version {found} of the tables, this release knows {known}: "
            "install the later release again, or move the database away"
        )


def migrate(engine: Engine, steps: Mapping[int, Step] = STEPS, target: int = VERSION) -> int:
    """Make or update the tables, one transaction a step; return the version found (0 = new)."""
    with _alone(engine):
        return _migrate(engine.execution_options(writes=True), steps, target)


def _migrate(engine: Engine, steps: Mapping[int, Step], target: int) -> int:
    with engine.begin() as connection:
        known = inspect(connection).has_table(SCHEMA.name)
        # without a version the making of the tables was cut off, which MariaDB cannot undo
        if not known or not (found := version_of(connection)):
            METADATA.create_all(connection)
            _note(connection, target)
            return 0
    if found > target:
        raise SchemaTooNew(found, target)
    for version in range(found + 1, target + 1):
        with engine.begin() as connection:
            # another process may have taken this step meanwhile
            if version_of(connection) < version:
                steps[version](connection)
                _note(connection, version)
    return found


#: Dialect -> how to take and give back a lock that all homes on one server share.
_LOCKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "postgresql": (
            "SELECT pg_advisory_lock(hashtext('hold_slayer_schema'))",
            "SELECT pg_advisory_unlock(hashtext('hold_slayer_schema'))",
        ),
        "mysql": (
            "SELECT GET_LOCK('hold_slayer_schema', 60)",
            "SELECT RELEASE_LOCK('hold_slayer_schema')",
        ),
        "mariadb": (
            "SELECT GET_LOCK('hold_slayer_schema', 60)",
            "SELECT RELEASE_LOCK('hold_slayer_schema')",
        ),
    }
)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Keep other homes from changing the tables meanwhile; SQLite's own lock does that."""
    if (lock := _LOCKS.get(engine.dialect.name)) is None:
        yield
        return
    with engine.connect() as connection:
        connection.exec_driver_sql(lock[0])
        try:
            yield
        finally:
            connection.exec_driver_sql(lock[1])


def version_of(connection: Connection) -> int:
    """Return the version of the tables in a database that has them."""
    return int(connection.scalar(select(func.max(SCHEMA.c.version))) or 0)


def _note(connection: Connection, version: int) -> None:
    """Note that the tables have a version now."""
    connection.execute(SCHEMA.insert().values(version=version, since=time.time()))
