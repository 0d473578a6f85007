"""Calls as they are recorded and found again, through Home Assistant."""

from collections.abc import Callable
from functools import partial
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer import backup
from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.records.database import Damaged, Database
from custom_components.hold_slayer.records.history import find_history, history_of
from custom_components.hold_slayer.records.keeping import Keeping
from custom_components.hold_slayer.telephony.messages import LegState

from ..calling import act, company, over, start, to_bridge, to_hold
from ..homes import account_entry, leg_is, set_up
from ..scripted_link import ScriptedLink
from .made import MONDAY, filled, writing

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the history of a test is."""
    return tmp_path / "hold_slayer.db"


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up."""
    entry = account_entry()
    await set_up(hass, entry)
    return entry


async def past(hass: HomeAssistant, call_id: str) -> dict[str, Any]:
    """Return a past call with everything."""
    answer = await act(hass, "get_call_history", call_id=call_id)
    json.dumps(answer)
    call: dict[str, Any] = answer["calls"][0]
    return call


async def test_call_is_recorded(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call's way, what was heard, why a person was suspected and the end are all there."""
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    await act(hass, "hang_up")
    await over(hass, call)
    found = await past(hass, call.id)
    states = [each["state"] for each in found["events"] if each["kind"] == "state"]
    assert states[0] == "dialing"
    assert states[-2:] == ["connected", "ended"]
    assert "navigating" in states
    assert "person_detected" in states
    verdicts = [each for each in found["events"] if each["kind"] == "verdict"]
    assert verdicts[-1]["verdict"] == "person"
    assert verdicts[-1]["reasons"] == [{"cue": "new_speech", "weight": 1.2, "value": None}]
    phones = [each["state"] for each in found["events"] if each["kind"] == "phone"]
    assert phones[0] == "ringing"
    kinds = [each["kind"] for each in found["segments"]]
    assert kinds == [segment.kind.value for segment in call.progress.segments]
    assert all(each["end"] for each in found["segments"])
    assert found["outcome"] == call.progress.outcome
    assert found["contact"] == "Insurance"
    assert found["ended"] is not None
    assert (found["engine_version"], found["version"]) == ("1.0", "0.1.0")
    assert len(found["ears_version"]) == 16
    listed = await act(hass, "get_call_history", contact="insur")
    assert (listed["total"], listed["calls"][0]["call_id"]) == (1, call.id)


async def test_running_call_is_in_the_file_already(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """What happened so far is written while the call goes on, and a running call is kept."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    await act(hass, "send_dtmf", keys="1")
    found = await past(hass, call.id)
    assert (found["state"], found["ended"]) == (call.state.value, None)
    kinds = [segment.kind.value for segment in call.progress.segments]
    assert [each["kind"] for each in found["segments"]] == kinds
    assert found["segments"][-1]["end"] is None
    assert found["transcript"][-1]["text"] == "1"
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "delete_calls", call_id=call.id)
    assert error.value.translation_key == "history_call_running"
    assert (await act(hass, "delete_calls", all=True))["deleted"] == 0


async def test_secrets_stay_out(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    file: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A secret's value is nowhere in the file, whoever pressed or said it."""
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    await act(hass, "send_dtmf", keys="987654321#")
    call.progress.transcript.clear()
    await act(hass, "send_dtmf", keys="12")
    await act(hass, "hang_up")
    await over(hass, call)
    found = await past(hass, call.id)
    keys = [each["keys"] for each in found["events"] if each["kind"] == "keys"]
    assert keys == ["{account_number}", "12"]
    await history_of(hass).stop()
    for each in file.parent.glob("hold_slayer.db*"):
        assert b"987654321" not in each.read_bytes()
    logged = [each for each in caplog.records if each.name.startswith("sqlalchemy")]
    assert not [each for each in logged if "+442079460000" in each.getMessage()]


async def test_deleted_and_unknown_calls(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call that was deleted is unknown, like one that never was."""
    call = await start(hass, entry)
    await act(hass, "hang_up")
    await over(hass, call)
    assert (await act(hass, "delete_calls", call_id=call.id))["deleted"] == 1
    for action in ("get_call_history", "delete_calls"):
        for call_id in (call.id, "../../../etc/passwd", "'; DROP TABLE hold_slayer_calls; --"):
            with pytest.raises(ServiceValidationError) as error:
                await act(hass, action, call_id=call_id)
            assert error.value.translation_key == "unknown_call"
    nothing: dict[str, Any] = {}
    for data in (nothing, {"all": True, "contact": "Insurance"}):
        with pytest.raises(ServiceValidationError) as error:
            await act(hass, "delete_calls", **data)
        assert error.value.translation_key == "history_delete_what"


async def test_statistics_and_export(hass: HomeAssistant, link: ScriptedLink, file: Path) -> None:
    """Figures are of local hours; an export has what the history has."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    filled(
        file,
        *(
            writing(f"{day}{hour}", "hello", hold_s=hour * 60.0, started=MONDAY + day * 86400)
            for day in range(7)
            for hour in (1, 2)
        ),
    ).close()
    await set_up(hass, account_entry())
    found = await act(hass, "get_statistics")
    assert (found["calls"], found["hold_median"], found["success_rate"]) == (14, 90.0, 1.0)
    # 09:00 UTC in March
    assert [each["hour"] for each in found["by_hour"]] == [10]
    assert [each["weekday"] for each in found["by_weekday"]] == list(range(7))
    assert found["contacts"][0]["contact"] == "Insurance"
    assert (await act(hass, "get_statistics", contact="nobody"))["calls"] == 0
    exported = await act(hass, "export_calls", format="csv", limit=3)
    assert (exported["count"], exported["text"].count("\r\n")) == (3, 4)
    exported = await act(hass, "export_calls", since="2026-03-08T00:00:00+00:00")
    assert [each["call_id"] for each in json.loads(exported["text"])["calls"]] == ["61", "62"]
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "export_calls", limit=10_001)
    assert error.value.translation_key == "history_limit"


async def test_damaged_at_start(hass: HomeAssistant, link: ScriptedLink, file: Path) -> None:
    """A damaged history is moved aside and told of once; calls are made and recorded."""
    file.write_bytes(b"not a database at all" * 300)
    entry = account_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    await act(hass, "hang_up")
    await over(hass, call)
    assert (await past(hass, call.id))["outcome"] == "hung_up"
    await hass.async_block_till_done()
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "history_damaged")
    assert issue is not None
    assert issue.is_fixable
    assert issue.translation_placeholders is not None
    assert file.with_name(issue.translation_placeholders["file"]).exists()
    assert ir.async_get(hass).async_get_issue(DOMAIN, "history_unavailable") is None


