"""Recordings in pieces: nothing is lost by a kill, and a full disk costs no call."""

import asyncio
import os
from pathlib import Path
import resource
import signal
import wave

from custom_components.hold_slayer.telephony.messages import (
    GetStatistics,
    LegState,
    Play,
    Played,
    Record,
    RecordingEnded,
    RecordingKind,
    StopRecording,
)

from .sound import sine
from .station import Station, connect

#: Longest audio that may be missing after a kill, s: what was not yet handed to the disk.
UNWRITTEN_S = 0.6


async def hear(alice: Station, bob: Station, other: str, seconds: float) -> None:
    """Let bob play a tone to the end."""
    pcm = sine(1000, seconds, 16000)
    await bob.link.request(Play(leg=other, playback=1, rate=16000, last=True, payload=pcm))
    await bob.event(Played, lambda e: e.leg == other)


def lengths(folder: Path) -> list[float]:
    """Return the lengths of all files of a folder, in order, s."""
    found = []
    for path in sorted(folder.iterdir()):
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getframerate()) == (2, 16000)
            found.append(len(file.readframes(file.getnframes())) / 4 / 16000)
    return found


async def test_files_of_a_long_recording(facing: tuple[Station, Station], tmp_path: Path) -> None:
    """A recording in pieces is as long as its pieces; each but the last has its length."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    record = Record(leg=leg, path=str(tmp_path), kind=RecordingKind.STEREO, segment_s=1.0)
    await alice.link.request(record)
    await hear(alice, bob, other, 3.2)
    await alice.link.request(StopRecording(leg=leg, path=str(tmp_path)))
    ended = await alice.event(RecordingEnded)
    assert (ended.path, ended.error) == (str(tmp_path), "")
    assert [path.name for path in sorted(tmp_path.iterdir())][:3] == [
        "0001.wav",
        "0002.wav",
        "0003.wav",
    ]
    *whole, last = lengths(tmp_path)
    assert all(1.0 <= length < 1.0 + UNWRITTEN_S for length in whole)
    assert abs(sum(whole) + last - ended.seconds) < 0.001
    assert ended.seconds > 3.0
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


async def test_a_kill_loses_half_a_second(facing: tuple[Station, Station], tmp_path: Path) -> None:
    """What was heard before `kill -9` is in files that any player reads."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    record = Record(leg=leg, path=str(tmp_path), kind=RecordingKind.STEREO, segment_s=1.0)
    await alice.link.request(record)
    await hear(alice, bob, other, 2.5)
    assert alice.link.pid is not None
    os.kill(alice.link.pid, signal.SIGKILL)
    await alice.leg_is(leg, LegState.DISCONNECTED)
    assert sum(lengths(tmp_path)) > 2.5 - UNWRITTEN_S


async def test_a_full_disk_costs_no_call(facing: tuple[Station, Station], tmp_path: Path) -> None:
    """Writing fails: that is told at once, what was written stays, and the call goes on."""
    alice, bob = facing
    leg, other = await connect(alice, bob)
    assert alice.link.pid is not None
    # the kernel refuses longer files as it refuses any on a full disk: a part is written first
    limits = resource.prlimit(alice.link.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(alice.link.pid, resource.RLIMIT_FSIZE, (100_001, limits[1]))
    path = tmp_path / "call.wav"
    await alice.link.request(Record(leg=leg, path=str(path), kind=RecordingKind.STEREO))
    playing = asyncio.create_task(hear(alice, bob, other, 3.0))
    ended = await alice.event(RecordingEnded)
    assert "could not be written" in ended.error
    await playing
    with wave.open(str(path)) as file:
        assert file.getnframes() / file.getframerate() == ended.seconds > 0.9
    figures = await alice.link.request(GetStatistics(leg=leg))
    assert figures.state is LegState.CONFIRMED
    resource.prlimit(alice.link.pid, resource.RLIMIT_FSIZE, limits)
    await alice.link.request(StopRecording(leg=leg))
    assert len(alice.of(RecordingEnded)) == 1
