"""Wyoming text-to-speech server with eSpeak NG behind it."""

from typing import Any, override

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler
from wyoming.tts import Synthesize

from ..voices import VOICES, Voice, VoiceError, espeak

_ESPEAK = Attribution(name="eSpeak NG", url="https://github.com/espeak-ng/espeak-ng")
INFO = Info(
    tts=[
        TtsProgram(
            name="eSpeak NG (lab)",
            attribution=_ESPEAK,
            installed=True,
            description="Text-to-speech",
            version="1",
            voices=[
                TtsVoice(
                    name=voice,
                    attribution=_ESPEAK,
                    installed=True,
                    description=f"eSpeak {voice}",
                    version="1",
                    languages=[language],
                )
                for language, voice in VOICES.items()
            ],
        )
    ]
)
#: Bytes per chunk: 64 ms at 22.05 kHz.
_CHUNK = 2822


class TextToSpeech(AsyncEventHandler):
    """One connection: text in, audio out."""

    def __init__(self, *args: Any) -> None:
        """Take a connection."""
        super().__init__(*args)

    @override
    async def handle_event(self, event: Event) -> bool:
        """Follow the protocol; False ends the connection."""
        if Describe.is_type(event.type):
            await self.write_event(INFO.event())
        elif Synthesize.is_type(event.type):
            request = Synthesize.from_event(event)
            wanted = request.voice.name or request.voice.language if request.voice else None
            voice = Voice(name=VOICES.get(wanted or "en", wanted or "en-us"), speed=155)
            try:
                pcm, rate = await espeak(request.text, voice)
            except VoiceError as error:
                await self.write_event(Error(text=str(error), code="voice").event())
                return True
            await self.write_event(AudioStart(rate=rate, width=2, channels=1).event())
            for start in range(0, len(pcm), _CHUNK):
                audio = pcm[start : start + _CHUNK]
                await self.write_event(
                    AudioChunk(rate=rate, width=2, channels=1, audio=audio).event()
                )
            await self.write_event(AudioStop().event())
        return True
