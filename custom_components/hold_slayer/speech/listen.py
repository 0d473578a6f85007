"""Utterances to text through any speech-to-text entity of Home Assistant."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
import logging

from homeassistant.components import stt
from homeassistant.core import HomeAssistant
from homeassistant.util.language import matches

from ..navigation.moments import Transcribed, TranscriptUnavailable
from ..telephony.messages import SpeechAudio
from .utterance import RATE, UtteranceAudio, seconds

_LOGGER = logging.getLogger(__name__)

#: Longest stretch sent to an engine, s; the ears cut at about the same length, this is the clock's cut.
LONGEST_S = 12.0
_LONGEST_BYTES = int(LONGEST_S * RATE) * 2
#: Utterances waiting for the engine; the oldest finished ones are dropped first.
MOST_WAITING = 4
#: How long the engine may think after the last word, s.
ANSWER_S = 8.0
#: After so many failures in a row the engine is left alone for `PAUSE_S` seconds.
FAILURES = 3
PAUSE_S = 30.0
#: An engine that takes longer than this for its answer, s, is not asked for words early: the
#: whole utterance would have to wait for it.
QUICK_S = 1.2

type Result = Transcribed | TranscriptUnavailable


class Transcriber:
    """Reads the utterances of one leg, one at a time."""

    def __init__(
        self,
        hass: HomeAssistant,
        engine: str | None,
        language: str,
        on_result: Callable[[Result], None],
    ) -> None:
        """Choose an engine (None = Home Assistant's default) and whom to tell."""
        self._hass = hass
        self._engine = engine
        self._language = language
        self._on_result = on_result
        self._filling: UtteranceAudio | None = None
        self._waiting: deque[UtteranceAudio] = deque()
        self._worker: asyncio.Task[None] | None = None
        #: Numbers of the last utterances of which audio came.
        self._begun: deque[int] = deque(maxlen=32)
        self._failures = 0
        self._paused_until = 0.0
        #: How long the engine took for its last answer, s; None before the first.
        self._answer_s: float | None = None
        #: Give the engine nothing before an utterance is over and known to be new: on hold most is
        #: a repeat. Asked for early, one is read at once all the same.
        self.patient = False
        #: Seconds of audio given to the engine so far.
        self.seconds_used = 0.0

    @property
    def available(self) -> bool:
        """Tell whether there is an engine to read with."""
        return self._engine_id() is not None

    def knows(self, utterance: int) -> bool:
        """Tell whether audio of an utterance came, so that a result does too."""
        return utterance in self._begun

    def feed(self, piece: SpeechAudio) -> None:
        """Take a piece of an utterance; text or the lack of it comes later."""
        filling = self._filling
        if filling is None or filling.number != piece.utterance:
            if filling is not None:
                filling.close()
            filling = self._begin(piece.utterance)
        if piece.repeated:
            self._filling = None
            self._drop(filling, "repeated")
            return
        if filling.size + len(piece.payload) > _LONGEST_BYTES:
            filling.close()
            filling = self._begin(piece.utterance)
        filling.add(piece.payload)
        if piece.last:
            filling.close()
            self._filling = None

    def read_early(self, *, at_pause: bool) -> None:
        """Read what is being said before it ends, if the engine is quick: now, or at set lengths."""
        if self._filling is None or (self._answer_s or 0.0) > QUICK_S:
            return
        if at_pause:
            self._filling.pause()
        else:
            self._filling.want_early()

    async def close(self) -> None:
        """Stop reading at once."""
        self._waiting.clear()
        self._filling = None
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
            self._worker = None

    def _begin(self, number: int) -> UtteranceAudio:
        """Start an utterance and the worker that reads it."""
        self._filling = utterance = UtteranceAudio(number)
        if not self.patient:
            utterance.due.set()
        self._begun.append(number)
        self._waiting.append(utterance)
        while len(self._waiting) > MOST_WAITING:
            self._drop(self._waiting[0], "queue_full")
        if self._worker is None or self._worker.done():
            self._worker = self._hass.async_create_background_task(
                self._work(), "hold_slayer speech-to-text", eager_start=False
            )
        return utterance

    def _drop(self, utterance: UtteranceAudio, reason: str) -> None:
        """Give an utterance up that nobody has begun to read, or let the reader finish early."""
        if utterance in self._waiting:
            self._waiting.remove(utterance)
            self._on_result(TranscriptUnavailable(utterance=utterance.number, reason=reason))
        utterance.close()

    async def _work(self) -> None:
        """Read what waits, in order."""
        while self._waiting:
            utterance = self._waiting[0]
            await utterance.due.wait()
            if utterance in self._waiting:  # it was not given up meanwhile
                self._waiting.remove(utterance)
                self._on_result(await self._read(utterance))

    async def _read(self, utterance: UtteranceAudio) -> Result:
        """Return the text of an utterance, or why there is none; early texts are told meanwhile."""
        while True:
            utterance.read_early = False
            result = await self._read_once(utterance)
            if isinstance(result, TranscriptUnavailable):
                if utterance.read_early:
                    continue
                # what was read before the reader failed is worth something
                text = utterance.so_far("")
                return self._result(utterance, text) if text else result
            whole = self._result(utterance, utterance.so_far(result.text))
            if not utterance.read_early:
                return whole
            utterance.settle(result.text)
            if whole.text and not utterance.complete:
                self._on_result(replace(whole, final=False))
            if await utterance.ended_there():
                return whole

    def _result(self, utterance: UtteranceAudio, text: str, *, final: bool = True) -> Transcribed:
        return Transcribed(
            utterance=utterance.number, text=text, language=self._language, final=final
        )

    async def _read_once(self, utterance: UtteranceAudio) -> Result:
        """Return the text of what the utterance's audio gives now."""
        loop = self._hass.loop
        if loop.time() < self._paused_until:
            return TranscriptUnavailable(utterance=utterance.number, reason="paused", away=True)
        before = utterance.given
        try:
            async with asyncio.timeout(LONGEST_S * 2 + ANSWER_S):
                result = await self._ask(utterance)
        except TimeoutError:
            return self._failed(utterance, "timeout")
        except _NoEngine as err:
            return TranscriptUnavailable(utterance=utterance.number, reason=str(err), away=True)
        except Exception:
            # Engines of every maker run here; whatever one raises must not end the call.
            _LOGGER.exception("Speech-to-text failed")
            return self._failed(utterance, "error")
        finally:
            self.seconds_used += seconds(utterance.given - before)
        if result.result is not stt.SpeechResultState.SUCCESS:
            return self._failed(utterance, "error")
        self._failures = 0
        if utterance.over_at is not None:
            self._answer_s = loop.time() - utterance.over_at
        return self._result(utterance, (result.text or "").strip())

    async def _ask(self, utterance: UtteranceAudio) -> stt.SpeechResult:
        """Send an utterance to the engine while it is still being spoken."""
        if (engine_id := self._engine_id()) is None:
            raise _NoEngine("no_engine")
        engine = stt.async_get_speech_to_text_engine(self._hass, engine_id)
        if engine is None:
            raise _NoEngine("engine_gone")
        if not (languages := matches(self._language, engine.supported_languages)):
            raise _NoEngine("language")
        metadata = stt.SpeechMetadata(
            language=languages[0],
            format=stt.AudioFormats.WAV,
            codec=stt.AudioCodecs.PCM,
            bit_rate=stt.AudioBitRates.BITRATE_16,
            sample_rate=stt.AudioSampleRates.SAMPLERATE_16000,
            channel=stt.AudioChannels.CHANNEL_MONO,
        )
        if not engine.check_metadata(metadata):
            raise _NoEngine("format")
        stream = utterance.stream()
        if not isinstance(engine, stt.SpeechToTextEntity):
            return await engine.async_process_audio_stream(metadata, stream)
        progress = getattr(engine, "internal_async_process_audio_stream_with_progress", None)
        if progress is None:
            return await engine.internal_async_process_audio_stream(metadata, stream)
        final: stt.SpeechResult | None = None
        async for part in progress(metadata, stream):
            if isinstance(part, stt.SpeechResult):
                final = part
            elif part.text:
                text = utterance.so_far(part.text)
                self._on_result(self._result(utterance, text, final=False))
        return final or stt.SpeechResult(None, stt.SpeechResultState.ERROR)

    def _failed(self, utterance: UtteranceAudio, reason: str) -> TranscriptUnavailable:
        """Count a failure; a sick engine is left alone for a while."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._failures = 0
            self._paused_until = self._hass.loop.time() + PAUSE_S
        return TranscriptUnavailable(utterance=utterance.number, reason=reason)

    def _engine_id(self) -> str | None:
        """Return the engine in use, or None."""
        if "stt" not in self._hass.config.components:
            return None
        return self._engine or stt.async_default_engine(self._hass)


class _NoEngine(Exception):
    """There is no engine that could read this."""
