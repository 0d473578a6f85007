"""One call through Home Assistant, with an engine that is a script."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.hold_slayer.announce import summary
from custom_components.hold_slayer.const import DOMAIN, BusEvent
from custom_components.hold_slayer.hearing.heard import (
    Cue,
    Hearing,
    Phase,
    Reason,
    Sound,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.telephony.messages import (
    Bridge,
    CallFailure,
    EndedBy,
    ErrorKind,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
    PlayTone,
)
from custom_components.hold_slayer.telephony.supervision import LinkState

from ..homes import account_entry, leg_is, set_up
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
STATE = "sensor.hold_slayer_line_1_call_state"


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> AsyncIterator[MockConfigEntry]:
    """Set up an account with one phone and one contact; nothing may be left up at the end."""
    entry = account_entry()
    await set_up(hass, entry)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)
    placed = {message.leg for message in link.all(PlaceCall)}
    ended = {message.leg for message in link.all(HangUp)}
    ended |= {leg for leg, state in _states.items() if state is LegState.DISCONNECTED}
    assert placed <= ended | _refused
    _states.clear()
    _refused.clear()


_states: dict[str, LegState] = {}
_refused: set[str] = set()


def leg(link: ScriptedLink, name: str, state: LegState, **more: Any) -> None:
    """Report the state of a leg and remember it."""
    _states[name] = state
    leg_is(link, name, state, **more)


def hears(link: ScriptedLink, name: str, event: Any) -> None:
    """Report what the ears of a leg hear."""
    link.tell(HeardOnLeg(leg=name, heard=event))


async def start(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Start a call to the insurance."""
    response = await hass.services.async_call(
        DOMAIN,
        "start_call",
        {"contact": "Insurance"} | data,
        blocking=True,
        return_response=True,
    )
    assert response is not None
    return dict(response)


async def over(hass: HomeAssistant, entry: MockConfigEntry, call_id: str) -> dict[str, Any]:
    """Wait until a call is over; return how it went."""
    call = entry.runtime_data.switchboard.calls[call_id]
    async with asyncio.timeout(10):
        await call.ended.wait()
    await hass.async_block_till_done()
    return summary(call)


async def to_person(hass: HomeAssistant, link: ScriptedLink, call_id: str) -> str:
    """Take a call through hold to a person; return the company leg."""
    company = f"{call_id}.company"
    leg(link, company, LegState.RINGING)
    leg(link, company, LegState.CONFIRMED)
    hears(link, company, Hearing(time=1.0, since=0.5, sound=Sound.MUSIC))
    hears(link, company, Hearing(time=20.0, since=20.0, sound=Sound.SPEECH))
    for verdict, probability in ((Verdict.SUSPECTED, 0.7), (Verdict.PERSON, 0.97)):
        hears(
            link,
            company,
            VerdictChange(
                time=21.0,
                verdict=verdict,
                probability=probability,
                since=20.0,
                reasons=(Reason(cue=Cue.NEW_SPEECH, weight=1.2),),
            ),
        )
    await hass.async_block_till_done()
    return company


