"""Records a leg into WAV files that stay readable whatever happens.

A writer thread owns the files, so a slow disk never holds up a call; it never touches the SIP
library. The header is written anew with every flush: after a kill at most half a second is missing, after a
power cut at most the last file of those that a long recording consists of.
"""

from collections.abc import Callable
import contextlib
import logging
import os
from pathlib import Path
import queue
import struct
import threading
from typing import Any, BinaryIO

import numpy as np
import pjsua2 as pj

from ..telephony.messages import ErrorKind, RecordingKind
from .endpoint import FRAME_MS
from .refusal import RefusalError
from .wiring import Wiring

_LOGGER = logging.getLogger("engine.recorder")

#: Rate of recordings, Hz.
RATE = 16000
RING_SECONDS = 4
#: Written to disk in pieces of this length, s.
PIECE_S = 0.5
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


def wav_header(size: int, rate: int, channels: int) -> bytes:
    """Return the header of a WAV file with `size` bytes of PCM16."""
    frame = 2 * channels
    return _HEADER.pack(
        b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * frame, frame, 16,
        b"data", size,
    )  # fmt: skip


class Disk:
    """The writer thread, shared by all recordings."""

    def __init__(self) -> None:
        """Start the thread."""
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], None]) -> None:
        """Have a job done after those before it."""
        self._jobs.put(job)

    def close(self) -> None:
        """Finish the jobs and end."""
        self._jobs.put(None)
        self._thread.join(5)

    def _work(self) -> None:
        """Do jobs until told to end."""
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                _LOGGER.exception("Writing a recording failed")


class _Side:
    """A tap on the far side of a leg, on what it is sent, or on both mixed."""

    def __init__(self, wiring: Wiring, name: str, *, heard: bool, sent: bool) -> None:
        """Create and connect the tap."""
        self._wiring = wiring
        self._heard = heard
        self._sent = sent
        self._dropped = 0
        self._tap: Any = pj.AudioTap()
        self._tap.createTap(f"{name} recording", RATE, FRAME_MS, RING_SECONDS * RATE * 2)
        if heard:
            wiring.add_sink(self._tap)
        if sent:
            wiring.add_monitor(self._tap)
        self.pcm = bytearray()

    def collect(self) -> None:
        """Take audio, gaps as silence."""
        self.pcm += self._tap.read(RING_SECONDS * RATE * 2)
        dropped = int(self._tap.droppedBytes())
        self.pcm += bytes(dropped - self._dropped)
        self._dropped = dropped

    def close(self) -> None:
        """Disconnect the tap."""
        if self._heard:
            self._wiring.remove_sink(self._tap)
        if self._sent:
            self._wiring.remove_monitor(self._tap)
        self._tap = None


_SIDES: dict[RecordingKind, tuple[tuple[bool, bool], ...]] = {
    # per channel: the far side, what it is sent
    RecordingKind.COMPANY: ((True, False),),
    RecordingKind.USER: ((False, True),),
    RecordingKind.MIXED: ((True, True),),
    RecordingKind.STEREO: ((True, False), (False, True)),
}


