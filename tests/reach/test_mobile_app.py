"""Push messages through the real mobile app integration: registered, sent, answered by its webhook."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hold_slayer.const import LlmCalls, SubentryType
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.telephony.messages import Bridge, LegState, PlaceCall

from ..calling import over, start, to_hold, to_person
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


class Mobile:
    """A mobile: registers like the app, receives pushes over HTTP, taps their buttons."""

    def __init__(self, hass: HomeAssistant, client: Any) -> None:
        """Prepare; `register` makes it known."""
        self._hass = hass
        self._client = client
        self._webhook = ""
        self.pushes: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.device_id = ""

    async def received(self, request: web.Request) -> web.Response:
        """Take a push as the push service does."""
        self.pushes.put_nowait(await request.json())
        return web.json_response({"rateLimits": _LIMITS}, status=201)

    async def register(self, push_url: str) -> None:
        """Register with Home Assistant over REST."""
        answer = await self._client.post(
            "/api/mobile_app/registrations",
            json={
                "app_id": "io.robbie.HomeAssistant",
                "app_name": "Home Assistant",
                "app_version": "2026.10",
                "device_id": "pocket",
                "device_name": "Pocket",
                "manufacturer": "Apple",
                "model": "Phone",
                "os_name": "iOS",
                "os_version": "20",
                "supports_encryption": False,
                "app_data": {"push_token": "token", "push_url": push_url},
            },
        )
        assert answer.status == 201
        self._webhook = (await answer.json())["webhook_id"]
        await self._hass.async_block_till_done()
        (entry,) = self._hass.config_entries.async_entries("mobile_app")
        devices = dr.async_get(self._hass)
        (device,) = dr.async_entries_for_config_entry(devices, entry.entry_id)
        self.device_id = device.id

    async def push(self, title: str = "") -> dict[str, Any]:
        """Wait for the next push with a title that begins so."""
        async with asyncio.timeout(10):
            while True:
                push = await self.pushes.get()
                if str(push.get("title", "")).startswith(title):
                    return push

    async def cleared(self) -> dict[str, Any]:
        """Wait until a message is taken away."""
        async with asyncio.timeout(10):
            while (push := await self.pushes.get())["message"] != "clear_notification":
                pass
        return push

    async def tap(self, push: dict[str, Any], button: str) -> None:
        """Tap a button of a push: the app posts the event to its webhook."""
        actions = push["data"]["actions"]
        action = next(each["action"] for each in actions if each["title"] == button)
        answer = await self._client.post(
            f"/api/webhook/{self._webhook}",
            json={
                "type": "fire_event",
                "data": {
                    "event_type": "mobile_app_notification_action",
                    "event_data": {"action": action, "tag": push["data"]["tag"]},
                },
            },
        )
        assert answer.status == 200
        await self._hass.async_block_till_done()


_LIMITS = {
    "attempts": 1,
    "successful": 1,
    "errors": 0,
    "total": 1,
    "maximum": 500,
    "remaining": 499,
    "resetsAt": "2099-01-01T00:00:00.000Z",
}


@pytest.fixture
async def mobile(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> AsyncIterator[Mobile]:
    """Register a mobile with Home Assistant, and with a push service on this machine."""
    for component in ("homeassistant", "conversation", "llm", "mobile_app", "hold_slayer"):
        assert await async_setup_component(hass, component, {})
    mobile = Mobile(hass, await hass_client())
    service = web.Application()
    service.router.add_post("/push", mobile.received)
    async with TestServer(service) as server:
        await mobile.register(str(server.make_url("/push")))
        yield mobile


async def set_up_with(hass: HomeAssistant, mobile: Mobile, **options: Any) -> MockConfigEntry:
    """Set an account up whose phone is that mobile."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK | {"push_device": mobile.device_id}),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE),
        options=options,
    )
    await set_up(hass, entry)
    return entry


async def test_connect_from_the_mobile(
    hass: HomeAssistant, link: ScriptedLink, mobile: Mobile
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
    hass: HomeAssistant, link: ScriptedLink, mobile: Mobile
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
    hass: HomeAssistant, link: ScriptedLink, mobile: Mobile, button: str, dialled: bool
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
