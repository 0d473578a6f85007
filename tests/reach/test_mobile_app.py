"""Push messages through the real mobile app integration: registered, sent, answered by its webhook."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hold_slayer.calls.permission import ask_permission
from custom_components.hold_slayer.const import LlmCalls, SubentryType
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.telephony.messages import Bridge, LegState, PlaceCall
from lab.home.mobile import Mobile

from ..calling import over, start, to_hold, to_person
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


class Pocket(Mobile):
    """A mobile whose owner knows its device."""

    def __init__(self, hass: HomeAssistant, client: Any) -> None:
        """Prepare; entering it makes it known."""

        async def post(path: str, data: dict[str, Any]) -> Any:
            answer = await client.post(path, json=data)
            assert answer.status in (200, 201), await answer.text()
            await hass.async_block_till_done()
            return await answer.json()

        super().__init__(post)
        self._hass = hass

    @property
    def device_id(self) -> str:
        """The device, as forms name it."""
        (entry,) = self._hass.config_entries.async_entries("mobile_app")
        (device,) = dr.async_entries_for_config_entry(dr.async_get(self._hass), entry.entry_id)
        return device.id


@pytest.fixture
async def mobile(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> AsyncIterator[Pocket]:
    """Register a mobile with Home Assistant, and with a push service on this machine."""
    for component in ("homeassistant", "conversation", "llm", "mobile_app", "hold_slayer"):
        assert await async_setup_component(hass, component, {})
    async with Pocket(hass, await hass_client()) as mobile:
        yield mobile


async def set_up_with(hass: HomeAssistant, mobile: Pocket, **options: Any) -> MockConfigEntry:
    """Set an account up whose phone is that mobile."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK | {"push_device": mobile.device_id}),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
        options=options,
    )
    await set_up(hass, entry)
    return entry


async def test_connect_from_the_mobile(
    hass: HomeAssistant, link: ScriptedLink, mobile: Pocket
) -> None:
    """The push arrives, its button accepts, picking up bridges, the message goes away."""
    entry = await set_up_with(hass, mobile)
    call = await start(hass, entry)
    await to_person(hass, link, call)
    push = await mobile.push("Insurance has answered")
    assert push["push_token"] == "token"
    await mobile.tap(push, "Connect me")
    leg_is(link, link.all(PlaceCall)[-1].leg, LegState.CONFIRMED)
    await link.until(Bridge)
    await hass.async_block_till_done()
    assert call.state is CallState.CONNECTED
    assert (await mobile.cleared())["data"]["tag"] == call.id


async def test_hang_up_from_the_mobile_while_on_hold(
    hass: HomeAssistant, link: ScriptedLink, mobile: Pocket
) -> None:
    """The message with the hold timer has a button that ends the call, and goes away with it."""
    entry = await set_up_with(hass, mobile)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    push = await mobile.push("On hold")
    assert push["data"]["chronometer"] is True
    assert push["data"]["live_update"] is True
    await mobile.tap(push, "Hang up")
    await over(hass, call)
    assert call.state is CallState.ENDED
    assert (await mobile.cleared())["data"]["tag"] == call.id
    # a second tap on the message that is gone does no harm
    await mobile.tap(push, "Hang up")


@pytest.mark.parametrize(("button", "dialled"), [("Allow", True), ("Deny", False)])
async def test_a_model_asks_for_leave(
    hass: HomeAssistant, link: ScriptedLink, mobile: Pocket, button: str, dialled: bool
) -> None:
    """With confirmation wanted, the mobile is asked before a model's call is dialled."""
    entry = await set_up_with(hass, mobile, llm_calls=LlmCalls.CONFIRM)
    api = await llm.async_get_api(
        hass,
        "assist",
        llm.LLMContext(
            platform="test",
            context=None,
            language="en",
            assistant="conversation",
            device_id=None,
        ),
    )
    tool_input = llm.ToolInput("hold_slayer__make_call", {"contact": "Insurance"})
    asking = hass.async_create_task(api.async_call_tool(tool_input), "model")
    push = await mobile.push()
    assert "Insurance" in push["message"]
    assert not link.all(PlaceCall)
    await mobile.tap(push, button)
    result = await asking
    assert result.error is not dialled
    assert bool(link.all(PlaceCall)) is dialled
    assert entry.runtime_data.switchboard.lines[0].busy is dialled
    assert (await mobile.cleared())["data"]["tag"] == push["data"]["tag"]


async def test_nobody_gives_leave(
    hass: HomeAssistant, link: ScriptedLink, mobile: Pocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an answer, and after an answer to something else, nothing is dialled; the question goes."""
    monkeypatch.setattr("custom_components.hold_slayer.calls.permission.ANSWER_S", 0.2)
    entry = await set_up_with(hass, mobile, llm_calls=LlmCalls.CONFIRM)
    account = entry.runtime_data
    asking = hass.async_create_background_task(
        ask_permission(hass, account, "Insurance"), "permission"
    )
    push = await mobile.push()
    hass.bus.async_fire("mobile_app_notification_action", {"action": "HOLD_SLAYER:allow:other"})
    with pytest.raises(ServiceValidationError) as error:
        await asking
    assert error.value.translation_key == "llm_no_answer"
    assert (await mobile.cleared())["data"]["tag"] == push["data"]["tag"]


async def test_leave_was_withdrawn_meanwhile(
    hass: HomeAssistant, link: ScriptedLink, mobile: Pocket
) -> None:
    """A tool that was offered before the option was switched off does nothing any more."""
    entry = await set_up_with(hass, mobile, llm_calls=LlmCalls.OFF)
    with pytest.raises(ServiceValidationError) as error:
        await ask_permission(hass, entry.runtime_data, "Insurance")
    assert error.value.translation_key == "llm_not_allowed"


async def test_a_mobile_that_is_gone(
    hass: HomeAssistant, link: ScriptedLink, mobile: Pocket
) -> None:
    """A phone whose app was removed has nobody to ask, and costs a call nothing."""
    entry = await set_up_with(hass, mobile, llm_calls=LlmCalls.CONFIRM)
    (app,) = hass.config_entries.async_entries("mobile_app")
    await hass.config_entries.async_remove(app.entry_id)
    with pytest.raises(ServiceValidationError) as error:
        await ask_permission(hass, entry.runtime_data, "Insurance")
    assert error.value.translation_key == "llm_nobody_to_ask"
    call = await start(hass, entry)
    await to_person(hass, link, call)
    assert call.active
