"""How an exploration ends when calls cannot be made, or come to nothing."""

import asyncio
from typing import Any

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.navigation.navigator import Navigator
from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.telephony.messages import PlaceCall

from ..calling import act, over, start
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from .test_learning import Line

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def home(hass: HomeAssistant, **options: Any) -> MockConfigEntry:
    """Set up an account that explores without pauses."""
    entry = account_entry(options=options)
    await set_up(hass, entry)
    entry.runtime_data.explorations.pause_s = 0
    return entry


async def learn(hass: HomeAssistant, **data: Any) -> Any:
    """Explore and wait for what is found."""
    return await act(hass, "learn_call_flow", contact="Insurance", wait=True, **data)


async def comes_to_nothing(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, number: int, outcome: Outcome
) -> None:
    """Let the call of that number end without a menu."""
    placed = await link.until(PlaceCall, number)
    call: Call = entry.runtime_data.switchboard.calls[placed.leg.partition(".")[0]]
    await call.end(outcome, f"try {number}")
    await over(hass, call)


async def test_no_call_can_be_made(hass: HomeAssistant, link: ScriptedLink) -> None:
    """The reason is the action's error, and nothing is dialled."""
    entry = await home(hass, lines=1)
    await start(hass, entry)
    with pytest.raises(HomeAssistantError) as error:
        await learn(hass)
    assert error.value.translation_key == "all_lines_busy"
    assert len(link.all(PlaceCall)) == 1


async def test_a_limit_is_reached_on_the_way(hass: HomeAssistant, link: ScriptedLink) -> None:
    """What was found until then is kept, with the reason why it is not more."""
    entry = await home(hass, calls_per_day=2)
    learning = asyncio.ensure_future(learn(hass, intent="invoices"))
    await Line(hass, link, entry).serve(2)
    found = await learning
    assert (found["calls"], found["complete"]) == (2, False)
    assert "2" in found["reason"]
    assert found["menu"]["says"].startswith("Welcome.")
    assert len(link.all(PlaceCall)) == 2


async def test_the_company_is_busy_again_and_again(hass: HomeAssistant, link: ScriptedLink) -> None:
    """After three calls in a row that came to nothing it is given up, and said why."""
    entry = await home(hass)
    learning = asyncio.ensure_future(learn(hass))
    for number in (1, 2, 3):
        await comes_to_nothing(hass, link, entry, number, Outcome.BUSY)
    with pytest.raises(HomeAssistantError) as error:
        await learning
    assert error.value.translation_key == "not_explored"
    assert "try 3" in str(error.value)
    assert len(link.all(PlaceCall)) == 3


async def test_nobody_waits_for_what_comes_to_nothing(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """In the background the reason becomes an issue, which goes when it is tried again."""
    entry = await home(hass, lines=1)
    call = await start(hass, entry)
    told = asyncio.Event()

    @callback
    def issue_changed(event: Event[ir.EventIssueRegistryUpdatedData]) -> None:
        if event.data["issue_id"].startswith("menu_not_explored"):
            told.set()

    hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, issue_changed)
    await act(hass, "learn_call_flow", contact="Insurance")
    await told.wait()
    issues = ir.async_get(hass)
    (issue,) = [each for each in issues.issues.values() if each.active]
    assert issue.translation_key == "menu_not_explored"
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["contact"] == "Insurance"
    assert "line" in issue.translation_placeholders["reason"]
    await call.end(Outcome.HUNG_UP)
    await over(hass, call)
    await act(hass, "learn_call_flow", contact="Insurance")
    assert not [each for each in issues.issues.values() if each.active]


async def test_a_failed_call_is_made_up_for(hass: HomeAssistant, link: ScriptedLink) -> None:
    """One that was busy is no end: the way is tried once more."""
    entry = await home(hass)
    line = Line(hass, link, entry)
    learning = asyncio.ensure_future(learn(hass, intent="invoices"))
    await comes_to_nothing(hass, link, entry, 1, Outcome.BUSY)
    await line.serve(4, first=2)
    found = await learning
    assert line.dialled == ["", "2", "3", "21"]
    assert found["complete"]
    assert found["reason"] == ""


async def test_what_is_known_is_explored_anew(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Asked for again, a menu that was known as a whole is walked again from the top."""
    entry = await home(hass)
    line = Line(hass, link, entry)
    for first in (1, 5):
        learning = asyncio.ensure_future(learn(hass, intent="invoices"))
        await line.serve(4, first=first)
        assert (await learning)["complete"]
    assert line.dialled == ["", "2", "3", "21"] * 2


async def test_a_way_that_has_changed_meanwhile(
    hass: HomeAssistant, link: ScriptedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that did not meet the prompts it expected teaches nothing about where it got to."""
    entry = await home(hass)
    line = Line(hass, link, entry)
    learning = asyncio.ensure_future(learn(hass, calls=2))
    await line.serve(1)
    monkeypatch.setattr(Navigator, "flow_stale", property(lambda _: True))
    await line.serve(1, first=2)
    found = await learning
    assert found["calls"] == 2
    assert found["menus"] == 1
    assert not found["complete"]
