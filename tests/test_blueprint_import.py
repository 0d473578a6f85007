"""Blueprints as a user gets them: imported by their address, made automations of, set off by calls."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.hold_slayer.hearing.heard import Verdict, VerdictChange
from custom_components.hold_slayer.telephony.messages import (
    Bridge,
    HangUp,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
)

from .calling import company, hears, over, to_hold
from .homes import account_entry, leg_is, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "blueprints" / "automation" / "hold_slayer"
LINE = "sensor.hold_slayer_line_1_call_state"
#: What a user fills in.
INPUTS: dict[str, dict[str, Any]] = {
    "announce_on_speakers": {"speech": "tts.piper", "speakers": ["media_player.kitchen"]},
    "call_at_best_time": {
        "button": "input_boolean.call",
        "best_time": "sensor.insurance_best_time_to_call",
        "contact": "Insurance",
    },
    "call_back_after_failure": {"counter": "counter.tries"},
    "call_when_open": {"contact": "Insurance", "intent": "my claim"},
    "mute_television": {"line": LINE, "players": ["media_player.television"]},
    "person_answered": {"notify": ["notify.mobile"], "lights": ["light.hall"]},
}


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """A configuration folder as Home Assistant makes it, without any blueprint."""
    (tmp_path / "configuration.yaml").write_text("automation: !include automations.yaml\n")
    (tmp_path / "automations.yaml").write_text("[]\n")
    (tmp_path / "custom_components").symlink_to(ROOT / "custom_components")
    return str(tmp_path)


@pytest.fixture
async def shelf() -> AsyncIterator[TestServer]:
    """A web server on this machine that has the blueprints."""
    app = web.Application()
    app.router.add_static("/main", FOLDER)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """A home with automations, helpers and an account."""
    for component, config in (
        ("homeassistant", {}),
        ("http", {}),
        ("config", {}),
        ("automation", {"automation": []}),
        ("counter", {"counter": {"tries": {}}}),
        ("input_boolean", {"input_boolean": {"call": {}}}),
    ):
        assert await async_setup_component(hass, component, config)
    entry = account_entry()
    await set_up(hass, entry)
    return entry


class Done:
    """Stands for the speakers, lights, televisions and messages of the home."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take what is ordered."""
        self._ordered: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        for name in (
            "light.turn_on",
            "media_player.volume_mute",
            "notify.send_message",
            "tts.speak",
        ):
            self._ordered[name] = asyncio.Queue()
            domain, _, action = name.partition(".")
            hass.services.async_register(domain, action, self._take)

    async def _take(self, call: ServiceCall) -> None:
        self._ordered[f"{call.domain}.{call.service}"].put_nowait(dict(call.data))

    async def order(self, name: str) -> dict[str, Any]:
        """Wait for the next order of a kind."""
        async with asyncio.timeout(30):
            return await self._ordered[name].get()


async def ask(client: Any, kind: str, **more: Any) -> Any:
    """Send a websocket command and return its result."""
    await client.send_json_auto_id({"type": kind, **more})
    answer = await client.receive_json()
    assert answer["success"], answer
    return answer["result"]


async def ours(client: Any) -> set[str]:
    """Return the paths of the blueprints that are not Home Assistant's own."""
    listed = await ask(client, "blueprint/list", domain="automation")
    assert not [each for each in listed.values() if "error" in each]
    return {path for path in listed if not path.startswith("homeassistant/")}


