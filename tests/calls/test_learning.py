"""What calls teach: menus kept for each contact, flows offered, changes told."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.calls.exploring import Explored
from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.hearing.heard import UtteranceEnded, UtteranceStarted
from custom_components.hold_slayer.navigation.acts import Note, NoteKind
from custom_components.hold_slayer.navigation.flow import Action
from custom_components.hold_slayer.navigation.journal import Deed
from custom_components.hold_slayer.navigation.moments import Tick, Transcribed
from custom_components.hold_slayer.navigation.phrases import load
from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.repairs import LearnedFlow, async_create_fix_flow
from custom_components.hold_slayer.telephony.messages import LegState, PlaceCall

from ..calling import act, company, hears, over, start
from ..homes import DESK, INSURANCE, account_entry, leg_is, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
TOP = "Welcome. For claims, press 2. For invoices, press 3."
CLAIMS = "For a new claim, press 1. For an old claim, press 4."
FLOW = [{"action": "press", "keys": "2", "expect": "for claims press 2"}, {"action": "hold"}]


async def home(hass: HomeAssistant, **contact: Any) -> MockConfigEntry:
    """Set up an account with one phone and two contacts, without pauses between explorations."""
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE | contact),
        subentry(SubentryType.CONTACT, "bank", "Bank", {"number": "+442079469999"}),
    )
    await set_up(hass, entry)
    entry.runtime_data.explorations.pause_s = 0
    return entry


def issue(hass: HomeAssistant, key: str, about: str, entry: MockConfigEntry) -> Any:
    """Return an issue about a contact; None when it isn't raised."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_{about}_{entry.entry_id}")


async def reaches_a_person(hass: HomeAssistant, call: Call, *deeds: Deed) -> None:
    """Let a call have pressed keys and reached somebody."""
    call.navigator._reached = True
    call.navigator._call.journal.extend(deeds)
    call.progress.person_since = dt_util.utcnow()
    await call.end(Outcome.CONNECTED)
    await over(hass, call)
    await hass.async_block_till_done(wait_background_tasks=True)


async def fix(hass: HomeAssistant, found: Any) -> None:
    """Let the user take what an issue offers."""
    flow = await async_create_fix_flow(hass, found.issue_id, found.data)
    flow.hass, flow.handler, flow.issue_id = hass, DOMAIN, found.issue_id
    assert isinstance(flow, LearnedFlow)
    shown = await flow.async_step_init()
    assert shown["type"] == "form"
    await flow.async_step_confirm({})
    await hass.async_block_till_done()


PRESSED = Deed(action=Action.PRESS, keys="2", heard=TOP, heard_s=6.0, print_id="ab12", ends_at=3.1)


async def test_a_first_call_teaches_a_flow(hass: HomeAssistant, link: ScriptedLink) -> None:
    """It is offered, stored when the user agrees, and knows the print of its prompt."""
    entry = await home(hass)
    await reaches_a_person(hass, await start(hass, entry), PRESSED)
    offered = issue(hass, "flow_learned", "insurance", entry)
    assert offered.is_fixable
    assert offered.is_persistent
    assert offered.translation_placeholders["steps"] == "2 → hold"
    await fix(hass, offered)
    flow = entry.runtime_data.contacts["insurance"].flow
    prompt = flow.steps[0].prompt
    assert (prompt.text, prompt.print_id, prompt.ends_at) == ("for claims press 2", "ab12", 3.1)


async def test_two_contacts_teach_side_by_side(hass: HomeAssistant, link: ScriptedLink) -> None:
    """An offer for one contact leaves that for another alone."""
    entry = await home(hass)
    await reaches_a_person(hass, await start(hass, entry), PRESSED)
    await reaches_a_person(hass, await start(hass, entry, contact="Bank"), PRESSED)
    assert issue(hass, "flow_learned", "insurance", entry)
    assert issue(hass, "flow_learned", "bank", entry)


