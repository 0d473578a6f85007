"""The company hung up: what it said last tells why, and the text of it may still be on its way."""

from .context import CallContext
from .moments import EndedBy, LineChanged
from .states import CallState

#: How long the end of a call waits for the words before it, s.
_WAIT_S = 8.0
#: States in which an announcement may explain a hang-up.
EXPLAINABLE = frozenset({CallState.NAVIGATING, CallState.ON_HOLD, CallState.PERSON_SUSPECTED})
_TIMER = "last_words"


class LastWords:
    """Holds the end of a call back until its last words are known."""

    def __init__(self, call: CallContext) -> None:
        """The line is up."""
        self._call = call
        self._ended: LineChanged | None = None

    @property
    def waiting(self) -> bool:
        """Whether the company is gone and words are waited for; nothing can be done meanwhile."""
        return self._ended is not None

    def hold_back(self, change: LineChanged, state: CallState) -> bool:
        """Whether the end should wait for words; it is kept until then."""
        explained = change.ended_by is EndedBy.THEM and state in EXPLAINABLE
        if self.waiting or not explained or not self._missing:
            return False
        self._ended = change
        self._call.timers.clear()
        self._call.wait(_TIMER, _WAIT_S)
        return True

    @property
    def over(self) -> LineChanged | None:
        """How the line ended, once all words are here or have taken too long."""
        late = _TIMER not in self._call.timers
        return self._ended if late or not self._missing else None

    @property
    def _missing(self) -> bool:
        return bool(self._call.line.awaited) or self._call.line.speaking
