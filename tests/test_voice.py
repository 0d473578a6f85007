"""Sentences, intents and tools: asking for calls in words."""

from typing import Any

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.hold_slayer.calls import permission
from custom_components.hold_slayer.const import LlmCalls
from custom_components.hold_slayer.llm import async_get_tools
from custom_components.hold_slayer.navigation.moments import Order
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.sentences import LANGUAGES, load
from custom_components.hold_slayer.telephony.messages import PlaceCall, SendKeys

from .calling import act, over, start, to_hold, to_person
from .homes import account_entry, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set up Assist and an account."""
    for component in ("homeassistant", "conversation", "intent", "llm"):
        assert await async_setup_component(hass, component, {})
    entry = account_entry()
    await set_up(hass, entry)
    return entry


async def say(hass: HomeAssistant, text: str, language: str = "en") -> str:
    """Say something to Assist and return its answer."""
    result = await conversation.async_converse(hass, text, None, Context(), language=language)
    speech: str = result.response.speech["plain"]["speech"]
    return speech


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "call my insurance about my claim and hold"),
        ("en", "call the insurance and hold for me"),
        ("en", "call me when my insurance picks up"),
        ("de", "ruf insurance an und warte für mich in der Warteschleife"),
        ("fr", "appelle mon insurance et attends"),
        ("es", "llama a mi insurance y espera"),
        ("it", "chiama la mia insurance e aspetta"),
        ("nl", "bel mijn insurance en wacht"),
        ("pt", "liga para a minha insurance e espera"),
    ],
)
async def test_call_by_voice(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, language: str, sentence: str
) -> None:
    """A sentence in any of the languages places the call and is answered in that language."""
    answer = await say(hass, sentence, language)
    expected = load(language)["replies"]["calling"].replace("{contact}", "Insurance")
    assert answer == expected
    assert link.all(PlaceCall)[0].target == "+442079460000"


async def test_reason_by_voice(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """What the call is about is taken from the sentence."""
    await say(hass, "call my insurance about a broken window")
    call = entry.runtime_data.switchboard.lines[0].call
    assert call.job.plan.intent == "a broken window"


async def test_steering_by_voice(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Asking, connecting, waiting on and hanging up."""
    assert await say(hass, "how long have I been on hold") == "There is no call."
    assert await say(hass, "hang up the call") == "There is no call."
    call = await start(hass, entry)
    assert await say(hass, "how is my call going") == "I am dialing Insurance."
    await to_hold(hass, link, call)
    assert "Insurance" in await say(hass, "am I still on hold")
    await to_person(hass, link, call)
    assert await say(hass, "put them through") == "Connecting you with Insurance."
    assert await say(hass, "keep holding") == "I keep holding for Insurance."
    assert await say(hass, "hang up on the bank") == "There is no call to bank."
    assert await say(hass, "hang up on my insurance") == "I have hung up on Insurance."
    await over(hass, call)
    assert call.state is CallState.ENDED


