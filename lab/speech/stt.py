"""Wyoming speech-to-text server with PocketSphinx behind it."""

import asyncio
import contextlib
import time
from typing import Any, override

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info
from wyoming.server import AsyncEventHandler

from ..sounds import RATE, Samples
from .journal import Journal, Understood
from .phrases import LANGUAGES
from .recogniser import Recognisers

_SPHINX = Attribution(name="CMU", url="https://github.com/cmusphinx/pocketsphinx")
INFO = Info(
    asr=[
        AsrProgram(
            name="PocketSphinx (lab)",
            attribution=_SPHINX,
            installed=True,
            description="Speech-to-text for telephone phrases",
            version="5.1",
            requires_external_vad=True,
            models=[
                AsrModel(
                    name="telephone",
                    attribution=_SPHINX,
                    installed=True,
                    description="Telephone phrases",
                    version="2",
                    languages=list(LANGUAGES),
                )
            ],
        )
    ]
)
#: Longer utterances are cut; nobody on the telephone talks so long without a pause (s).
_LONGEST = 60


class SpeechToText(AsyncEventHandler):
    """One connection: audio in, a transcript out."""

    def __init__(self, recognisers: Recognisers, journal: Journal, *args: Any) -> None:
        """`recognisers` and `journal` are shared by all connections."""
        super().__init__(*args)
        self._journal = journal
        self._recognisers = recognisers
        self._convert = AudioChunkConverter(rate=RATE, width=2, channels=1)
        self._pcm = bytearray()
        self._language: str | None = None

    @override
    async def handle_event(self, event: Event) -> bool:
        """Follow the protocol; False ends the connection."""
        if Describe.is_type(event.type):
            await self.write_event(INFO.event())
        elif Transcribe.is_type(event.type):
            self._language = Transcribe.from_event(event).language
        elif AudioStart.is_type(event.type):
            self._pcm.clear()
        elif AudioChunk.is_type(event.type):
            chunk = self._convert.convert(AudioChunk.from_event(event))
            if len(self._pcm) < 2 * RATE * _LONGEST:
                self._pcm += chunk.audio
        elif AudioStop.is_type(event.type):
            samples: Samples = np.frombuffer(bytes(self._pcm), np.int16).astype(np.float32)
            text = await asyncio.to_thread(self._understand, samples / np.float32(32768))
            # whoever asked may have given up on an utterance by now
            with contextlib.suppress(ConnectionError):
                await self.write_event(Transcript(text=text, language=self._language).event())
            return False
        return True

    def _understand(self, samples: Samples) -> str:
        began, language = time.monotonic(), self._language or "en"
        text = self._recognisers.get(language).transcribe(samples)
        took = time.monotonic() - began
        self._journal.add(
            Understood(
                time=time.time(),
                language=language,
                seconds=len(samples) / RATE,
                took=took,
                text=text,
            )
        )
        return text
