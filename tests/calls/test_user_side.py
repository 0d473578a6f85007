"""The user's side of a call: keys while talking, giving it back, listening in, phones in peace."""

from collections.abc import AsyncIterator

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.navigation.states import CallState, Outcome
from custom_components.hold_slayer.telephony.messages import (
    Bridge,
    ErrorKind,
    HangUp,
    KeyMethod,
    KeyReceived,
    LegHeld,
    LegState,
    PlaceCall,
    PlayTone,
    SendKeys,
    Unbridge,
)

from ..calling import act, company, hears, over, reaches, start, to_hold, to_person
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> AsyncIterator[MockConfigEntry]:
    """Set up an account with two phones."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.PHONE, "hall", "Hall", {**DESK, "address": "201", "order": 2}),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
    )
    await set_up(hass, entry)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def talk(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> tuple[Call, str]:
    """Take a call to the conversation; return it and the leg of the phone."""
    call = await start(hass, entry)
    await to_person(hass, link, call)
    phone = (await link.until(PlaceCall, 2)).leg
    await accept(link, phone)
    await reaches(hass, call, CallState.CONNECTED)
    return call, phone


async def accept(link: ScriptedLink, phone: str) -> None:
    """Pick up and press 1."""
    leg_is(link, phone, LegState.CONFIRMED)
    await link.until(PlayTone)
    press(link, phone, "1")


def press(link: ScriptedLink, phone: str, keys: str) -> None:
    """Press keys on a phone."""
    for key in keys:
        link.tell(KeyReceived(leg=phone, key=key, method=KeyMethod.RFC4733))


async def test_keys_reach_the_company(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Keys pressed while talking are passed on, a star with the key after it, too."""
    _, phone = await talk(hass, link, entry)
    press(link, phone, "5*7")
    await link.until(SendKeys, 3)
    assert [each.keys for each in link.all(SendKeys)] == ["5", "*", "7"]


