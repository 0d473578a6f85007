"""Testing an account in words, and SIP traces that can be downloaded."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.sentences import phrase
from custom_components.hold_slayer.telephony.messages import (
    AccountFacts,
    AnswerCall,
    Done,
    ErrorKind,
    GetAccountFacts,
    HangUp,
    IncomingCall,
    KeyMethod,
    KeyReceived,
    LegState,
    Nat,
    PlaceCall,
    RegistrationState,
    SendKeys,
    StartTrace,
    StopTrace,
    TraceData,
)

from .calling import act, hears
from .homes import account_entry, leg_is, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def entry(
    hass: HomeAssistant, link: ScriptedLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Set up an account behind a symmetric NAT."""
    monkeypatch.setattr(
        "custom_components.hold_slayer.calls.tracing.FOLDER", str(tmp_path / "traces")
    )
    link.answers[GetAccountFacts] = AccountFactsOf(905)
    link.answers[StopTrace] = lambda _: TraceData(request=0, messages=7, payload=b"PK traced")
    entry = account_entry()
    await set_up(hass, entry)
    return entry


class AccountFactsOf:
    """Answers how the account stands."""

    def __init__(self, invite_bytes: int) -> None:
        self.invite_bytes = invite_bytes

    def __call__(self, _: Any) -> AccountFacts:
        return AccountFacts(
            request=0,
            state=RegistrationState.REGISTERED,
            server="sip.example.com",
            nat=Nat.PORT,
            expires_s=300,
            invite_bytes=self.invite_bytes,
        )


def sound(link: ScriptedLink, **arrives: str) -> None:
    """Let tones arrive: which legs' (near, far), and where (near = in-9's are told on the near leg)."""

    def answer(message: SendKeys) -> Done:
        name = "near" if message.leg.endswith(".near") else "far"
        if message.method is KeyMethod.INBAND and name in arrives:
            near = next(each.leg for each in link.all(PlaceCall))
            leg = near if arrives[name] == "near" else "in-9"
            hears(link, leg, Hearing(time=1.0, since=1.0, sound=Sound.DTMF, digit=message.keys))
        return Done(request=0)

    link.answers[SendKeys] = answer


async def calls_itself(link: ScriptedLink, entry: MockConfigEntry) -> str:
    """Let the test call come back and be answered; return its leg."""
    placed = await link.until(PlaceCall)
    assert placed.target == "sip:alice@sip.example.com"
    leg_is(link, placed.leg, LegState.RINGING)
    link.tell(IncomingCall(leg="in-9", account_id=entry.entry_id, caller="sip:alice@x"))
    assert (await link.until(AnswerCall)).leg == "in-9"
    leg_is(link, placed.leg, LegState.CONFIRMED)
    return placed.leg


