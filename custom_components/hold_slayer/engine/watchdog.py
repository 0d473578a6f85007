"""Watches that audio arrives; asks the far side whether it is still there when none does.

Silence proves nothing: far sides on hold, and those that send nothing while nobody talks, are alive.
"""

import asyncio
from collections.abc import Callable
import logging

_LOGGER = logging.getLogger("engine.watchdog")

#: Between two looks, s.
LOOK_S = 5.0
#: Without a packet for so long the far side is asked, and again after as long, s.
SILENT_S = 30.0


class Watchdog:
    """Counts the packets of one dialog."""

    def __init__(self, packets: Callable[[], int | None], ask: Callable[[], None]) -> None:
        """`packets` returns those received so far, None = unknown; `ask` sends a request."""
        self._packets: Callable[[], int | None] | None = packets
        self._ask: Callable[[], None] | None = ask
        self._timer: asyncio.TimerHandle | None = None
        self._seen: int | None = None
        self._silent = 0.0

    def watch(self) -> None:
        """Expect packets from now on."""
        if self._timer is None and self._packets is not None:
            self._seen, self._silent = None, 0.0
            self._again()

    def rest(self) -> None:
        """Expect none: the far side put us on hold."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def end(self) -> None:
        """The dialog is over: let go of it, or a cycle would keep it alive."""
        self.rest()
        self._packets = self._ask = None

    def _again(self) -> None:
        """Look again later."""
        self._timer = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _look(self) -> None:
        """See whether packets came since the last look."""
        self._again()
        if self._packets is None or self._ask is None:
            return
        packets = self._packets()
        if packets is None or packets != self._seen:
            self._seen, self._silent = packets, 0.0
            return
        self._silent += LOOK_S
        if self._silent >= SILENT_S:
            self._silent = 0.0
            _LOGGER.warning("No audio for %g s: asking the far side if it is there", SILENT_S)
            self._ask()
