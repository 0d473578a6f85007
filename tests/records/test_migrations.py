"""Databases of every earlier version of the tables, brought up to date."""

from collections.abc import Iterator
from pathlib import Path
import sqlite3
from typing import Any

import pytest
import pytest_socket
from sqlalchemy import Connection, create_engine, inspect, select, text

from custom_components.hold_slayer.records import steps as known_steps
from custom_components.hold_slayer.records.database import Database
from custom_components.hold_slayer.records.filters import Filter, Page
from custom_components.hold_slayer.records.migrations import migrate, version_of
from custom_components.hold_slayer.records.query import get_call, list_calls
from custom_components.hold_slayer.records.schema import CALLS, METADATA, SCHEMA, VERSION
from custom_components.hold_slayer.records.search import search_words

from . import servers
from .made import filled, writing

#: What the tables of a version were, each time they were changed: `<version><letter>.sql`.
SCHEMAS = Path(__file__).parent / "schemas"


def schemas(kind: str) -> list[Path]:
    """Return the old databases of a kind, oldest first."""
    return sorted((SCHEMAS / kind).glob("*.sql"))


def version(file: Path) -> int:
    """Return which version of the tables a file makes."""
    return int("".join(char for char in file.stem if char.isdigit()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the database will be."""
    return tmp_path / "history.db"


def check(database: Database) -> None:
    """The tables are those of today, and what was in them is there and found."""
    with database.open().connect() as connection:
        assert version_of(connection) == VERSION
        known = inspect(connection)
        for table in METADATA.sorted_tables:
            columns = {each["name"]: each["nullable"] for each in known.get_columns(table.name)}
            assert set(columns) == set(table.columns.keys()), table.name
            indexes: dict[Any, Any] = {
                each["name"]: tuple(each["column_names"])
                for each in known.get_indexes(table.name)
                if each["name"] != "hold_slayer_words_fts"
            }
            wanted = {index.name: tuple(index.columns.keys()) for index in table.indexes}
            assert wanted.items() <= indexes.items(), table.name
            assert set(indexes) <= {*wanted, "call_id"}, table.name
        assert connection.scalars(select(CALLS.c.id)).all() == ["kept"]
        call = get_call(connection, Filter(call_id="kept"))
        assert call is not None
        assert call["transcript"][0]["text"] == "Merci d’avoir appelé"
        for words in (["appele"], ["merci", "avoir"]):
            page = search_words(connection, words, Filter(), Page())
            assert [each["call_id"] for each in page["calls"]] == ["kept"]
        assert list_calls(connection, Filter(contact="FORSAK"), Page())["total"] == 1
    with database.open().execution_options(writes=True).begin() as connection:
        writing("new", "une réponse")(connection)
    with database.open().connect() as connection:
        page = search_words(connection, ["reponse"], Filter(), Page())
        assert [each["call_id"] for each in page["calls"]] == ["new"]
    database.close()


@pytest.mark.parametrize("schema", schemas("sqlite"), ids=lambda each: each.stem)
def test_files_of_every_version(file: Path, schema: Path) -> None:
    """Whatever release a file is of, it has the tables of today afterwards, and its calls still."""
    with sqlite3.connect(file) as connection:
        connection.executescript(schema.read_text("utf-8"))
    check(Database.in_file(file))


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Run a server for the tests of this file; yields its kind and URL."""
    pytest_socket.enable_socket()
    with getattr(servers, request.param)() as url:
        yield request.param, url


def test_servers_of_every_version(server: tuple[str, str]) -> None:
    """The same on servers, and once more where a step was cut off in its middle."""
    kind, url = server
    engine = create_engine(url)
    for schema in schemas(kind):
        statements = schema.read_text("utf-8").partition("\n")[2].split(";\n")
        for cut_off in (False, True):
            METADATA.drop_all(engine)
            with engine.begin() as connection:
                for statement in filter(None, statements):
                    connection.exec_driver_sql(statement.replace("%", "%%"))
            if cut_off and version(schema) < VERSION:
                with engine.begin() as connection:
                    known_steps.STEPS[VERSION](connection)
            check(Database(url))
    METADATA.drop_all(engine)
    engine.dispose()


def test_every_version_is_kept_here() -> None:
    """Whoever changes the tables adds a file for each kind of database, a step and a version."""
    for kind, first in (("sqlite", 1), ("postgresql", 2), ("mariadb", 2)):
        assert {version(each) for each in schemas(kind)} == set(range(first, VERSION + 1))
    assert set(known_steps.STEPS) == set(range(2, VERSION + 1))


def test_steps_run_once_and_in_order(file: Path) -> None:
    """Each step is a transaction; one that fails is undone and tried again next time."""
    engine = filled(file, writing("kept")).open()
    broken = True

    def second(connection: Connection) -> None:
        connection.execute(text(f"ALTER TABLE {CALLS.name} ADD COLUMN mood TEXT"))

    def third(connection: Connection) -> None:
        connection.execute(text(f"UPDATE {CALLS.name} SET mood = 'fine'"))
        if broken:
            raise RuntimeError("power cut")

    last = VERSION + 2
    steps = {VERSION + 1: second, last: third}
    with pytest.raises(RuntimeError):
        migrate(engine, steps, last)
    with engine.connect() as connection:
        assert version_of(connection) == VERSION + 1
        assert connection.scalar(text(f"SELECT mood FROM {CALLS.name}")) is None
    broken = False
    assert migrate(engine, steps, last) == VERSION + 1
    assert migrate(engine, steps, last) == last
    with engine.connect() as connection:
        assert connection.scalar(text(f"SELECT mood FROM {CALLS.name}")) == "fine"
        assert connection.scalars(select(SCHEMA.c.version)).all() == [VERSION, VERSION + 1, last]
    engine.dispose()
