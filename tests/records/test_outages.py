"""What happens around the history when it, its disk or its events are not as they should be."""

import asyncio
from datetime import timedelta
import json
import logging
from pathlib import Path
import threading
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from sqlalchemy import Connection

from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.records import history as history_module, scribe, writer
from custom_components.hold_slayer.records.database import Database, Fault
from custom_components.hold_slayer.records.history import history_of, release_history
from custom_components.hold_slayer.records.scribe import CLEARING, FIRST_CLEARING
from custom_components.hold_slayer.records.writer import Trouble, Writer
from custom_components.hold_slayer.telephony.messages import (
    EndedBy,
    LegChanged,
    LegState,
    LegStatistics,
)

from ..calling import act, company, over, start, to_bridge, to_hold
from ..homes import account_entry, leg_is, set_up
from ..scripted_link import ScriptedLink
from .made import MONDAY, filled, writing

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the history is."""
    return tmp_path / "hold_slayer.db"


@pytest.fixture
async def entry(hass: HomeAssistant, file: Path, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up whose history has some calls."""
    filled(
        file, *(writing(f"old{n}", "words " * 40, started=MONDAY + n) for n in range(60))
    ).close()
    entry = account_entry()
    await set_up(hass, entry)
    return entry


def media(leg: str) -> LegStatistics:
    """Return figures of a leg whose far side reports by RTCP."""
    return LegStatistics(
        request=0,
        leg=leg,
        state=LegState.CONFIRMED,
        codec="PCMA",
        clock_rate=8000,
        encrypted=True,
        duration_s=60.0,
        rx_packets=2970,
        rx_lost=30,
        rx_jitter_ms=1.234,
        tx_packets=3000,
        tx_lost=3,
        tx_jitter_ms=2.5,
        rtt_ms=41.7,
    )


async def legs(hass: HomeAssistant, call_id: str) -> list[dict[str, Any]]:
    """Return the legs of a call."""
    answer = await act(hass, "get_call_history", call_id=call_id)
    found: list[dict[str, Any]] = answer["calls"][0]["legs"]
    return found