async def import_all(
    hass: HomeAssistant,
    shelf: TestServer,
    hass_ws_client: WebSocketGenerator,
    hass_client: ClientSessionGenerator,
) -> None:
    """Import every blueprint as the dialog does, and make an automation of each as its editor does."""
    socket, pages = await hass_ws_client(hass), await hass_client()
    for name, inputs in INPUTS.items():
        url = str(shelf.make_url(f"/main/{name}.yaml"))
        found = await ask(socket, "blueprint/import", url=url)
        assert found["validation_errors"] is None
        assert not found["exists"]
        path = f"{found['suggested_filename']}.yaml"
        await ask(
            socket,
            "blueprint/save",
            domain="automation",
            path=path,
            yaml=found["raw_data"],
            source_url=url,
        )
        automation = {"alias": name, "use_blueprint": {"path": path, "input": inputs}}
        answer = await pages.post(f"/api/config/automation/config/{name}", json=automation)
        assert answer.ok, await answer.text()
    await hass.async_block_till_done()
    stored = await ours(socket)
    assert stored == {f"127.0.0.1/{name}.yaml" for name in INPUTS}
    for name in INPUTS:
        assert hass.states.is_state(f"automation.{name}", "on"), name


def test_every_blueprint_is_imported() -> None:
    assert set(INPUTS) == {file.stem for file in FOLDER.glob("*.yaml")}


async def test_imported_blueprints_are_set_off_by_calls(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    shelf: TestServer,
    hass_ws_client: WebSocketGenerator,
    hass_client: ClientSessionGenerator,
) -> None:
    """One places a call, others tell of the person and mute the television, one calls back."""
    home = Done(hass)
    await import_all(hass, shelf, hass_ws_client, hass_client)
    account = entry.runtime_data

    # the office is open
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": "automation.call_when_open"}, blocking=True
    )
    await link.until(PlaceCall)
    (call,) = account.switchboard.active
    assert call.job.plan.intent == "my claim"

    # a person answers
    await to_hold(hass, link, call)
    for verdict in (Verdict.SUSPECTED, Verdict.PERSON):
        judged = VerdictChange(time=21.0, verdict=verdict, probability=0.9, since=20.0)
        hears(link, company(call), judged)
    # an automation waits for the end from here on: nothing may wait until all is done
    phone = await link.until(PlaceCall, 2)
    leg_is(link, phone.leg, LegState.CONFIRMED)
    link.tell(KeyReceived(leg=phone.leg, key="1", method=KeyMethod.RFC4733))
    await link.until(Bridge)
    told = "Insurance has answered."
    assert (await home.order("notify.send_message"))["message"].startswith(told)
    assert (await home.order("light.turn_on"))["entity_id"] == ["light.hall"]
    assert (await home.order("tts.speak"))["message"].startswith(told)
    muted = await home.order("media_player.volume_mute")
    assert muted == {"entity_id": ["media_player.television"], "is_volume_muted": True}
    leg_is(link, company(call), LegState.DISCONNECTED)
    await over(hass, call)
    while (await home.order("media_player.volume_mute"))["is_volume_muted"]:
        pass  # when connected it is muted again
    assert hass.states.is_state("counter.tries", "0")

    # somebody asks for a call at the best time; nothing is known of it, and the company is busy
    await hass.services.async_call(
        "input_boolean", "turn_on", {"entity_id": "input_boolean.call"}, blocking=True
    )
    await link.until(PlaceCall, len(link.all(PlaceCall)) + (not account.switchboard.active))
    await hass.async_block_till_done()
    assert hass.states.is_state("input_boolean.call", "off")
    (second,) = account.switchboard.active
    leg_is(link, company(second), LegState.DISCONNECTED, sip_code=486)
    await over(hass, second)
    assert hass.states.is_state("counter.tries", "1")
    (waiting,) = account.schedule.waiting.values()
    assert waiting.request.contact == "Insurance"

    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
    assert {each.leg for each in link.all(PlaceCall)} - {each.leg for each in link.all(HangUp)} == {
        company(call),
        company(second),
    }


async def test_an_address_that_has_no_blueprint(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    shelf: TestServer,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """A page that is not there is refused, and nothing is stored."""
    socket = await hass_ws_client(hass)
    await socket.send_json_auto_id(
        {"type": "blueprint/import", "url": str(shelf.make_url("/main/none.yaml"))}
    )
    assert not (await socket.receive_json())["success"]
    assert await ours(socket) == set()
