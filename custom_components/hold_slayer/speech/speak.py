"""Text to PCM through any text-to-speech entity of Home Assistant."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
import logging

from homeassistant.components import tts
from homeassistant.components.tts.helper import get_engine_instance
from homeassistant.core import HomeAssistant
from homeassistant.util.language import matches

from .wav import WavFormat, read_pcm

_LOGGER = logging.getLogger(__name__)

WANTED = WavFormat(rate=16000, channels=1, bits=16)
#: Until the first audio must be there, s; a slow voice must not cost the agent's patience.
FIRST_AUDIO_S = 6.0
#: Fixed phrases kept in memory: 40 of 4 s at 16 kHz are 5 MB.
MOST_KEPT = 40
#: Longest text spoken in one piece, characters.
LONGEST_TEXT = 600


class SpeechUnavailable(Exception):
    """Text-to-speech is missing, slow or failed; the message says which."""


class Voice:
    """Speaks with one engine; keeps fixed phrases so that they are there at once."""

    def __init__(self, hass: HomeAssistant, engine: str | None, voice: str | None = None) -> None:
        """Choose an engine (None = Home Assistant's default) and one of its voices."""
        self._hass = hass
        self._engine = engine
        self._voice = voice
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    @property
    def available(self) -> bool:
        """Tell whether there is an engine to speak with."""
        return self._engine_id() is not None

    async def prepare(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Make phrases, given as (text, language), before they are needed; never raises."""
        for text, language in phrases:
            if (text, language) in self._kept:
                continue
            try:
                pcm = b"".join([chunk async for chunk in self._make(text, language)])
            except SpeechUnavailable as err:
                _LOGGER.debug("Phrase not made in advance: %s", err)
                return
            self._keep(text, language, pcm)

    async def speak(
        self, text: str, language: str, *, secret: bool = False
    ) -> AsyncIterator[bytes]:
        """Yield PCM16 mono at 16 kHz; raises `SpeechUnavailable`. A secret text leaves no file behind."""
        text = text.strip()[:LONGEST_TEXT]
        if kept := self._kept.get((text, language)):
            yield kept
            return
        async for chunk in self._make(text, language, secret=secret):
            yield chunk

    def _engine_id(self) -> str | None:
        """Return the engine in use, or None."""
        if "tts" not in self._hass.config.components:
            return None
        if self._engine is not None:
            return self._engine
        return tts.async_default_engine(self._hass)

    async def _make(
        self, text: str, language: str, *, secret: bool = False
    ) -> AsyncIterator[bytes]:
        """Yield what the engine says, converted to the format of the line."""
        if (engine := self._engine_id()) is None:
            raise SpeechUnavailable("no text-to-speech entity")
        options: dict[str, str | int] = {
            tts.ATTR_PREFERRED_FORMAT: "wav",
            tts.ATTR_PREFERRED_SAMPLE_RATE: WANTED.rate,
            tts.ATTR_PREFERRED_SAMPLE_CHANNELS: WANTED.channels,
            tts.ATTR_PREFERRED_SAMPLE_BYTES: WANTED.bits // 8,
        }
        try:
            spoken, voice = self._manner(engine, language)
            if voice:
                options[tts.ATTR_VOICE] = voice
            stream = tts.async_create_stream(self._hass, engine, spoken, options)
            if secret:
                stream.use_file_cache = False
            stream.async_set_message(text)
            pcm = read_pcm(stream.async_stream_result(), WANTED)
            async with asyncio.timeout(FIRST_AUDIO_S):
                first = await anext(pcm)
            yield first
            async for chunk in pcm:
                yield chunk
        except TimeoutError:
            raise SpeechUnavailable(
                f"{engine} gave no audio within {FIRST_AUDIO_S:.0f} s"
            ) from None
        except StopAsyncIteration:
            raise SpeechUnavailable(f"{engine} gave no audio") from None
        except SpeechUnavailable:
            raise
        except Exception as err:
            # Engines of every maker run here; whatever one raises must not end the call.
            raise SpeechUnavailable(f"{engine}: {err}") from err

    def _manner(self, engine: str, language: str) -> tuple[str | None, str | None]:
        """Return the engine's names for a language and for a voice of it; None = its default.

        Wyoming is not told a language, only a voice: without one Piper says everything in the
        language of its default voice.
        """
        if (instance := get_engine_instance(self._hass, engine)) is None:
            raise SpeechUnavailable(f"{engine} is not there")
        found = matches(language, instance.supported_languages)
        if not found:
            return None, self._voice
        if tts.ATTR_VOICE not in (instance.supported_options or ()):
            return found[0], None
        voices = [each.voice_id for each in instance.async_get_supported_voices(found[0]) or ()]
        if not voices or self._voice in voices:
            return found[0], self._voice
        usual = (instance.default_options or {}).get(tts.ATTR_VOICE)
        return found[0], None if usual in voices else voices[0]

    def _keep(self, text: str, language: str, pcm: bytes) -> None:
        """Remember a phrase, dropping the oldest when there are too many."""
        self._kept[(text, language)] = pcm
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
