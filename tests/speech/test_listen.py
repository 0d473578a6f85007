"""Utterances to text."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.hold_slayer.navigation.moments import Transcribed, TranscriptUnavailable
from custom_components.hold_slayer.speech import listen
from custom_components.hold_slayer.speech.listen import Result, Transcriber
from custom_components.hold_slayer.speech.utterance import SETTLED_S
from custom_components.hold_slayer.telephony.messages import SpeechAudio

from .engines import Ears, add_speech


class Desk:
    """Collects results."""

    def __init__(self) -> None:
        """Start empty."""
        self.results: list[Any] = []
        self._new = asyncio.Event()

    def take(self, result: Result) -> None:
        """Take a result."""
        self.results.append(result)
        self._new.set()

    async def until(self, count: int) -> list[Any]:
        """Wait for so many results."""
        async with asyncio.timeout(10):
            while len(self.results) < count:
                self._new.clear()
                await self._new.wait()
        return self.results


async def settle() -> None:
    """Let what is ready to run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


def piece(
    utterance: int, seconds: float, *, last: bool = False, repeated: bool = False
) -> SpeechAudio:
    """Return a piece of an utterance."""
    return SpeechAudio(
        leg="c.company",
        utterance=utterance,
        rate=16000,
        last=last,
        repeated=repeated,
        payload=b"\0\0" * int(16000 * seconds),
    )


@pytest.fixture
async def ears(hass: HomeAssistant) -> Ears:
    """Give Home Assistant a speech-to-text entity."""
    ears = Ears()
    await add_speech(hass, ears)
    return ears


@pytest.fixture
def desk() -> Desk:
    """Give results a place."""
    return Desk()


@pytest.fixture
async def transcriber(hass: HomeAssistant, desk: Desk) -> AsyncIterator[Transcriber]:
    """Give a reader of English that uses the default engine."""
    transcriber = Transcriber(hass, None, "en", desk.take)
    yield transcriber
    await transcriber.close()


