"""Companies that call back as arranged, and everybody else who calls."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.calls.call_backs import EXPECTED_FOR
from custom_components.hold_slayer.calls.numbers import is_same_number
from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.hearing.heard import (
    Cue,
    Hearing,
    Reason,
    Sound,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.telephony.messages import (
    AnswerCall,
    Bridge,
    ErrorKind,
    HangUp,
    IncomingCall,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
    RejectCall,
    StreamSpeech,
)

from ..calling import company, hears, over, start
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
STATE = "sensor.hold_slayer_line_1_call_state"
INCOMING = "in-1f-1"
INSURANCE_CALLS = "sip:02079460000@sip.example.com"
STRANGER = "sip:+4930123456@sip.example.com"


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set up an account with one phone and two contacts."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
        subentry(SubentryType.CONTACT, "bank", "Bank", {"number": "+442079469999"}),
    )
    await set_up(hass, entry)
    return entry


async def arrange(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, **data: Any
) -> Call:
    """Call a company that promises to call back."""
    call = await start(hass, entry, **data)
    leg_is(link, company(call), LegState.CONFIRMED)
    await call.end(Outcome.CALL_BACK_ARRANGED, "The company will call back.")
    await over(hass, call)
    return call


async def comes_in(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    caller: str,
    leg: str = INCOMING,
) -> None:
    """Let somebody call."""
    link.tell(IncomingCall(leg=leg, account_id=entry.entry_id, caller=caller))
    await hass.async_block_till_done(wait_background_tasks=True)


def answered(entry: MockConfigEntry) -> Call:
    """Return the one call that is up."""
    (call,) = entry.runtime_data.switchboard.active
    assert isinstance(call, Call)
    return call


async def test_the_company_calls_back_and_is_bridged(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The expected call is answered, waited in, and put through when a person speaks."""
    before = await arrange(hass, link, entry, intent="my claim", phone="Desk")
    link.tell(IncomingCall(leg=INCOMING, account_id=entry.entry_id, caller=INSURANCE_CALLS))
    answer = await link.until(AnswerCall)
    assert (answer.leg, answer.code) == (INCOMING, 200)
    assert answer.hearing is not None
    await hass.async_block_till_done()
    call = answered(entry)
    assert call.id != before.id
    assert (call.job.name, call.job.plan.intent) == ("Insurance", "my claim")
    assert call.job.plan.called_back
    leg_is(link, INCOMING, LegState.CONFIRMED)
    hears(link, INCOMING, Hearing(time=0.5, since=0.2, sound=Sound.SPEECH))
    await hass.async_block_till_done()
    assert hass.states.get(STATE).state == "on_hold"  # type: ignore[union-attr]
    for verdict, probability in ((Verdict.SUSPECTED, 0.7), (Verdict.PERSON, 0.97)):
        reasons = (Reason(cue=Cue.NEW_SPEECH, weight=1.2),)
        hears(
            link,
            INCOMING,
            VerdictChange(
                time=1.5, verdict=verdict, probability=probability, since=0.2, reasons=reasons
            ),
        )
    phone = await link.until(PlaceCall, 2)
    assert phone.target == "sip:200@sip.example.com"
    leg_is(link, phone.leg, LegState.RINGING)
    leg_is(link, phone.leg, LegState.CONFIRMED)
    await hass.async_block_till_done()
    link.tell(KeyReceived(leg=phone.leg, key="1", method=KeyMethod.RFC4733))
    bridge = await link.until(Bridge)
    assert (bridge.first, bridge.second) == (INCOMING, phone.leg)
    await hass.async_block_till_done()
    assert hass.states.get(STATE).state == "connected"  # type: ignore[union-attr]

    leg_is(link, INCOMING, LegState.DISCONNECTED)
    await over(hass, call)
    assert phone.leg in {request.leg for request in link.all(HangUp)}
    # Once people have talked nobody is expected any more.
    await comes_in(hass, link, entry, INSURANCE_CALLS, "in-1f-2")
    assert [each.leg for each in link.all(RejectCall)] == ["in-1f-2"]