async def test_hold_person_phone_bridge(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The main job: dial, hold, hear a person, ring the phone, press 1, bridge, hang up."""
    events = async_capture_events(hass, BusEvent.CALL)
    humans = async_capture_events(hass, BusEvent.HUMAN_DETECTED)
    ended = async_capture_events(hass, BusEvent.CALL_ENDED)
    call_id = (await start(hass))["call_id"]
    placed = link.all(PlaceCall)[0]
    assert placed.target == "+442079460000"
    company = await to_person(hass, link, call_id)
    assert humans[0].data["probability"] > 0.9
    assert humans[0].data["reasons"] == ["new_speech"]

    phone = link.all(PlaceCall)[-1]
    assert phone.target == "sip:200@sip.example.com"
    assert phone.phase is Phase.PHONE
    leg(link, phone.leg, LegState.RINGING)
    leg(link, phone.leg, LegState.CONFIRMED)
    await hass.async_block_till_done()
    # No voice is set up here, so a tone asks for the key.
    await link.until(PlayTone)
    assert hass.states.get(STATE).state == "ringing_you"  # type: ignore[union-attr]
    link.tell(KeyReceived(leg=phone.leg, key="1", method=KeyMethod.RFC4733))
    bridge = await link.until(Bridge)
    await hass.async_block_till_done()
    assert (bridge.first, bridge.second) == (company, phone.leg)
    assert hass.states.get(STATE).state == "connected"  # type: ignore[union-attr]

    leg(link, phone.leg, LegState.DISCONNECTED, ended_by=EndedBy.THEM)
    await over(hass, entry, call_id)
    assert hass.states.get(STATE).state == "ended"  # type: ignore[union-attr]
    states = [event.data["state"] for event in events]
    assert states[0] == "dialing"
    assert states[-3:] == ["ringing_you", "connected", "ended"]
    assert ended[0].data["outcome"] == "connected"
    assert ended[0].data["contact"] == "Insurance"


async def test_hang_up(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> None:
    """Hanging up ends the company leg and says so."""
    call_id = (await start(hass))["call_id"]
    leg(link, f"{call_id}.company", LegState.RINGING)
    response = await hass.services.async_call(
        DOMAIN, "hang_up", {"call_id": call_id}, blocking=True, return_response=True
    )
    assert response is not None
    assert response["state"] == "ended"
    assert response["outcome"] == "hung_up"
    assert [message.leg for message in link.all(HangUp)] == [f"{call_id}.company"]


async def test_button_hangs_up(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The button of a line ends its call, and says so when there is none."""
    call_id = (await start(hass))["call_id"]
    button = {"entity_id": "button.hold_slayer_line_1_hang_up"}
    await hass.services.async_call("button", "press", button, blocking=True)
    await over(hass, entry, call_id)
    assert hass.states.get(STATE).state == "ended"  # type: ignore[union-attr]
    with pytest.raises(ServiceValidationError, match="no call on line 1"):
        await hass.services.async_call("button", "press", button, blocking=True)


@pytest.mark.parametrize("failure", list(CallFailure))
async def test_each_failure_has_its_outcome(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, failure: CallFailure
) -> None:
    """Every way a call can fail keeps its name."""
    call_id = (await start(hass))["call_id"]
    leg(
        link,
        f"{call_id}.company",
        LegState.DISCONNECTED,
        failure=failure,
        ended_by=EndedBy.FAILURE,
        text="as it is",
    )
    assert (await over(hass, entry, call_id))["outcome"] == failure.value
    assert hass.states.get(STATE).state == "failed"  # type: ignore[union-attr]


async def test_refused_by_the_engine(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call that the engine does not place fails with its text."""
    link.refuse(PlaceCall, ErrorKind.UNREACHABLE, "no route")
    call_id = (await start(hass))["call_id"]
    _refused.add(f"{call_id}.company")
    went = await over(hass, entry, call_id)
    assert (went["outcome"], went["reason"]) == ("unreachable", "no route")


async def test_second_call_takes_the_second_line(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Two calls show on two lines; a third, or one on a busy line, is refused."""
    assert (await start(hass))["line"] == 1
    with pytest.raises(ServiceValidationError, match="Line 1 is busy"):
        await start(hass, line=1)
    assert (await start(hass))["line"] == 2
    with pytest.raises(ServiceValidationError, match="All 2 lines are busy"):
        await start(hass)
    with pytest.raises(ServiceValidationError, match="no line 7"):
        await start(hass, line=7)
    with pytest.raises(ServiceValidationError, match="2 calls"):
        await hass.services.async_call(DOMAIN, "hang_up", {}, blocking=True)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"contact": "Nobody"}, "no contact called Nobody"),
        ({"contact": None, "number": "hello"}, "hello is not a telephone number"),
        ({"contact": None, "number": "sip:a b@c"}, "not a SIP address"),
        ({"contact": None, "number": "112"}, "emergency"),
        ({"contact": None, "number": "sip:911@trunk.example.com"}, "emergency"),
        ({"contact": None, "number": " "}, "no number"),
        ({"contact": None}, "contact or a number"),
        ({"phone": "Attic"}, "no phone called Attic"),
        ({"intent": "x" * 301}, "at most 300"),
        ({"flow": "- action: fly"}, "call flow cannot be read"),
        ({"flow": [{"action": "press"}]}, r"steps\[0\].keys"),
    ],
)
async def test_bad_input(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    data: dict[str, Any],
    text: str,
) -> None:
    """Each wrong value gets its own error, and nothing is dialled."""
    data = {"contact": "Insurance"} | data
    data = {key: value for key, value in data.items() if value is not None}
    with pytest.raises(ServiceValidationError, match=text):
        await hass.services.async_call(DOMAIN, "start_call", data, blocking=True)
    assert not link.all(PlaceCall)


async def test_engine_lost_in_mid_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A crash of the engine ends the call as lost; Home Assistant goes on."""
    call_id = (await start(hass))["call_id"]
    leg(link, f"{call_id}.company", LegState.CONFIRMED)
    link.enter(LinkState.RESTARTING)
    leg(
        link,
        f"{call_id}.company",
        LegState.DISCONNECTED,
        failure=CallFailure.ENGINE_LOST,
        ended_by=EndedBy.FAILURE,
    )
    assert (await over(hass, entry, call_id))["outcome"] == "engine_lost"
    with pytest.raises(HomeAssistantError, match="not running"):
        await start(hass)
    link.enter(LinkState.RUNNING)


async def test_unload_in_mid_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Taking the account away hangs both legs up."""
    call_id = (await start(hass))["call_id"]
    await to_person(hass, link, call_id)
    phone = link.all(PlaceCall)[-1].leg
    leg(link, phone, LegState.RINGING)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert {message.leg for message in link.all(HangUp)} == {f"{call_id}.company", phone}
