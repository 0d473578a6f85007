"""Calling again by itself after a call that came to nothing."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.calls.schedule import Waiting
from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.telephony.messages import LegState, PlaceCall

from ..calling import act, company, over, start
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
NEXT = "sensor.hold_slayer_next_call"
AGAIN = {"redial": ["busy", "dropped", "closed"], "redial_attempts": 2, "redial_minutes": 4}


async def home(hass: HomeAssistant, **contact: Any) -> MockConfigEntry:
    """Set up an account with one phone and an insurance to be called again."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE | AGAIN | contact),
    )
    await set_up(hass, entry)
    return entry


def waiting(entry: MockConfigEntry) -> list[Waiting]:
    """Return the calls that wait."""
    return list(entry.runtime_data.schedule.waiting.values())


async def fails(hass: HomeAssistant, call: Call, outcome: Outcome, opens_at: str = "") -> None:
    """Let a call come to nothing."""
    call.progress.opens_at = opens_at
    await call.end(outcome)
    await over(hass, call)


async def passes(hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: float) -> None:
    """Let time pass."""
    freezer.tick(timedelta(minutes=minutes))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_busy_company_is_called_again(
    hass: HomeAssistant, link: ScriptedLink, freezer: FrozenDateTimeFactory
) -> None:
    """After the pause, then after twice the pause, and then no more."""
    entry = await home(hass)
    call = await start(hass, entry, intent="my claim", phone="Desk")
    await fails(hass, call, Outcome.BUSY)
    (first,) = waiting(entry)
    assert first.due - dt_util.now() == timedelta(minutes=4)
    assert (first.request.attempt, first.because) == (2, Outcome.BUSY)
    assert call.progress.redial_at == first.due
    shown = hass.states.get(NEXT)
    assert shown is not None
    assert datetime.fromisoformat(shown.state) == first.due.replace(microsecond=0)
    assert shown.attributes["attempt"] == 2
    assert shown.attributes["because"] == "busy"
    assert "my claim" in shown.attributes["call"]

    await passes(hass, freezer, 4.1)
    assert len(link.all(PlaceCall)) == 2
    (again,) = entry.runtime_data.switchboard.active
    assert (again.job.attempt, again.job.plan.intent) == (2, "my claim")
    assert [phone.name for phone in again.job.phones] == ["Desk"]
    assert waiting(entry) == []
    await fails(hass, again, Outcome.BUSY)
    assert waiting(entry)[0].due - dt_util.now() == timedelta(minutes=8)
    await passes(hass, freezer, 8.1)
    (last,) = entry.runtime_data.switchboard.active
    await fails(hass, last, Outcome.BUSY)
    assert waiting(entry) == []
    assert hass.states.get(NEXT).state == "unknown"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "outcome", [Outcome.HUNG_UP, Outcome.NO_ANSWER, Outcome.MENU_LOST, Outcome.CALL_BACK_ARRANGED]
)
async def test_other_ends_are_ends(
    hass: HomeAssistant, link: ScriptedLink, outcome: Outcome
) -> None:
    """Whoever hangs up, or chose no such reason, is left alone."""
    entry = await home(hass)
    await fails(hass, await start(hass, entry), outcome)
    assert waiting(entry) == []


