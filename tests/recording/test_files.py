"""Pieces become one file: Opus or WAV, also after a crash, a full disk and a lost JSON file."""

import asyncio
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import struct
from typing import Any
import wave

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import numpy as np
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
import soundfile

from custom_components.hold_slayer.recording import encoder, folder as places
from custom_components.hold_slayer.recording.files import RATE, RecordingFiles
from custom_components.hold_slayer.recording.pieces import channels_of, length, pcm, wav_header
from custom_components.hold_slayer.recording.sidecar import (
    SIGNAL_RECORDING_FINISHED,
    AnnouncedBy,
    RecordingFormat,
    Sidecar,
    SidecarError,
)
from custom_components.hold_slayer.telephony.messages import RecordingKind

STARTED = datetime(2026, 11, 20, 13, 3, 22, tzinfo=UTC)
#: Seconds after which an engine that writes twice a second must be dead.
LONG_AGO = 3600


def sidecar(**changes: Any) -> Sidecar:
    """Return what is told about a recording."""
    facts: dict[str, Any] = {
        "call_id": "01jd",
        "entry_id": "entry",
        "contact_id": "insurance",
        "contact": "Müller & Söhne",
        "started": STARTED,
        "kind": RecordingKind.STEREO,
        "format": RecordingFormat.OPUS,
        "rate": RATE,
        "language": "de",
        "announced_by": AnnouncedBy.WORDS,
        "announced": "Das Gespräch wird aufgezeichnet.",
        "announced_at": STARTED,
    }
    return Sidecar(**facts | changes)


def tones(seconds: float) -> bytes:
    """Return stereo PCM: 500 Hz left, 1500 Hz right."""
    time = np.arange(int(seconds * RATE)) / RATE
    sides = [0.3 * np.sin(2 * np.pi * hertz * time) for hertz in (500, 1500)]
    return bytes((np.stack(sides, axis=1) * 32767).astype("<i2").tobytes())


def write_pieces(folder: Path, pcm: bytes, *, pieces: int) -> None:
    """Write PCM as the engine does, in several files."""
    step = len(pcm) // pieces // 4 * 4
    for number in range(pieces):
        part = pcm[number * step : (number + 1) * step]
        (folder / f"{number + 1:04d}.wav").write_bytes(wav_header(len(part), RATE, 2) + part)


def age(folder: Path) -> None:
    """Let a folder look as if nobody had written there for long."""
    past = datetime.now(UTC).timestamp() - LONG_AGO
    for path in (*folder.iterdir(), folder):
        os.utime(path, (past, past))


def loudest(samples: np.ndarray) -> int:
    """Return the loudest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples))
    return round(float(np.argmax(spectrum)) * RATE / len(samples))


@pytest.fixture
def finished(hass: HomeAssistant) -> asyncio.Queue[Path]:
    """Give the JSON files of finished recordings as they are announced."""
    queue: asyncio.Queue[Path] = asyncio.Queue()

    @callback
    def note(path: str) -> None:
        queue.put_nowait(Path(path))

    async_dispatcher_connect(hass, SIGNAL_RECORDING_FINISHED, note)
    return queue


@pytest.fixture
def files(hass: HomeAssistant, tmp_path: Path) -> RecordingFiles:
    """Give recordings in a folder of their own."""
    hass.config.config_dir = str(tmp_path)
    return RecordingFiles(hass)


async def next_of(queue: asyncio.Queue[Path]) -> Path:
    """Wait for a finished recording."""
    async with asyncio.timeout(30):
        return await queue.get()


@pytest.mark.parametrize("wanted", list(RecordingFormat))
async def test_one_file_of_many_pieces(
    files: RecordingFiles, finished: asyncio.Queue[Path], wanted: RecordingFormat
) -> None:
    """What the pieces hold is in one file with a name that sorts, readable by the owner alone."""
    folder = await files.begin(sidecar(format=wanted))
    write_pieces(folder, tones(3.0), pieces=3)
    files.finish(folder)
    about = await next_of(finished)
    told = Sidecar.read(about)
    sound = about.with_suffix(f".{wanted}")
    assert not folder.exists()
    day = about.parent.name
    assert (day, about.name.split("_")[1:]) == ("2026-11-20", ["muller-sohne", "01jd.json"])
    assert sorted(path.name for path in about.parent.iterdir()) == sorted([about.name, sound.name])
    assert told == sidecar(format=wanted, duration_s=3.0, size=sound.stat().st_size)
    samples, rate = soundfile.read(sound)
    wide = len(samples) / rate
    assert wide == pytest.approx(3.0, abs=0.05)
    middle = samples[rate : 2 * rate : rate // RATE]
    assert [loudest(middle[:, channel]) for channel in (0, 1)] == [500, 1500]
    for path in (about, sound, about.parent, files.root):
        assert path.stat().st_mode & 0o077 == 0


async def test_nothing_recorded_leaves_nothing(hass: HomeAssistant, files: RecordingFiles) -> None:
    """A recording without a sample is no recording."""
    folder = await files.begin(sidecar())
    files.finish(folder)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert list(folder.parent.iterdir()) == []


async def test_a_crash_is_repaired(files: RecordingFiles, finished: asyncio.Queue[Path]) -> None:
    """Headers that lie, half a frame and half a header cost nothing but themselves."""
    folder = await files.begin(sidecar(format=RecordingFormat.WAV))
    pcm = tones(2.0)
    write_pieces(folder, pcm, pieces=2)
    lying = folder / "0002.wav"
    data = lying.read_bytes()
    lying.write_bytes(data[:40] + struct.pack("<I", 0) + data[44:] + b"\x01\x02\x03")
    (folder / "0003.wav").write_bytes(b"RIFF")
    age(folder)
    files = RecordingFiles(files._hass)
    files.repair()
    about = await next_of(finished)
    told = Sidecar.read(about)
    assert (told.repaired, told.duration_s, told.contact) == (True, 2.0, "Müller & Söhne")
    with wave.open(str(about.with_suffix(".wav"))) as file:
        assert file.readframes(file.getnframes()) == pcm
    assert not folder.exists()


async def test_a_lost_description_is_made_up(
    files: RecordingFiles, finished: asyncio.Queue[Path]
) -> None:
    """The sound counts: names and headers tell enough about it."""
    folder = await files.begin(sidecar())
    (folder / places.ABOUT).write_text("{")
    write_pieces(folder, tones(1.0), pieces=1)
    age(folder)
    files = RecordingFiles(files._hass)
    files.repair()
    told = Sidecar.read(await next_of(finished))
    assert (told.call_id, told.contact, told.kind) == ("01jd", "muller-sohne", RecordingKind.STEREO)
    assert told.started == STARTED


async def test_what_is_being_written_is_left_alone(
    hass: HomeAssistant,
    files: RecordingFiles,
    finished: asyncio.Queue[Path],
    freezer: object,
) -> None:
    """An engine that outlived Home Assistant still writes: its recording is finished later."""
    folder = await files.begin(sidecar())
    write_pieces(folder, tones(1.0), pieces=1)
    files = RecordingFiles(hass)
    now = datetime.now(UTC).timestamp()
    os.utime(folder / "0001.wav", (now + 5, now + 5))
    files.repair()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert folder.exists()
    age(folder)
    async_fire_time_changed(hass, datetime.now(UTC) + timedelta(seconds=places.STALE_S + 1))
    assert Sidecar.read(await next_of(finished)).repaired


async def test_without_ffmpeg_it_stays_wav(
    files: RecordingFiles, finished: asyncio.Queue[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing to encode with, or an encoder that fails, costs the format alone."""
    for program in (None, "false"):
        monkeypatch.setattr(
            "custom_components.hold_slayer.recording.files.encoder", lambda _, p=program: p
        )
        folder = await files.begin(sidecar(call_id=f"c{program}"))
        write_pieces(folder, tones(1.0), pieces=1)
        files.finish(folder)
        about = await next_of(finished)
        assert Sidecar.read(about).format is RecordingFormat.WAV
        assert about.with_suffix(".wav").exists()


