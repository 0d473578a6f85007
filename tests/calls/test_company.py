"""The company's side of a call with speech and a model: words, secrets, keys and advice."""

from datetime import timedelta
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.account import Account
from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.hearing.heard import Phase, UtteranceEnded, UtteranceStarted
from custom_components.hold_slayer.navigation.acts import (
    Consult,
    SendKeys as PressKeys,
    SetPhase,
    Speak,
)
from custom_components.hold_slayer.navigation.moments import Consulted, KeysSent, SpeakingEnded
from custom_components.hold_slayer.telephony.messages import (
    ErrorKind,
    LegState,
    Play,
    SendKeys,
    SpeechAudio,
    StreamSpeech,
)

from ..calling import act, company, hears, start
from ..homes import account_entry, leg_is, set_up
from ..scripted_link import ScriptedLink
from ..speech.engines import Ears, Model, Mouth, add_speech

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
SECRET = "987654321"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect what the navigator is told."""
    moments: list[object] = []
    tell = Call.tell

    def keep(self: Call, moment: object) -> None:
        moments.append(moment)
        tell(self, moment)  # type: ignore[arg-type]

    monkeypatch.setattr(Call, "tell", keep)
    return moments


@pytest.fixture
async def call(
    hass: HomeAssistant,
    link: ScriptedLink,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: list[object],
) -> Call:
    """Begin a call with ears, a mouth and a model at hand."""
    monkeypatch.setattr(
        "homeassistant.components.tts._init_tts_cache_dir", lambda hass, cache: str(tmp_path)
    )
    monkeypatch.setattr("homeassistant.components.tts._get_cache_files", lambda folder: {})
    ears, model = Ears(), Model()
    ears.texts = ["press two for claims"] * 5
    model.answers = [{"option": "2"}]
    # Phrases made in advance would still be in the making when a test ends.
    monkeypatch.setattr(Account, "prepare_voice", lambda self, job=None: None)
    assert await async_setup_component(hass, "homeassistant", {})
    await add_speech(hass, ears, Mouth(), model)
    entry: MockConfigEntry = account_entry(options={"ai_task": "ai_task.model"})
    await set_up(hass, entry)
    call = await start(hass, entry)
    leg_is(link, company(call), LegState.CONFIRMED)
    return call


async def until[T](hass: HomeAssistant, told: list[object], kind: type[T]) -> T:
    """Wait until the navigator was told something of a kind."""
    for _ in range(200):
        found = [moment for moment in told if isinstance(moment, kind)]
        if found:
            return found[-1]
        await hass.async_block_till_done(wait_background_tasks=True)
    raise AssertionError(f"no {kind.__name__}")


async def test_words_are_read_and_dated(
    hass: HomeAssistant, link: ScriptedLink, call: Call
) -> None:
    """Speech is asked for, read, kept with its times and shown."""
    await link.until(StreamSpeech)
    began = dt_util.utcnow()
    leg = company(call)
    hears(link, leg, UtteranceStarted(time=60.8, utterance=1, since=0.8))
    link.tell(SpeechAudio(leg=leg, utterance=1, rate=16000, last=False, payload=bytes(3200)))
    hears(link, leg, UtteranceEnded(time=63.0, utterance=1, since=0.8, until=62.6))
    link.tell(SpeechAudio(leg=leg, utterance=1, rate=16000, last=True))
    for _ in range(100):
        if call.progress.last_words:
            break
        await hass.async_block_till_done(wait_background_tasks=False)
    assert call.progress.last_words == "press two for claims"
    state = hass.states.get("sensor.hold_slayer_line_1_last_words")
    assert state is not None
    assert state.state == "press two for claims"
    # dated by its first word, long before the ears knew of it
    line = (await act(hass, "get_transcript", call_id=call.id))["transcript"][0]
    said = dt_util.parse_datetime(line["time"])
    assert said is not None
    assert began - timedelta(seconds=60) <= said < began


async def test_on_hold_only_new_words_are_read(
    hass: HomeAssistant, link: ScriptedLink, call: Call
) -> None:
    """An announcement that was heard before is never given to speech-to-text; in menus all is."""
    await link.until(StreamSpeech)
    leg, transcriber = company(call), call._company._transcriber
    call._do(SetPhase(phase=Phase.HOLD))
    for utterance, repeated in ((1, True), (2, False)):
        pcm = bytes(32000)
        link.tell(SpeechAudio(leg=leg, utterance=utterance, rate=16000, last=False, payload=pcm))
        await hass.async_block_till_done(wait_background_tasks=False)
        link.tell(
            SpeechAudio(leg=leg, utterance=utterance, rate=16000, last=True, repeated=repeated)
        )
    for _ in range(100):
        if call.progress.last_words:
            break
        await hass.async_block_till_done(wait_background_tasks=False)
    assert call.progress.last_words == "press two for claims"
    assert transcriber.seconds_used == 1.0
    call._do(SetPhase(phase=Phase.MENU))
    assert not transcriber.patient


async def test_secrets_are_filled_in_last(
    hass: HomeAssistant,
    link: ScriptedLink,
    call: Call,
    told: list[object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The keys that go out hold the secret; what is shown, told and logged does not."""
    call._do(PressKeys(request=7, keys="{account_number}"))
    assert (await until(hass, told, KeysSent)).ok
    assert link.all(SendKeys)[-1].keys == SECRET
    assert call.progress.keys == ["{account_number}"]
    transcript = (await act(hass, "get_transcript", call_id=call.id))["transcript"]
    assert transcript[-1]["text"] == "{account_number}"
    assert SECRET not in caplog.text


async def test_unknown_placeholder(
    hass: HomeAssistant, link: ScriptedLink, call: Call, told: list[object]
) -> None:
    """A placeholder that nobody filled is not pressed."""
    call._do(PressKeys(request=7, keys="{pin}"))
    sent = await until(hass, told, KeysSent)
    assert (sent.ok, sent.error) == (False, "unknown_placeholder")
    assert not link.all(SendKeys)


async def test_refused_keys(
    hass: HomeAssistant, link: ScriptedLink, call: Call, told: list[object]
) -> None:
    """Keys that the engine cannot send are told as such."""
    link.refuse(SendKeys, ErrorKind.WRONG_STATE, "no media yet")
    call._do(PressKeys(request=7, keys="1"))
    assert (await until(hass, told, KeysSent)).error == "no media yet"


async def test_speaking(
    hass: HomeAssistant, link: ScriptedLink, call: Call, told: list[object]
) -> None:
    """What is said goes into the company leg as audio, and the end is told."""
    call._do(Speak(request=8, text="My number is {account_number}", language="en"))
    await link.until(Play)
    assert (await until(hass, told, SpeakingEnded)).completed
    assert call.progress.transcript[-1].text == "My number is {account_number}"
    answer = await act(hass, "say", message="One moment please")
    assert answer["completed"]


async def test_advice(
    hass: HomeAssistant, link: ScriptedLink, call: Call, told: list[object]
) -> None:
    """The model's choice comes back as one of the keys offered."""
    call._do(
        Consult(request=9, heard="press two", intent="claim", options={"1": "new", "2": "claims"})
    )
    assert (await until(hass, told, Consulted)).choice == "2"