async def test_nothing_is_chosen_at_first(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A contact never calls again unless told to."""
    entry = await home(hass, redial=[])
    await fails(hass, await start(hass, entry), Outcome.BUSY)
    assert waiting(entry) == []


@pytest.mark.parametrize(
    ("said", "hours", "due"),
    [
        ("09:00", {}, "2026-11-24T09:05:00"),
        ("", {"opens": "08:00:00", "closes": "17:00:00"}, "2026-11-24T08:00:00"),
        ("", {}, "2026-11-24T09:05:00"),
    ],
)
async def test_a_closed_company_is_called_when_it_opens(
    hass: HomeAssistant,
    link: ScriptedLink,
    freezer: FrozenDateTimeFactory,
    said: str,
    hours: dict[str, str],
    due: str,
) -> None:
    """By what it said, else by the contact's hours, else in the morning."""
    zone = await dt_util.async_get_time_zone("Europe/Berlin")
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(datetime(2026, 11, 23, 18, 0, tzinfo=zone))
    entry = await home(hass, **hours)
    await fails(hass, await start(hass, entry), Outcome.CLOSED, said)
    assert waiting(entry)[0].due.replace(tzinfo=None) == datetime.fromisoformat(due)


async def test_a_closed_company_is_not_called_again_the_same_day(
    hass: HomeAssistant, link: ScriptedLink, freezer: FrozenDateTimeFactory
) -> None:
    """A holiday within its hours: tomorrow."""
    zone = await dt_util.async_get_time_zone("Europe/Berlin")
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(datetime(2026, 11, 23, 11, 0, tzinfo=zone))
    entry = await home(hass, opens="08:00:00", closes="17:00:00")
    await fails(hass, await start(hass, entry), Outcome.CLOSED)
    assert waiting(entry)[0].due.replace(tzinfo=None) == datetime.fromisoformat("2026-11-24T08:00")


async def test_it_survives_a_restart(
    hass: HomeAssistant, link: ScriptedLink, freezer: FrozenDateTimeFactory
) -> None:
    """The next try is stored."""
    entry = await home(hass)
    await fails(hass, await start(hass, entry, intent="my claim"), Outcome.DROPPED_IN_QUEUE)
    (before,) = waiting(entry)
    await passes(hass, freezer, 0.1)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    (after,) = waiting(entry)
    assert (after.id, after.due, after.because) == (before.id, before.due, before.because)
    await passes(hass, freezer, 5)
    (again,) = entry.runtime_data.switchboard.active
    assert (again.job.attempt, again.job.plan.intent) == (2, "my claim")


async def test_it_can_be_cancelled(hass: HomeAssistant, link: ScriptedLink) -> None:
    """By its id, by its contact, or by calling oneself."""
    entry = await home(hass)
    await fails(hass, await start(hass, entry), Outcome.BUSY)
    listed = (await act(hass, "get_calls"))["waiting"]
    assert [(each["attempt"], each["because"]) for each in listed] == [(2, "busy")]
    answer = await act(hass, "cancel_call", waiting_id=listed[0]["waiting_id"])
    assert answer["cancelled"]
    assert waiting(entry) == []
    await fails(hass, await start(hass, entry), Outcome.BUSY)
    await act(hass, "cancel_call", contact="insurance")
    assert waiting(entry) == []
    await fails(hass, await start(hass, entry), Outcome.BUSY)
    call = await start(hass, entry)
    assert waiting(entry) == []
    with pytest.raises(Exception, match="waiting"):
        await act(hass, "cancel_call", contact="insurance")
    await fails(hass, call, Outcome.HUNG_UP)


async def test_a_call_with_people_in_it_is_not_repeated(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """Dropped after people talked: that was the call."""
    entry = await home(hass)
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    call.progress.connected = dt_util.utcnow()
    await fails(hass, call, Outcome.COMPANY_HUNG_UP)
    assert waiting(entry) == []


async def test_a_full_list_takes_no_further_try(
    hass: HomeAssistant,
    link: ScriptedLink,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The call ends as it did, and the log says that it is not made again."""
    monkeypatch.setattr("custom_components.hold_slayer.calls.schedule.MOST_WAITING", 0)
    entry = await home(hass)
    call = await start(hass, entry)
    await fails(hass, call, Outcome.BUSY)
    assert call.progress.outcome is Outcome.BUSY
    assert call.progress.redial_at is None
    assert "Insurance is not called again" in caplog.text


async def test_a_newer_try_takes_the_place_of_an_older_one(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """However often a contact is busy, one try of it waits, and those of others stay."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE | AGAIN),
        subentry(SubentryType.CONTACT, "bank", "Bank", {"number": "+442079469999"} | AGAIN),
    )
    await set_up(hass, entry)
    both = [await start(hass, entry, contact=name) for name in ("Insurance", "Bank")]
    for call in both:
        await fails(hass, call, Outcome.BUSY)
    assert [each.summary for each in waiting(entry)] == [
        "Insurance: a question about my claim",
        "Bank",
    ]
    # called by hand, the one that waits for the same contact is not needed any more
    again = await start(hass, entry)
    assert [each.summary for each in waiting(entry)] == ["Bank"]
    await fails(hass, again, Outcome.BUSY)
    assert len(waiting(entry)) == 2
