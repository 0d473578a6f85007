"""What tests of recordings share: an engine that writes files, a voice, and what was finished."""

import asyncio
from pathlib import Path

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.setup import async_setup_component
import pytest

from custom_components.hold_slayer.recording.sidecar import SIGNAL_RECORDING_FINISHED
from custom_components.hold_slayer.telephony.messages import (
    Done,
    Record,
    RecordingEnded,
    StopRecording,
)

from ..recording.test_files import tones, write_pieces
from ..scripted_link import ScriptedLink
from ..speech.engines import Ears, Model, Mouth, add_speech


@pytest.fixture
def engine_records(hass: HomeAssistant, link: ScriptedLink, tmp_path: Path) -> None:
    """Let the scripted engine write what a real one would, in a configuration folder of its own."""
    hass.config.config_dir = str(tmp_path)
    running: dict[str, str] = {}

    def begin(message: Record) -> Done:
        running[message.path] = message.leg
        write_pieces(Path(message.path), tones(1.0), pieces=1)
        return Done(request=0)

    def end(message: StopRecording) -> Done:
        leg = running.pop(message.path)
        ended = RecordingEnded(leg=leg, path=message.path, seconds=1.0)
        asyncio.get_running_loop().call_soon(link.tell, ended)
        return Done(request=0)

    link.answers |= {Record: begin, StopRecording: end}


@pytest.fixture
def finished(hass: HomeAssistant) -> asyncio.Queue[Path]:
    """Give the JSON files of finished recordings."""
    queue: asyncio.Queue[Path] = asyncio.Queue()
    async_dispatcher_connect(
        hass, SIGNAL_RECORDING_FINISHED, callback(lambda path: queue.put_nowait(Path(path)))
    )
    return queue


@pytest.fixture
async def voice(hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Home Assistant a voice."""
    monkeypatch.setattr(
        "homeassistant.components.tts._init_tts_cache_dir", lambda hass, cache: str(tmp_path)
    )
    monkeypatch.setattr("homeassistant.components.tts._get_cache_files", lambda folder: {})
    assert await async_setup_component(hass, "tts", {})
    await add_speech(hass, Ears(), Mouth(), Model())
