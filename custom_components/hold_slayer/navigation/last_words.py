"""The company hung up: what it said last tells why, and the text of it may still be on its way."""

from .context import CallContext
from .moments import EndedBy, Heard, LineChanged, Moment, Ordered, Transcribed
from .moments import Tick, TranscriptUnavailable
from .states import CallState

#: How long the end of a call waits for the words before it, s.
_WAIT_S = 4.0
#: States in which an announcement may explain a hang-up.
_EXPLAINABLE = frozenset({CallState.NAVIGATING, CallState.ON_HOLD, CallState.PERSON_SUSPECTED})
_TIMER = "last_words"


class LastWords:
    """Holds the end of a call back until its last words are known."""

    def __init__(self, call: CallContext) -> None:
        """The line is up."""
        self._call = call
        #: How the line ended; None while it is up, or when nothing is waited for.
        self.ended: LineChanged | None = None

    def hold_back(self, change: LineChanged, state: CallState) -> bool:
        """Whether the end should wait for words; it is kept meanwhile."""
        if change.ended_by is not EndedBy.THEM or state not in _EXPLAINABLE or self.ended:
            return False
        if not self._missing:
            return False
        self.ended = change
        self._call.timers.clear()
        self._call.wait(_TIMER, _WAIT_S)
        return True

    @property
    def known(self) -> bool:
        """Whether the wait is over: all words are here, or they take too long."""
        return self.ended is not None and (not self._missing or _TIMER not in self._call.timers)

    def wants(self, moment: Moment) -> bool:
        """Whether a moment still means something after the company is gone."""
        wanted = (Heard, Transcribed, TranscriptUnavailable, Ordered, Tick)
        return self.ended is None or isinstance(moment, wanted)

    @property
    def _missing(self) -> bool:
        return bool(self._call.line.awaited) or self._call.line.speaking
