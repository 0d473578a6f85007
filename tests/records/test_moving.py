"""Another database is chosen: the calls are copied or not, and nothing is lost on the way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
import sqlite3
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.records.database import Database
from custom_components.hold_slayer.records.filters import Filter
from custom_components.hold_slayer.records.history import history_of
from custom_components.hold_slayer.records.mover import RETRY_S
from custom_components.hold_slayer.records.moving import PIECE, Move, Piece, read_piece
from custom_components.hold_slayer.records.query import get_call
from custom_components.hold_slayer.records.schema import CALLS, EVENTS, LEGS, SEGMENTS, WORDS
from custom_components.hold_slayer.records.writer import Writer
from custom_components.hold_slayer.records.writing import Writing

from ..calling import act, over, start, to_hold
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from .made import MONDAY, count, filled, writing

TABLES = (CALLS, EVENTS, SEGMENTS, WORDS, LEGS)
#: More than one piece.
MANY = PIECE * 2 + 7


def past(number: int, **more: Any) -> Writing:
    """Return a past call."""
    return writing(f"c{number:04}", "good morning", "bye", started=MONDAY + number, **more)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the file of the history, with calls in it; one still runs."""
    file = tmp_path / "hold_slayer.db"
    running = writing("running", account_id="other", ended=None, outcome=None)
    filled(file, *(past(number) for number in range(MANY)), running).close()
    return file


def ids(file: Path) -> list[str]:
    """Return the calls in a file."""
    database = Database.in_file(file)
    with database.open().connect() as connection:
        found = list(connection.scalars(select(CALLS.c.id).order_by(CALLS.c.id)))
    database.close()
    return found


def everything(file: Path, call_id: str) -> Any:
    """Return a call with all its parts."""
    database = Database.in_file(file)
    with database.open().connect() as connection:
        found = get_call(connection, Filter(call_id=call_id))
    database.close()
    return found