async def test_nobody_is_expected(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Without an arrangement even the company itself is turned away."""
    await comes_in(hass, link, entry, INSURANCE_CALLS)
    (rejected,) = link.all(RejectCall)
    assert (rejected.leg, rejected.code) == (INCOMING, 480)
    assert not link.all(AnswerCall)


async def test_an_unknown_number_is_the_only_one_expected(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Companies call from other numbers; with one call expected, this is it. Once."""
    await arrange(hass, link, entry)
    await comes_in(hass, link, entry, "sip:anonymous@anonymous.invalid")
    assert answered(entry).job.name == "Insurance"
    await comes_in(hass, link, entry, STRANGER, "in-1f-2")
    assert [each.leg for each in link.all(RejectCall)] == ["in-1f-2"]


async def test_with_two_expected_the_number_decides(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """An unknown number could be either of them, so it is turned away."""
    await arrange(hass, link, entry)
    await arrange(hass, link, entry, contact="Bank")
    await comes_in(hass, link, entry, STRANGER)
    assert link.all(RejectCall)[0].code == 480
    await comes_in(hass, link, entry, "sip:+442079469999@sip.example.com", "in-1f-2")
    assert answered(entry).job.name == "Bank"


async def test_own_phones_are_no_company(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The user's desk phone calling in is not the company."""
    await arrange(hass, link, entry)
    await comes_in(hass, link, entry, "sip:200@sip.example.com")
    assert link.all(RejectCall)[0].code == 480


async def test_a_removed_contact_is_not_expected(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Whoever removed the contact does not want its call."""
    await arrange(hass, link, entry)
    hass.config_entries.async_remove_subentry(entry, "insurance")
    await hass.async_block_till_done()
    await comes_in(hass, link, entry, INSURANCE_CALLS)
    assert link.all(RejectCall)[0].code == 480


async def test_the_wait_has_an_end(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """After a working day nobody is expected any more."""
    await arrange(hass, link, entry)
    expected = entry.runtime_data.call_backs.expected
    ((key, promised),) = expected.items()
    assert EXPECTED_FOR - timedelta(minutes=5) < promised.until - dt_util.utcnow() <= EXPECTED_FOR
    expected[key] = replace(promised, until=dt_util.utcnow())
    await comes_in(hass, link, entry, INSURANCE_CALLS)
    assert link.all(RejectCall)[0].code == 480


async def test_a_call_back_that_came_to_nothing_is_still_expected(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The company hung up before anybody spoke: it may try again."""
    await arrange(hass, link, entry)
    await comes_in(hass, link, entry, INSURANCE_CALLS)
    call = answered(entry)
    leg_is(link, INCOMING, LegState.DISCONNECTED)
    await over(hass, call)
    await comes_in(hass, link, entry, INSURANCE_CALLS, "in-1f-2")
    assert answered(entry).company_leg == "in-1f-2"


async def test_a_caller_who_gave_up(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A leg that is gone before it is answered ends the call cleanly."""
    await arrange(hass, link, entry)
    link.refuse(AnswerCall, ErrorKind.UNKNOWN_LEG, "there is no such leg")
    before = len(link.all(StreamSpeech))
    await comes_in(hass, link, entry, INSURANCE_CALLS)
    assert not entry.runtime_data.switchboard.active
    assert len(link.all(StreamSpeech)) == before


async def test_no_free_line(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """With all lines taken the company hears busy, and stays expected."""
    await arrange(hass, link, entry)
    first = await start(hass, entry, contact="Bank")
    await start(hass, entry, contact="Bank")
    await comes_in(hass, link, entry, INSURANCE_CALLS)
    assert link.all(RejectCall)[0].code == 486
    leg_is(link, company(first), LegState.DISCONNECTED)
    await over(hass, first)
    await comes_in(hass, link, entry, INSURANCE_CALLS, "in-1f-2")
    assert link.all(AnswerCall)[-1].leg == "in-1f-2"


async def test_expected_over_a_reload(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A restart in between does not lose the call."""
    await arrange(hass, link, entry, intent="my claim")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await comes_in(hass, link, entry, INSURANCE_CALLS)
    assert answered(entry).job.plan.intent == "my claim"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("sip:+442079460000@pbx", "+442079460000", True),
        ("sip:02079460000@pbx:5060", "+442079460000", True),
        ("sip:00442079460000@pbx", "+44 20 7946 0000", True),
        ("sip:100@pbx", "100", True),
        ("sip:100@pbx;transport=udp", "sip:100@elsewhere", True),
        ("sip:101@pbx", "100", False),
        ("sip:anonymous@anonymous.invalid", "+442079460000", False),
        ("", "", False),
    ],
)
def test_same_number(first: str, second: str, same: bool) -> None:
    """Numbers are compared with and without country code."""
    assert is_same_number(first, second) is same
