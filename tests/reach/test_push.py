"""Push messages: what is sent, what an answer does, and that it is cleared."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.reach import push
from custom_components.hold_slayer.telephony.messages import Bridge, LegState, PlaceCall

from ..calling import act, over, start, to_hold, to_person, to_phone
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
def sent(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> list[ServiceCall]:
    """Stand in for the mobile app's notify action; keep what is sent."""
    monkeypatch.setattr(push, "webhook_id_from_device_id", lambda hass, device: "hook")
    monkeypatch.setattr(push, "get_notify_service", lambda hass, hook: "mobile_app_pocket")
    return async_mock_service(hass, "notify", "mobile_app_pocket")


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
    call.order(push.Order.IS_PERSON)
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
    tap(hass, sent[0], "Hang up") if "Hang up" in str(sent[0].data) else call.order(
        push.Order.HANG_UP
    )
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
