"""What a party says into its call: speech over a background, written ahead into a feed."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Any

import numpy as np

from ..sounds import RATE, Samples

#: Milliseconds per frame, as RTP has it with G.711.
FRAME_MS = 20
_FRAME = RATE * FRAME_MS // 1000
#: Audio is written this many samples ahead: enough for a busy machine, short enough to react.
_AHEAD = RATE * 200 // 1000
#: Change of the background's gain per frame while it fades or ducks: full swing in 0.3 s.
_FADE = FRAME_MS / 300

#: Samples that loop, or something that gives the next so many samples.
type Background = Samples | Callable[[int], Samples]
type Mark = Callable[[float], None]


@dataclass(slots=True, eq=False)
class _Clip:
    """A stretch of foreground with callbacks at sample positions."""

    samples: Samples
    marks: list[tuple[int, Mark]]
    done: asyncio.Future[None]
    at: int = 0


class Player:
    """Mixes foreground clips over a looping background; tells the moment any sample goes out."""

    def __init__(self, feed: Any) -> None:
        """`feed` is a pjsua2.AudioFeed that was created at `RATE`."""
        self._feed = feed
        self._clips: deque[_Clip] = deque()
        self._background: Background | None = None
        self._background_at = 0
        self._gain = 0.0
        self._target = 0.0
        #: Gain of the background while a clip plays; 1 = untouched.
        self.duck = 1.0
        self._written = 0
        self._marks: deque[tuple[int, Mark]] = deque()

    async def play(self, samples: Samples, marks: list[tuple[int, Mark]] | None = None) -> None:
        """Play and wait for the last sample; cancelling stops it. Each mark gets its `time.time()`."""
        if not len(samples):
            return
        clip = _Clip(samples, list(marks or ()), asyncio.get_running_loop().create_future())
        self._clips.append(clip)
        try:
            await clip.done
        finally:
            if clip in self._clips:
                self._clips.remove(clip)

    def background(self, source: Background | None) -> None:
        """Play this under everything said; None fades it out. A loop of samples goes on where it was."""
        if source is None:
            self._target = 0.0
            return
        if source is not self._background:
            self._background_at = 0
            self._gain = 0.0
        self._background = source
        self._target = 1.0

    def pump(self) -> None:
        """Write what is due and report marks that were reached; called every few ms."""
        played = self._feed.playedBytes() // 2
        now = time.time()
        while self._marks and self._marks[0][0] <= played:
            position, mark = self._marks.popleft()
            mark(now - (played - position) / RATE)
        while self._written - played < _AHEAD and (frame := self._next_frame()) is not None:
            accepted = self._feed.write((frame.clip(-1, 1) * 32767).astype(np.int16).tobytes())
            self._written += accepted // 2
            if accepted < 2 * _FRAME:
                break

    def forget_feed(self) -> None:
        """The call is over: end everything that was to be said."""
        self._feed = None
        for clip in self._clips:
            clip.done.cancel()
        self._clips.clear()

    def _next_frame(self) -> Samples | None:
        """The next 20 ms, or None when there is nothing to say."""
        if not self._clips and self._gain == 0.0 and self._target == 0.0:
            return None
        frame = np.zeros(_FRAME, np.float32)
        speaking = bool(self._clips)
        filled = 0
        while self._clips and filled < _FRAME:
            clip = self._clips[0]
            piece = clip.samples[clip.at : clip.at + _FRAME - filled]
            frame[filled : filled + len(piece)] = piece
            while clip.marks and clip.marks[0][0] < clip.at + len(piece):
                position, mark = clip.marks.pop(0)
                self._marks.append((self._written + filled + position - clip.at, mark))
            filled += len(piece)
            clip.at += len(piece)
            if clip.at >= len(clip.samples):
                self._clips.popleft()
                self._marks += [
                    (self._written + filled + position - clip.at, mark)
                    for position, mark in clip.marks
                ]
                self._marks.append((self._written + filled, _resolver(clip.done)))
        self._mix_background(frame, self._target * (self.duck if speaking else 1.0))
        return frame

    def _mix_background(self, frame: Samples, target: float) -> None:
        if self._background is None:
            self._gain = 0.0
            return
        gain = self._gain + float(np.clip(target - self._gain, -_FADE, _FADE))
        if gain or self._gain:
            if callable(self._background):
                piece = self._background(_FRAME)
            else:
                index = (self._background_at + np.arange(_FRAME)) % len(self._background)
                piece = self._background[index]
            frame += piece * np.linspace(self._gain, gain, _FRAME, dtype=np.float32)
            self._background_at += _FRAME
        self._gain = gain


def _resolver(done: asyncio.Future[None]) -> Mark:
    def resolve(_: float) -> None:
        if not done.done():
            done.set_result(None)

    return resolve
