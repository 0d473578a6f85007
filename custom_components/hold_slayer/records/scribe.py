"""Writing down the calls of one account as they happen."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, CoreState, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util
from sqlalchemy import Connection

from ..calls.call import Call
from ..calls.changes import Change, ChangeKind
from ..calls.line import Line
from ..calls.progress import Segment, TranscriptLine
from ..const import DOMAIN
from ..navigation.states import CallState
from .call_events import event_of
from .event_log import log_events
from .folding import folded
from .following import call_changed
from .history import History, acquire_history, release_history
from .keeping import keeping_of
from .leg_rows import leg_row
from .masking import Mask
from .recording_access import clear_recordings, keep_within_limits
from .schema import ADDRESS, LONG, SHORT
from .writing import CallEvent, Writing, close_interrupted

if TYPE_CHECKING:
    from ..calls.account import Account

_LOGGER = logging.getLogger(__name__)

_WEIGHTS: Final = Path(__file__).parents[1] / "hearing" / "timbre.npz"
#: Events kept of one call; verdicts of a long hold are the most of them.
MOST_EVENTS: Final = 5000
#: Calls that ended lately whose rows are known.
MOST_OVER: Final = 20
#: When and how often old calls are deleted.
FIRST_CLEARING: Final = timedelta(minutes=10)
CLEARING: Final = timedelta(hours=12)


@dataclass(slots=True)
class _Written:
    """How much of a call is in the history."""

    generation: int
    mask: Mask
    #: Seconds in the menu in stretches that are over.
    menu_s: float = 0.0
    events: list[CallEvent] = field(default_factory=list)
    events_done: int = 0
    segments: list[dict[str, Any]] = field(default_factory=list)
    lines: int = 0
    legs: list[Mapping[str, Any]] = field(default_factory=list)
    legs_done: int = 0
    state: tuple[CallState, datetime] | None = None


class Scribe:
    """Turns every change of a call into one transaction."""

    def __init__(self, hass: HomeAssistant, account: Account, history: History) -> None:
        """Prepare; `start` begins."""
        self._hass = hass
        self._account = account
        self._history = history
        self._version = ""
        self._ears_version = ""
        self._known: dict[str, _Written] = {}
        #: The rows of calls that ended lately: their legs may be over a little later.
        self._over: dict[str, Mapping[str, Any]] = {}

    async def start(self) -> CALLBACK_TYPE:
        """End what a crash cut off and watch the switchboard; return what ends that."""
        self._version = str((await async_get_integration(self._hass, DOMAIN)).version)
        self._ears_version = await self._hass.async_add_executor_job(_ears_version)
        account_id = self._account.entry.entry_id
        running = frozenset(call.id for call in self._account.switchboard.active)

        def close(connection: Connection) -> None:
            close_interrupted(connection, account_id, running)

        self._history.writer.put(close)
        return self._account.switchboard.watch(self._changed)

    @callback
    def _changed(self, line: Line, call: Call, change: Change) -> None:
        """Write down what is new."""
        if change.kind is ChangeKind.PARTIAL:
            return
        written = self._known.get(call.id)
        if written is None and call.ended.is_set():
            self._changed_late(call, change)
            return
        generation = self._history.writer.generation
        begun = written is None
        if written is None:
            written = _Written(generation, Mask(call.job.secrets))
            self._known[call.id] = written
        whole = written.generation != generation
        if whole:
            # a new database was begun: it gets all of the call
            written.generation = generation
            written.segments, written.lines = [], 0
            written.events_done = written.legs_done = 0
        self._count_menu(written, call)
        event = event_of(call, change, written.mask)
        last = change.kind in (ChangeKind.JUDGED, ChangeKind.ENDED)
        room = len(written.events) < MOST_EVENTS or last
        if event is not None and room:
            written.events.append(event)
        if change.kind is ChangeKind.LEG:
            written.legs.append(leg_row(change))
        writing = self._writing(line, call, written, whole=whole)
        if writing is not None:
            self._history.writer.put(writing)
            if self._history.keeping.event_log and writing.call is not None:
                log_events(writing, writing.call)
        if change.kind is ChangeKind.ENDED:
            del self._known[call.id]
            self._over[call.id] = self._row(line, call, written)
            for old in list(self._over)[:-MOST_OVER]:
                del self._over[old]
        if begun or change.kind in (ChangeKind.ENDED, ChangeKind.TAUGHT):
            call_changed(self._hass, call.id)

    def _changed_late(self, call: Call, change: Change) -> None:
        """Write down what is new of a call that is over: what it is said to have been, legs."""
        if change.kind not in (ChangeKind.TAUGHT, ChangeKind.LEG):
            return
        event = event_of(call, change, Mask(call.job.secrets))
        legs = (leg_row(change),) if change.kind is ChangeKind.LEG else ()
        writing = Writing(call_id=call.id, events=(event,) if event else (), legs=legs)
        self._history.writer.put(writing)
        if self._history.keeping.event_log and (row := self._over.get(call.id)) is not None:
            log_events(writing, row)
        call_changed(self._hass, call.id)

    def _writing(self, line: Line, call: Call, written: _Written, *, whole: bool) -> Writing | None:
        """Return what has to be written; None when nothing is new."""
        events = tuple(written.events[written.events_done :])
        first, segments = _new_segments(call.progress.segments, written)
        words = _new_words(call.progress.transcript, written)
        legs = tuple(written.legs[written.legs_done :])
        if not (events or segments or words or legs or whole):
            return None
        written.events_done, written.legs_done = len(written.events), len(written.legs)
        return Writing(
            call_id=call.id,
            call=self._row(line, call, written),
            events=events,
            segments_from=first,
            segments=tuple(segments),
            words=tuple(words),
            legs=legs,
            whole=whole,
        )

    def _row(self, line: Line, call: Call, written: _Written) -> Mapping[str, Any]:
        """Return the call's row."""
        progress, job, ready = call.progress, call.job, self._account.engine.ready
        ended = progress.ended
        return {
            "account_id": self._account.entry.entry_id,
            "line": line.number,
            "contact_id": job.contact.id if job.contact else None,
            "name": job.name[:LONG],
            "name_folded": folded(job.name)[:LONG],
            "number": job.target[:ADDRESS],
            "intent": written.mask.text(job.plan.intent),
            "mode": job.plan.mode.value,
            "language": job.language[:SHORT],
            "state": call.state.value,
            "started": progress.started.timestamp(),
            "answered": _epoch(progress.answered),
            "hold_started": _epoch(progress.hold_started),
            "person_since": _epoch(progress.person_since),
            "connected": _epoch(progress.connected),
            "ended": _epoch(ended),
            "touched": dt_util.utcnow().timestamp(),
            "menu_s": max(0.0, written.menu_s),
            "hold_s": max(0.0, progress.held_s),
            "queue_position": progress.queue_position,
            "estimated_wait_s": progress.estimated_wait_s,
            "outcome": progress.outcome.value if progress.outcome else None,
            "reason": written.mask.text(progress.reason),
            "engine_version": ready.engine_version[:SHORT] if ready else "",
            "ears_version": self._ears_version,
            "version": self._version[:SHORT],
        }

    def _count_menu(self, written: _Written, call: Call) -> None:
        """Add up the time in menus."""
        now = (call.state, call.progress.since)
        before, written.state = written.state, now
        if before is not None and before != now and before[0] is CallState.NAVIGATING:
            written.menu_s += max(0.0, (now[1] - before[1]).total_seconds())


