"""Diagnostics, repairs, system health, logbook, triggers and conditions."""

import json
from typing import Any

from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.core import Event, HomeAssistant, ServiceCall
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hold_slayer import logbook, repairs
from custom_components.hold_slayer.const import DOMAIN, BusEvent
from custom_components.hold_slayer.issues import raise_issue
from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Step
from custom_components.hold_slayer.navigation.flow_format import write_json
from custom_components.hold_slayer.telephony.errors import EngineStartError, StartProblem
from custom_components.hold_slayer.telephony.messages import GetAccountFacts, LegState

from .calling import act, company, start, to_person
from .homes import account_entry, leg_is
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def test_diagnostics_tell_nothing_private(
    hass: HomeAssistant,
    link: ScriptedLink,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
) -> None:
    """No number, name, secret, host or word is in the diagnostics of a call."""
    call = await start(hass, entry, intent="a private matter")
    await to_person(hass, link, call)
    assert await async_setup_component(hass, "diagnostics", {})
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(found)
    for private in (
        "sip.example.com",
        "alice",
        "s3cret",
        "442079460000",
        "Insurance",
        "insurance",
        "987654321",
        "account_number",
        "private matter",
        "Desk",
    ):
        assert private not in text
    assert found["calls"][0]["media"]["codec"] == "PCMA"
    assert found["engine"]["state"] == "running"


async def test_diagnostics_without_an_engine(
    hass: HomeAssistant,
    link: ScriptedLink,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
) -> None:
    """What the engine would tell is left out when it is lost; the rest is there."""
    link.lose(GetAccountFacts)
    assert await async_setup_component(hass, "diagnostics", {})
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert found["network"] is None
    assert found["registration"] == "registered"


async def test_system_health(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The health page says how the engine and the accounts are."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info["engine_state"] == "running"
    assert (info["accounts"], info["registered"], info["active_calls"]) == (1, 1, 0)


async def fix(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> Any:
    """Go through the fix of an issue."""
    issue_id = f"{key}_{entry.entry_id}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    flow: Any = await repairs.async_create_fix_flow(hass, issue_id, issue.data)
    flow.hass, flow.issue_id, flow.handler, flow.flow_id = hass, issue_id, DOMAIN, "1"
    flow.data = issue.data
    form = await flow.async_step_init()
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"]["account"] == entry.title
    return await flow.async_step_confirm({})


async def test_fix_a_taken_port(hass: HomeAssistant, link: ScriptedLink) -> None:
    """The fix takes any free port and starts again."""
    link.start_error = EngineStartError(StartProblem.PORT_IN_USE, "5060 is taken")
    entry = account_entry()
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "local_port": 5060})
    await hass.config_entries.async_setup(entry.entry_id)
    link.start_error = None
    result = await fix(hass, entry, "port_in_use")
    assert result["type"] == "create_entry"
    await hass.async_block_till_done()
    assert entry.data["local_port"] == 0
    assert entry.state.value == "loaded"


async def test_fix_the_engine(hass: HomeAssistant, link: ScriptedLink) -> None:
    """The fix tries again."""
    link.start_error = EngineStartError(StartProblem.MISSING_LIBRARY, "no pjsua2")
    entry = account_entry()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    link.start_error = None
    await fix(hass, entry, "engine_missing")
    await hass.async_block_till_done()
    assert entry.state.value == "loaded"


async def test_store_what_was_learned(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A flow that a call taught is stored with the contact when the user agrees."""
    flow = CallFlow(name="Insurance", steps=(Step(action=Action.PRESS, keys="2"),))
    raise_issue(
        hass,
        entry,
        "flow_learned",
        {"contact": "Insurance", "steps": "2"},
        facts={"contact_id": "insurance", "flow": write_json(flow)},
    )
    await fix(hass, entry, "flow_learned")
    await hass.async_block_till_done()
    stored = entry.runtime_data.contacts["insurance"].flow
    assert [step.keys for step in stored.steps] == ["2"]


async def test_logbook(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Events read as sentences: who, and what happened."""
    described: dict[str, Any] = {}
    logbook.async_describe_events(
        hass, lambda domain, event, describe: described.update({event: describe})
    )
    event = Event(BusEvent.CALL, {"contact": "Insurance", "state": "on_hold"})
    assert described[BusEvent.CALL](event) == {"name": "Insurance", "message": "On hold"}
    ended = Event(
        BusEvent.CALL_ENDED, {"number": "0123", "state": "failed", "outcome": "no_answer"}
    )
    assert described[BusEvent.CALL_ENDED](ended) == {"name": "0123", "message": "No answer"}


async def automation(hass: HomeAssistant, **config: Any) -> list[ServiceCall]:
    """Set an automation up and return what it does."""
    done: list[ServiceCall] = async_mock_service(hass, "test", "act")
    assert await async_setup_component(
        hass, AUTOMATION, {AUTOMATION: config | {"actions": {"action": "test.act"}}}
    )
    await hass.async_block_till_done()
    return done


@pytest.mark.parametrize(
    ("trigger", "count"), [("placed", 1), ("answered_by_person", 1), ("connected", 0)]
)
async def test_triggers(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, trigger: str, count: int
) -> None:
    """Triggers fire for lines, also when all of the integration's sensors are targeted."""
    done = await automation(
        hass,
        triggers={
            "trigger": f"hold_slayer.{trigger}",
            "target": {
                "entity_id": [
                    "sensor.hold_slayer_line_1_call_state",
                    "sensor.hold_slayer_line_1_heard",
                ]
            },
        },
    )
    call = await start(hass, entry)
    await to_person(hass, link, call)
    await hass.async_block_till_done()
    assert len(done) == count


@pytest.mark.parametrize(("condition", "met"), [("is_active", True), ("is_on_hold", False)])
async def test_conditions(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, condition: str, met: bool
) -> None:
    """Conditions look at the state of lines."""
    done = await automation(
        hass,
        triggers={"trigger": "event", "event_type": "go"},
        conditions={
            "condition": f"hold_slayer.{condition}",
            "target": {"entity_id": "sensor.hold_slayer_line_1_call_state"},
        },
    )
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.RINGING)
    await hass.async_block_till_done()
    hass.bus.async_fire("go")
    await hass.async_block_till_done()
    assert bool(done) is met
    await act(hass, "hang_up")
