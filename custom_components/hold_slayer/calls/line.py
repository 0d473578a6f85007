"""A line: one call slot of an account, with what its entities show."""

from collections.abc import Callable

from homeassistant.core import CALLBACK_TYPE, callback

from ..navigation.states import CallState
from ..telephony.messages import LegStatistics
from .call import Call
from .changes import Change
from .problems import invalid


class Line:
    """Shows its call, and for a while after the end its last one."""

    def __init__(self, number: int) -> None:
        """Start idle; numbers count from 1."""
        self.number = number
        #: The call shown: running, or just over; None when idle.
        self.call: Call | None = None
        #: The last call, kept longer than `call` for the card.
        self.last: Call | None = None
        self.auto_connect = True
        #: What the Call button of the line would do: subentry ids, "" = nothing chosen, all phones.
        self.chosen_contact = ""
        self.chosen_phone = ""
        self._watchers: set[Callable[[Change | None], None]] = set()

    @property
    def busy(self) -> bool:
        """Tell whether a call is being made on this line."""
        return self.call is not None and self.call.state not in (
            CallState.ENDED,
            CallState.FAILED,
        )

    @property
    def state(self) -> CallState:
        """What the line shows."""
        return self.call.state if self.call else CallState.IDLE

    def running_call(self) -> Call:
        """Return the call in progress; raises a translated error when there is none."""
        if self.call is None or not self.busy:
            raise invalid("no_call_on_line", line=self.number)
        return self.call

    async def statistics(self) -> LegStatistics | None:
        """Return the media figures of the company leg; None when there is no call."""
        return await self.call.statistics() if self.call is not None and self.busy else None

    @callback
    def watch(self, watcher: Callable[[Change | None], None]) -> CALLBACK_TYPE:
        """Tell `watcher` of every change; None means something other than the call."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    @callback
    def tell(self, change: Change | None = None) -> None:
        """Tell everybody who watches."""
        for watcher in tuple(self._watchers):
            watcher(change)
