"""Driving the navigator: one moment at a time in, its orders out, woken when it asked to be."""

from collections import deque
from collections.abc import Callable
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..navigation.acts import Act, EndCall
from ..navigation.moments import Moment, Tick
from ..navigation.navigator import Navigator
from ..navigation.plan import CallPlan
from ..navigation.states import Outcome

_LOGGER = logging.getLogger(__name__)


class Driver:
    """Gives a call's navigator its moments and its clock, and carries out what it orders."""

    def __init__(
        self,
        hass: HomeAssistant,
        call_id: str,
        plan: CallPlan,
        *,
        do: Callable[[Act], None],
        is_active: Callable[[], bool],
    ) -> None:
        """Prepare; the navigator's clock begins now. `do` carries out an order."""
        self.navigator = Navigator(plan)
        self._hass = hass
        self._call_id = call_id
        self._do = do
        self._is_active = is_active
        self._began = hass.loop.time()
        self._moments: deque[Moment] = deque()
        self._telling = False
        self._tick: CALLBACK_TYPE | None = None

    @callback
    def tell(self, moment: Moment) -> None:
        """Tell the navigator that something happened, and do what it orders.

        What happens while orders are carried out is told after them.
        """
        self._moments.append(moment)
        if self._telling:
            return
        self._telling = True
        try:
            while self._moments and self._is_active():
                self._handle(self._moments.popleft())
        finally:
            self._telling = False
            self._moments.clear()
        self._set_tick()

    @callback
    def stop(self) -> None:
        """Wake the navigator no more."""
        if self._tick is not None:
            self._tick()
            self._tick = None

    def _handle(self, moment: Moment) -> None:
        """Give one moment to the navigator; a fault in it ends the call instead of losing it."""
        try:
            acts = self.navigator.handle(moment, self._hass.loop.time() - self._began)
        except Exception:
            _LOGGER.exception("Call %s: the navigator failed", self._call_id)
            acts = [EndCall(outcome=Outcome.FAILED, reason="internal")]
        for act in acts:
            self._do(act)

    @callback
    def _set_tick(self) -> None:
        """Wake the navigator at the moment it asked for."""
        self.stop()
        deadline = self.navigator.deadline
        if deadline is None or not self._is_active():
            return
        delay = max(0.0, self._began + deadline - self._hass.loop.time())
        self._tick = async_call_later(self._hass, delay, self._on_tick)

    @callback
    def _on_tick(self, _now: Any) -> None:
        """Tell the navigator that its moment has come."""
        self._tick = None
        self.tell(Tick())
