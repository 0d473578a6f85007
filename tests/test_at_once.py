"""Several people at once, things deleted under a running call, Home Assistant stopped in the middle."""

import asyncio
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.navigation.states import FINAL_STATES, CallState
from custom_components.hold_slayer.telephony.messages import (
    Bridge,
    HangUp,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
)
from custom_components.hold_slayer.telephony.supervision import LinkState

from .calling import act, company, over, start, to_bridge, to_hold, to_person, to_phone
from .homes import DESK, INSURANCE, add_subentry, leg_is
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


def left_up(link: ScriptedLink) -> set[str]:
    """Return the legs that were dialled and never hung up."""
    dialled = {each.leg for each in link.all(PlaceCall)}
    return dialled - {each.leg for each in link.all(HangUp)}


async def dialling(hass: HomeAssistant, link: ScriptedLink, call: Call) -> None:
    """Leave the call where it began."""


STAGES = [dialling, to_hold, to_person, to_phone, to_bridge]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("deleted", ["desk", "insurance", "both"])
async def test_deleted_in_a_running_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, stage: Any, deleted: str
) -> None:
    """A call keeps what it began with, and ends with nothing left ringing."""
    call = await start(hass, entry)
    await stage(hass, link, call)
    before = call.state
    for key in ("desk", "insurance") if deleted == "both" else (deleted,):
        hass.config_entries.async_remove_subentry(entry, key)
    await hass.async_block_till_done()
    assert call.active
    assert call.state is before
    assert (await act(hass, "get_calls"))["calls"][0]["contact"] == "Insurance"
    if deleted != "insurance":
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "start_call", number="+442079460001", line=2)
        assert refused.value.translation_key == "no_phone"
    else:
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "start_call", contact="Insurance", line=2)
        assert refused.value.translation_key == "unknown_contact"
    await act(hass, "hang_up", call_id=call.id)
    await over(hass, call)
    assert left_up(link) == set()


async def test_phone_deleted_before_it_is_rung(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A phone deleted on hold still rings for the call that was begun with it."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    hass.config_entries.async_remove_subentry(entry, "desk")
    await hass.async_block_till_done()
    leg = await to_bridge(hass, link, call)
    assert call.state is CallState.CONNECTED
    leg_is(link, leg, LegState.DISCONNECTED)
    await over(hass, call)
    assert left_up(link) <= {leg}


async def test_two_users_want_the_same_line(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """One of them gets it, the other one is told; nobody is dialled twice."""
    results = await asyncio.gather(
        *(act(hass, "start_call", contact="Insurance", line=1) for _ in range(3)),
        return_exceptions=True,
    )
    refused = [each for each in results if isinstance(each, ServiceValidationError)]
    assert [each.translation_key for each in refused] == ["line_busy", "line_busy"]
    assert len(link.all(PlaceCall)) == 1


async def test_all_lines_are_wanted_at_once(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """As many calls as there are lines, each on its own."""
    results = await asyncio.gather(
        *(act(hass, "start_call", contact="Insurance") for _ in range(4)), return_exceptions=True
    )
    begun = [each for each in results if isinstance(each, dict)]
    assert sorted(each["line"] for each in begun) == [1, 2]
    refused = [each for each in results if isinstance(each, ServiceValidationError)]
    assert {each.translation_key for each in refused} == {"all_lines_busy"}


async def test_contrary_orders_at_once(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """One user takes the call while others hang it up and doubt it: it ends once, cleanly."""
    call = await start(hass, entry)
    await to_phone(hass, link, call)
    results = await asyncio.gather(
        act(hass, "connect", call_id=call.id),
        act(hass, "set_verdict", call_id=call.id, person=False),
        act(hass, "hang_up", call_id=call.id),
        act(hass, "hang_up", call_id=call.id),
        act(hass, "resume_hold", call_id=call.id),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            assert isinstance(result, HomeAssistantError), result
            assert result.translation_key == "call_is_over"
    await over(hass, call)
    assert call.state in FINAL_STATES
    assert left_up(link) == set()


async def test_two_phones_are_picked_up_at_once(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """One of the keys wins; the other phone is hung up."""
    add_subentry(hass, entry, SubentryType.PHONE, "Hall", DESK | {"address": "201"})
    await hass.async_block_till_done()
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await link.until(PlaceCall, 3)
    first, second = (each.leg for each in link.all(PlaceCall)[1:])
    for leg in (first, second):
        leg_is(link, leg, LegState.CONFIRMED)
    for leg in (first, second):
        link.tell(KeyReceived(leg=leg, key="1", method=KeyMethod.RFC4733))
    bridge = await link.until(Bridge)
    await hass.async_block_till_done()
    (winner,) = {first, second} & {bridge.first, bridge.second}
    (other,) = {first, second} - {winner}
    assert other in {each.leg for each in link.all(HangUp)}
    assert winner not in {each.leg for each in link.all(HangUp)}
    assert len(link.all(Bridge)) == 1


@pytest.mark.parametrize("stage", STAGES)
async def test_stopped_in_the_middle(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, stage: Any
) -> None:
    """Home Assistant stops: the engine ends with it, and the call is over for everybody."""
    call = await start(hass, entry)
    await stage(hass, link, call)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert link.state is LinkState.STOPPED
    assert call.state in FINAL_STATES
    assert call.progress.reason == "Home Assistant is stopping"
    assert left_up(link) == set()


@pytest.mark.parametrize("stage", STAGES)
async def test_unloaded_in_the_middle(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, stage: Any
) -> None:
    """An account that is unloaded ends its calls first."""
    call = await start(hass, entry)
    await stage(hass, link, call)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert call.state in FINAL_STATES
    assert left_up(link) == set()


async def test_new_credentials_wait_for_the_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """An account changed in mid-call is loaded anew only when its last call is over."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    account = entry.runtime_data
    hass.config_entries.async_update_entry(entry, data={**entry.data, "password": "new"})
    await hass.async_block_till_done()
    assert call.active
    assert entry.runtime_data is account
    leg_is(link, company(call), LegState.DISCONNECTED)
    await over(hass, call)
    await hass.async_block_till_done()
    assert entry.runtime_data is not account


async def test_fewer_lines_in_a_running_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A line that is taken away in the middle of its call lives until the call is over."""
    call = await start(hass, entry, line=2)
    hass.config_entries.async_update_entry(entry, options={"lines": 1})
    await hass.async_block_till_done()
    assert call.active
    assert hass.states.get("sensor.hold_slayer_line_2_call_state") is not None
    await act(hass, "hang_up", call_id=call.id)
    await over(hass, call)


async def test_contact_changed_in_a_running_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A new number is for the next call; the running one keeps what it dialled."""
    await start(hass, entry)
    subentry = entry.subentries["insurance"]
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**INSURANCE, "number": "+442079460009"}, title="New Insurance"
    )
    await hass.async_block_till_done()
    assert (await act(hass, "get_calls"))["calls"][0]["number"] == "+442079460000"
    second = await start(hass, entry, contact="New Insurance")
    assert second.job.target == "+442079460009"


async def test_words_of_long_ago(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The transcript of a call that nobody holds in memory any more comes from the history."""
    call = await start(hass, entry)
    await act(hass, "hang_up", call_id=call.id)
    await over(hass, call)
    entry.runtime_data.switchboard.calls.clear()
    words = await act(hass, "get_transcript", call_id=call.id)
    assert words == {"call_id": call.id, "transcript": []}
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "get_transcript", call_id="never")
    assert refused.value.translation_key == "unknown_call"
