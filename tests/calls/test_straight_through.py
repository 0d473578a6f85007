"""Calls dialled by hand: on a registered phone and on the card, emergency numbers among them."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.telephony.messages import (
    PHONES_ACCOUNT,
    AnswerCall,
    Bridge,
    DialledBy,
    EndedBy,
    ErrorKind,
    HangUp,
    IncomingCall,
    LegState,
    PlaceCall,
    RejectCall,
)

from ..calling import hears
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink
from ..test_registered_phones import DEVICE

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set up an account with an extension and a SIP phone."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "hall", "Hall", DESK),
        subentry(SubentryType.PHONE, "desk", "Desk", DEVICE),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
    )
    await set_up(hass, entry)
    return entry


async def phone_dials(link: ScriptedLink, number: str) -> PlaceCall:
    """Let the SIP phone dial; return what goes to the trunk."""
    link.tell(IncomingCall(leg="in-7", account_id=PHONES_ACCOUNT, caller="desk", called=number))
    return await link.until(PlaceCall)


@pytest.mark.parametrize("number", ["112", "+442079460000"])
async def test_phone_is_put_through(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, number: str
) -> None:
    """Ringing, early media and answer are passed on; whoever hangs up ends both."""
    placed = await phone_dials(link, number)
    assert (placed.target, placed.dialled_by) == (number, DialledBy.PERSON)
    assert placed.account_id == entry.entry_id
    bridge = await link.until(Bridge)
    assert (bridge.first, bridge.second, bridge.both_ways) == (placed.leg, "in-7", True)
    for count, (state, code) in enumerate(
        ((LegState.RINGING, 180), (LegState.EARLY, 183), (LegState.CONFIRMED, 200)), 1
    ):
        leg_is(link, placed.leg, state)
        answered = await link.until(AnswerCall, count)
        assert (answered.leg, answered.code) == ("in-7", code)
    leg_is(link, "in-7", LegState.DISCONNECTED, ended_by=EndedBy.THEM)
    assert (await link.until(HangUp)).leg == placed.leg


async def test_far_side_is_busy(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The phone is told the far side's own code."""
    placed = await phone_dials(link, "200")
    await link.until(Bridge)
    leg_is(link, placed.leg, LegState.DISCONNECTED, sip_code=486)
    refused = await link.until(RejectCall)
    assert (refused.leg, refused.code) == ("in-7", 486)


async def test_far_side_hangs_up(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """After the answer the phone is hung up."""
    placed = await phone_dials(link, "200")
    await link.until(Bridge)
    leg_is(link, placed.leg, LegState.CONFIRMED)
    leg_is(link, placed.leg, LegState.DISCONNECTED, ended_by=EndedBy.THEM)
    assert (await link.until(HangUp)).leg == "in-7"


async def test_refused_by_the_policy(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A number that may not be dialled is refused to the phone."""
    link.refuse(PlaceCall, ErrorKind.REFUSED_BY_POLICY, rule="premium")
    await phone_dials(link, "09001234567")
    assert (await link.until(RejectCall)).code == 403


async def by_hand(client: Any, number: str) -> Any:
    """Dial on the card."""
    await client.send_json_auto_id({"type": "hold_slayer/dial", "number": number})
    return await client.receive_json()


async def test_card_dials_an_emergency_number(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The phones ring, picking up is enough, and the number goes out as a person's."""
    client = await hass_ws_client(hass)
    dialling = asyncio.ensure_future(by_hand(client, "112"))
    phone = await link.until(PlaceCall)
    assert phone.target == "sip:200@sip.example.com"
    leg_is(link, phone.leg, LegState.CONFIRMED)
    placed = await link.until(PlaceCall, 2)
    assert (placed.target, placed.dialled_by) == ("112", DialledBy.PERSON)
    assert (await dialling)["result"] == {"answered": True}
    assert (await link.until(Bridge)).second == phone.leg
    leg_is(link, placed.leg, LegState.DISCONNECTED, ended_by=EndedBy.THEM)
    assert (await link.until(HangUp)).leg == phone.leg


async def test_nobody_picks_up(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Nothing is dialled when no phone is picked up."""
    client = await hass_ws_client(hass)
    dialling = asyncio.ensure_future(by_hand(client, "112"))
    phone = await link.until(PlaceCall)
    leg_is(link, phone.leg, LegState.DISCONNECTED)
    assert (await dialling)["result"] == {"answered": False}
    assert len(link.all(PlaceCall)) == 1


async def test_nonsense_is_refused(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """What is no number is an error that says so."""
    client = await hass_ws_client(hass)
    answer = await by_hand(client, "call me")
    assert answer["error"]["translation_key"] == "number_invalid"


async def test_events_of_others_change_nothing(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """What the ears report, or a leg's middle states, end no call."""
    placed = await phone_dials(link, "200")
    await link.until(Bridge)
    hears(link, placed.leg, Hearing(time=1.0, since=1.0, sound=Sound.MUSIC))
    leg_is(link, "in-7", LegState.CONFIRMED)
    leg_is(link, placed.leg, LegState.CALLING)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not link.all(HangUp)
    leg_is(link, placed.leg, LegState.CONFIRMED)
    leg_is(link, placed.leg, LegState.DISCONNECTED)
    assert (await link.until(HangUp)).leg == "in-7"


async def test_a_phone_that_is_gone_already(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Neither an answer nor a refusal that comes too late is a fault."""
    for kind in (AnswerCall, RejectCall):
        link.refuse(kind, ErrorKind.WRONG_STATE)
    placed = await phone_dials(link, "200")
    await link.until(Bridge)
    leg_is(link, placed.leg, LegState.RINGING)
    await link.until(AnswerCall)
    link.refuse(PlaceCall, ErrorKind.REFUSED_BY_POLICY, rule="premium")
    link.tell(IncomingCall(leg="in-8", account_id=PHONES_ACCOUNT, caller="desk", called="0900"))
    assert (await link.until(RejectCall)).leg == "in-8"
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(("fault", "key"), [("policy", "dial_premium"), ("lost", "engine_lost")])
async def test_card_cannot_dial(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    fault: str,
    key: str,
) -> None:
    """The phone that was picked up is hung up, and the card is told why."""
    client = await hass_ws_client(hass)
    dialling = asyncio.ensure_future(by_hand(client, "09001234567"))
    phone = await link.until(PlaceCall)
    if fault == "policy":
        link.refuse(PlaceCall, ErrorKind.REFUSED_BY_POLICY, rule="premium")
    else:
        link.lose(PlaceCall)
    leg_is(link, phone.leg, LegState.CONFIRMED)
    answer = await dialling
    assert not answer["success"]
    assert answer["error"]["translation_key"] == key
    assert (await link.until(HangUp)).leg == phone.leg


async def test_card_without_a_phone(
    hass: HomeAssistant, link: ScriptedLink, hass_ws_client: WebSocketGenerator
) -> None:
    """There has to be a phone to speak on."""
    await set_up(hass, account_entry(subentry(SubentryType.CONTACT, "i", "Insurance", INSURANCE)))
    answer = await by_hand(await hass_ws_client(hass), "112")
    assert answer["error"]["translation_key"] == "no_phone"
    assert not link.all(PlaceCall)
