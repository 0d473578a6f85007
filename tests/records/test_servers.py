"""The history on real database servers: everything SQLite does, and what only servers do."""

import asyncio
from collections.abc import Iterator
from functools import partial
import logging
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import pytest_socket
from sqlalchemy import create_engine, make_url, text

from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.diagnostics import async_get_config_entry_diagnostics
from custom_components.hold_slayer.records.database import Database, DriverMissing
from custom_components.hold_slayer.records.deleting import calls_within, delete_matching, delete_old
from custom_components.hold_slayer.records.filters import Filter, Page, read_words
from custom_components.hold_slayer.records.history import find_history, history_of
from custom_components.hold_slayer.records.migrations import version_of
from custom_components.hold_slayer.records.query import get_call, list_calls
from custom_components.hold_slayer.records.schema import (
    CALLS,
    EVENTS,
    METADATA,
    SEGMENTS,
    VERSION,
    WORDS,
)
from custom_components.hold_slayer.records.search import search_words
from custom_components.hold_slayer.records.writer import Writer
from custom_components.hold_slayer.records.writing import Writing, close_interrupted

from ..calling import act, over, start, to_hold
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from . import servers
from .made import MONDAY, count, filled, write_side_by_side, writing

KINDS = ("postgresql", "mariadb")


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a server for the tests of this file."""
    # a fixture of a module comes before the one that allows sockets to this machine
    pytest_socket.enable_socket()
    with getattr(servers, request.param)() as url:
        yield url


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """Return the URL of a database without our tables."""
    yield server
    engine = create_engine(server)
    METADATA.drop_all(engine)
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Open a database."""
    database = Database(url)
    database.open()
    yield database
    database.close()


def write(database: Database, *writings: Writing) -> None:
    """Write calls, each in a transaction."""
    for each in writings:
        with database.open().execution_options(writes=True).begin() as connection:
            each(connection)


def test_calls_come_back_as_they_were(database: Database) -> None:
    """Names, words and signs of every script survive; parts are in order."""
    said = ("Grüße aus Köln 📞", "réclamation", "Ζητήματα", "'; DROP TABLE x; -- %s :a \\")
    write(database, writing("one", *said, name="Ψ & Söhne 🏦"), writing("two", contact_id=None))
    with database.open().connect() as connection:
        assert version_of(connection) == VERSION
        found = get_call(connection, Filter(call_id="one"))
        assert found is not None
        assert [line["text"] for line in found["transcript"]] == list(said)
        assert found["contact"] == "Ψ & Söhne 🏦"
        assert found["events"][0]["state"] == "dialing"
        assert found["segments"][0]["repeat"] is False
        assert get_call(connection, Filter(call_id="none")) is None
        assert list_calls(connection, Filter(contact="ψ & sö"), Page())["total"] == 1


def test_pages_and_filters(database: Database) -> None:
    """Every filter means the same as with SQLite."""
    write(
        database,
        *(
            writing(
                f"c{number}",
                started=MONDAY + number,
                name=f"100%_Co{number % 2}",
                contact_id=f"id{number % 2}",
                outcome="connected" if number < 6 else "busy",
            )
            for number in range(10)
        ),
    )
    with database.open().connect() as connection:

        def ids(**wanted: Any) -> list[str]:
            page = list_calls(connection, Filter(**wanted), Page(limit=3))
            return [page["total"], *(each["call_id"] for each in page["calls"])]

        assert ids() == [10, "c9", "c8", "c7"]
        assert ids(contact="%_co1") == [5, "c9", "c7", "c5"]
        assert ids(contact="id0") == [5, "c8", "c6", "c4"]
        assert ids(contact_id="id0", outcome="busy") == [2, "c8", "c6"]
        assert ids(since=MONDAY + 2, until=MONDAY + 4) == [2, "c3", "c2"]
        assert ids(visible={"account": frozenset({1})})[0] == 10
        assert ids(visible={"account": frozenset({2})}) == [0]
        assert ids(visible={}) == [0]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("claim", ["c2", "c1"]),
        ("clai", ["c2", "c1"]),
        ("CLAIM press", ["c1"]),
        ("the", ["c3"]),
        ("the queue", ["c3"]),
        ("a", ["c3", "c2", "c1"]),
        ("unheard", []),
        ("köln", ["c4"]),
        ("Koln", ["c4"]),
        ("STRASSE", ["c4"]),
        ("dormir", ["c5"]),
        ("hotel", ["c5"]),
        ("www example", ["c6"]),
        ("offers help", ["c6"]),
        ("7", ["c6", "c3"]),
        ("55", ["c6"]),
    ],
)
def test_search(database: Database, said: str, found: list[str]) -> None:
    """Words and their beginnings are found, common and short ones too, with or without accents."""
    write(
        database,
        *(
            writing(f"c{number}", line, started=MONDAY + number)
            for number, line in enumerate(
                (
                    "for a claim press one",
                    "your claims adviser",
                    "you are number 7 in the queue",
                    "Wir sind in Köln, Große Straße",
                    "Où dormir ? L’hôtel d'Élise",
                    "see www.example.com/offers/help-desk or 7.55",
                ),
                1,
            )
        ),
    )
    words = read_words(said)
    with database.open().connect() as connection:
        page = search_words(connection, words, Filter(), Page())
        few = search_words(connection, words, Filter(contact_id="insurance"), Page())
    ids = [each["call_id"] for each in page["calls"]]
    assert ids == found
    assert [each["call_id"] for each in few["calls"]] == ids


