"""Push messages: what is sent, what an answer does, and that it is cleared."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.hold_slayer.calls.changes import ChangeKind
from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.hearing.heard import (
    Cue,
    Hearing,
    Reason,
    Sound,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.acts import Note, NoteKind
from custom_components.hold_slayer.navigation.moments import Order
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.reach import push
from custom_components.hold_slayer.telephony.messages import Bridge, LegState, PlaceCall

from ..calling import act, company, hears, over, start, to_hold, to_person, to_phone
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
def sent(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> list[ServiceCall]:
    """Stand in for the mobile app's notify action; keep what is sent."""
    monkeypatch.setattr(push, "webhook_id_from_device_id", lambda hass, device: "hook")
    monkeypatch.setattr(push, "get_notify_service", lambda hass, hook: "mobile_app_pocket")
    sent: list[ServiceCall] = async_mock_service(hass, "notify", "mobile_app_pocket")
    return sent


async def set_up_with(hass: HomeAssistant, link: ScriptedLink, **options: Any) -> MockConfigEntry:
    """Set an account up whose phone has a mobile app."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK | {"push_device": "device"}),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
        options=options,
    )
    await set_up(hass, entry)
    return entry


def tap(hass: HomeAssistant, message: ServiceCall, title: str) -> None:
    """Tap a button of a message."""
    actions = message.data["data"]["actions"]
    action = next(each["action"] for each in actions if each["title"] == title)
    hass.bus.async_fire("mobile_app_notification_action", {"action": action})


async def test_one_message_from_hold_to_end(
    hass: HomeAssistant, link: ScriptedLink, sent: list[ServiceCall]
) -> None:
    """The message counts the hold, calls when a person is there, and clears itself."""
    entry = await set_up_with(hass, link)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    call.order(Order.IS_PERSON)
    await hass.async_block_till_done()
    await link.until(PlaceCall, 2)
    person = sent[-1].data
    assert person["title"] == "Insurance has answered"
    assert person["data"]["push"] == {"interruption-level": "time-sensitive"}
    assert {message.data["data"]["tag"] for message in sent} == {call.id}
    await act(hass, "hang_up")
    await hass.async_block_till_done()
    assert sent[-1].data["message"] == "clear_notification"


async def test_connect_by_push(
    hass: HomeAssistant, link: ScriptedLink, sent: list[ServiceCall]
) -> None:
    """After the tap, picking up the phone bridges without a key."""
    entry = await set_up_with(hass, link)
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await hass.async_block_till_done()
    tap(hass, sent[-1], "Connect me")
    phone = link.all(PlaceCall)[-1].leg
    leg_is(link, phone, LegState.CONFIRMED)
    await link.until(Bridge)
    await hass.async_block_till_done()
    assert call.state is CallState.CONNECTED
    assert sent[-1].data["message"] == "clear_notification"


@pytest.mark.parametrize(
    ("title", "ended"), [("Not a person", False), ("Keep holding", False), ("Hang up", True)]
)
async def test_other_buttons(
    hass: HomeAssistant, link: ScriptedLink, sent: list[ServiceCall], title: str, ended: bool
) -> None:
    """Every button does what it says."""
    entry = await set_up_with(hass, link)
    call = await start(hass, entry)
    await to_phone(hass, link, call)
    tap(hass, sent[-1], title)
    if ended:
        await over(hass, call)
        assert call.state is CallState.ENDED
        return
    await hass.async_block_till_done()
    assert call.state not in (CallState.PERSON_DETECTED, CallState.RINGING_YOU)
    tap(hass, sent[0], "Hang up") if "Hang up" in str(sent[0].data) else call.order(Order.HANG_UP)
    await over(hass, call)


async def test_strange_answers(
    hass: HomeAssistant, link: ScriptedLink, sent: list[ServiceCall]
) -> None:
    """Answers to other messages, or to calls that are over, do nothing."""
    entry = await set_up_with(hass, link)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    for action in (
        "OTHER:hang_up:x",
        "HOLD_SLAYER:fly:" + call.id,
        "HOLD_SLAYER:hang_up:nonsense",
        "",
    ):
        hass.bus.async_fire("mobile_app_notification_action", {"action": action})
    await hass.async_block_till_done()
    assert call.active


async def test_critical_and_failed(
    hass: HomeAssistant, link: ScriptedLink, sent: list[ServiceCall]
) -> None:
    """Critical where wanted; a call that failed is told once."""
    entry = await set_up_with(hass, link, critical_push=True, notify_hold=False)
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await hass.async_block_till_done()
    assert sent[-1].data["data"]["push"]["sound"]["critical"] == 1
    leg_is(link, f"{call.id}.company", LegState.DISCONNECTED)
    await over(hass, call)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sent[-1].data["title"] == "Call to Insurance has ended"
    assert sent[-1].data["message"] == "The company hung up"


@pytest.mark.parametrize(
    ("now", "quiet"),
    [("2026-11-20 23:30", True), ("2026-11-21 06:59", True), ("2026-11-20 12:00", False)],
)
async def test_quiet_hours(
    hass: HomeAssistant,
    link: ScriptedLink,
    sent: list[ServiceCall],
    freezer: FrozenDateTimeFactory,
    now: str,
    quiet: bool,
) -> None:
    """In the quiet hours even a critical message makes no sound."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(now)
    entry = await set_up_with(
        hass, link, critical_push=True, quiet_start="22:00:00", quiet_end="07:00:00"
    )
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await hass.async_block_till_done()
    level = sent[-1].data["data"]["push"]["interruption-level"]
    assert level == ("passive" if quiet else "critical")