async def test_legs_are_kept(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each leg is kept with its media, also one that is over after its call; and logged."""
    hass.config_entries.async_update_entry(entry, options={"event_log": True})
    await hass.async_block_till_done()
    call = await start(hass, entry)
    phone = await to_bridge(hass, link, call)
    ended = {"state": LegState.DISCONNECTED, "ended_by": EndedBy.THEM, "sip_code": 200}
    link.tell(LegChanged(leg=phone, media=media(phone), **ended))
    await hass.async_block_till_done()
    [first] = [each for each in await legs(hass, call.id) if each["leg"] == "phone"]
    assert first == {
        "leg": "phone",
        "phone": "Desk",
        "duration": 60.0,
        "ended_by": "them",
        "failure": None,
        "sip_code": 200,
        "codec": "PCMA",
        "clock_rate": 8000,
        "encrypted": True,
        "packets_received": 2970,
        "packets_sent": 3000,
        "loss": 0.01,
        "loss_sent": 0.001,
        "jitter": 1.23,
        "jitter_sent": 2.5,
        "round_trip": 41.7,
    }
    await over(hass, call)
    # the scripted engine reports the end once more, without figures, as of a leg without sound
    link.tell(LegChanged(leg=company(call), state=LegState.DISCONNECTED))
    await hass.async_block_till_done()
    found = await legs(hass, call.id)
    assert [each["leg"] for each in found] == ["phone", "company", "company"]
    silent = found[-1]
    assert (silent["codec"], silent["loss"], silent["loss_sent"]) == (None, None, None)
    assert (silent["jitter_sent"], silent["round_trip"]) == (None, None)
    logged = [
        json.loads(record.getMessage())
        for record in caplog.records
        if record.name == "hold_slayer.events"
    ]
    told = [each for each in logged if each["event"] == "leg"]
    assert [each["leg"] for each in told] == [each["leg"] for each in found]
    assert told[0]["call_id"] == call.id
    assert told[0]["round_trip"] == 41.7
    # an old call's leg is nobody's business
    link.tell(LegChanged(leg="long-gone.company", state=LegState.DISCONNECTED))


async def test_damage_that_a_reader_finds(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The question fails readably, the file is moved aside, and the call that runs is kept whole."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    history = history_of(hass)
    # nothing is written meanwhile: the writer would find it first
    await history.hold_for_backup()
    content = bytearray(file.read_bytes())
    # all but the first page, which says how large the pages are
    content[4096:] = b"\x5a" * (len(content) - 4096)
    with file.open("r+b") as damaged:
        damaged.write(content)
    # connections of before have read the file already
    history._database.open().dispose()
    moved = asyncio.Event()

    def told(trouble: Trouble | None) -> None:
        if trouble is not None and trouble.fault is Fault.DAMAGED:
            hass.loop.call_soon_threadsafe(moved.set)

    history.writer._on_trouble = told
    with monkeypatch.context() as impatient:
        impatient.setattr(history_module, "_CATCH_UP_S", 0.05)
        with pytest.raises(HomeAssistantError) as error:
            await act(hass, "get_call_history", call_id="old1")
    assert error.value.translation_key == "history_unavailable"
    history.resume()
    async with asyncio.timeout(30):
        await moved.wait()
    assert [each for each in file.parent.iterdir() if "damaged" in each.name]
    await act(hass, "hang_up")
    await over(hass, call)
    found = (await act(hass, "get_call_history"))["calls"]
    assert [each["call_id"] for each in found] == [call.id]
    states = (await act(hass, "get_call_history", call_id=call.id))["calls"][0]["events"]
    assert states[0]["state"] == "dialing"


async def test_a_write_that_takes_too_long(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for it is told after a while; the call's own writing goes on."""
    history, go_on = history_of(hass), threading.Event()
    monkeypatch.setattr(history_module, "LONGEST_WRITE_S", 0.05)
    monkeypatch.setattr(history_module, "_CATCH_UP_S", 0.05)

    def slow(_connection: Connection) -> None:
        assert go_on.wait(30)

    with pytest.raises(HomeAssistantError) as error:
        await history.write(slow)
    assert error.value.translation_key == "history_unavailable"
    go_on.set()
    monkeypatch.undo()
    assert (await act(hass, "get_call_history"))["total"] == 60


async def test_nothing_can_be_read_once_it_is_closed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Questions to a history that is closed are answered readably, and so are writes."""
    history = history_of(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    for question in (history.read, history.write):
        with pytest.raises(HomeAssistantError) as error:
            await question(lambda _connection: None)
        assert error.value.translation_key == "history_unavailable"
    with pytest.raises(HomeAssistantError) as error:
        history_of(hass)
    assert error.value.translation_key == "history_unavailable"
    # nobody has it any more: letting go of it once more is no fault
    await release_history(hass)


async def test_followers_during_an_outage(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who follows the history hears nothing of calls that cannot be read, and everything after."""
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "hold_slayer/history/subscribe"})
    assert (await client.receive_json())["success"]
    history = history_of(hass)
    read = history.read

    async def broken(_work: object) -> None:
        raise HomeAssistantError("away")

    monkeypatch.setattr(history, "read", broken)
    call = await start(hass, entry)
    await hass.async_block_till_done()
    monkeypatch.setattr(history, "read", read)
    await act(hass, "hang_up")
    await over(hass, call)
    event = (await client.receive_json())["event"]
    assert (event["kind"], event["call"]["call_id"]) == ("call", call.id)
    assert event["call"]["ended"] is not None