async def test_star_four_gives_it_back(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """`*4` parts the two, ends the phone leg and holds on; the company hears no key."""
    call, phone = await talk(hass, link, entry)
    press(link, phone, "*4")
    parted = await link.until(Unbridge)
    assert (parted.first, parted.second) == (company(call), phone)
    await reaches(hass, call, CallState.ON_HOLD)
    assert (await link.until(HangUp)).leg == phone
    assert not link.all(SendKeys)


async def test_star_four_as_tones(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A phone that sends tones in its speech can give the call back; they are not sent again."""
    call, phone = await talk(hass, link, entry)
    for at, digit in enumerate("5*4"):
        hears(
            link,
            phone,
            Hearing(time=40.0 + at, since=40.0 + at, sound=Sound.DTMF, digit=digit),
        )
    await reaches(hass, call, CallState.ON_HOLD)
    assert not link.all(SendKeys)


async def test_listening_in(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The phone hears without being heard; when a person comes it is asked on the same leg."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    listening = hass.async_create_task(act(hass, "listen_in", phone="Hall"))
    placed = await link.until(PlaceCall, 2)
    assert placed.target == "sip:201@sip.example.com"
    leg_is(link, placed.leg, LegState.CONFIRMED)
    assert (await listening)["listening"] is True
    bridge = link.all(Bridge)[-1]
    assert (bridge.first, bridge.second, bridge.both_ways) == (company(call), placed.leg, False)
    await to_person(hass, link, call)
    await link.until(PlayTone)
    press(link, placed.leg, "1")
    await reaches(hass, call, CallState.CONNECTED)
    assert len(link.all(PlaceCall)) == 2
    assert link.all(Bridge)[-1].both_ways


async def test_listening_ends_with_the_phone_or_the_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Hanging up the listening phone changes nothing else; the end of the call ends it."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    for number in (2, 3):
        listening = hass.async_create_task(act(hass, "listen_in"))
        placed = await link.until(PlaceCall, number)
        leg_is(link, placed.leg, LegState.CONFIRMED)
        await listening
        if number == 2:
            leg_is(link, placed.leg, LegState.DISCONNECTED)
            await hass.async_block_till_done()
            assert call.state is CallState.ON_HOLD
    await act(hass, "hang_up")
    assert placed.leg in {each.leg for each in link.all(HangUp)}


async def test_nobody_picks_up_to_listen(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The answer says that nobody listens."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    listening = hass.async_create_task(act(hass, "listen_in"))
    placed = await link.until(PlaceCall, 2)
    leg_is(link, placed.leg, LegState.DISCONNECTED)
    assert (await listening)["listening"] is False


async def test_do_not_disturb(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A phone in peace is passed over; with none left no call begins, and the error says why."""
    switch = {"entity_id": "switch.desk_do_not_disturb"}
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    call = await start(hass, entry)
    await to_person(hass, link, call)
    assert (await link.until(PlaceCall, 2)).target == "sip:201@sip.example.com"
    await act(hass, "hang_up")
    switch = {"entity_id": "switch.hall_do_not_disturb"}
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    with pytest.raises(ServiceValidationError) as error:
        await start(hass, entry)
    assert error.value.translation_key == "phones_quiet"
    await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    await start(hass, entry)


async def test_another_phone_listens(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """One phone listens at a time: the former one is hung up."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    legs = []
    for number, phone in ((2, "Hall"), (3, "Desk")):
        listening = hass.async_create_task(act(hass, "listen_in", phone=phone))
        placed = await link.until(PlaceCall, number)
        leg_is(link, placed.leg, LegState.CONFIRMED)
        assert (await listening)["listening"] is True
        legs.append(placed.leg)
    assert [each.leg for each in link.all(HangUp)] == legs[:1]
    assert call.state is CallState.ON_HOLD


async def test_an_engine_that_cannot_let_listen(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Whoever picked up is hung up on, the action says why, and the call goes on."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    link.refuse(Bridge, ErrorKind.WRONG_STATE, "no media")
    listening = hass.async_create_task(act(hass, "listen_in"))
    placed = await link.until(PlaceCall, 2)
    leg_is(link, placed.leg, LegState.CONFIRMED)
    with pytest.raises(HomeAssistantError, match="no media"):
        await listening
    assert [each.leg for each in link.all(HangUp)] == [placed.leg]
    assert call.state is CallState.ON_HOLD


async def test_a_key_the_company_does_not_take(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A key that cannot be passed on ends nothing; the next one is tried."""
    call, phone = await talk(hass, link, entry)
    link.refuse(SendKeys, ErrorKind.WRONG_STATE)
    press(link, phone, "56")
    await link.until(SendKeys, 2)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert call.state is CallState.CONNECTED
    assert call.progress.keys == []


async def test_two_people_who_cannot_be_put_together(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """When bridging fails the phone is hung up, and the company is not left with nobody."""
    call = await start(hass, entry)
    await to_person(hass, link, call)
    phone = (await link.until(PlaceCall, 2)).leg
    link.refuse(Bridge, ErrorKind.WRONG_STATE, "no media")
    await accept(link, phone)
    await link.until(HangUp)
    await hass.async_block_till_done()
    assert link.all(HangUp)[0].leg == phone
    assert call.progress.connected is None


async def test_the_user_hangs_up(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Hanging up after talking ends the call, too."""
    call, phone = await talk(hass, link, entry)
    leg_is(link, phone, LegState.DISCONNECTED)
    await over(hass, call)
    assert call.progress.outcome is Outcome.CONNECTED
    assert company(call) in {each.leg for each in link.all(HangUp)}


async def test_accepted_before_anything_rings(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Who said yes to the first suspicion has only to pick up, however late it rings."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    call.accept()
    phone = (await link.until(PlaceCall, 2)).leg
    leg_is(link, phone, LegState.CONFIRMED)
    await reaches(hass, call, CallState.CONNECTED)
    assert not link.all(PlayTone)


async def test_a_phone_that_puts_us_on_hold(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The user may put the call on hold on their phone and take it back: nothing else happens."""
    call, phone = await talk(hass, link, entry)
    before = len(link.requests)
    for held in (True, False):
        link.tell(LegHeld(leg=phone, held=held))
    await hass.async_block_till_done()
    assert call.state is CallState.CONNECTED
    assert len(link.requests) == before


async def test_no_phone_can_be_rung(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """With every phone out of reach the person is not kept waiting for nobody."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    link.refuse(PlaceCall, ErrorKind.WRONG_STATE, "no route")
    await to_person(hass, link, call)
    await over(hass, call)
    assert call.progress.outcome is Outcome.USER_NOT_REACHED
    assert {phone.state for phone in call.progress.phones.values()} == {"declined"}


async def test_no_phone_is_left_to_listen(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """With the phones removed in mid-call nobody can listen, and the call goes on."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    for phone in ("desk", "hall"):
        hass.config_entries.async_remove_subentry(entry, phone)
    await hass.async_block_till_done()
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "listen_in")
    assert error.value.translation_key == "no_phone"
    assert call.state is CallState.ON_HOLD
