"""Text to PCM."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.hold_slayer.speech import speak
from custom_components.hold_slayer.speech.speak import SpeechUnavailable, Voice
from custom_components.hold_slayer.speech.wav import WavError, WavFormat, parse_header, read_pcm

from .engines import Mouth, add_speech, wav

WANTED = WavFormat(rate=16000, channels=1, bits=16)


async def said(voice: Voice, text: str, language: str = "en") -> bytes:
    """Return what a voice says, as PCM."""
    return b"".join([chunk async for chunk in voice.speak(text, language)])


@pytest.fixture
async def mouth(hass: HomeAssistant, mock_tts_cache_dir: object) -> Mouth:
    """Give Home Assistant a text-to-speech entity."""
    mouth = Mouth()
    await add_speech(hass, mouth)
    return mouth


@pytest.fixture
def mock_tts_cache_dir(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> object:
    """Keep the cache of spoken files out of the test's configuration."""
    monkeypatch.setattr(
        "homeassistant.components.tts._init_tts_cache_dir", lambda hass, cache: str(tmp_path)
    )
    monkeypatch.setattr("homeassistant.components.tts._get_cache_files", lambda cache_dir: {})
    return tmp_path


async def test_speaks(hass: HomeAssistant, mouth: Mouth) -> None:
    """A text becomes PCM at the rate of the line, made by the engine and by ffmpeg."""
    pcm = await said(Voice(hass, None), "hello")
    assert len(pcm) == pytest.approx(5 * 3200, abs=400)
    assert mouth.said == [("hello", "en")]


async def test_prepared_phrases(hass: HomeAssistant, mouth: Mouth) -> None:
    """A phrase made in advance is there at once and asked for once."""
    voice = Voice(hass, None)
    await voice.prepare([("one moment", "en"), ("one moment", "en")])
    assert await said(voice, "one moment")
    assert await said(voice, "one moment")
    assert len(mouth.said) == 1


@pytest.mark.parametrize(
    ("chosen", "language", "used"),
    [
        (None, "de", "de-anna"),
        ("de-paul", "de", "de-paul"),
        ("de-paul", "en", "en-amy"),
        ("en-amy", "en-GB", "en-amy"),
    ],
)
async def test_a_voice_of_the_language(
    hass: HomeAssistant, mouth: Mouth, chosen: str | None, language: str, used: str
) -> None:
    """Wyoming is told no language: the voice is one that speaks it, the user's where it does."""
    mouth.voices = {"en": ["en-amy"], "de": ["de-anna", "de-paul"]}
    assert await said(Voice(hass, None, chosen), "hello", language)
    assert mouth.used == [used]


async def test_failing_engine(hass: HomeAssistant, mouth: Mouth) -> None:
    """An engine that fails is told, not raised through."""
    mouth.fails = True
    voice = Voice(hass, None)
    with pytest.raises(SpeechUnavailable):
        await said(voice, "hello")
    await voice.prepare([("one moment", "en")])


async def test_an_engine_that_gives_nothing(hass: HomeAssistant, mouth: Mouth) -> None:
    """A file without sound is no speech."""
    mouth.mute = True
    with pytest.raises(SpeechUnavailable):
        await said(Voice(hass, None), "hello")


async def test_a_slow_engine(
    hass: HomeAssistant, mouth: Mouth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is kept waiting for a voice: the time it had is told."""
    monkeypatch.setattr(speak, "FIRST_AUDIO_S", 0.05)
    mouth.hold = asyncio.Event()
    with pytest.raises(SpeechUnavailable, match="no audio within"):
        await said(Voice(hass, None), "hello")
    mouth.hold.set()
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("secret", [False, True])
async def test_a_secret_leaves_no_file(
    hass: HomeAssistant, mouth: Mouth, mock_tts_cache_dir: Path, secret: bool
) -> None:
    """What Home Assistant keeps of spoken texts are the ordinary ones."""
    spoken = [chunk async for chunk in Voice(hass, None).speak("9 8 7", "en", secret=secret)]
    assert spoken
    await hass.async_block_till_done(wait_background_tasks=True)
    assert bool(list(mock_tts_cache_dir.iterdir())) is not secret


async def test_a_language_it_does_not_speak(hass: HomeAssistant, mouth: Mouth) -> None:
    """Better in a foreign tongue than nothing: the engine's own language is used."""
    assert await said(Voice(hass, None, "amy"), "hola", "es")
    assert mouth.said == [("hola", "en")]
    assert mouth.used == ["amy"]


async def test_an_engine_without_voices(
    hass: HomeAssistant, mouth: Mouth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not told a voice it would refuse."""
    monkeypatch.setattr(mouth, "_attr_supported_options", [])
    assert await said(Voice(hass, None, "amy"), "hello", "de")
    assert mouth.said == [("hello", "de")]
    assert mouth.used == [None]


async def test_missing_engine(hass: HomeAssistant) -> None:
    """Without text-to-speech, or with one that is gone, that is told."""
    assert not Voice(hass, None).available
    with pytest.raises(SpeechUnavailable, match="no text-to-speech"):
        await said(Voice(hass, None), "hello")
    assert await async_setup_component(hass, "tts", {})
    with pytest.raises(SpeechUnavailable, match=r"tts\.gone is not there"):
        await said(Voice(hass, "tts.gone"), "hello")


async def test_memory_is_bounded(
    hass: HomeAssistant, mouth: Mouth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest phrase goes when there are too many."""
    monkeypatch.setattr(speak, "MOST_KEPT", 1)
    voice = Voice(hass, None)
    await voice.prepare([("first", "en"), ("second", "en"), ("first", "en")])
    assert [text for text, _ in mouth.said] == ["first", "second"] or len(mouth.said) >= 2


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    """Yield data in pieces."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 44, 4096])
@pytest.mark.parametrize("claimed", [None, 0, 0xFFFFFFFF])
async def test_streamed_wav(size: int, claimed: int | None) -> None:
    """A WAV file is read however it is cut up and whatever length it claims."""
    pcm = bytes(range(200))
    chunks = [chunk async for chunk in read_pcm(pieces(wav(pcm, size=claimed), size), WANTED)]
    assert b"".join(chunks) == pcm
    assert all(len(chunk) % 2 == 0 for chunk in chunks)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"ID3" + bytes(100), "not a WAV file"),
        (wav(b"\0\0", rate=8000), "expected"),
        (wav(b"\0\0", channels=2), "expected"),
        (wav(b"")[:20], "ended before"),
        (b"RIFF\0\0\0\0WAVEdata\0\0\0\0", "before their format"),
        (wav(b"\0\0").replace(b"fmt \x10\0\0\0\x01", b"fmt \x10\0\0\0\x07"), "not PCM"),
        (b"RIFF\0\0\0\0WAVE" + b"LIST\xff\xff\xff\x7f" + bytes(70000), "64 KiB"),
    ],
)
async def test_not_the_wav_wanted(data: bytes, text: str) -> None:
    """Anything else is refused with what is wrong."""
    with pytest.raises(WavError, match=text):
        [chunk async for chunk in read_pcm(pieces(data, 1000), WANTED)]


def test_header_needs_more() -> None:
    """An incomplete header is not an error yet."""
    assert parse_header(b"RIFF") is None
    assert parse_header(wav(b"\0\0")[:30]) is None