async def test_unknown_contact(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A name that nobody has is said back."""
    answer = await say(hass, "call the circus and hold")
    assert answer == "I do not know a contact called circus."


async def test_misheard_name(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A name that is nearly right is enough."""
    assert "Calling Insurance" in await say(hass, "call my insurence and hold")


def test_every_language_has_everything() -> None:
    """All files have the same keys, and the same values to fill in."""
    english = load("en")
    for language in LANGUAGES:
        texts = load(language)
        assert texts.keys() == english.keys()
        for group in ("phone", "push", "satellite", "replies", "sentences"):
            assert texts[group].keys() == english[group].keys(), (language, group)
        for group in ("phone", "push", "replies"):
            for key, text in texts[group].items():
                assert _slots(text) == _slots(english[group][key]), (language, group, key)


def _slots(text: str) -> set[str]:
    """Return the values a text wants filled in."""
    return {part.split("}")[0] for part in text.split("{")[1:]}


async def tools(hass: HomeAssistant) -> dict[str, llm.Tool]:
    """Return our tools by name, as Assist offers them."""
    context = llm.LLMContext(
        platform="test", context=Context(), language="en", assistant="conversation", device_id=None
    )
    api = await llm.async_get_api(hass, "assist", context)
    return {tool.name: tool for tool in api.tools if tool.name.startswith("hold_slayer__")}


async def use(hass: HomeAssistant, name: str, **arguments: Any) -> Any:
    """Use a tool as a model does."""
    context = llm.LLMContext(
        platform="test", context=Context(), language="en", assistant="conversation", device_id=None
    )
    api = await llm.async_get_api(hass, "assist", context)
    tool_input = llm.ToolInput(tool_name=f"hold_slayer__{name}", tool_args=arguments)
    result = await api.async_call_tool(tool_input)
    assert isinstance(result, llm.ToolResult)
    return result


async def test_reading_tools(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Reading is always possible, calling is not offered."""
    offered = await tools(hass)
    assert set(offered) == {
        f"hold_slayer__{name}"
        for name in (
            "list_active_calls",
            "get_call_status",
            "get_call_transcript",
            "search_call_history",
            "get_call_summary",
            "get_call_recording",
            "get_wait_forecast",
        )
    }
    assert all(tool.annotations.read_only for tool in offered.values())
    call = await start(hass, entry)
    assert (await use(hass, "list_active_calls")).data["calls"][0]["call_id"] == call.id
    assert (await use(hass, "get_call_status")).data["state"] == "dialing"
    assert (await use(hass, "get_call_status", call_id=call.id)).data["contact"] == "Insurance"
    assert (await use(hass, "get_call_transcript", call_id=call.id)).data["transcript"] == []
    assert (await use(hass, "search_call_history", contact="insur")).data["total"] == 1
    assert (await use(hass, "get_call_summary", call_id=call.id)).data["last_words"] == ""
    await act(hass, "hang_up")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    past = await use(hass, "get_call_status", call_id=call.id)
    assert (past.data["contact"], past.data["outcome"]) == ("Insurance", "hung_up")
    failed = await use(hass, "get_call_status", call_id="nonsense")
    assert failed.error
    assert "nonsense" in failed.data["error"]


async def test_calling_tools(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Where the user allows it a model can call contacts, and only contacts."""
    hass.config_entries.async_update_entry(entry, options={"llm_calls": LlmCalls.ON})
    await hass.async_block_till_done()
    assert "hold_slayer__make_call" in await tools(hass)
    refused = await use(hass, "make_call", contact="+19005550100")
    assert refused.error
    assert not link.all(PlaceCall)
    made = await use(hass, "make_call", contact="Insurance", intent="my claim")
    assert made.data["state"] == "dialing"
    call = entry.runtime_data.switchboard.lines[0].call
    await to_hold(hass, link, call)
    await use(hass, "send_dtmf", keys="1")
    assert link.all(SendKeys)[-1].keys == "1"
    learned = await use(
        hass,
        "learn_call_flow",
        contact="Insurance",
        flow="hold_slayer_flow: 1\nname: x\nsteps:\n  - action: hold\n",
    )
    assert learned.data["steps"] == 1
    assert (await use(hass, "end_call")).data["state"] == "ended"


async def test_confirmation_needs_somebody_to_ask(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """With confirmation wanted and nobody to give it, nothing is dialled."""
    hass.config_entries.async_update_entry(entry, options={"llm_calls": LlmCalls.CONFIRM})
    await hass.async_block_till_done()
    result = await use(hass, "make_call", contact="Insurance")
    assert result.error
    assert "no mobile app" in result.data["error"]
    assert not link.all(PlaceCall)


async def test_the_place_in_the_queue_is_said(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Asked how it is going, the answer has the time and the place."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    call.progress.queue_position = 4
    assert "4" in await say(hass, "how long have I been on hold")


async def test_a_call_that_cannot_be_placed_is_explained(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Why nothing is dialled is said in words."""
    for line in (1, 2):
        await start(hass, entry, line=line)
    assert "busy" in await say(hass, "call my insurance and hold")
    assert await say(hass, "hang up the call") == "There are several calls. Say which one."


async def test_no_tools_without_an_account(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Models get tools only while there is an account, and only with Assist."""
    context = llm.LLMContext(
        platform="test", context=None, language="en", assistant="", device_id=None
    )
    assert async_get_tools(hass, context, "other") is None
    await hass.config_entries.async_unload(entry.entry_id)
    assert async_get_tools(hass, context, llm.LLM_API_ASSIST) is None


async def test_tools_on_a_call_of_the_history(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Transcript and summary of a call that nobody holds in memory come from the history."""
    call = await start(hass, entry)
    await use_history(hass, entry, call)
    words = await use(hass, "get_call_transcript", call_id=call.id)
    assert words.data == {"call_id": call.id, "transcript": []}
    summed = await use(hass, "get_call_summary", call_id=call.id)
    assert not summed.error
    gone = await use(hass, "get_call_transcript", call_id="never")
    assert gone.error


async def use_history(hass: HomeAssistant, entry: MockConfigEntry, call: Any) -> None:
    """End a call and forget it."""
    call.order(Order.HANG_UP)
    await over(hass, call)
    entry.runtime_data.switchboard.calls.clear()


async def test_tools_on_recordings_and_waits(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """A call without a recording has none to find; a contact's wait can be asked for."""
    call = await start(hass, entry)
    await use_history(hass, entry, call)
    found = await use(hass, "get_call_recording", call_id=call.id)
    assert found.data == {"call_id": call.id, "contact": "Insurance", "recordings": []}
    wait = await use(hass, "get_wait_forecast", contact="Insurance")
    assert wait.data["calls"] == 1
    assert wait.data["reached_person"] == 0


async def test_nobody_answers_the_question(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without an answer of the user nothing is dialled, and the question is taken away."""
    sent = async_mock_service(hass, "notify", "mobile_app_pocket")
    monkeypatch.setattr(permission, "_services", lambda *_: ["mobile_app_pocket"])
    monkeypatch.setattr(permission, "ANSWER_S", 0.0)
    hass.config_entries.async_update_entry(entry, options={"llm_calls": LlmCalls.CONFIRM})
    await hass.async_block_till_done()
    result = await use(hass, "make_call", contact="Insurance")
    assert "did not answer" in result.data["error"]
    await hass.async_block_till_done()
    assert [each.data["message"] for each in sent][-1] == "clear_notification"
    assert not link.all(PlaceCall)
