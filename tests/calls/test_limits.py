"""What the options say about a call's limits reaches its plan."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.calls.contact import Contact
from custom_components.hold_slayer.calls.resolve import affordable_s
from custom_components.hold_slayer.const import Conf
from custom_components.hold_slayer.contact_check import checked_contact

from ..calling import start
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


def contact(**data: Any) -> Contact:
    """Return a contact that stores these."""
    return Contact.from_subentry("1", "Company", {Conf.NUMBER: "5550100", **data})


async def planned(hass: HomeAssistant, options: dict[str, Any]) -> Call:
    """Return a call under these options."""
    entry: MockConfigEntry = account_entry(options=options)
    await set_up(hass, entry)
    return await start(hass, entry)


async def test_the_number_to_leave(hass: HomeAssistant, link: ScriptedLink) -> None:
    """The agent is told it when nobody can be reached."""
    call = await planned(hass, {Conf.LEAVE_NUMBER: "+4930555010"})
    assert call.job.plan.leave_number == "+4930555010"


async def test_cost_without_a_price(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A contact whose price nobody entered has no limit of cost."""
    call = await planned(hass, {Conf.MAX_CALL_COST: 5.0})
    assert call.job.plan.limits.cost_s is None


@pytest.mark.parametrize(
    ("most", "price", "seconds"), [(5.0, 0.5, 600.0), (0.0, 0.5, None), (5.0, 0.0, None)]
)
def test_price_and_limit(most: float, price: float, seconds: float | None) -> None:
    """Money over price is time."""
    assert affordable_s(most, contact(price_per_minute=price)) == seconds
    assert affordable_s(most, None) is None


@pytest.mark.parametrize(("switch", "stored"), [({}, False), ({"barge_in": True}, True)])
def test_a_learned_patience_outlives_the_form(switch: dict[str, bool], stored: bool) -> None:
    """A step that waits for silence goes on doing so, unless it is told to barge in."""
    step = {"action": "press", "expect": "for claims press 2", "keys": "2"}
    flow = {"hold_slayer_flow": 1, "name": "Company", "steps": [step | {"barge_in": False}]}
    form = {
        Conf.NAME: "Company",
        Conf.NUMBER: "5550100",
        "call_flow": {Conf.FLOW: [step | switch]},
        "secret_section": {},
        "hours": {},
    }
    read = checked_contact(form, {Conf.FLOW: flow})
    assert not read.errors
    assert read.data[Conf.FLOW]["steps"][0]["barge_in"] is stored