async def test_all_is_well(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> None:
    """The account calls itself; speech and keys are tried, and everything is said in words."""
    sound(link, near="far", far="near")
    testing = hass.async_create_task(act(hass, "test_account"))
    near = await calls_itself(link, entry)
    assert (await link.until(SendKeys, 3)).leg == near
    link.tell(KeyReceived(leg="in-9", key="5", method=KeyMethod.RFC4733))
    answer = await testing
    assert answer["text"] == (
        "Registered with sip.example.com. The router changes address and port (symmetric NAT); "
        "the provider has to send speech back to where it comes from. A call begins with 905 "
        "bytes, which gets through everywhere. Speech gets through both ways. Keys are heard."
    )
    assert (answer["nat"], answer["keys_heard"], answer["answered"]) == ("port", True, True)
    assert {each.leg for each in link.all(HangUp)} == {near, "in-9"}


async def test_echo_number(hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> None:
    """A number is called instead; what comes back as an echo proves both ways."""
    sound(link, near="near")
    testing = hass.async_create_task(act(hass, "test_account", number="10000"))
    placed = await link.until(PlaceCall)
    assert placed.target == "10000"
    leg_is(link, placed.leg, LegState.CONFIRMED)
    answer = await testing
    assert answer["text"].endswith("Speech gets through both ways.")
    assert (answer["speech_heard"], answer["speech_said"], answer["keys_heard"]) == (
        True,
        True,
        None,
    )


async def test_call_is_refused(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A provider that does not let an account call itself is told with its code."""
    link.answers[GetAccountFacts] = AccountFactsOf(1500)
    testing = hass.async_create_task(act(hass, "test_account"))
    placed = await link.until(PlaceCall)
    leg_is(link, placed.leg, LegState.DISCONNECTED, sip_code=486, text="Busy Here")
    answer = await testing
    assert answer["text"].endswith("The test call was not answered (486 Busy Here).")
    assert "1500 bytes, which some paths lose" in answer["text"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no part of a test be waited for."""
    for name in ("ANSWER_S", "PART_S"):
        monkeypatch.setattr(f"custom_components.hold_slayer.calls.self_test.{name}", 0.05)


@pytest.mark.usefixtures("impatient")
async def test_nobody_answers(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call that only rings is given up, hung up and told as a time-out."""
    answer = await act(hass, "test_account", number="10000")
    assert (answer["answered"], answer["sip_code"]) == (False, 408)
    assert [each.leg for each in link.all(HangUp)] == [link.all(PlaceCall)[0].leg]


@pytest.mark.usefixtures("impatient")
async def test_a_call_to_itself_that_gets_nowhere(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """It neither comes back nor ends: given up, hung up and told as a time-out."""
    answer = await act(hass, "test_account")
    assert (answer["called"], answer["answered"], answer["sip_code"]) == ("alice", False, 408)
    assert [each.leg for each in link.all(HangUp)] == [link.all(PlaceCall)[0].leg]


async def test_a_call_that_rings_and_is_then_refused(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """What is heard while it rings is no answer; the end is told with its code."""
    testing = hass.async_create_task(act(hass, "test_account", number="10000"))
    placed = await link.until(PlaceCall)
    leg_is(link, placed.leg, LegState.RINGING)
    hears(link, placed.leg, Hearing(time=1.0, since=1.0, sound=Sound.MUSIC))
    leg_is(link, placed.leg, LegState.DISCONNECTED, sip_code=603, text="Decline")
    answer = await testing
    assert (answer["answered"], answer["sip_code"]) == (False, 603)
    assert not link.all(SendKeys)


@pytest.mark.usefixtures("impatient")
async def test_somebody_else_answers(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A provider may answer a call to ourselves itself: what comes back is all that is told."""
    testing = hass.async_create_task(act(hass, "test_account"))
    placed = await link.until(PlaceCall)
    leg_is(link, placed.leg, LegState.RINGING)
    leg_is(link, placed.leg, LegState.CONFIRMED)
    await link.until(SendKeys)
    hears(link, placed.leg, Hearing(time=1.0, since=1.0, sound=Sound.SPEECH))
    answer = await testing
    assert (answer["answered"], answer["speech_heard"]) == (True, True)
    assert (answer["speech_said"], answer["keys_heard"]) == (None, None)
    assert not link.all(AnswerCall)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("received", "says"),
    [
        ({"far": "near"}, "one_way_here"),
        ({"near": "far"}, "one_way_there"),
        ({}, "not_heard"),
    ],
)
async def test_speech_gets_lost(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    received: dict[str, str],
    says: str,
) -> None:
    """One direction, or none: said in words, and so are keys that do not arrive."""
    sound(link, **received)
    testing = hass.async_create_task(act(hass, "test_account"))
    await calls_itself(link, entry)
    answer = await testing
    assert phrase("en", "self_test", says) in answer["text"]
    assert answer["text"].endswith(phrase("en", "self_test", "no_keys"))
    assert answer["keys_heard"] is False


async def test_keys_heard_as_tones(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A key that arrives in the speech counts; other keys and sounds do not."""
    sound(link, near="far", far="near")
    testing = hass.async_create_task(act(hass, "test_account"))
    await calls_itself(link, entry)
    await link.until(SendKeys, 3)
    hears(link, "in-9", Hearing(time=1.0, since=1.0, sound=Sound.MUSIC))
    hears(link, "in-9", Hearing(time=2.0, since=2.0, sound=Sound.DTMF, digit="5"))
    assert (await testing)["keys_heard"] is True


async def test_the_engine_cannot_test(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """An engine that is lost is the action's error."""
    link.lose(GetAccountFacts)
    with pytest.raises(HomeAssistantError, match="the engine ended"):
        await act(hass, "test_account")


async def test_without_a_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Registration and network alone; an emergency number is never called by the test."""
    answer = await act(hass, "test_account", call=False)
    assert answer["text"].startswith("Registered with")
    assert not link.all(PlaceCall)
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "test_account", number="112")
    assert error.value.translation_key == "number_emergency"


async def test_trace_is_kept_and_downloaded(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A trace is a private file with a signed link; without the signature it is not given out."""
    await act(hass, "record_sip_trace", minutes=5)
    assert link.all(StartTrace)[-1].seconds == 300
    answer = await act(hass, "stop_sip_trace")
    assert answer["messages"] == 7
    path = Path(answer["file"])
    assert path.read_bytes() == b"PK traced"
    assert path.stat().st_mode & 0o777 == 0o600
    client = await hass_client_no_auth()
    response = await client.get(answer["url"])
    assert response.status == 200
    assert await response.read() == b"PK traced"
    assert "attachment" in response.headers["Content-Disposition"]
    assert (await client.get(answer["url"].partition("?")[0])).status == 401
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "stop_sip_trace")
    assert error.value.translation_key == "no_trace"


async def test_a_trace_that_is_not_there(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """Other names, and files that are no traces, are not given out."""
    await act(hass, "record_sip_trace")
    client = await hass_client()
    for name, status in (
        ("sip-trace-20200101-000000.zip", 404),
        ("secrets.yaml", 404),
        ("..%2Fsecrets.yaml", 400),  # by Home Assistant's own filter
    ):
        assert (await client.get(f"/api/hold_slayer/traces/{name}")).status == status
    await act(hass, "stop_sip_trace")


async def test_the_engine_cannot_trace(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Said where somebody asked, logged where time ended it; afterwards none is running."""
    link.refuse(StartTrace, ErrorKind.WRONG_STATE, "one runs already")
    with pytest.raises(HomeAssistantError, match="one runs already"):
        await act(hass, "record_sip_trace")
    link.answers.pop(StartTrace)
    link.lose(StopTrace)
    await act(hass, "record_sip_trace", minutes=1)
    with pytest.raises(HomeAssistantError, match="the engine ended"):
        await act(hass, "stop_sip_trace")
    await act(hass, "record_sip_trace", minutes=1)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=2))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "The SIP trace could not be kept" in caplog.text
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, "stop_sip_trace")
    assert error.value.translation_key == "no_trace"


async def test_the_button_begins_and_ends_a_trace(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Pressed once it records for as long as can be, pressed again it keeps what there is."""
    entity_id = er.async_get(hass).async_get_entity_id(
        "button", "hold_slayer", f"{entry.entry_id}_sip_trace"
    )
    assert entity_id is not None
    er.async_get(hass).async_update_entity(entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    for kind in (StartTrace, StopTrace):
        await hass.services.async_call("button", "press", {"entity_id": entity_id}, blocking=True)
        assert len(link.all(kind)) == 1
    assert link.all(StartTrace)[0].seconds == 1800


async def test_trace_ends_by_itself(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """After its time, 30 minutes at the most, a trace ends and is kept; old ones go."""
    for number in range(7):
        await hass.data["hold_slayer_tracing"].start(1e6) if number else await act(
            hass, "record_sip_trace", minutes=30
        )
        assert link.all(StartTrace)[-1].seconds == 1800
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=31, seconds=number))
        await link.until(StopTrace, number + 1)
        await hass.async_block_till_done(wait_background_tasks=True)
    kept = await asyncio.to_thread(lambda: list((tmp_path / "traces").glob("*.zip")))
    assert 1 <= len(kept) <= 5