def test_deleting_takes_all_parts(database: Database) -> None:
    """One call, old ones, and those beyond a size go with everything of theirs."""
    write(database, *(writing(f"c{n}", "x" * 1000, started=MONDAY + n) for n in range(8)))
    with database.open().execution_options(writes=True).begin() as connection:
        assert delete_matching(connection, Filter(call_id="c7")).call_ids == ("c7",)
        assert delete_old(connection, MONDAY + 2, 100) == 2
        assert calls_within(connection, most_bytes=1e9) is None
        assert 1 <= (calls_within(connection, most_bytes=4_000) or 0) < 5
        assert delete_old(connection, 0, 3) == 2
    with database.open().connect() as connection:
        tables = (CALLS, EVENTS, SEGMENTS, WORDS)
        assert [count(connection, table) for table in tables] == [3, 3, 3, 3]


def test_calls_are_updated_in_place(database: Database) -> None:
    """The same row written again is not written twice, also where nothing changed."""
    one = writing("one", "words", ended=None)
    write(database, one, Writing(call_id="one", call=one.call), writing("other", account_id="b"))
    with database.open().execution_options(writes=True).begin() as connection:
        close_interrupted(connection, "account", frozenset())
    with database.open().connect() as connection:
        assert count(connection) == 2
        found = get_call(connection, Filter(call_id="one"))
        assert found is not None
        assert (found["state"], found["reason"]) == ("failed", "interrupted")


def test_two_writers(url: str) -> None:
    """Two homes that make their tables and write at the same moment lose nothing."""
    assert write_side_by_side(Database(url), Database(url)) == 100
    database = Database(url)
    with database.open().connect() as connection:
        assert (count(connection), count(connection, WORDS)) == (100, 100)
    database.close()


def test_lost_connections_are_made_anew(database: Database) -> None:
    """What is written after the server ended all connections arrives."""
    told: list[Any] = []
    writer = Writer(database, told.append, retry_s=0.05)
    writer.start()
    writer.put(writing("before")).result(30)
    administrator = create_engine(database.open().url, isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        if administrator.dialect.name == "postgresql":
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND usename = 'holder'"
                )
            )
        else:
            mine = connection.scalar(text("SELECT connection_id()"))
            for row in connection.execute(text("SHOW PROCESSLIST")).all():
                if row[0] != mine:
                    connection.execute(text(f"KILL {row[0]}"))
    administrator.dispose()
    writer.put(writing("after")).result(30)
    writer.stop()
    assert told in ([], [None]) or told[-1] is None


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_chosen_in_the_options(
    hass: HomeAssistant,
    link: ScriptedLink,
    url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A running call moves to the server as a whole; the password is nowhere to be read."""
    caplog.set_level(logging.DEBUG)
    filled(tmp_path / "hold_slayer.db", writing("past", "Grüße aus Köln")).close()
    entry = account_entry()
    second = MockConfigEntry(
        domain=DOMAIN, options={"lines": 3}, disabled_by=ConfigEntryDisabler.USER
    )
    second.add_to_hass(hass)
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    form = {"speech": {}, "reach": {}}
    result: Any = await hass.config_entries.options.async_init(entry.entry_id)
    step = partial(hass.config_entries.options.async_configure, result["flow_id"])
    wrong = make_url(url).set(password="Wr0ng!").render_as_string(hide_password=False)
    result = await step(form | {"records": {"history_url": wrong}})
    assert result["errors"] == {"records": "history_connection"}
    assert "Wr0ng!" not in str(result["description_placeholders"])
    result = await step(form | {"records": {"history_url": "oracle://x/y"}})
    assert result["errors"] == {"records": "history_url_unknown"}
    result = await step(form | {"records": {"history_url": url, "keep_days": 7}})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert history_of(hass).keeping.days == 7
    shared = {
        "history_url",
        "history_copy",
        "keep_days",
        "keep_calls",
        "keep_megabytes",
        "event_log",
    }
    assert second.options == {key: entry.options[key] for key in shared} | {"lines": 3}
    await act(hass, "send_dtmf", keys="1")
    await act(hass, "hang_up")
    await over(hass, call)
    found = (await act(hass, "get_call_history", call_id=call.id))["calls"][0]
    assert found["events"][0]["state"] == "dialing"
    assert found["outcome"] == "hung_up"
    database = Database(url)
    with database.open().connect() as connection:
        # the running one as a whole, and the one that was in the file
        assert count(connection) == 2
        assert search_words(connection, ["koln"], Filter(), Page())["calls"][0]["call_id"] == "past"
    database.close()
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    assert diagnostics["history"] == make_url(url).get_backend_name()
    for text_ in (str(diagnostics), caplog.text):
        assert "s3cret words" not in text_
        assert "s3cret%20words" not in text_
        assert "Wr0ng!" not in text_
    await hass.config_entries.async_unload(entry.entry_id)
    assert find_history(hass) is None


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_server_that_is_away_at_start(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Calls are made, an issue says why nothing is recorded."""
    told: asyncio.Future[None] = hass.loop.create_future()
    hass.bus.async_listen_once(
        ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, lambda _event: told.set_result(None)
    )
    nowhere = "postgresql://holder:pw@127.0.0.1:9/none"
    entry = account_entry(options={"history_url": nowhere})
    await set_up(hass, entry)
    call = await start(hass, entry)
    await act(hass, "hang_up")
    await over(hass, call)
    await asyncio.wait_for(told, 30)
    await hass.async_block_till_done()
    assert history_of(hass).health == "postgresql: unavailable"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "history_unavailable")
    assert issue is not None
    assert "pw" not in str(issue.translation_placeholders).split()


def test_missing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be installed is said by name."""
    monkeypatch.setitem(__import__("sys").modules, "psycopg2", None)
    with pytest.raises(DriverMissing, match="psycopg2 is not installed"):
        Database("postgresql://localhost/x").open()