async def test_history_that_cannot_be_opened(
    hass: HomeAssistant, link: ScriptedLink, file: Path
) -> None:
    """Calls go on without a history, questions about it are answered with the reason."""
    file.mkdir()
    entry = account_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_bridge(hass, link, call)
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "get_call_history")
    assert error.value.translation_key == "history_unavailable"
    await hass.async_block_till_done()
    assert ir.async_get(hass).async_get_issue(DOMAIN, "history_unavailable") is not None
    await act(hass, "hang_up")
    await over(hass, call)
    assert call.progress.connected is not None


async def test_interrupted_call_is_ended_at_start(
    hass: HomeAssistant, link: ScriptedLink, file: Path
) -> None:
    """What a crash cut off does not seem to run for ever."""
    entry = account_entry()
    cut = {"account_id": entry.entry_id, "ended": None, "state": "on_hold", "outcome": None}
    filled(file, writing("cut", **cut)).close()
    await set_up(hass, entry)
    found = await past(hass, "cut")
    assert (found["state"], found["reason"]) == ("failed", "interrupted")


async def test_begun_anew_in_mid_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """When the file is damaged during a call, the new one gets all of that call."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    history = history_of(hass)
    before = await past(hass, call.id)

    def damage(_connection: Any) -> None:
        if history.writer.generation == 0:
            raise Damaged("row missing from index")

    await history.write(damage)
    await act(hass, "send_dtmf", keys="1")
    after = await past(hass, call.id)
    assert after["events"][:-1] == before["events"]
    assert after["segments"] == before["segments"]
    assert [line["text"] for line in after["transcript"]] == ["1"]


async def test_unload_closes_and_reload_goes_on(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call that an unloading ends is recorded with its end; nothing is open after that."""
    call = await start(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert find_history(hass) is None
    with pytest.raises(HomeAssistantError):
        await act(hass, "get_call_history")
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert (await past(hass, call.id))["ended"] is not None


async def test_backup_finds_everything_in_one_file(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, file: Path, tmp_path: Path
) -> None:
    """What is copied during a backup is whole; what happens meanwhile is written afterwards."""
    call = await start(hass, entry)
    await hass.async_block_till_done()
    await backup.async_pre_backup(hass)
    copy = tmp_path / "copy.db"
    await act(hass, "hang_up")
    await over(hass, call)
    copy.write_bytes(file.read_bytes())
    await backup.async_post_backup(hass)
    assert (await past(hass, call.id))["outcome"] == "hung_up"
    database = Database.in_file(copy)
    with database.open().connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, outcome FROM hold_slayer_calls").all()
    database.close()
    assert [tuple(row) for row in rows] == [(call.id, None)]


async def test_old_calls_are_deleted_unless_the_clock_jumped(
    hass: HomeAssistant,
    link: ScriptedLink,
    file: Path,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Retention goes by days and by count; a clock far ahead deletes nothing by age."""
    freezer.move_to("2027-03-01T12:00:00+00:00")
    filled(
        file,
        writing("old", started=MONDAY - 3 * 86400),
        writing("young", started=MONDAY),
        writing("younger", started=MONDAY + 60),
    ).close()
    await set_up(hass, account_entry())
    history = history_of(hass)
    ticks = 0.0
    monkeypatch.setattr(
        "custom_components.hold_slayer.records.history.time.monotonic", lambda: ticks
    )
    history._clocks = (history._clocks[0], ticks)
    freezer.move_to("2099-01-01T00:00:00+00:00")
    assert await history.delete_old() == 0
    freezer.move_to("2027-03-01T12:10:00+00:00")
    assert await history.delete_old() == 0
    assert await history.delete_old() == 1
    history.keeping = Keeping(calls=1)
    assert await history.delete_old() == 1
    left = await act(hass, "get_call_history")
    assert [each["call_id"] for each in left["calls"]] == ["younger"]


async def test_websocket(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """List, search, get and statistics answer; bad input has a translated error."""
    history = history_of(hass)
    for number in range(5):
        await history.write(writing(f"c{number}", f"claim {number}", started=MONDAY + number))
    client = await hass_ws_client(hass)

    async def ask(command: str, **data: Any) -> Any:
        await client.send_json_auto_id({"type": f"hold_slayer/history/{command}", **data})
        return await client.receive_json()

    page = (await ask("list", limit=2, offset=1))["result"]
    assert page["total"] == 5
    assert [each["call_id"] for each in page["calls"]] == ["c3", "c2"]
    hits = (await ask("search", search="claim 4"))["result"]
    assert [each["lines"][0]["text"] for each in hits["calls"]] == ["claim 4"]
    call = (await ask("get", call_id="c0"))["result"]
    assert call["transcript"][0]["text"] == "claim 0"
    assert (await ask("statistics", contact="insurance"))["result"]["calls"] == 5
    for command, data, key in (
        ("list", {"limit": 10**9}, "history_limit"),
        ("list", {"offset": -1}, "history_offset"),
        ("list", {"since": "never"}, "history_time"),
        ("search", {"search": ""}, "history_search"),
        ("search", {"search": "***"}, "history_search"),
        ("get", {"call_id": ""}, "unknown_call"),
        ("get", {"call_id": "../c0"}, "unknown_call"),
    ):
        answer = await ask(command, **data)
        assert not answer["success"]
        assert answer["error"]["translation_key"] == key, data


async def test_permissions(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_user: User,
    hass_read_only_access_token: str,
    hass_admin_user: MockUser,
) -> None:
    """A user sees calls of lines they may read; only administrators delete."""
    history = history_of(hass)
    for line, account_id in ((1, entry.entry_id), (2, entry.entry_id), (1, "account that is gone")):
        call_id = f"{line}{account_id}"
        await history.write(writing(call_id, "claim", line=line, account_id=account_id))
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"{entry.entry_id}_line2_call_state"
    )
    assert entity_id
    hass_read_only_user.permissions = PolicyPermissions(
        {"entities": {"entity_ids": {entity_id: {"read": True}}}},
        PermissionLookup(er.async_get(hass), dr.async_get(hass)),
    )
    client = await hass_ws_client(hass, hass_read_only_access_token)
    mine = f"2{entry.entry_id}"
    for command, data in (("list", {}), ("search", {"search": "claim"})):
        await client.send_json_auto_id({"type": f"hold_slayer/history/{command}", **data})
        found = (await client.receive_json())["result"]
        assert [each["call_id"] for each in found["calls"]] == [mine]
    await client.send_json_auto_id(
        {"type": "hold_slayer/history/get", "call_id": f"1{entry.entry_id}"}
    )
    assert (await client.receive_json())["error"]["translation_key"] == "unknown_call"

    ask: Callable[..., Any] = partial(
        hass.services.async_call, DOMAIN, blocking=True, return_response=True
    )
    context = Context(user_id=hass_read_only_user.id)
    seen = await ask("get_call_history", {}, context=context)
    assert [each["call_id"] for each in seen["calls"]] == [mine]
    with pytest.raises(Unauthorized):
        await ask("delete_calls", {"all": True}, context=context)
    admin = Context(user_id=hass_admin_user.id)
    assert (await ask("get_call_history", {}, context=admin))["total"] == 3
    assert (await ask("delete_calls", {"all": True}, context=admin))["deleted"] == 3