async def test_at_home(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Notify entities are told and satellites asked; yes accepts the call."""
    told = async_mock_service(hass, "notify", "send_message")
    asked: list[ServiceCall] = []

    async def ask(call: ServiceCall) -> dict[str, Any]:
        asked.append(call)
        return {"id": "yes", "sentence": "yes", "slots": {}}

    hass.services.async_register(
        "assist_satellite", "ask_question", ask, supports_response=SupportsResponse.ONLY
    )
    entry = await set_up_with(
        hass, link, notify_entities=["notify.tv"], satellites=["assist_satellite.kitchen"]
    )
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await hass.async_block_till_done()
    assert told[0].data["title"] == "Insurance has answered"
    assert asked[0].data["question"] == "Insurance has answered. Shall I put them through?"
    assert "yes" in asked[0].data["answers"][0]["sentences"]
    leg_is(link, link.all(PlaceCall)[-1].leg, LegState.CONFIRMED)
    await link.until(Bridge)


async def test_the_place_in_the_queue_is_in_the_message(
    hass: HomeAssistant, link: ScriptedLink, sent: list[ServiceCall]
) -> None:
    """What the company announces goes into the same message, without a sound."""
    entry = await set_up_with(hass, link)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    before = len(sent)
    call.progress.queue_position = 3
    call.progress.estimated_wait_s = 600.0
    call.changed(ChangeKind.NOTE, note=Note(kind=NoteKind.QUEUE_POSITION, value=3.0))
    call.changed(ChangeKind.NOTE, note=Note(kind=NoteKind.MENU_HEARD, text="press one"))
    await hass.async_block_till_done()
    (message,) = sent[before:]
    assert message.data["message"] == "You are number 3 in the queue. About 10 minutes to go."
    assert message.data["data"]["push"]["interruption-level"] == "passive"


async def test_suspected_first(
    hass: HomeAssistant, link: ScriptedLink, sent: list[ServiceCall]
) -> None:
    """Where the phone rings at the first suspicion, the message says that it is one."""
    entry = await set_up_with(hass, link, ring_early="always")
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    hears(link, company(call), Hearing(time=20.0, since=20.0, sound=Sound.SPEECH))
    suspicion = VerdictChange(
        time=20.5,
        verdict=Verdict.SUSPECTED,
        probability=0.7,
        since=20.0,
        reasons=(Reason(cue=Cue.NEW_SPEECH, weight=1.2),),
    )
    hears(link, company(call), suspicion)
    await link.until(PlaceCall, 2)
    await hass.async_block_till_done()
    assert sent[-1].data["title"] == "Insurance may have answered"


async def test_a_mobile_that_is_gone_or_fails(
    hass: HomeAssistant,
    link: ScriptedLink,
    sent: list[ServiceCall],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A message that cannot be sent costs the message, never the call."""

    async def fails(call: ServiceCall) -> None:
        raise HomeAssistantError("no push service")

    hass.services.async_register("notify", "mobile_app_pocket", fails)
    entry = await set_up_with(hass, link)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    assert call.active
    monkeypatch.setattr(push, "get_notify_service", lambda hass, hook: None)
    await to_person(hass, link, call)
    assert call.active
    assert not sent
