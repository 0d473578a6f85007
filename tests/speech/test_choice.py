"""The Assist pipeline as the one choice of an account's speech."""

from homeassistant.components.assist_pipeline.pipeline import KEY_ASSIST_PIPELINE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.settings import Settings
from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.speech.choice import SpeechChoice, speech_choice

from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def pipeline(hass: HomeAssistant) -> str:
    """Make a pipeline with speech engines of its own; return its id."""
    for component in ("homeassistant", "conversation", "assist_pipeline"):
        assert await async_setup_component(hass, component, {})
    store = hass.data[KEY_ASSIST_PIPELINE].pipeline_store
    made = await store.async_create_item(
        {
            "name": "Kitchen",
            "language": "en",
            "conversation_engine": "conversation.home_assistant",
            "conversation_language": "en",
            "stt_engine": "stt.whisper",
            "stt_language": "en",
            "tts_engine": "tts.piper",
            "tts_language": "en",
            "tts_voice": "amy",
            "wake_word_entity": None,
            "wake_word_id": None,
        }
    )
    return made.id


async def test_one_choice_for_all(hass: HomeAssistant, pipeline: str) -> None:
    """The pipeline gives all three; what is chosen on its own goes first."""
    whole = SpeechChoice(stt_engine="stt.whisper", tts_engine="tts.piper", tts_voice="amy")
    assert speech_choice(hass, Settings(pipeline=pipeline)) == whole
    mixed = speech_choice(hass, Settings(pipeline=pipeline, tts_engine="tts.other"))
    # a voice of another engine would be of no use
    assert mixed == SpeechChoice(stt_engine="stt.whisper", tts_engine="tts.other")
    assert speech_choice(hass, Settings(tts_voice="amy")) == SpeechChoice(tts_voice="amy")


async def test_the_preferred_pipeline(hass: HomeAssistant, pipeline: str) -> None:
    """The selector's "preferred" means the one that is preferred now."""
    store = hass.data[KEY_ASSIST_PIPELINE].pipeline_store
    assert speech_choice(hass, Settings(pipeline="preferred")) == SpeechChoice()
    store.async_set_preferred_item(pipeline)
    assert speech_choice(hass, Settings(pipeline="preferred")).stt_engine == "stt.whisper"


async def test_a_pipeline_in_use_is_changed_and_deleted(
    hass: HomeAssistant, link: ScriptedLink, pipeline: str
) -> None:
    """A change is in force at once; a deleted one raises a repair and leaves the defaults."""
    hass.states.async_set("stt.whisper", "")
    hass.states.async_set("tts.piper", "")
    entry: MockConfigEntry = account_entry(options={"pipeline": pipeline})
    await set_up(hass, entry)
    account = entry.runtime_data
    voice = account.voice
    assert account.voice is voice
    store = hass.data[KEY_ASSIST_PIPELINE].pipeline_store
    changed = store.data[pipeline].to_json()
    changed.pop("id")
    await store.async_update_item(pipeline, changed | {"tts_voice": "joe"})
    assert account.voice is not voice
    issues = ir.async_get(hass)
    assert issues.async_get_issue(DOMAIN, f"pipeline_gone_{entry.entry_id}") is None
    await store.async_delete_item(pipeline)
    account.tell()
    await hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, f"pipeline_gone_{entry.entry_id}") is not None
    assert speech_choice(hass, account.settings) == SpeechChoice()
    hass.config_entries.async_update_entry(entry, options={})
    await hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, f"pipeline_gone_{entry.entry_id}") is None