async def choose(hass: HomeAssistant, entry: MockConfigEntry, **records: Any) -> None:
    """Fill the options in and send them."""
    result: Any = await hass.config_entries.options.async_init(entry.entry_id)
    form = {"speech": {}, "reach": {}, "records": records}
    result = await hass.config_entries.options.async_configure(result["flow_id"], form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def entry(hass: HomeAssistant, old: Path, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up whose history has calls."""
    entry = account_entry()
    await set_up(hass, entry)
    return entry


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_calls_are_copied(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, old: Path, tmp_path: Path
) -> None:
    """All calls that are over are in the new database, a running one as a whole; the old one stays."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    new = tmp_path / "new.db"
    await choose(hass, entry, history_url=f"sqlite:///{new}")
    await act(hass, "hang_up")
    await over(hass, call)
    page = await act(hass, "get_call_history")
    assert page["total"] == MANY + 1
    assert history_of(hass).health == "sqlite"
    await hass.config_entries.async_unload(entry.entry_id)
    assert ids(new) == sorted([*(f"c{number:04}" for number in range(MANY)), call.id])
    assert everything(new, "c0003") == everything(old, "c0003")
    assert {"running", "c0000", call.id} <= set(ids(old))


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_begun_empty(
    hass: HomeAssistant, entry: MockConfigEntry, old: Path, tmp_path: Path
) -> None:
    """Who does not want the calls copied begins anew, and finds them when going back."""
    new = tmp_path / "new.db"
    await choose(hass, entry, history_url=f"sqlite:///{new}", history_copy=False)
    assert (await act(hass, "get_call_history"))["total"] == 0
    await choose(hass, entry, history_url="", history_copy=False)
    assert (await act(hass, "get_call_history"))["total"] == MANY + 1


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_copying_fails_and_goes_on(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An old database that cannot be read is told, tried again, and copied once it can be."""
    mover = history_of(hass)._mover
    place = mover._database_at
    monkeypatch.setattr(mover, "_database_at", lambda _url: Database(f"sqlite:///{tmp_path}"))
    await choose(hass, entry, history_url=f"sqlite:///{tmp_path / 'new.db'}")
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "history_not_copied")
    assert issue is not None
    assert "unable to open" in str(issue.translation_placeholders)
    assert (await act(hass, "get_call_history"))["total"] == 0
    monkeypatch.setattr(mover, "_database_at", place)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=RETRY_S + 1))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert ir.async_get(hass).async_get_issue(DOMAIN, "history_not_copied") is None
    assert (await act(hass, "get_call_history"))["total"] == MANY


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_copying_goes_on_after_a_restart(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    old: Path,
    link: ScriptedLink,
    tmp_path: Path,
) -> None:
    """What was still to be copied when Home Assistant ended is copied at its next start."""
    new = tmp_path / "new.db"
    filled(new, past(0), past(MANY + 5)).close()
    hass_storage["hold_slayer.history_move"] = {
        "version": 1,
        "minor_version": 1,
        "key": "hold_slayer.history_move",
        "data": [""],
    }
    await set_up(hass, account_entry(options={"history_url": f"sqlite:///{new}"}))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await act(hass, "get_call_history"))["total"] == MANY + 1
    assert hass_storage["hold_slayer.history_move"]["data"] == []


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_deleting_while_it_is_copied(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A call that is deleted while others are copied does not come back."""
    reached, go_on = asyncio.Event(), asyncio.Event()
    loop = hass.loop

    def slow(connection: Connection, after: str) -> Any:
        if after:
            loop.call_soon_threadsafe(reached.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(30)
        return read_piece(connection, after)

    # the lock is held while a piece is read: deleting waits for its turn
    monkeypatch.setattr("custom_components.hold_slayer.records.moving.read_piece", slow)
    choosing = hass.loop.create_task(
        choose(hass, entry, history_url=f"sqlite:///{tmp_path / 'new.db'}")
    )
    async with asyncio.timeout(30):
        await reached.wait()
    assert "copied" in history_of(hass).health
    deleting = hass.loop.create_task(
        act(hass, "delete_calls", call_id=f"c{MANY - 1:04}", answer=True)
    )
    go_on.set()
    async with asyncio.timeout(60):
        await choosing
        await asyncio.gather(deleting, return_exceptions=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    listed = await act(hass, "get_call_history", limit=500)
    assert f"c{MANY - 1:04}" not in {each["call_id"] for each in listed["calls"]}
    assert listed["total"] == MANY - 1


def move_to(file: Path, old: Path, then: Callable[[Writer], None] | None = None) -> bool:
    """Copy with a writer of the test's own; `then` runs before."""
    writer = Writer(Database.in_file(file), retry_s=0.05)
    writer.start()
    if then is not None:
        then(writer)
    try:
        return Move(Database.in_file(old), writer).run()
    finally:
        writer.stop()


def test_twice_is_once(old: Path, tmp_path: Path) -> None:
    """Copying again adds nothing."""
    new = tmp_path / "new.db"
    assert move_to(new, old)
    assert move_to(new, old)
    database = Database.in_file(new)
    with database.open().connect() as connection:
        found = [count(connection, table) for table in TABLES]
    database.close()
    assert found == [MANY, MANY, MANY, 2 * MANY, 0]


def test_a_call_that_is_refused_costs_no_other(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What the new database will not have stays behind alone, and its name is logged."""
    write = Piece.__call__

    def refusing(self: Any, connection: Connection) -> int:
        if any(call["id"] == "c0050" for call in self.calls):
            raise IntegrityError("INSERT", {}, sqlite3.IntegrityError("refused"))
        return int(write(self, connection))

    monkeypatch.setattr(Piece, "__call__", refusing)
    new = tmp_path / "new.db"
    assert move_to(new, old)
    assert len(ids(new)) == MANY - 1
    assert "The call c0050 could not be copied" in caplog.text


def test_a_copy_can_be_stopped(old: Path, tmp_path: Path) -> None:
    """Stopped, it ends without having gone to the end, and can be begun again."""
    writer = Writer(Database.in_file(tmp_path / "new.db"))
    writer.start()
    move = Move(Database.in_file(old), writer)
    move.stop()
    assert not move.run()
    writer.stop()
    assert move_to(tmp_path / "new.db", old)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_changed_again_while_it_is_copied(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    old: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever chooses a third database meanwhile has all calls of both in it."""
    mover, reached = history_of(hass)._mover, asyncio.Event()

    def slow(connection: Connection, after: str) -> Any:
        if after and not reached.is_set():
            hass.loop.call_soon_threadsafe(reached.set)
            assert mover._move is not None
            # until somebody chooses again
            assert mover._move._stopped.wait(30)
        return read_piece(connection, after)

    monkeypatch.setattr("custom_components.hold_slayer.records.moving.read_piece", slow)
    choosing = hass.loop.create_task(
        choose(hass, entry, history_url=f"sqlite:///{tmp_path / 'second.db'}")
    )
    async with asyncio.timeout(30):
        await reached.wait()
        await choose(hass, entry, history_url=f"sqlite:///{tmp_path / 'third.db'}")
        await choosing
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await act(hass, "get_call_history"))["total"] == MANY
    assert ir.async_get(hass).async_get_issue(DOMAIN, "history_not_copied") is None


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_deleting_where_it_cannot_be_read(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """Calls that could not be deleted in the former database are not said to be deleted."""
    mover = history_of(hass)._mover
    mover._move = Move(Database(f"sqlite:///{tmp_path}"), history_of(hass).writer)
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "delete_calls", all=True)
    assert error.value.translation_key == "history_unavailable"
    mover._move = None
    assert (await act(hass, "get_call_history"))["total"] == MANY + 1
