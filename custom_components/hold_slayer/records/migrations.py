"""Bringing a database to the version of the tables that this release uses, step by step."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import time
from types import MappingProxyType

from sqlalchemy import Connection, Engine, func, inspect, select

from .schema import METADATA, SCHEMA, VERSION
from .steps import STEPS, Step


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