async def test_a_full_disk_is_refused(
    files: RecordingFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant keeps room to breathe."""
    monkeypatch.setattr(places, "LEAST_FREE", 1 << 60)
    with pytest.raises(places.NoSpaceError, match="MB are free"):
        await files.begin(sidecar())
    assert list(files.root.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 2}', '{"version": 1, "channels": [], "announced": 5}'],
)
def test_what_cannot_be_read(tmp_path: Path, text: str) -> None:
    """A JSON file that is none of ours is named."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(SidecarError, match=r"x\.json"):
        Sidecar.read(path)


async def test_the_encoder_says_what_is_wrong(tmp_path: Path) -> None:
    """A program that is not there, or refuses, is an error in words."""

    async def nothing() -> bytes:
        return b""

    for program in (str(tmp_path / "none"), "false"):
        with pytest.raises(encoder.EncoderError):
            await encoder.encode(program, nothing, tmp_path / "x.opus", rate=RATE, channels=1)


async def test_an_encoder_nobody_waits_for(tmp_path: Path) -> None:
    """Called off while it works, the program does not stay behind."""
    program = tmp_path / "slow"
    told = tmp_path / "pid"
    program.write_text(f"#!/bin/sh\necho $$ > {told}\nexec cat > /dev/null\n")
    program.chmod(0o700)
    asked = asyncio.Event()
    for_ever = asyncio.Event()

    async def read() -> bytes:
        if told.exists() and told.read_text():
            asked.set()
            await for_ever.wait()
        return bytes(320)

    work = asyncio.create_task(
        encoder.encode(str(program), read, tmp_path / "x.opus", rate=RATE, channels=1)
    )
    async with asyncio.timeout(20):
        await asked.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


def test_pieces_with_broken_headers(tmp_path: Path) -> None:
    """Channels are those of the first header that can be read; the samples count, not the headers."""
    assert channels_of(tmp_path) == 1
    (tmp_path / "1.wav").write_bytes(b"RIFF")
    (tmp_path / "2.wav").write_bytes(bytes(44) + b"abcdefgh")
    assert channels_of(tmp_path) == 1
    (tmp_path / "3.wav").write_bytes(wav_header(999, RATE, 2) + b"ijklm")
    assert channels_of(tmp_path) == 2
    assert b"".join(pcm(tmp_path, 2)) == b"abcdefghijkl"
    assert length(tmp_path, 2) == 12


def test_folders_of_other_names(tmp_path: Path) -> None:
    """A file is no unfinished recording, and a folder without a time in its name has its change."""
    made = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    (tmp_path / "2026-11-20").mkdir()
    (tmp_path / "2026-11-20" / f"notes{places.UNFINISHED}").write_text("none")
    folder = tmp_path / "2026-11-20" / f"by hand{places.UNFINISHED}"
    folder.mkdir()
    os.utime(folder, (made.timestamp(), made.timestamp()))
    assert list(places.unfinished(tmp_path)) == [folder]
    assert places.call_started(folder) == made
    named = tmp_path / "2026-11-20" / f"14-03-22 acme{places.UNFINISHED}"
    named.mkdir()
    started = places.call_started(named)
    assert (started.hour, started.minute, started.second) == (14, 3, 22)
