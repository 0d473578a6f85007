"""Whether audio arrives at all: gaps, and lines that carry nothing but zeros."""

import numpy as np

from .frames import RATE, Samples
from .heard import AudioResumed, AudioStopped

#: Missing audio, and audio of nothing but zeros, is reported after this long, s.
_STOPPED_AFTER = 2.0
_ZERO_AFTER = 15.0
#: Nothing louder than this is digital silence, full scale 1.
_NOTHING = 1e-5


class Arrival:
    """Notices that audio stops arriving, or arrives again."""

    def __init__(self) -> None:
        """Start with audio that arrives."""
        self._missing = 0.0
        self._zeros = 0.0
        self._stopped = False

    def came(self) -> None:
        """Take note that a block arrived: what was missing before it is over."""
        self._missing = 0.0

    def watch(
        self, chunk: Samples, start: float, *, missing: bool
    ) -> list[AudioStopped | AudioResumed]:
        """Look at audio that begins at `start` s; `missing` says that it stands for a gap."""
        seconds = len(chunk) / RATE
        end = start + seconds
        zeros = not float(np.maximum.reduce(chunk)) > _NOTHING
        self._missing = self._missing + seconds if missing else 0.0
        self._zeros = self._zeros + seconds if zeros else 0.0
        dead = self._missing >= _STOPPED_AFTER or self._zeros >= _ZERO_AFTER
        if dead and not self._stopped:
            self._stopped = True
            return [AudioStopped(time=end, since=end - max(self._missing, self._zeros))]
        if self._stopped and not missing and not zeros:
            self._stopped = False
            return [AudioResumed(time=start)]
        return []
