"""The test ring in the form of a phone."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.telephony.messages import (
    CallFailure,
    ErrorKind,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
    Registration,
    RegistrationState,
    SetDialPolicy,
)

from .homes import leg_is
from .scripted_link import ScriptedLink
from .test_subentry_flows import PHONE, SAVE, enter

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def ring(hass: HomeAssistant, link: ScriptedLink, result: Any) -> Any:
    """Order the test ring; return the progress once the phone was dialled."""
    dialled = len(link.all(PlaceCall))
    subentries = hass.config_entries.subentries
    result = await subentries.async_configure(result["flow_id"], {"next": "ring"})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "ring"
    assert result["description_placeholders"] == {"phone": "Mobile"}
    await link.until(PlaceCall, dialled + 1)
    return result


async def after(hass: HomeAssistant, result: Any) -> Any:
    """Wait out the progress and return what the dialog shows then."""
    await hass.async_block_till_done()
    while result["type"] in (FlowResultType.SHOW_PROGRESS, FlowResultType.SHOW_PROGRESS_DONE):
        result = await hass.config_entries.subentries.async_configure(result["flow_id"])
    return result


def picked_up(link: ScriptedLink, leg: str) -> None:
    """Somebody or something picks up."""
    leg_is(link, leg, LegState.RINGING)
    leg_is(link, leg, LegState.CONFIRMED)


def pressed(link: ScriptedLink, leg: str) -> None:
    """Somebody picks up and presses 1."""
    picked_up(link, leg)
    link.tell(KeyReceived(leg=leg, key="1", method=KeyMethod.RFC4733))


def unanswered(link: ScriptedLink, leg: str) -> None:
    """Nobody picks up."""
    leg_is(link, leg, LegState.DISCONNECTED, failure=CallFailure.NO_ANSWER)


def declined(link: ScriptedLink, leg: str) -> None:
    """Somebody declines."""
    leg_is(link, leg, LegState.DISCONNECTED, failure=CallFailure.BUSY)


def voicemail(link: ScriptedLink, leg: str) -> None:
    """A machine picks up and beeps."""
    picked_up(link, leg)
    link.tell(HeardOnLeg(leg=leg, heard=Hearing(time=3.0, since=2.9, sound=Sound.BEEP)))


async def test_stored_after_a_ring_that_was_accepted(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The phone is rung as it will be; pressing 1 stores it."""
    result = await enter(hass, entry, SubentryType.PHONE, PHONE)
    assert result["step_id"] == "test"
    assert len(entry.subentries) == 2
    result = await ring(hass, link, result)
    call = link.all(PlaceCall)[-1]
    assert call.target == "+447700900000"
    # not saved yet, but typed in by the user: allowed for as long as it is tried
    policy = link.all(SetDialPolicy)[-1].policy
    assert "+447700900000" in policy.saved
    pressed(link, call.leg)
    result = await after(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await link.until(HangUp)
    assert [phone.name for phone in entry.runtime_data.phones.values()] == ["Desk", "Mobile"]


@pytest.mark.parametrize(
    ("happens", "error"),
    [
        (unanswered, "test_no_answer"),
        (declined, "test_declined"),
        (voicemail, "test_voicemail"),
    ],
)
async def test_a_ring_that_failed_is_explained(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    happens: Callable[[ScriptedLink, str], None],
    error: str,
) -> None:
    """How it went is said, and one can ring again, change the number or store it all the same."""
    result = await enter(hass, entry, SubentryType.PHONE, PHONE)
    result = await ring(hass, link, result)
    happens(link, link.all(PlaceCall)[-1].leg)
    result = await after(hass, result)
    assert (result["step_id"], result["errors"]) == ("test", {"base": error})
    subentries = hass.config_entries.subentries
    result = await subentries.async_configure(result["flow_id"], {"next": "change"})
    assert result["step_id"] == "user"
    assert result["data_schema"] is not None
    (name,) = [each for each in result["data_schema"].schema if str(each) == "name"]
    assert name.description["suggested_value"] == "Mobile"
    result = await subentries.async_configure(result["flow_id"], PHONE | {"address": "0123456"})
    # the old number's error is not shown for the new one
    assert (result["step_id"], result["errors"]) == ("test", {})
    result = await ring(hass, link, result)
    pressed(link, link.all(PlaceCall)[-1].leg)
    result = await after(hass, result)
    assert result["data"]["address"] == "0123456"


async def test_an_account_that_cannot_ring(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """An account that is not registered says so; the phone can be stored all the same."""
    result = await enter(hass, entry, SubentryType.PHONE, PHONE)
    link.tell(
        Registration(
            account_id=entry.entry_id, state=RegistrationState.FAILED, sip_code=503, text="away"
        )
    )
    subentries = hass.config_entries.subentries
    result = await subentries.async_configure(result["flow_id"], {"next": "ring"})
    result = await after(hass, result)
    assert result["errors"] == {"base": "test_failed"}
    assert "is not registered" in result["description_placeholders"]["reason"]
    result = await subentries.async_configure(result["flow_id"], SAVE)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_refused_number_is_declined(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A number that the engine does not dial fails the ring at once."""
    result = await enter(hass, entry, SubentryType.PHONE, PHONE)
    link.refuse(PlaceCall, ErrorKind.REFUSED_BY_POLICY, "not allowed")
    subentries = hass.config_entries.subentries
    result = await subentries.async_configure(result["flow_id"], {"next": "ring"})
    result = await after(hass, result)
    assert result["errors"] == {"base": "test_declined"}


async def test_closing_the_dialog_ends_the_ring(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Nothing is left ringing when the form is closed in the middle."""
    result = await enter(hass, entry, SubentryType.PHONE, PHONE)
    result = await ring(hass, link, result)
    leg = link.all(PlaceCall)[-1].leg
    leg_is(link, leg, LegState.RINGING)
    hass.config_entries.subentries.async_abort(result["flow_id"])
    assert (await link.until(HangUp)).leg == leg
    await hass.async_block_till_done()
    assert len(entry.subentries) == 2


async def test_no_ring_without_the_account(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Where the account is not loaded there is nothing to ring with: the phone is just stored."""
    await hass.config_entries.async_unload(entry.entry_id)
    result = await enter(hass, entry, SubentryType.PHONE, PHONE)
    assert result["type"] is FlowResultType.CREATE_ENTRY