async def record_calls(
    hass: HomeAssistant, account: Account
) -> Callable[[], Coroutine[Any, Any, None]]:
    """Record the calls of an account; return what ends that."""
    history = acquire_history(hass)
    unwatch = await Scribe(hass, account, history).start()

    async def clear(_now: datetime) -> None:
        try:
            if count := await history.delete_old():
                _LOGGER.info("Deleted %d old calls from the history", count)
        except HomeAssistantError as err:
            _LOGGER.debug("Old calls are deleted another time: %s", err)
        if count := await clear_recordings(hass):
            _LOGGER.info("Deleted %d recordings that were too old or too much", count)

    async def shut_down(_event: Event) -> None:
        await history.stop()

    async def options_changed(hass: HomeAssistant, _entry: ConfigEntry) -> None:
        await history.apply(keeping_of(hass))

    ends = [
        unwatch,
        account.outlooks.start(),
        keep_within_limits(hass),
        account.entry.add_update_listener(options_changed),
        async_call_later(hass, FIRST_CLEARING, clear),
        async_track_time_interval(hass, clear, CLEARING),
    ]
    stop_listening = hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, shut_down)

    async def end() -> None:
        for each in ends:
            each()
        if hass.state is not CoreState.final_write:
            stop_listening()
        await release_history(hass)

    return end


def _ears_version() -> str:
    """Return which weights the ears have: the beginning of their file's SHA-256."""
    try:
        return sha256(_WEIGHTS.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def _new_segments(segments: list[Segment], written: _Written) -> tuple[int, list[dict[str, Any]]]:
    """Return the segments that are new or changed and the position of the first of them."""
    # only the last one written can have changed
    first = max(0, len(written.segments) - 1)
    now = [
        {
            "kind": each.kind.value,
            "started": each.start.timestamp(),
            "ended": _epoch(each.end),
            "heard_before": each.repeat,
        }
        for each in segments[first:]
    ]
    if now == written.segments[first:]:
        return first, []
    written.segments[first:] = now
    return first, now


def _new_words(transcript: list[TranscriptLine], written: _Written) -> list[dict[str, Any]]:
    """Return the lines that are new and will not change."""
    found: list[dict[str, Any]] = []
    for line in transcript[written.lines :]:
        if not line.final:
            # its final words will take its place
            break
        written.lines += 1
        found.append(
            {
                "time": line.time.timestamp(),
                "speaker": line.speaker.value,
                "text": written.mask.text(line.text),
            }
        )
    return found


def _epoch(moment: datetime | None) -> float | None:
    """Return a time as seconds since the epoch."""
    return moment.timestamp() if moment else None
