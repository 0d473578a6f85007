"""What a party hears in its call: sound and quiet, in-band keys, a recording."""

from collections.abc import Callable
from pathlib import Path
import time
from typing import Any
import wave

import numpy as np

from ..sounds import RATE, Samples
from .keypad import WINDOW, Keypad

_FRAME = WINDOW // 2
#: Mean level of a frame that counts as somebody talking, and below which it is quiet again, dBFS.
_LOUD, _QUIET = -38.0, -43.0
#: Frames of 20 ms: so many loud ones are a beginning, so many quiet ones an end (0.06 s and 0.6 s).
_BEGIN, _END = 3, 30


class Ear:
    """Reads a tap, tells when sound begins and ends, keeps everything."""

    def __init__(
        self,
        tap: Any,
        recording: Path,
        on_sound: Callable[[bool, float], None],
        on_key: Callable[[str], None],
    ) -> None:
        """`tap` is a pjsua2.AudioTap created at `RATE`; `on_sound(begins, unix_time)`; `on_key(key)`."""
        self.recording = recording
        self._tap = tap
        self._on_sound = on_sound
        self._on_key = on_key
        self._keypad = Keypad()
        self._kept = bytearray()
        self._analysed = 0
        self._run = 0
        self._sounding = False
        self._began = 0.0
        #: Stretches of sound that are over: seconds into what was heard.
        self.turns: list[tuple[float, float]] = []
        self._file = wave.open(str(recording), "wb")  # noqa: SIM115 - open as long as the call
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE)

    @property
    def sounding(self) -> bool:
        """Whether somebody is talking (or anything else is loud) right now."""
        return self._sounding

    @property
    def seconds(self) -> float:
        """Seconds heard so far."""
        return len(self._kept) / 2 / RATE

    def last(self, seconds: float) -> Samples:
        """The end of what was heard, at most that long."""
        count = min(round(seconds * RATE), len(self._kept) // 2)
        return _samples(bytes(self._kept[len(self._kept) - 2 * count :]))

    def between(self, start: float, end: float) -> Samples:
        """What was heard from one moment to another, s."""
        first, last = (2 * max(0, round(seconds * RATE)) for seconds in (start, end))
        return _samples(bytes(self._kept[first:last]))

    def pump(self) -> None:
        """Read what has come; called every few ms."""
        if not (pcm := self._tap.read(2 * RATE)):
            return
        self._kept += pcm
        self._file.writeframesraw(pcm)
        now = time.time()
        while len(self._kept) // 2 - self._analysed >= _FRAME:
            start = self._analysed
            self._analysed += _FRAME
            frame = _samples(bytes(self._kept[2 * start : 2 * self._analysed]))
            self._listen(frame, now - (len(self._kept) / 2 - start) / RATE)

    def close(self) -> None:
        """The call is over: finish the recording."""
        self._tap = None
        self._file.close()

    def _listen(self, frame: Samples, at: float) -> None:
        if key := self._keypad.hear(frame):
            self._on_key(key)
        level = 10 * np.log10(float(np.mean(frame**2)) + 1e-10)
        turning = level < _QUIET if self._sounding else level > _LOUD
        self._run = self._run + 1 if turning else 0
        needed = _END if self._sounding else _BEGIN
        if self._run == needed:
            self._sounding = not self._sounding
            self._run = 0
            turned = (self._analysed - needed * _FRAME) / RATE
            if self._sounding:
                self._began = turned
            else:
                self.turns.append((self._began, turned))
            self._on_sound(self._sounding, at - (needed - 1) * _FRAME / RATE)


def _samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