class Recording:
    """One leg recorded into one file, or into a folder of files."""

    def __init__(
        self,
        wiring: Wiring,
        disk: Disk,
        *,
        name: str,
        path: str,
        kind: RecordingKind,
        ended: Callable[[str, float, str], None],
        segment_s: float = 0.0,
    ) -> None:
        """Create the file and connect; `ended(path, seconds, error)` runs on the disk's thread."""
        self.path = path
        self._disk = disk
        self._ended = ended
        self._files = _Files(path, len(_SIDES[kind]), segment_s)
        self._told = False
        self._sides = [_Side(wiring, name, heard=heard, sent=sent) for heard, sent in _SIDES[kind]]

    def tick(self) -> None:
        """Take audio; called every few ms."""
        for side in self._sides:
            side.collect()
        ready = min(len(side.pcm) for side in self._sides)
        if ready >= PIECE_S * RATE * 2:
            self._flush(ready)

    def close(self) -> None:
        """Finish the file."""
        for side in self._sides:
            side.collect()
            side.close()
        self._flush(min(len(side.pcm) for side in self._sides))
        self._disk.do(self._finish)

    def _flush(self, size: int) -> None:
        """Hand `size` bytes of each channel to the disk."""
        channels = [bytes(side.pcm[:size]) for side in self._sides]
        for side in self._sides:
            del side.pcm[:size]
        self._disk.do(lambda: self._write(channels))

    def _write(self, channels: list[bytes]) -> None:
        """Write, and say at once when that is no longer possible; runs on the disk's thread."""
        self._files.write(channels)
        if self._files.error:
            self._finish()

    def _finish(self) -> None:
        """Close the file and say so, once; runs on the disk's thread."""
        if not self._told:
            self._told = True
            self._files.close()
            self._ended(self.path, self._files.seconds, self._files.error)


class _Files:
    """The files of a recording, one after the other; after an error it swallows the rest."""

    def __init__(self, path: str, channels: int, segment_s: float) -> None:
        """Create the first file; raises `RefusalError`."""
        self._path = Path(path)
        self._channels = channels
        self._segment_s = segment_s
        self._number = 0
        self._before_s = 0.0
        self.error = ""
        try:
            self._file = self._next()
        except OSError as error:
            text = f"the recording {path} cannot be made: {error.strerror}"
            raise RefusalError(ErrorKind.FILE_ERROR, text) from error

    @property
    def seconds(self) -> float:
        """Return the length of all files so far."""
        return self._before_s + self._file.seconds

    def write(self, channels: list[bytes]) -> None:
        """Append PCM of all channels, each of the same length."""
        if self.error:
            return
        try:
            self._file.write(channels)
            if self._segment_s and self._file.seconds >= self._segment_s:
                self._before_s += self._file.seconds
                self._file.close()
                self._file = self._next()
        except OSError as error:
            self.error = f"the recording could not be written: {error.strerror}"
            _LOGGER.warning("%s", self.error)

    def close(self) -> None:
        """Close the last file."""
        with contextlib.suppress(OSError):
            self._file.close()

    def _next(self) -> _WavFile:
        """Begin a file; raises `OSError`."""
        self._number += 1
        path = self._path / f"{self._number:04d}.wav" if self._segment_s else self._path
        return _WavFile(path, self._channels)


class _WavFile:
    """A WAV file that is complete after every write."""

    def __init__(self, path: Path, channels: int) -> None:
        """Create the file; raises `OSError`."""
        self._channels = channels
        self._size = 0
        # 0600: nobody else may listen.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)
        self.write([])

    @property
    def seconds(self) -> float:
        """Return the length so far."""
        return self._size / (2 * self._channels * RATE)

    def write(self, channels: list[bytes]) -> None:
        """Append PCM of all channels and correct the header; raises `OSError`."""
        pcm = channels[0] if len(channels) == 1 else _interleave(channels)
        self._put(_HEADER.size + self._size, pcm)
        self._size += len(pcm)
        self._put(0, wav_header(self._size, RATE, self._channels))

    def _put(self, position: int, data: bytes) -> None:
        """Write all of it; a nearly full disk takes a part first. Raises `OSError`."""
        rest = memoryview(data)
        self._file.seek(position)
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        """Bring it to the disk and close it; raises `OSError`."""
        try:
            os.fdatasync(self._file.fileno())
        finally:
            self._file.close()


def _interleave(channels: list[bytes]) -> bytes:
    """Return frames of PCM16 from its channels."""
    frames = np.stack([np.frombuffer(pcm, "<i2") for pcm in channels], axis=1) if channels else b""
    return frames.tobytes() if isinstance(frames, np.ndarray) else b""
