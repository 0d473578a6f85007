"""The to-do list as a queue of calls, and calls that wait over a restart."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.todo.entity import TodoItem
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.hold_slayer.calls.contact import Contact
from custom_components.hold_slayer.calls.schedule import MOST_WAITING
from custom_components.hold_slayer.calls.wish import read_wish
from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.navigation.acts import Note, NoteKind
from custom_components.hold_slayer.telephony.messages import (
    PlaceCall,
    Registration,
    RegistrationState,
)

from .calling import act, start
from .homes import DESK, INSURANCE, account_entry, set_up, subentry
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
LIST = "todo.hold_slayer_calls"


@pytest.fixture
async def entry(
    hass: HomeAssistant, link: ScriptedLink, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Set an account up at six on a Friday; the insurance opens at eight on weekdays."""
    freezer.move_to("2026-11-20 06:00:00+00:00")
    await hass.config.async_set_time_zone("UTC")
    hours = {"opens": "08:00:00", "closes": "18:00:00", "open_days": ["mon", "fri"]}
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE | hours),
    )
    await set_up(hass, entry)
    return entry


async def todo(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Use the list."""
    await hass.services.async_call("todo", action, {"entity_id": LIST, **data}, blocking=True)


def items(hass: HomeAssistant) -> str:
    """Return how many calls wait."""
    state = hass.states.get(LIST)
    assert state is not None
    return state.state


async def test_call_when_the_office_opens(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An item without a time becomes a call at the start of the opening hours."""
    await todo(hass, "add_item", item="call my insurance about the broken window")
    assert items(hass) == "1"
    freezer.move_to("2026-11-20 08:00:01+00:00")
    async_fire_time_changed(hass)
    await link.until(PlaceCall)
    await hass.async_block_till_done()
    call = entry.runtime_data.switchboard.lines[0].call
    assert call.job.plan.intent == "the broken window"
    assert items(hass) == "0"


async def test_change_and_remove(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Items can be given a time, ticked off and deleted."""
    await todo(hass, "add_item", item="insurance", due_datetime="2026-11-23 10:00:00")
    key = next(iter(entry.runtime_data.schedule.waiting))
    await todo(hass, "update_item", item=key, due_datetime="2026-11-23 11:00:00")
    waiting = next(iter(entry.runtime_data.schedule.waiting.values()))
    assert (waiting.due.hour, waiting.summary) == (11, "insurance")
    await todo(hass, "update_item", item=waiting.id, status="completed")
    assert items(hass) == "0"
    await todo(hass, "add_item", item="insurance")
    await todo(hass, "remove_item", item=[next(iter(entry.runtime_data.schedule.waiting))])
    assert items(hass) == "0"
    with pytest.raises(ServiceValidationError, match="no contact called"):
        await todo(hass, "add_item", item="buy milk")


async def test_waits_over_a_restart(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """What waits is stored, placed after a restart, and removed with the account."""
    await todo(hass, "add_item", item="insurance")
    freezer.tick(2)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    key = f"{DOMAIN}.waiting.{entry.entry_id}"
    assert hass_storage[key]["data"][0]["summary"] == "insurance"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert items(hass) == "1"
    link.tell(Registration(account_id=entry.entry_id, state=RegistrationState.FAILED))
    freezer.move_to("2026-11-20 08:00:01+00:00")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert not link.all(PlaceCall)
    link.tell(Registration(account_id=entry.entry_id, state=RegistrationState.REGISTERED))
    freezer.tick(121)
    async_fire_time_changed(hass)
    await link.until(PlaceCall)
    await hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage


async def test_worries(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    """A registration lost for long, a missing speech entity and a stale flow become repairs."""

    def raised(key: str) -> bool:
        return issue_registry.async_get_issue(DOMAIN, f"{key}_{entry.entry_id}") is not None

    link.tell(Registration(account_id=entry.entry_id, state=RegistrationState.FAILED, text="503"))
    assert not raised("registration_lost")
    freezer.tick(301)
    async_fire_time_changed(hass)
    assert raised("registration_lost")
    link.tell(Registration(account_id=entry.entry_id, state=RegistrationState.REGISTERED))
    assert not raised("registration_lost")

    hass.config_entries.async_update_entry(entry, options={"stt_engine": "stt.gone"})
    await hass.async_block_till_done()
    assert raised("stt_gone")
    hass.config_entries.async_update_entry(entry, options={})
    await hass.async_block_till_done()
    assert not raised("stt_gone")

    call = await start(hass, entry)
    call._note(Note(kind=NoteKind.FLOW_STALE, text="Press nine"))
    assert raised("flow_stale_insurance")


@pytest.mark.parametrize(
    ("text", "name", "intent"),
    [
        ("call the bank about my card", "Bank", "my card"),
        ("Bank: lost card", "Bank", "lost card"),
        ("ruf die Bank wegen der Karte", "Bank", "der Karte"),
        ("call the Bank of Mars", "Bank of Mars", ""),
        ("BANK", "Bank", ""),
    ],
)
def test_wishes(text: str, name: str, intent: str) -> None:
    """The longest name counts, and what follows it."""
    contacts = [Contact(id=name, name=name, number="1") for name in ("Bank", "Bank of Mars", "Ban")]
    wish = read_wish(text, contacts)
    assert wish is not None
    assert (wish.contact.name, wish.intent) == (name, intent)
    assert read_wish("embankment", contacts) is None


@pytest.mark.parametrize(
    ("day", "hours", "due"),
    [
        # open on Mondays and Fridays from eight on
        ("2026-11-23", {}, "2026-11-23T08:00:00"),
        ("2026-11-24", {}, "2026-11-27T08:00:00"),
        ("2026-11-20", {}, "2026-11-20T08:00:00"),
        ("2026-11-19", {}, "2026-11-20T08:00:00"),
        # no hours are known: nobody is called at midnight
        ("2026-11-24", {"opens": None, "closes": None, "open_days": None}, "2026-11-24T09:00:00"),
    ],
)
async def test_a_due_day(
    hass: HomeAssistant, entry: MockConfigEntry, day: str, hours: dict[str, Any], due: str
) -> None:
    """A day without a time: when the company opens on it, or next after it."""
    contact = entry.subentries["insurance"]
    data = {key: each for key, each in ({**contact.data} | hours).items() if each is not None}
    hass.config_entries.async_update_subentry(entry, contact, data=data)
    await hass.async_block_till_done()
    await todo(hass, "add_item", item="call the insurance", due_date=day)
    (waiting,) = entry.runtime_data.schedule.waiting.values()
    assert waiting.due.isoformat() == f"{due}+00:00"


async def test_a_due_day_too_far_away(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Refused as a time so far away is."""
    with pytest.raises(ServiceValidationError) as error:
        await todo(hass, "add_item", item="call the insurance", due_date="2027-03-01")
    assert error.value.translation_key == "time_invalid"


async def test_an_item_that_is_gone(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Changing what is no longer there does nothing."""
    entity = hass.data["entity_components"]["todo"].get_entity(LIST)
    await entity.async_update_todo_item(TodoItem(uid="gone", summary="call the insurance"))
    assert items(hass) == "0"


async def test_no_more_than_fifty_wait(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A full list refuses another call, by hand and by itself."""
    for _ in range(MOST_WAITING):
        await act(hass, "start_call", contact="Insurance", when="open")
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "start_call", contact="Insurance", when="open")
    assert error.value.translation_key == "too_many_waiting"
    assert items(hass) == str(MOST_WAITING)


async def test_a_call_that_cannot_be_placed_when_it_is_due(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged with the reason, and leaves the list."""
    await act(hass, "start_call", contact="Insurance", when="open")
    hass.config_entries.async_remove_subentry(entry, "desk")
    await hass.async_block_till_done()
    freezer.move_to("2026-11-20 08:00:01+00:00")
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not link.all(PlaceCall)
    assert items(hass) == "0"
    assert "could not be placed" in caplog.text
