"""Plays PCM and tones into a leg, one after the other."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pjsua2 as pj

from ..telephony.messages import ErrorKind, Tone
from .endpoint import BRIDGE_RATE, FRAME_MS
from .refusal import RefusalError
from .tones import LOUDNESS, PLANS
from .wiring import Wiring

#: Audio the ring of a feed holds, s. What comes faster waits here.
RING_SECONDS = 1.0
#: Most PCM that may wait, bytes: five minutes at 16 kHz.
MOST_WAITING = 10_000_000
#: Sampling rates that can be played, Hz.
LEAST_RATE, MOST_RATE = 8000, 48000


@dataclass(slots=True, kw_only=True, eq=False)
class _Playback:
    """Something to play: PCM of a rate, or a tone."""

    number: int
    rate: int = 0
    chunks: deque[memoryview] = field(default_factory=deque)
    complete: bool = False
    tone: Tone | None = None
    times: int = 1
    #: Feed's count of ends that says this one has been played; None while it is still written.
    ends_at: int | None = None
    begun: bool = False

    @property
    def waiting(self) -> int:
        """Return the bytes not yet handed to the feed."""
        return sum(len(chunk) for chunk in self.chunks)


class _Feed:
    """A feed of one rate, and how many ends it was given."""

    def __init__(self, rate: int, name: str) -> None:
        """Create it in the bridge."""
        self.media: Any = pj.AudioFeed()
        self.media.createFeed(name, rate, FRAME_MS, int(RING_SECONDS * rate) * 2)
        self.ends = 0

    def mark(self) -> int:
        """Mark the end of what was written; return the count that tells it was played."""
        self.media.markEnd()
        self.ends += 1
        return self.ends

    def passed(self) -> int:
        """Return how many marks were played or discarded."""
        return int(self.media.endsReached() + self.media.endsDiscarded())


class Player:
    """The playing side of one leg. Its first feed is always connected, so RTP always flows."""

    def __init__(
        self,
        wiring: Wiring,
        *,
        name: str,
        played: Callable[[int, bool], None],
        speaking: Callable[[bool], None],
    ) -> None:
        """Connect; `played(number, completed)` and `speaking(active)` report."""
        self._wiring = wiring
        self._name = name
        self._played = played
        self._speaking = speaking
        self._queue: deque[_Playback] = deque()
        self._feeds: dict[int, _Feed] = {}
        self._tones: Any = None
        self._feed(BRIDGE_RATE)

    @property
    def underruns(self) -> int:
        """Return the frames in which PCM came too late."""
        return sum(int(feed.media.underruns()) for feed in self._feeds.values())

    def play(self, number: int, rate: int, pcm: bytes, *, last: bool) -> None:
        """Take a piece of PCM16; raises `RefusalError`."""
        if not LEAST_RATE <= rate <= MOST_RATE or rate % 50:
            text = f"{rate} Hz cannot be played: {LEAST_RATE} to {MOST_RATE} Hz, a multiple of 50"
            raise RefusalError(ErrorKind.UNSUPPORTED, text)
        if len(pcm) % 2:
            text = f"{len(pcm)} bytes are not whole samples of PCM16"
            raise RefusalError(ErrorKind.BAD_MESSAGE, text)
        playback = self._queue[-1] if self._queue else None
        if playback is None or playback.number != number or playback.complete:
            playback = _Playback(number=number, rate=rate)
            self._queue.append(playback)
        if playback.rate != rate:
            text = f"playback {number} began with {playback.rate} Hz and goes on with {rate}"
            raise RefusalError(ErrorKind.BAD_MESSAGE, text)
        if sum(item.waiting for item in self._queue) + len(pcm) > MOST_WAITING:
            text = "more audio than can wait: send it no faster than it plays"
            raise RefusalError(ErrorKind.UNSUPPORTED, text)
        if pcm:
            playback.chunks.append(memoryview(pcm))
        playback.complete = last
        self.tick()

    def play_tone(self, number: int, tone: Tone, times: int) -> None:
        """Queue a tone; 0 times = until stopped."""
        self._queue.append(_Playback(number=number, tone=tone, times=times, complete=True))
        self.tick()

    def stop(self) -> None:
        """Stop everything at once."""
        for feed in self._feeds.values():
            feed.media.discard()
        if self._tones is not None:
            self._tones.stop()
        self._end_all()

    def close(self) -> None:
        """The leg is over: nothing plays any more."""
        self._end_all()
        self._wiring.close()
        self._feeds.clear()
        self._tones = None

    def tick(self) -> None:
        """Hand on audio and report what has been played; called every few ms."""
        while self._queue and self._advance(self._queue[0]):
            playback = self._queue.popleft()
            if not self._queue:
                self._speaking(False)
            self._played(playback.number, True)

    def _advance(self, playback: _Playback) -> bool:
        """Move one playback on; True when it has been played."""
        if not playback.begun:
            # Nothing is lost by waiting: without a port nobody would hear it.
            if not self._wiring.is_up:
                return False
            playback.begun = True
            self._speaking(True)
            if playback.tone is not None:
                self._start_tone(playback.tone, playback.times)
                return False
        if playback.tone is not None:
            return not self._tones.isBusy()
        feed = self._feed(playback.rate)
        while playback.chunks:
            chunk = playback.chunks.popleft()
            accepted = feed.media.write(chunk)
            if accepted < len(chunk):
                playback.chunks.appendleft(chunk[accepted:])
                return False
        if not playback.complete:
            return False
        if playback.ends_at is None:
            playback.ends_at = feed.mark()
        return feed.passed() >= playback.ends_at

    def _start_tone(self, tone: Tone, times: int) -> None:
        """Let the tone generator begin."""
        generator = self.tone_generator()
        generator.stop()
        plan = PLANS[tone]
        descriptions = pj.ToneDescVector()
        for _ in range(max(1, times)):
            for part in plan:
                description = pj.ToneDesc()
                description.freq1, description.freq2 = part.first, part.second
                description.on_msec, description.off_msec = part.on_ms, part.off_ms
                description.volume = LOUDNESS
                descriptions.append(description)
        generator.play(descriptions, times == 0)

    def tone_generator(self) -> Any:
        """Return the leg's tone generator, connected."""
        if self._tones is None:
            self._tones = pj.ToneGenerator()
            self._tones.createToneGenerator(BRIDGE_RATE, 1)
            self._wiring.add_source(self._tones)
        return self._tones

    def _feed(self, rate: int) -> _Feed:
        """Return the feed of a rate, connected."""
        if rate not in self._feeds:
            self._feeds[rate] = _Feed(rate, f"{self._name} {rate}")
            self._wiring.add_source(self._feeds[rate].media)
        return self._feeds[rate]

    def _end_all(self) -> None:
        """Report everything waiting as not completed."""
        if not self._queue:
            return
        stopped, self._queue = self._queue, deque()
        self._speaking(False)
        for playback in stopped:
            self._played(playback.number, False)
