"""The actions that steer and describe calls."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.hearing.heard import UtteranceEnded, UtteranceStarted
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.telephony.messages import (
    ErrorKind,
    HangUp,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
    SendKeys,
    Unbridge,
)

from .calling import act, company, hears, over, start, to_bridge, to_hold, to_person
from .homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def test_keys(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> None:
    """Keys go to the company; what cannot be a key is refused."""
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    await act(hass, "send_dtmf", keys="12#")
    sent = link.all(SendKeys)[-1]
    assert (sent.leg, sent.keys) == (company(call), "12#")
    for keys in ("", "12x", "1" * 65):
        with pytest.raises(probatio.Invalid):
            await act(hass, "send_dtmf", keys=keys)
    link.refuse(SendKeys, ErrorKind.WRONG_STATE, "not yet")
    with pytest.raises(HomeAssistantError, match="not yet"):
        await act(hass, "send_dtmf", keys="1")


async def test_say_without_a_voice(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Where nothing can speak, the action says so."""
    await start(hass, entry)
    with pytest.raises(HomeAssistantError, match="no text-to-speech"):
        await act(hass, "say", message="One moment please")


async def test_verdict_of_the_user(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The user can say that it is a person, and that it is none."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    await act(hass, "set_verdict", person=True)
    await hass.async_block_till_done()
    assert call.state in (CallState.PERSON_DETECTED, CallState.RINGING_YOU)
    await act(hass, "set_verdict", person=False)
    await hass.async_block_till_done()
    assert call.state in (CallState.ON_HOLD, CallState.NAVIGATING)
    phone = link.all(PlaceCall)[-1].leg
    await link.until(HangUp)
    assert link.all(HangUp)[0].leg == phone


async def test_back_on_hold(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """After bridging the call can be given back."""
    call = await start(hass, entry)
    phone = await to_bridge(hass, link, call)
    await act(hass, "resume_hold")
    await link.until(Unbridge)
    await link.until(HangUp)
    await hass.async_block_till_done()
    assert call.state is CallState.ON_HOLD
    assert {message.leg for message in link.all(HangUp)} == {phone}


async def test_connect_now(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> None:
    """The user can be rung whoever is on the line."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    await act(hass, "connect", line=1)
    assert (await link.until(PlaceCall, 2)).leg.startswith(f"{call.id}.phone")


async def test_calls_and_transcript(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Running and recent calls are listed, with their words."""
    call = await start(hass, entry)
    await to_person(hass, link, call)
    listed = (await act(hass, "get_calls"))["calls"]
    assert [each["call_id"] for each in listed] == [call.id]
    assert listed[0]["contact"] == "Insurance"
    assert (await act(hass, "get_transcript", call_id=call.id))["transcript"] == []
    await act(hass, "hang_up")
    assert (await act(hass, "get_calls", active=True))["calls"] == []
    assert (await act(hass, "get_calls"))["calls"][0]["outcome"]
    with pytest.raises(ServiceValidationError, match="no call with the id"):
        await act(hass, "get_transcript", call_id="nonsense")
    with pytest.raises(ServiceValidationError, match="is over already"):
        await act(hass, "hang_up", call_id=call.id)
    with pytest.raises(ServiceValidationError, match="There is no call"):
        await act(hass, "hang_up")


async def test_words_without_speech_to_text(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """An utterance that nobody can read does not hold the call up."""
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    hears(link, company(call), UtteranceStarted(time=1.0, utterance=1, since=0.9))
    hears(link, company(call), UtteranceEnded(time=3.0, utterance=1, since=0.9, until=2.5))
    await hass.async_block_till_done()
    assert call.active


@pytest.mark.parametrize(
    ("happens", "result"),
    [("key", "passed"), ("declines", "declined"), ("silent", "no_answer")],
)
async def test_phone_test(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, happens: str, result: str
) -> None:
    """A phone can be tried, and the answer says how it went."""
    asked = hass.async_create_task(act(hass, "test_phone", phone="Desk"))
    leg = (await link.until(PlaceCall)).leg
    match happens:
        case "key":
            leg_is(link, leg, LegState.CONFIRMED)
            link.tell(KeyReceived(leg=leg, key="1", method=KeyMethod.INFO))
        case "declines":
            leg_is(link, leg, LegState.DISCONNECTED, failure="rejected")
        case "silent":
            leg_is(link, leg, LegState.DISCONNECTED, failure="no_answer")
    assert await asked == {"phone": "Desk", "result": result}
    with pytest.raises(ServiceValidationError, match="no phone called Attic"):
        await act(hass, "test_phone", phone="Attic")


async def test_flows_in_and_out(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A flow that was exported can be imported, and bad ones are refused."""
    with pytest.raises(ServiceValidationError, match="no call flow yet"):
        await act(hass, "export_call_flow", contact="my insurance")
    steps = [{"action": "press", "expect": "For claims press 2", "keys": "2"}, {"action": "hold"}]
    assert await act(hass, "import_call_flow", contact="Insurance", flow=steps) == {
        "contact": "Insurance",
        "steps": 2,
    }
    await hass.async_block_till_done()
    shared = await act(hass, "export_call_flow", contact="Insurance")
    assert shared["flow"]["steps"][0]["keys"] == "2"
    assert "987654321" not in shared["yaml"]
    await act(hass, "import_call_flow", contact="Insurance", flow=shared["yaml"])
    other = [{"action": "press", "expect": "to report damage press 2", "keys": "2"}]
    await act(hass, "import_call_flow", contact="Insurance", flow=other, merge=True)
    await hass.async_block_till_done()
    both = (await act(hass, "export_call_flow", contact="Insurance"))["flow"]["steps"]
    assert [step["action"] for step in both] == ["press", "hold"]
    assert "report damage" in str(both[0]["or_expect"])
    assert "claims" in str(both[0]["expect"])
    for bad in ("", "   ", "just words", [{"action": "fly"}]):
        with pytest.raises(ServiceValidationError, match="call flow cannot be read"):
            await act(hass, "import_call_flow", contact="Insurance", flow=bad)


async def test_no_phone_raises_a_repair(
    hass: HomeAssistant, link: ScriptedLink, issue_registry: ir.IssueRegistry
) -> None:
    """Without a phone there is nobody to ring; the issue goes with the first phone."""
    entry = account_entry(subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE))
    await set_up(hass, entry)
    with pytest.raises(ServiceValidationError, match="no phone"):
        await act(hass, "start_call", contact="Insurance")
    issue = f"no_phone_{entry.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue) is not None
    new = subentry(SubentryType.PHONE, "desk", "Desk", DESK)
    hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(
            data=new["data"], subentry_type="phone", title="Desk", unique_id="phone_desk"
        ),
    )
    await hass.async_block_till_done()
    assert issue_registry.async_get_issue(DOMAIN, issue) is None


async def test_call_later(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A call can wait for a time, and for the company to open."""
    freezer.move_to("2026-11-20 06:00:00+00:00")
    await hass.config.async_set_time_zone("UTC")
    answer = await act(hass, "start_call", contact="Insurance", when="at", at="2026-11-20 07:30:00")
    assert answer["scheduled"]
    assert not link.all(PlaceCall)
    freezer.move_to("2026-11-20 07:30:01+00:00")
    async_fire_time_changed(hass)
    await link.until(PlaceCall)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"when": "at"}, "Say at what time"),
        ({"when": "at", "at": "2020-01-01 00:00:00"}, "not within the next 60 days"),
        ({"when": "open", "contact": None, "number": "0123456"}, "opening hours"),
        ({"when": "open", "contact": "Nobody"}, "no contact called"),
    ],
)
async def test_bad_times(
    hass: HomeAssistant, entry: MockConfigEntry, data: dict[str, Any], text: str
) -> None:
    """A time that cannot be is refused."""
    data = {"contact": "Insurance"} | data
    with pytest.raises(ServiceValidationError, match=text):
        await act(hass, "start_call", **{k: v for k, v in data.items() if v is not None})


async def test_contact_deleted_in_mid_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call keeps what it began with, whatever is deleted meanwhile."""
    call = await start(hass, entry)
    hass.config_entries.async_remove_subentry(entry, "insurance")
    hass.config_entries.async_remove_subentry(entry, "desk")
    await hass.async_block_till_done()
    await to_bridge(hass, link, call)
    assert call.state is CallState.CONNECTED
    await act(hass, "hang_up")
    await over(hass, call)
