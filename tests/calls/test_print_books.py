"""Print books between calls: loaded, sent with the call, kept, dropped when damaged or orphaned."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.print_books import PrintBooks, StoredBook
from custom_components.hold_slayer.hearing.heard import UtteranceEnded
from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.telephony.messages import (
    ErrorKind,
    GetPrintBook,
    HangUp,
    LegState,
    MarkPrint,
    PlaceCall,
    PrintBookData,
)

from ..calling import company, hears, over, start
from ..homes import account_entry, leg_is, set_up
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
KEY = "hold_slayer.prints.insurance"
BOOK = StoredBook(data=b"HSPB\x00\xffbook", announcements=2)


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set up an account with one phone and one contact."""
    entry = account_entry()
    await set_up(hass, entry)
    return entry


async def one_call(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> Any:
    """Make a call that is answered and ends."""
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    await call.end(Outcome.HUNG_UP)
    await over(hass, call)
    return call


def learns(link: ScriptedLink, book: StoredBook) -> None:
    """Have every leg learn a book."""
    link.answers[GetPrintBook] = lambda request: PrintBookData(
        request=0, leg=request.leg, announcements=book.announcements, payload=book.data
    )


async def test_what_a_call_learned_goes_into_the_next(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """The book is asked for after the hang-up, stored, and sent along with the next call."""
    learns(link, BOOK)
    first = await one_call(hass, link, entry)
    assert link.all(PlaceCall)[0].payload == b""
    assert not first.job.plan.announcements_known
    kinds = [type(request) for request in link.requests]
    assert kinds.index(HangUp) < kinds.index(GetPrintBook)
    assert hass_storage[KEY]["data"]["announcements"] == 2

    second = await one_call(hass, link, entry)
    assert link.all(PlaceCall)[1].payload == BOOK.data
    assert second.job.plan.announcements_known


async def test_music_alone_is_no_known_announcement(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A book without announcements is used, but does not make early ringing safe."""
    learns(link, StoredBook(data=b"music"))
    await one_call(hass, link, entry)
    second = await one_call(hass, link, entry)
    assert link.all(PlaceCall)[1].payload == b"music"
    assert not second.job.plan.announcements_known


async def test_an_empty_book_replaces_nothing(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """A call that taught nothing, or an engine that has no prints, leaves the stored book."""
    await PrintBooks(hass).save("insurance", BOOK)
    await one_call(hass, link, entry)
    link.refuse(GetPrintBook, ErrorKind.UNKNOWN_LEG)
    await one_call(hass, link, entry)
    assert await PrintBooks(hass).load("insurance") == BOOK


async def test_a_number_without_contact_has_no_book(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Nothing is kept of numbers that are not saved."""
    call = await start(hass, entry, contact="", number="+442079461111")
    leg_is(link, company(call), LegState.CONFIRMED)
    await call.end(Outcome.HUNG_UP)
    await over(hass, call)
    assert not link.all(GetPrintBook)


@pytest.mark.parametrize(
    "data",
    [
        {"announcements": 1, "book": "no base 64!"},
        {"announcements": 1},
        {"announcements": None, "book": ""},
        {"book": 7, "announcements": 1},
        ["nonsense"],
    ],
)
async def test_a_damaged_file_is_dropped(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    data: Any,
) -> None:
    """The call goes on without the book, and a line in the log says so."""
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": data}
    call = await one_call(hass, link, entry)
    assert link.all(PlaceCall)[0].payload == b""
    assert not call.job.plan.announcements_known
    assert "print book of contact insurance is damaged" in caplog.text
    assert KEY not in hass_storage


async def test_a_removed_contact_is_forgotten(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """With the contact goes its book, also when a call to it is still up."""
    learns(link, BOOK)
    await one_call(hass, link, entry)
    assert KEY in hass_storage
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    hass.config_entries.async_remove_subentry(entry, "insurance")
    await hass.async_block_till_done()
    assert KEY not in hass_storage
    await call.end(Outcome.HUNG_UP)
    await over(hass, call)
    assert KEY not in hass_storage


async def test_unloading_waits_for_the_books(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """A call that ends with the account still leaves what it learned."""
    learns(link, BOOK)
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[KEY]["data"]["announcements"] == 2


async def test_nothing_is_left_of_a_removed_account(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Print books and expected calls go with the account."""
    learns(link, BOOK)
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    await call.end(Outcome.CALL_BACK_ARRANGED)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert {KEY, f"hold_slayer.call_backs.{entry.entry_id}"} <= hass_storage.keys()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not [key for key in hass_storage if key.startswith("hold_slayer.") and "card" not in key]


async def test_teaching_after_the_call_reaches_the_book(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """The engine keeps a leg's prints for a while: what is taught then is stored as well."""
    learns(link, BOOK)
    call = await one_call(hass, link, entry)
    better = StoredBook(data=b"HSPB better", announcements=3)
    learns(link, better)
    await call.teach(person=False)
    await hass.async_block_till_done()
    assert await PrintBooks(hass).load("insurance") == better


async def test_a_book_that_held_only_a_person_goes(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Nothing is left of it."""
    learns(link, BOOK)
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    hears(link, company(call), UtteranceEnded(time=5.0, utterance=1, since=2.0, until=4.5))
    await call.end(Outcome.HUNG_UP)
    await over(hass, call)
    assert KEY in hass_storage
    learns(link, StoredBook())
    await call.teach(person=True)
    assert [one.kind for one in link.all(MarkPrint)] == [None]
    await hass.async_block_till_done()
    assert KEY not in hass_storage
