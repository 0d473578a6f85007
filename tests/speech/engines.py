"""Speech entities and a model that answer as a test wants."""

import asyncio
from collections.abc import AsyncIterable
import struct
from typing import Any, override

from homeassistant.components import ai_task, conversation, stt, tts
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

DOMAIN = "test"


class Ears(stt.SpeechToTextEntity):
    """Reads every utterance as the text the test put into it."""

    _attr_name = "Ears"

    def __init__(self) -> None:
        """Start with nothing heard."""
        self.texts: list[str | Exception | None] = []
        self.heard: list[int] = []
        self.hold: asyncio.Event | None = None
        #: Audio was taken in.
        self.asked = asyncio.Event()

    @property
    @override
    def supported_languages(self) -> list[str]:
        """Languages."""
        return ["en-US", "de-DE"]

    @property
    @override
    def supported_formats(self) -> list[stt.AudioFormats]:
        """Formats."""
        return [stt.AudioFormats.WAV]

    @property
    @override
    def supported_codecs(self) -> list[stt.AudioCodecs]:
        """Codecs."""
        return [stt.AudioCodecs.PCM]

    @property
    @override
    def supported_bit_rates(self) -> list[stt.AudioBitRates]:
        """Bit rates."""
        return [stt.AudioBitRates.BITRATE_16]

    @property
    @override
    def supported_sample_rates(self) -> list[stt.AudioSampleRates]:
        """Rates."""
        return [stt.AudioSampleRates.SAMPLERATE_16000]

    @property
    @override
    def supported_channels(self) -> list[stt.AudioChannels]:
        """Channels."""
        return [stt.AudioChannels.CHANNEL_MONO]

    @override
    async def async_process_audio_stream(
        self, metadata: stt.SpeechMetadata, stream: AsyncIterable[bytes]
    ) -> stt.SpeechResult:
        """Take the audio in and answer."""
        size = 0
        async for chunk in stream:
            size += len(chunk)
        self.heard.append(size)
        self.asked.set()
        if self.hold is not None:
            await self.hold.wait()
        text = self.texts.pop(0)
        if isinstance(text, Exception):
            raise text
        if text is None:
            return stt.SpeechResult(None, stt.SpeechResultState.ERROR)
        return stt.SpeechResult(text, stt.SpeechResultState.SUCCESS)


class Mouth(tts.TextToSpeechEntity):
    """Says every text as a tenth of a second of noise per character, at 16 kHz."""

    _attr_name = "Mouth"
    _attr_supported_languages = ["en", "de"]  # noqa: RUF012
    _attr_default_language = "en"
    _attr_supported_options = [tts.ATTR_VOICE]  # noqa: RUF012

    def __init__(self) -> None:
        """Start with nothing said."""
        self.said: list[tuple[str, str]] = []
        self.fails = False
        #: Nothing is said before this is set.
        self.hold: asyncio.Event | None = None
        #: Nothing at all comes of a text.
        self.mute = False
        #: Voices by language, and those that were used.
        self.voices: dict[str, list[str]] = {}
        self.used: list[str | None] = []

    @callback
    @override
    def async_get_supported_voices(self, language: str) -> list[tts.Voice] | None:
        """Return the voices of a language."""
        return [tts.Voice(voice_id=name, name=name) for name in self.voices.get(language, ())]

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> tts.TtsAudioType:
        """Return a WAV file."""
        self.said.append((message, language))
        self.used.append(options.get(tts.ATTR_VOICE))
        if self.fails:
            raise RuntimeError("no voice today")
        if self.hold is not None:
            await self.hold.wait()
        if self.mute:
            return "wav", wav(b"")
        return "wav", wav(b"\1\2" * 1600 * len(message))


class Model(ai_task.AITaskEntity):
    """Answers every task with what the test put into it."""

    _attr_name = "Model"
    _attr_supported_features = ai_task.AITaskEntityFeature.GENERATE_DATA

    def __init__(self) -> None:
        """Start with nothing asked."""
        self.answers: list[Any] = []
        self.asked: list[ai_task.GenDataTask] = []

    @override
    async def _async_generate_data(
        self, task: ai_task.GenDataTask, chat_log: conversation.ChatLog
    ) -> ai_task.GenDataTaskResult:
        """Answer."""
        self.asked.append(task)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, asyncio.Event):
            await answer.wait()
        return ai_task.GenDataTaskResult(conversation_id=chat_log.conversation_id, data=answer)


def wav(pcm: bytes, rate: int = 16000, channels: int = 1, *, size: int | None = None) -> bytes:
    """Return a WAV file; `size` is what its header claims."""
    claimed = len(pcm) if size is None else size
    byte_rate = rate * channels * 2
    return (
        struct.pack("<4sI4s", b"RIFF", min(36 + claimed, 0xFFFFFFFF), b"WAVE")
        + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, byte_rate, channels * 2, 16)
        + struct.pack("<4sI", b"data", claimed)
        + pcm
    )


async def add_speech(hass: HomeAssistant, *entities: Ears | Mouth | Model) -> None:
    """Set up an integration that provides some entities; conversation needs Home Assistant's own."""
    assert await async_setup_component(hass, "homeassistant", {})
    domains = {Ears: "stt", Mouth: "tts", Model: "ai_task"}

    async def setup(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(
            entry, [domains[type(entity)] for entity in entities]
        )
        return True

    mock_integration(hass, MockModule(DOMAIN, async_setup_entry=setup))
    mock_platform(hass, f"{DOMAIN}.config_flow")
    for entity in entities:

        async def add(
            hass: HomeAssistant,
            entry: ConfigEntry,
            async_add_entities: AddConfigEntryEntitiesCallback,
            entity: Any = entity,
        ) -> None:
            async_add_entities([entity])

        mock_platform(
            hass, f"{DOMAIN}.{domains[type(entity)]}", MockPlatform(async_setup_entry=add)
        )

    class Flow(ConfigFlow):
        """A flow that is never used."""

    with mock_config_flow(DOMAIN, Flow):
        entry = MockConfigEntry(domain=DOMAIN)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