async def test_reads_in_order(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """Two utterances are read one after the other, each as a whole."""
    ears.texts = ["press one", "press two"]
    transcriber.feed(piece(1, 1.0))
    transcriber.feed(piece(1, 0.5, last=True))
    transcriber.feed(piece(2, 1.0, last=True))
    results = await desk.until(2)
    assert [result.text for result in results] == ["press one", "press two"]
    assert [result.utterance for result in results] == [1, 2]
    assert ears.heard == [48000, 32000]
    assert transcriber.seconds_used == 2.5


async def test_streams_while_it_is_spoken(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """The engine gets the first words before the last are spoken."""
    ears.texts = ["hello"]
    transcriber.feed(piece(1, 1.0))
    assert not desk.results
    transcriber.feed(piece(1, 0.0, last=True))
    assert (await desk.until(1))[0] == Transcribed(utterance=1, text="hello", language="en")


async def test_repeats_are_dropped(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """A recognised repeat costs no speech-to-text."""
    transcriber.feed(piece(1, 0.5))
    transcriber.feed(piece(1, 0.0, last=True, repeated=True))
    assert (await desk.until(1))[0] == TranscriptUnavailable(utterance=1, reason="repeated")
    assert ears.heard == []


async def test_patience_costs_nothing_on_repeats(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """On hold the engine is given no audio of a repeat, however long it goes on; the next is read."""
    transcriber.patient = True
    ears.texts = ["you are number two"]
    transcriber.feed(piece(1, 2.0))
    await settle()
    transcriber.feed(piece(1, 2.0))
    await settle()
    transcriber.feed(piece(1, 0.0, last=True, repeated=True))
    transcriber.feed(piece(2, 1.5))
    await settle()
    assert ears.heard == []
    transcriber.feed(piece(2, 0.5, last=True))
    results = await desk.until(2)
    assert results[0] == TranscriptUnavailable(utterance=1, reason="repeated")
    assert results[1] == Transcribed(utterance=2, text="you are number two", language="en")
    assert transcriber.seconds_used == 2.0


async def test_patience_ends_when_words_are_wanted(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """Somebody may be there: what is being said is read at once."""
    transcriber.patient = True
    ears.texts = ["hello this is", "hello this is Jane"]
    transcriber.feed(piece(1, 1.0))
    await settle()
    transcriber.read_early(at_pause=False)
    transcriber.feed(piece(1, 1.5))
    assert (await desk.until(1))[0].final is False
    transcriber.feed(piece(1, 0.5, last=True))
    assert (await desk.until(2))[1].text == "hello this is Jane"


async def test_reads_early_when_asked(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """An early reading takes what is there and the last one everything, one at a time."""
    ears.texts = ["good morning", "good morning this is", "good morning this is Jane"]
    transcriber.feed(piece(1, 1.0))
    transcriber.read_early(at_pause=False)
    for _ in range(3):
        transcriber.feed(piece(1, 0.5))
    early = (await desk.until(1))[0]
    assert early == Transcribed(utterance=1, text="good morning", language="en", final=False)
    for _ in range(4):
        transcriber.feed(piece(1, 0.5))
    await desk.until(2)
    transcriber.feed(piece(1, 0.5, last=True))
    assert [(one.text, one.final) for one in (await desk.until(3))[1:]] == [
        ("good morning this is", False),
        ("good morning this is Jane", True),
    ]
    assert ears.heard[-1] == 5 * 32000
    assert transcriber.seconds_used == sum(ears.heard) / 32000


async def test_reads_at_a_pause(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """Each reading takes all sentences so far; after the last one nothing is read twice."""
    ears.texts = ["press one", "press one press two"]
    transcriber.feed(piece(1, 2.0))
    transcriber.read_early(at_pause=True)
    assert (await desk.until(1))[0] == Transcribed(
        utterance=1, text="press one", language="en", final=False
    )
    transcriber.feed(piece(1, 2.0))
    transcriber.read_early(at_pause=True)
    await desk.until(2)
    transcriber.feed(piece(1, 0.3, last=True))
    assert (await desk.until(3))[2] == Transcribed(
        utterance=1, text="press one press two", language="en"
    )
    assert ears.heard == [2 * 32000, 4 * 32000]


async def test_long_text_up_to_a_pause_is_settled(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """A menu's first options are not read again for each that follows; the text is the whole all the same."""
    ears.texts = ["for sales press one", "for claims press two", "goodbye"]
    for count in (1, 2):
        transcriber.feed(piece(1, SETTLED_S))
        transcriber.read_early(at_pause=True)
        await desk.until(count)
    transcriber.feed(piece(1, 1.0, last=True))
    assert [result.text for result in await desk.until(3)] == [
        "for sales press one",
        "for sales press one for claims press two",
        "for sales press one for claims press two goodbye",
    ]
    assert ears.heard == [int(SETTLED_S * 32000)] * 2 + [32000]


async def test_settled_text_outlives_a_reader_that_fails(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """Half of a menu is better than nothing of it."""
    ears.texts = ["for sales press one", None]
    transcriber.feed(piece(1, SETTLED_S))
    transcriber.read_early(at_pause=True)
    await desk.until(1)
    transcriber.feed(piece(1, 1.0, last=True))
    assert (await desk.until(2))[1] == Transcribed(
        utterance=1, text="for sales press one", language="en"
    )


async def test_pause_that_is_over_is_not_read(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """While the engine is busy words may go on: then the next pause is waited for."""
    ears.hold = asyncio.Event()
    ears.texts = ["one", "one two"]
    transcriber.feed(piece(1, 1.0))
    transcriber.read_early(at_pause=True)
    await ears.asked.wait()
    transcriber.read_early(at_pause=True)
    transcriber.feed(piece(1, 2.0))
    ears.hold.set()
    await desk.until(1)
    transcriber.feed(piece(1, 1.0, last=True))
    assert [result.text for result in await desk.until(2)] == ["one", "one two"]
    assert len(ears.heard) == 2


async def test_short_utterance_is_read_once(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """What ends before the first early reading is due costs nothing extra."""
    ears.texts = ["hello"]
    transcriber.feed(piece(1, 1.0))
    transcriber.read_early(at_pause=False)
    transcriber.feed(piece(1, 0.5, last=True))
    assert (await desk.until(1))[0].text == "hello"
    assert ears.heard == [48000]


async def test_failing_engine_is_not_asked_for_ever(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """Early readings that fail end with the utterance like any other."""
    ears.texts = [None, None, None, None]
    transcriber.feed(piece(1, 1.9))
    transcriber.read_early(at_pause=False)
    transcriber.feed(piece(1, 0.2))
    transcriber.feed(piece(1, 2.0, last=True))
    assert (await desk.until(1))[0] == TranscriptUnavailable(utterance=1, reason="error")


async def test_cut_at_twelve_seconds(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """Ears that never end an utterance are helped by the clock; nothing is lost."""
    ears.texts = ["first", "second"]
    for _ in range(16):
        transcriber.feed(piece(1, 1.0))
    transcriber.feed(piece(1, 0.0, last=True))
    assert [result.text for result in await desk.until(2)] == ["first", "second"]
    assert ears.heard == [12 * 32000, 4 * 32000]


async def test_bounded_queue(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """When the engine is slow the oldest waiting utterances are given up."""
    ears.hold = asyncio.Event()
    ears.texts = [f"text {number}" for number in range(10)]
    transcriber.feed(piece(0, 0.1, last=True))
    await asyncio.sleep(0)
    for number in range(1, 8):
        transcriber.feed(piece(number, 0.1, last=True))
    dropped = [result for result in desk.results if isinstance(result, TranscriptUnavailable)]
    assert [result.utterance for result in dropped] == [1, 2, 3]
    assert {result.reason for result in dropped} == {"queue_full"}
    ears.hold.set()
    assert len(await desk.until(8)) == 8


async def test_errors_and_pause(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """Every failure is told; after three in a row the engine is left alone."""
    ears.texts = [None, RuntimeError("broken"), None, "never read"]
    for number in range(4):
        transcriber.feed(piece(number, 0.1, last=True))
        await desk.until(number + 1)
    reasons = [result.reason for result in desk.results]
    assert reasons == ["error", "error", "error", "paused"]
    # one that failed now and then is not away
    assert [result.away for result in desk.results] == [False, False, False, True]


async def test_slow_engine(
    ears: Ears, transcriber: Transcriber, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that does not answer is given up."""
    monkeypatch.setattr(listen, "LONGEST_S", 0.01)
    monkeypatch.setattr(listen, "ANSWER_S", 0.01)
    ears.hold = asyncio.Event()
    transcriber.feed(piece(1, 0.1, last=True))
    assert (await desk.until(1))[0] == TranscriptUnavailable(utterance=1, reason="timeout")


async def test_no_engine(hass: HomeAssistant, transcriber: Transcriber, desk: Desk) -> None:
    """Without speech-to-text nothing waits for words."""
    assert not transcriber.available
    transcriber.feed(piece(1, 0.1, last=True))
    assert (await desk.until(1))[0] == TranscriptUnavailable(
        utterance=1, reason="no_engine", away=True
    )


@pytest.mark.parametrize(
    ("engine", "language", "reason"),
    [("stt.gone", "en", "engine_gone"), (None, "fr", "language")],
)
async def test_unusable_engine(
    hass: HomeAssistant, ears: Ears, desk: Desk, engine: str | None, language: str, reason: str
) -> None:
    """An engine that is gone, or speaks another language, is told."""
    transcriber = Transcriber(hass, engine, language, desk.take)
    transcriber.feed(piece(1, 0.1, last=True))
    assert (await desk.until(1))[0] == TranscriptUnavailable(utterance=1, reason=reason, away=True)


async def test_partial_results(
    ears: Ears, transcriber: Transcriber, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the core has partial results they are told as such."""
    from homeassistant.components import stt

    class Part:
        text = "press"

    async def progress(metadata: object, stream: AsyncIterator[bytes]) -> AsyncIterator[object]:
        async for _ in stream:
            pass
        yield Part()
        yield stt.SpeechResult("press one", stt.SpeechResultState.SUCCESS)

    monkeypatch.setattr(
        ears, "internal_async_process_audio_stream_with_progress", progress, raising=False
    )
    transcriber.feed(piece(1, 0.1, last=True))
    results = await desk.until(2)
    assert [(result.text, result.final) for result in results] == [
        ("press", False),
        ("press one", True),
    ]


async def test_an_utterance_without_an_end(
    ears: Ears, transcriber: Transcriber, desk: Desk
) -> None:
    """The next utterance ends one whose last piece never came; it is read as far as it goes."""
    ears.texts = ["press one", "press two"]
    transcriber.feed(piece(1, 1.0))
    transcriber.feed(piece(2, 0.5, last=True))
    results = await desk.until(2)
    assert [(result.utterance, result.text) for result in results] == [
        (1, "press one"),
        (2, "press two"),
    ]
    assert ears.heard == [32000, 16000]


async def test_nothing_to_read_early(ears: Ears, transcriber: Transcriber, desk: Desk) -> None:
    """Asked to read early while nobody speaks, the reader waits for who speaks next."""
    for at_pause in (True, False):
        transcriber.read_early(at_pause=at_pause)
    assert desk.results == []
    ears.texts = ["hello"]
    transcriber.feed(piece(1, 0.5, last=True))
    assert [result.text for result in await desk.until(1)] == ["hello"]


async def test_an_engine_of_another_format(
    ears: Ears, transcriber: Transcriber, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that does not take our audio is told as such, and not sent any."""
    monkeypatch.setattr(Ears, "supported_sample_rates", [])
    transcriber.feed(piece(1, 0.1, last=True))
    assert (await desk.until(1))[0] == TranscriptUnavailable(
        utterance=1, reason="format", away=True
    )
    assert ears.heard == []
