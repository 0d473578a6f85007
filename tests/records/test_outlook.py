"""What sensors, statistics and running calls say about waits, through Home Assistant."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import (
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.hold_slayer.navigation.acts import Note, NoteKind
from custom_components.hold_slayer.records.history import history_of
from custom_components.hold_slayer.records.writing import CallEvent, Writing

from ..calling import act, over, start, to_bridge, to_hold
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from .made import MONDAY, filled, writing

DAY = 86_400.0


def month(path: Path) -> None:
    """Write four weeks: five minutes at nine, twenty at fourteen o'clock UTC; some are dropped."""
    filled(
        path,
        *(
            writing(
                f"{day}-{hour}",
                started=MONDAY + day * DAY + hour * 3600,
                hold_s=300.0 if hour == 0 else 1200.0,
                **(
                    {}
                    if day % 7
                    else {"person_since": None, "connected": None, "outcome": "dropped_in_queue"}
                ),
            )
            for day in range(28)
            for hour in (0, 5)
            if day % 7 < 5
        ),
    ).close()


def state(hass: HomeAssistant, sensor: str) -> Any:
    """Return the state of a sensor of the insurance."""
    found = hass.states.get(f"sensor.insurance_{sensor}")
    assert found is not None, sensor
    return found


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_sensors_of_a_contact(
    hass: HomeAssistant, link: ScriptedLink, tmp_path: Path, freezer: FrozenDateTimeFactory
) -> None:
    """They show the history at start, and what another call adds."""
    await hass.config.async_set_time_zone("Europe/London")
    freezer.move_to("2026-03-31T08:05:00+00:00")
    month(tmp_path / "hold_slayer.db")
    entry = account_entry()
    await set_up(hass, entry)
    # minutes, of both hours alike
    assert 5 <= float(state(hass, "typical_time_on_hold").state) <= 20
    rate = state(hass, "calls_that_reached_a_person")
    assert float(rate.state) == 80.0
    assert rate.attributes["calls"] == 40
    assert rate.attributes["low"] < 80 < rate.attributes["high"]
    assert state(hass, "last_outcome").state == "connected"
    expected = state(hass, "wait_if_you_call_now")
    # summer time has begun: the wall clock decides
    assert expected.attributes["low"] <= 300 <= expected.attributes["high"]
    assert expected.attributes["in_an_hour"]["calls"] == 40
    best = dt_util.parse_datetime(state(hass, "best_time_to_call").state)
    assert best is not None
    assert best > dt_util.utcnow()
    call = await start(hass, entry)
    await act(hass, "hang_up")
    await over(hass, call)
    assert state(hass, "last_outcome").state == "hung_up"
    assert state(hass, "calls_that_reached_a_person").attributes["calls"] == 41
    freezer.tick(timedelta(minutes=16))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert state(hass, "wait_if_you_call_now").state != "unknown"


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_forecast_in_responses(
    hass: HomeAssistant, link: ScriptedLink, tmp_path: Path
) -> None:
    """Statistics of a contact foretell; a waiting call says what is left, by what the line says."""
    month(tmp_path / "hold_slayer.db")
    entry = account_entry()
    await set_up(hass, entry)
    found = await act(hass, "get_statistics", contact="insurance")
    assert found["forecast"]["contact"] == "Insurance"
    assert found["forecast"]["now"]["low"] <= found["forecast"]["now"]["wait"]
    assert "forecast" not in await act(hass, "get_statistics")
    assert (await act(hass, "get_statistics", contact="nobody"))["forecast"] is None
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    waiting = (await act(hass, "get_calls"))["calls"][0]["forecast"]
    assert (waiting["basis"], waiting["calls"]) == ("history", 40)
    call._do(Note(kind=NoteKind.ESTIMATED_WAIT, text="about two minutes", value=120.0))
    await hass.async_block_till_done()
    told = (await act(hass, "get_calls"))["calls"][0]["forecast"]
    assert told["basis"] == "both"
    assert told["wait"] < waiting["wait"]
    await to_bridge(hass, link, call)
    assert (await act(hass, "get_calls"))["calls"][0]["forecast"] is None


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_announcements_of_past_calls_are_read(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """A line that says a third of the truth is known to do so."""
    entry = account_entry()
    await set_up(hass, entry)
    history = history_of(hass)
    for day in range(8):
        began = MONDAY + day * DAY
        one = writing(f"c{day}", started=began, hold_s=900.0, hold_started=began)
        note = CallEvent(time=began, kind="note", facts={"note": "estimated_wait", "value": 300.0})
        await history.write(Writing(call_id=f"c{day}", call=one.call, events=(note,)))
    await account_outlook(entry).async_refresh()
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    call._do(Note(kind=NoteKind.ESTIMATED_WAIT, text="about five minutes", value=300.0))
    await hass.async_block_till_done()
    told = (await act(hass, "get_calls"))["calls"][0]["forecast"]
    assert 700 < told["wait"] < 1000


def account_outlook(entry: Any) -> Any:
    """Return the outlook of the insurance."""
    return entry.runtime_data.outlooks.of("insurance")


async def test_long_term_statistics(
    recorder_mock: Any,
    enable_custom_integrations: None,
    hass: HomeAssistant,
    link: ScriptedLink,
    tmp_path: Path,
) -> None:
    """The recorder has the hours of the calls, for graph cards."""
    month(tmp_path / "hold_slayer.db")
    await set_up(hass, account_entry())
    await get_instance(hass).async_block_till_done()
    begin = dt_util.utc_from_timestamp(MONDAY)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        begin,
        begin + timedelta(days=28),
        {"hold_slayer:hold_time_insurance"},
        "hour",
        None,
        {"mean", "min", "max"},
    )
    rows = found["hold_slayer:hold_time_insurance"]
    # Mondays' calls were dropped
    assert len(rows) == 32
    assert (rows[0]["start"], rows[0]["mean"]) == (MONDAY + DAY, 300.0)
    assert rows[1]["max"] == 1200.0
    assert state(hass, "calls_that_reached_a_person").attributes["calls"] == 40
    await act(hass, "delete_calls", contact="insurance")
    await hass.async_block_till_done()
    await get_instance(hass).async_block_till_done()
    known = await get_instance(hass).async_add_executor_job(list_statistic_ids, hass)
    assert not [each for each in known if each["statistic_id"].startswith("hold_slayer:")]
    assert state(hass, "calls_that_reached_a_person").state == "unknown"


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_call_to_no_contact(hass: HomeAssistant, link: ScriptedLink) -> None:
    """What the line says is believed; without it nothing is foretold, nor while it does not wait."""
    entry = account_entry()
    await set_up(hass, entry)
    started = await act(hass, "start_call", number="+442079461111")
    call = entry.runtime_data.switchboard.calls[started["call_id"]]
    outlooks = entry.runtime_data.outlooks
    assert outlooks.remaining(call) is None
    # said before the waiting began
    call._do(Note(kind=NoteKind.QUEUE_POSITION, text="number four", value=4))
    await to_hold(hass, link, call)
    call._do(Note(kind=NoteKind.CALLBACK_OFFERED, text="call back?"))
    found = outlooks.remaining(call)
    assert found is not None
    assert (found.basis, found.calls) == ("announced", 0)
    assert found.low_s < found.wait_s < found.high_s
    await act(hass, "hang_up")
    await over(hass, call)
    assert outlooks.remaining(call) is None


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_figures_stay_while_the_history_is_away(
    hass: HomeAssistant, link: ScriptedLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage costs the freshness of the figures, not the figures."""
    month(tmp_path / "hold_slayer.db")
    entry = account_entry()
    await set_up(hass, entry)
    outlook = account_outlook(entry)
    await outlook.async_refresh()
    before = outlook.data

    async def away(_work: object) -> None:
        raise HomeAssistantError("away")

    monkeypatch.setattr(history_of(hass), "read", away)
    await outlook.async_refresh()
    assert outlook.data is before
    monkeypatch.setattr(
        "custom_components.hold_slayer.records.outlook.find_history", lambda _hass: None
    )
    await outlook.async_refresh()
    assert outlook.data is before
    assert before.typical_hold_s
