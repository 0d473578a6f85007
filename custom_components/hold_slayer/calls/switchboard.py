"""The switchboard of an account: its lines, the calls on them, and who wants to know."""

import asyncio
from collections.abc import Callable
from functools import partial
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..navigation.states import Outcome
from ..telephony.messages import EngineEvent, LegChanged, LegState
from .call import Call
from .changes import Change, ChangeKind
from .engine import SharedEngine
from .job import Job
from .line import Line
from .problems import invalid
from .tools import CallTools

_LOGGER = logging.getLogger(__name__)

#: How long a line still shows a call that is over, s.
SHOW_ENDED_S = 30.0
#: How long the card still shows how it went, s.
KEEP_LAST_S = 30 * 60.0
#: Calls kept after their end, for `get_calls` and `get_transcript`.
KEPT_CALLS = 20

type Watcher = Callable[[Line, Call, Change], None]


class Switchboard:
    """Puts jobs on lines and hands changes to whoever watches."""

    def __init__(self, hass: HomeAssistant, engine: SharedEngine, lines: int) -> None:
        """Start with idle lines."""
        self.lines = [Line(number) for number in range(1, lines + 1)]
        #: Running calls and the last ones that ended, oldest first.
        self.calls: dict[str, Call] = {}
        self._hass = hass
        self._engine = engine
        self._watchers: set[Watcher] = set()
        self._idle_timers: dict[int, CALLBACK_TYPE] = {}
        self._unwatch: dict[str, list[CALLBACK_TYPE]] = {}

    @property
    def active(self) -> list[Call]:
        """The calls that are not over."""
        return [line.call for line in self.lines if line.busy and line.call is not None]

    @callback
    def watch(self, watcher: Watcher) -> CALLBACK_TYPE:
        """Tell `watcher` of every change of every call."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    def free_line(self, number: int | None = None) -> Line:
        """Return a free line; raises a translated error when there is none."""
        if number is None:
            for line in self.lines:
                if not line.busy:
                    return line
            raise invalid("all_lines_busy", count=len(self.lines))
        if not 1 <= number <= len(self.lines):
            raise invalid("unknown_line", line=number, count=len(self.lines))
        if (line := self.lines[number - 1]).busy:
            raise invalid("line_busy", line=number)
        return line

    @callback
    def start(self, job: Job, tools: CallTools, line: Line) -> Call:
        """Begin a call on a free line."""
        call = Call(self._hass, job, tools, partial(self._changed, line))
        if (cancel := self._idle_timers.pop(line.number, None)) is not None:
            cancel()
        line.call = line.last = call
        self.calls[call.id] = call
        self._forget_old()
        handle = partial(self._handle, line, call)
        self._unwatch[call.id] = [
            self._engine.watch_call(name, handle) for name in (call.id, job.incoming) if name
        ]
        call.start()
        return call

    def line_of(self, call: Call) -> Line | None:
        """Return the line a call is shown on."""
        return next((line for line in self.lines if line.call is call), None)

    async def end_all(self, outcome: Outcome, reason: str) -> None:
        """End every call; used when the account goes away."""
        await asyncio.gather(*(call.end(outcome, reason) for call in self.active))
        for cancel in self._idle_timers.values():
            cancel()
        self._idle_timers.clear()
        for call_id in tuple(self._unwatch):
            self._stop_watching(call_id)

    @callback
    def set_lines(self, count: int) -> None:
        """Add lines, or take idle ones away from the end."""
        while len(self.lines) < count:
            self.lines.append(Line(len(self.lines) + 1))
        while len(self.lines) > count and not self.lines[-1].busy:
            self.lines.pop()

    @callback
    def _handle(self, line: Line, call: Call, event: EngineEvent) -> None:
        """Hand an event of a leg to its call; that a leg is over is told even after the call."""
        if isinstance(event, LegChanged) and event.state is LegState.DISCONNECTED:
            facts = {"leg": event, "phone": call.progress.legs.get(event.leg)}
            self._changed(line, call, Change(kind=ChangeKind.LEG, facts=facts))
        if not call.ended.is_set():
            call.handle(event)

    @callback
    def _changed(self, line: Line, call: Call, change: Change) -> None:
        """Hand a change on, and clear up when a call is over."""
        if change.kind is ChangeKind.ENDED:
            self._idle_timers[line.number] = async_call_later(
                self._hass, SHOW_ENDED_S, partial(self._become_idle, line, call)
            )
        if line.call is call:
            line.tell(change)
        for watcher in tuple(self._watchers):
            try:
                watcher(line, call, change)
            except Exception:
                # One watcher's fault must not cost the call.
                _LOGGER.exception("Showing a change of call %s failed", call.id)

    @callback
    def _become_idle(self, line: Line, call: Call, _now: Any) -> None:
        """Stop showing a call that is over."""
        self._idle_timers.pop(line.number, None)
        if line.call is call:
            line.call = None
            line.tell()
            self._idle_timers[line.number] = async_call_later(
                self._hass, KEEP_LAST_S, partial(self._forget_last, line, call)
            )

    @callback
    def _forget_last(self, line: Line, call: Call, _now: Any) -> None:
        """Forget a call that has been over for long."""
        self._idle_timers.pop(line.number, None)
        if line.last is call:
            line.last = None
            line.tell()

    @callback
    def _forget_old(self) -> None:
        """Keep only the last ended calls."""
        ended = [call_id for call_id, call in self.calls.items() if call.ended.is_set()]
        for call_id in ended[: max(0, len(ended) - KEPT_CALLS)]:
            del self.calls[call_id]
            self._stop_watching(call_id)

    def _stop_watching(self, call_id: str) -> None:
        """Hear no more of a call's legs."""
        for unwatch in self._unwatch.pop(call_id, ()):
            unwatch()