async def test_a_flow_that_held_is_refined_in_silence(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """Counted as a success, its prompt learned by ear; nobody is asked."""
    entry = await home(hass, flow=_stored(FLOW))
    await reaches_a_person(hass, await start(hass, entry), PRESSED)
    flow = entry.runtime_data.contacts["insurance"].flow
    assert flow.successes == 1
    assert any(prompt.print_id == "ab12" for prompt in flow.steps[0].prompts)
    assert issue(hass, "flow_learned", "insurance", entry) is None
    assert issue(hass, "flow_changed", "insurance", entry) is None


async def test_a_changed_menu_is_told_and_mended(hass: HomeAssistant, link: ScriptedLink) -> None:
    """What changed is told, and the updated flow offered."""
    entry = await home(hass, flow=_stored(FLOW))
    moved = replace(PRESSED, keys="5", heard="For invoices, press 3. For claims, press 5.")
    await reaches_a_person(hass, await start(hass, entry), moved)
    told = issue(hass, "flow_changed", "insurance", entry)
    assert "'2' is now '5'" in told.translation_placeholders["changes"]
    assert told.translation_placeholders["steps"] == "5 → hold"
    await fix(hass, told)
    assert entry.runtime_data.contacts["insurance"].flow.steps[0].keys == "5"


async def test_an_older_complaint_is_settled(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A menu that seemed to have changed, and led to a person again as stored, is complained of no more."""
    entry = await home(hass, flow=_stored(FLOW))
    call = await start(hass, entry)
    call._do(Note(kind=NoteKind.FLOW_STALE, text="for invoices press three"))
    told = issue(hass, "flow_stale", "insurance", entry)
    assert told.is_fixable
    assert told.translation_placeholders["heard"] == "for invoices press three"
    await call.end(Outcome.NO_ANSWER)
    await over(hass, call)
    assert issue(hass, "flow_stale", "insurance", entry)
    await reaches_a_person(hass, await start(hass, entry), PRESSED)
    assert issue(hass, "flow_stale", "insurance", entry) is None


async def test_calls_that_teach_nothing(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A bare number, and a contact that was removed in mid-call, leave no issue and no flow behind."""
    entry = await home(hass)
    await reaches_a_person(
        hass, await start(hass, entry, contact="", number="+442079460011"), PRESSED
    )
    call = await start(hass, entry)
    hass.config_entries.async_remove_subentry(entry, "insurance")
    await hass.async_block_till_done()
    call._do(Note(kind=NoteKind.FLOW_STALE, text="nothing known"))
    await reaches_a_person(hass, call, PRESSED)
    ours = [key for domain, key in ir.async_get(hass).issues if domain == DOMAIN]
    assert [key for key in ours if key.startswith("flow")] == []


async def test_menus_of_all_calls_are_one_tree(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Every call adds what it heard; the tree goes with the contact."""
    entry = await home(hass)
    second = Deed(action=Action.PRESS, keys="1", heard=CLAIMS, print_id="cd34", ends_at=2.0)
    await reaches_a_person(hass, await start(hass, entry), PRESSED, second)
    other = Deed(action=Action.PRESS, keys="3", heard=TOP)
    await reaches_a_person(hass, await start(hass, entry), other)
    tree = await entry.runtime_data.menus.load("insurance", load("en"))
    assert {key: node.prompt for key, node in tree.root.below.items()} == {"2": CLAIMS, "3": ""}
    assert tree.root.prints["2"] == ("ab12", 3.1)
    hass.config_entries.async_remove_subentry(entry, "insurance")
    await hass.async_block_till_done()
    assert not (await entry.runtime_data.menus.load("insurance", load("en"))).root.prompt


# ── exploring ────────────────────────────────────────────────────────────────────

#: Keys pressed so far -> what is heard then.
COMPANY = {
    "": TOP,
    "2": "For a new claim, press 1. To speak to an agent, press 0.",
    "21": "Please hold for the next available representative.",
    "3": "Please hold for the next available representative.",
}


class Line:
    """Plays a company's menus to exploring calls."""

    def __init__(self, hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry) -> None:
        self._hass, self._link, self._entry = hass, link, entry
        self.dialled: list[str] = []

    async def serve(self, calls: int, *, first: int = 1) -> None:
        """Answer so many calls, from the one of that number on."""
        for number in range(first, first + calls):
            placed = await self._link.until(PlaceCall, number)
            call = self._entry.runtime_data.switchboard.calls[placed.leg.partition(".")[0]]
            call.navigator._call.speech_to_text = True  # there is none in this home
            leg_is(self._link, company(call), LegState.CONFIRMED)
            said = None
            for utterance in range(1, 9):
                await self._hass.async_block_till_done()
                if (keys := "".join(call.progress.keys)) == said or not call.active:
                    break
                said = keys
                since = 10.0 * utterance
                until = since + 4
                for spoken in (
                    UtteranceStarted(time=until, utterance=utterance, since=since),
                    UtteranceEnded(time=until, utterance=utterance, since=since, until=until),
                ):
                    hears(self._link, company(call), spoken)
                call.hear_text(Transcribed(utterance=utterance, text=COMPANY[keys]))
                if "prompt_end" in call.navigator._call.timers:
                    call.navigator._call.timers["prompt_end"] = 0.0
                call.tell(Tick())
            self.dialled.append("".join(call.progress.keys))
            await over(self._hass, call)


async def test_a_menu_is_explored_breadth_first(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A call for each way, none of them up to a person; the way to the intent is offered."""
    entry = await home(hass)
    line = Line(hass, link, entry)
    account = entry.runtime_data
    task = account.explorations.start(
        account.contacts["insurance"], intent="a new claim", most_calls=9, context=None
    )
    await line.serve(4)
    found: Explored = await task
    assert line.dialled == ["", "2", "3", "21"]
    assert found.calls == 4
    assert found.complete
    assert found.flow is not None
    assert [step.keys for step in found.flow.steps] == ["2", "1", ""]
    shown = found.as_dict()
    assert shown["menus"] == 2
    assert shown["menu"]["keys"]["2"]["keys"]["0"] == {"label": "to speak to agent"} or (
        "agent" in shown["menu"]["keys"]["2"]["keys"]["0"]["label"]
    )
    calls = account.switchboard.calls.values()
    assert {call.progress.outcome for call in calls} == {Outcome.EXPLORED}
    # Exploring teaches no flow by itself.
    assert issue(hass, "flow_learned", "insurance", entry) is None


async def test_the_calls_are_bounded(hass: HomeAssistant, link: ScriptedLink) -> None:
    """No more calls than allowed."""
    entry = await home(hass)
    line = Line(hass, link, entry)
    account = entry.runtime_data
    task = account.explorations.start(
        account.contacts["insurance"], intent="", most_calls=2, context=None
    )
    await line.serve(2)
    found = await task
    assert (found.calls, found.complete) == (2, False)
    assert len(link.all(PlaceCall)) == 2


async def test_the_action_explores_in_the_background(
    hass: HomeAssistant, link: ScriptedLink
) -> None:
    """It answers at once and offers what was found; a second one has to wait."""
    entry = await home(hass)
    answer = await act(hass, "learn_call_flow", contact="Insurance", intent="invoices", calls=9)
    assert answer == {"contact": "Insurance", "exploring": True, "most_calls": 9}
    with pytest.raises(Exception, match="already"):
        await act(hass, "learn_call_flow", contact="Insurance")
    await Line(hass, link, entry).serve(4)
    await hass.async_block_till_done(wait_background_tasks=True)
    offered = issue(hass, "flow_learned", "insurance", entry)
    assert offered.translation_placeholders["steps"] == "3 → hold"


async def test_hanging_up_stops_it(hass: HomeAssistant, link: ScriptedLink) -> None:
    """The user's hang-up ends the exploration, not only the call."""
    entry = await home(hass)
    await act(hass, "learn_call_flow", contact="Insurance")
    placed = await link.until(PlaceCall, 1)
    call = entry.runtime_data.switchboard.calls[placed.leg.partition(".")[0]]
    leg_is(link, company(call), LegState.CONFIRMED)
    await act(hass, "hang_up", call_id=call.id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(link.all(PlaceCall)) == 1
    assert issue(hass, "flow_learned", "insurance", entry) is None


def _stored(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a flow as a contact stores it."""
    return {"hold_slayer_flow": 1, "name": "Insurance", "steps": steps}
