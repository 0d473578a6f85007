"""Lines after their calls, what the card gets in the middle of one, and rarer ways of starting and asking."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.calls.progress import Speaker, TranscriptLine
from custom_components.hold_slayer.calls.switchboard import KEEP_LAST_S, KEPT_CALLS, SHOW_ENDED_S
from custom_components.hold_slayer.navigation.acts import Note, NoteKind
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
)

from .calling import act, over, start, to_hold
from .homes import account_entry, leg_is
from .scripted_link import ScriptedLink
from .test_websocket_api import subscribe

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
STATE = "sensor.hold_slayer_line_1_call_state"


async def later(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    """Let time pass."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


async def test_a_line_is_idle_again(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """How it went is shown for a while, then the line is idle; the card forgets it later still."""
    call = await start(hass, entry)
    await act(hass, "hang_up")
    await over(hass, call)
    line = entry.runtime_data.switchboard.lines[0]
    assert hass.states.get(STATE).state == "ended"  # type: ignore[union-attr]
    await later(hass, freezer, SHOW_ENDED_S + 1)
    assert hass.states.get(STATE).state == "idle"  # type: ignore[union-attr]
    assert line.last is call
    await later(hass, freezer, KEEP_LAST_S + 1)
    assert line.last is None


async def test_old_calls_are_forgotten(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Only the last calls are held in memory."""
    unlimited = dict.fromkeys(("calls_per_hour", "calls_per_day", "minutes_per_day", "tries"), 0)
    hass.config_entries.async_update_entry(entry, options=unlimited)
    await hass.async_block_till_done()
    for _ in range(KEPT_CALLS + 3):
        call = await start(hass, entry)
        await act(hass, "hang_up")
        await over(hass, call)
    assert len(entry.runtime_data.switchboard.calls) <= KEPT_CALLS + 1


async def test_a_fault_in_showing_costs_no_call(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who watches calls may fail; the call goes on and the fault is logged."""

    def broken(*_: Any) -> None:
        raise ValueError("cannot draw")

    unwatch = entry.runtime_data.switchboard.watch(broken)
    call = await start(hass, entry)
    assert call.active
    assert "cannot draw" in caplog.text
    unwatch()


async def test_a_card_opened_in_the_middle(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """It gets the call as a whole: timeline, notes, forecast and the last words with their place."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    now = dt_util.utcnow()
    for number in range(600):
        call.progress.say(TranscriptLine(time=now, speaker=Speaker.COMPANY, text=f"line {number}"))
    call.progress.say(
        TranscriptLine(time=now, speaker=Speaker.COMPANY, text="being read", final=False)
    )
    call._note(Note(kind=NoteKind.FALSE_ALARM))
    call.progress.queue_position = 2
    snapshot = await subscribe(await hass_ws_client(hass))
    shown = snapshot["lines"][0]["call"]
    assert shown["state"] == "on_hold"
    assert shown["words_offset"] + len(shown["words"]) == len(call.progress.transcript)
    note, partial = shown["words"][-2:]
    assert (note["who"], note["text"]) == ("note", "false_alarm")
    assert (partial["text"], partial["final"]) == ("being read", False)
    assert shown["segments"][-1]["kind"] == "music"
    assert shown["forecast"] is None


async def test_the_forecast_on_the_card(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """What is announced becomes a forecast, in half minutes, so that it changes rarely."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    call._do(Note(kind=NoteKind.ESTIMATED_WAIT, text="about ten minutes", value=600.0))
    await hass.async_block_till_done()
    snapshot = await subscribe(await hass_ws_client(hass))
    forecast = snapshot["lines"][0]["call"]["forecast"]
    assert forecast["low_s"] <= forecast["wait_s"] <= forecast["high_s"]
    assert 0 < forecast["wait_s"] < 1800
    assert all(seconds % 30 == 0 for seconds in forecast.values())


async def test_the_switch_of_a_line(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Off, a call waits to be told; on, it rings by itself."""
    switch = {"entity_id": "switch.hold_slayer_line_1_auto_connect"}
    line = entry.runtime_data.switchboard.lines[0]
    await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    assert line.auto_connect is False
    assert not (await start(hass, entry)).job.plan.auto_connect
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    assert line.auto_connect is True


async def test_the_button_of_a_phone(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """It rings, asks for the key and hangs up."""
    pressing = hass.async_create_task(
        hass.services.async_call(
            "button", "press", {"entity_id": "button.desk_test_ring"}, blocking=True
        )
    )
    leg = (await link.until(PlaceCall)).leg
    leg_is(link, leg, LegState.CONFIRMED)
    link.tell(KeyReceived(leg=leg, key="1", method=KeyMethod.RFC4733))
    await pressing
    await hass.async_block_till_done()


async def test_an_engine_lost_at_the_start_is_tried_again(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """The account is set up anew by Home Assistant, later."""
    link.lose(AddAccount)
    entry = account_entry()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY


async def test_a_due_day_in_the_list(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call due at a time waits for it, and does not take the line until then."""
    due = dt_util.now() + timedelta(hours=2)
    todo = {"entity_id": "todo.hold_slayer_calls"}
    await hass.services.async_call(
        "todo",
        "add_item",
        {**todo, "item": "call insurance", "due_datetime": due.isoformat()},
        blocking=True,
    )
    (waiting,) = entry.runtime_data.schedule.waiting.values()
    assert abs(waiting.due - due) < timedelta(seconds=2)
    call = await start(hass, entry)
    assert call.state is CallState.DIALING
