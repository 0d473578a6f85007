"""What users hand in as a call flow, what a contact keeps of it, and the ways that exploring finds."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.hold_slayer.calls.exploring import Explored
from custom_components.hold_slayer.calls.flow_store import (
    FlowError,
    parse_flow,
    stored_flow,
    to_store,
)
from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.menu_actions import keep_way
from custom_components.hold_slayer.navigation.menu_tree import MenuTree
from custom_components.hold_slayer.navigation.phrases import load

from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink

STEPS = [{"action": "press", "expect": "For claims press 2", "keys": "2"}, {"action": "hold"}]


@pytest.mark.parametrize("nothing", [None, "", "  \n", [], {}])
def test_nothing_is_no_flow(nothing: Any) -> None:
    """An empty field takes the flow away instead of being a mistake."""
    assert parse_flow("ACME", nothing) is None
    assert to_store(None) is None
    assert stored_flow(None) is None


@pytest.mark.parametrize("value", [7, True, object()])
def test_what_can_be_no_flow(value: Any) -> None:
    """Other types are refused with what is expected instead."""
    with pytest.raises(FlowError, match="a list of steps, a mapping or a text"):
        parse_flow("ACME", value)


def test_a_list_and_a_mapping_are_the_same() -> None:
    """Steps alone get the contact's name, and what is stored is read back the same."""
    flow = parse_flow("ACME", STEPS)
    assert flow is not None
    assert flow.name == "ACME"
    assert parse_flow("ACME", {"steps": STEPS}) == flow
    assert stored_flow(to_store(flow)) == flow


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_way_that_was_found(hass: HomeAssistant, link: ScriptedLink) -> None:
    """It is offered, or stored when wished; no way, and a contact that is gone, change nothing."""
    entry = account_entry()
    await set_up(hass, entry)
    account = entry.runtime_data
    contact = account.contacts["insurance"]
    flow = parse_flow("Insurance", STEPS)
    tree = MenuTree(load("en"))

    def flow_issues() -> list[str]:
        return [key for domain, key in ir.async_get(hass).issues if domain == DOMAIN]

    before = flow_issues()
    keep_way(account, contact, Explored(tree=tree, flow=None, calls=1, complete=True), store=True)
    await hass.async_block_till_done()
    assert account.contacts["insurance"].flow is None
    found = Explored(tree=tree, flow=flow, calls=1, complete=True)
    keep_way(account, contact, found, store=False)
    await hass.async_block_till_done()
    assert account.contacts["insurance"].flow is None
    assert len(flow_issues()) == len(before) + 1
    keep_way(account, contact, found, store=True)
    await hass.async_block_till_done()
    stored = account.contacts["insurance"].flow
    assert stored is not None
    assert [step.keys for step in stored.steps] == ["2", ""]
    hass.config_entries.async_remove_subentry(entry, "insurance")
    await hass.async_block_till_done()
    keep_way(account, contact, found, store=True)
    await hass.async_block_till_done()
    assert "insurance" not in account.contacts