async def test_clearing_by_the_clock(
    hass: HomeAssistant,
    link: ScriptedLink,
    file: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Too many calls go in pieces some minutes after the start, and again twice a day."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("custom_components.hold_slayer.records.deleting.CHUNK", 20)
    monkeypatch.setattr(history_module, "CHUNK", 20)
    now = dt_util.utcnow().timestamp()
    filled(file, *(writing(f"c{n:02}", started=now - 1000 + n) for n in range(60))).close()
    await set_up(hass, account_entry(options={"keep_calls": 10}))
    async_fire_time_changed(hass, dt_util.utcnow() + FIRST_CLEARING + timedelta(seconds=1))
    await hass.async_block_till_done()
    left = await act(hass, "get_call_history")
    assert [each["call_id"] for each in left["calls"]] == [f"c{n}" for n in range(59, 49, -1)]
    assert "Deleted 50 old calls" in caplog.text

    async def away() -> int:
        raise HomeAssistantError("away")

    async def some(_hass: HomeAssistant) -> int:
        return 3

    monkeypatch.setattr(history_of(hass), "delete_old", away)
    monkeypatch.setattr(scribe, "clear_recordings", some)
    async_fire_time_changed(hass, dt_util.utcnow() + CLEARING + timedelta(seconds=1))
    await hass.async_block_till_done()
    assert "Deleted 3 recordings" in caplog.text


async def test_calls_that_come_while_old_ones_are_counted_stay(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that ends, or is copied, between counting and deleting is not one too many."""
    history = history_of(hass)
    now = dt_util.utcnow().timestamp()
    await history.write(writing("first", started=now - 1000))
    read = history.read

    async def slow(work: Any) -> Any:
        found = await read(work)
        await history.write(writing("second", started=now - 500))
        return found

    monkeypatch.setattr(history, "read", slow)
    assert await history.delete_old() == 0
    monkeypatch.setattr(history, "read", read)
    assert (await act(hass, "get_call_history"))["total"] == 60 + 2


async def test_too_many_events_of_one_call(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond a bound further events are left out, but never the end."""
    monkeypatch.setattr(scribe, "MOST_EVENTS", 2)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    await act(hass, "hang_up")
    await over(hass, call)
    found = (await act(hass, "get_call_history", call_id=call.id))["calls"][0]
    kinds = [each["kind"] for each in found["events"]]
    assert kinds == ["state", "state", "ended"]


async def test_ears_without_weights(
    hass: HomeAssistant,
    link: ScriptedLink,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing file of weights costs the version, not the record."""
    monkeypatch.setattr(scribe, "_WEIGHTS", tmp_path / "gone.npz")
    entry = account_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.DISCONNECTED, ended_by=EndedBy.THEM)
    await over(hass, call)
    found = (await act(hass, "get_call_history", call_id=call.id))["calls"][0]
    assert found["ears_version"] == ""


def test_more_than_fits_into_memory(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest of what waits is given up, and whoever waits for it is told."""
    monkeypatch.setattr(writer, "MOST_WAITING", 3)
    waiting = Writer(Database.in_file(file))
    futures = [waiting.put(writing(f"c{number}")) for number in range(5)]
    assert [future.done() for future in futures] == [True, True, False, False, False]
    with pytest.raises(RuntimeError, match="too much"):
        futures[0].result()
    waiting.start()
    assert futures[4].result(30) is None
    waiting.stop()


def test_damage_that_cannot_be_moved_aside(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged file in a folder that takes no new names is waited with, and said."""
    file.write_bytes(b"this is no database" * 500)
    told: list[Trouble | None] = []
    done = threading.Event()

    def tell(trouble: Trouble | None) -> None:
        told.append(trouble)
        done.set()

    def refuse(_self: Database) -> Path | None:
        raise PermissionError("read-only")

    monkeypatch.setattr(Database, "move_aside", refuse)
    patient = Writer(Database.in_file(file), tell, retry_s=0.05)
    patient.start()
    assert done.wait(30)
    assert told[0] is not None
    assert told[0].fault is Fault.UNAVAILABLE
    assert "cannot be moved aside" in caplog.text
    monkeypatch.setattr(Database, "move_aside", lambda _self: None)
    future = patient.put(writing("never"))
    patient.stop()
    assert future.cancelled()


async def test_reload_with_another_account(
    hass: HomeAssistant, entry: MockConfigEntry, file: Path
) -> None:
    """One of two accounts going away leaves the history open for the other."""
    second = MockConfigEntry(
        domain=DOMAIN,
        title="bob@sip.example.com",
        unique_id="sip:bob@sip.example.com",
        data=dict(entry.data) | {"username": "bob"},
    )
    await set_up(hass, second)
    await hass.config_entries.async_unload(entry.entry_id)
    assert (await act(hass, "get_call_history"))["total"] == 60
    assert ir.async_get(hass).async_get_issue(DOMAIN, "history_unavailable") is None
