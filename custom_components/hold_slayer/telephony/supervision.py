"""When a dead or hung engine is noticed and how often it is started again."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from .control import Pong


class LinkState(StrEnum):
    """Whether the engine can be used."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    FAILED = "failed"  # crashed too often; start() tries anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Times of the supervision, all in s."""

    #: From start to `Ready`.
    start: float = 30.0
    #: Between heartbeats, and for the answer to one. Three misses in a row are a hang, noticed
    #: therefore within 2 + 3 x 2 = 8 s.
    heartbeat: float = 2.0
    misses: int = 3
    #: Pauses before the first, second … restart; the last one repeats.
    pauses: tuple[float, ...] = (0.25, 1.0, 2.0, 5.0, 15.0, 60.0)
    #: More than `most_restarts` within `window` are a failure.
    window: float = 600.0
    most_restarts: int = 5
    #: For hanging up everything when stopping.
    goodbye: float = 3.0
    #: For the answer to any request; registering may take the 32 s of a SIP transaction.
    request: float = 60.0


class Restarts:
    """Counts restarts within the window."""

    def __init__(self, timings: Timings) -> None:
        """Begin with none."""
        self._timings = timings
        self._times: deque[float] = deque()

    def pause(self, now: float) -> float | None:
        """Note a restart at `now` (s, monotonic); return the pause before it, None = give up."""
        while self._times and self._times[0] <= now - self._timings.window:
            self._times.popleft()
        if len(self._times) >= self._timings.most_restarts:
            return None
        pause = self._timings.pauses[min(len(self._times), len(self._timings.pauses) - 1)]
        self._times.append(now)
        return pause

    def forget(self) -> None:
        """Begin anew."""
        self._times.clear()


class Pulse:
    """Judges heartbeats: an answer alone is not enough, the media clock must move."""

    def __init__(self, timings: Timings) -> None:
        """Begin healthy."""
        self._misses_allowed = timings.misses
        self._frames = -1
        self.misses = 0
        self.reason = ""

    def beat(self, pong: Pong) -> None:
        """Take an answer."""
        if pong.media_frames == self._frames:
            self.misses += 1
            self.reason = f"its media clock stands still at frame {pong.media_frames}"
        else:
            self.misses = 0
        self._frames = pong.media_frames

    def miss(self) -> None:
        """Note that no answer came."""
        self.misses += 1
        self.reason = "it does not answer"

    @property
    def stopped(self) -> bool:
        """Tell whether the engine must be taken for hung."""
        return self.misses >= self._misses_allowed
