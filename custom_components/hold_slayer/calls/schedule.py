"""Calls that wait for their time: until the company opens, or until a given moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_time
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN
from ..navigation.states import Outcome
from .contact import Contact
from .job import Job
from .problems import invalid
from .request import CallRequest, from_stored, to_stored
from .resolve import check, find_contact

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)

#: When a call is made on a day where no opening hours are known, hour.
MORNING = 9
#: Calls that may wait at once, and how far ahead.
MOST_WAITING = 50
FURTHEST = timedelta(days=60)
#: A call whose line is busy, or whose account is away, is tried again after this.
RETRY = timedelta(minutes=2)
STORAGE_VERSION = 1
#: Changes are written after this, s.
SAVE_DELAY_S = 1.0


class When(StrEnum):
    """When a call is to begin."""

    NOW = "now"
    OPEN = "open"
    AT = "at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A call that waits."""

    id: str
    request: CallRequest
    due: datetime
    #: In the user's words, for the to-do list.
    summary: str
    #: How the call before it ended, for one that is tried again.
    because: Outcome | None = None


class Schedule:
    """The waiting calls of an account; they survive a restart."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Start empty; `load` brings back what waited before."""
        self.waiting: dict[str, Waiting] = {}
        self._hass = hass
        self._account = account
        self._store = _store(hass, account.entry.entry_id)
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._watchers: set[Callable[[], None]] = set()

    async def load(self) -> None:
        """Bring back what waited before the restart."""
        for stored in await self._store.async_load() or ():
            waiting = Waiting(
                id=stored["id"],
                request=from_stored(stored["request"]),
                due=datetime.fromisoformat(stored["due"]),
                summary=stored["summary"],
                because=Outcome(stored["because"]) if stored.get("because") else None,
            )
            self.waiting[waiting.id] = waiting
            self._set_timer(waiting, max(waiting.due, dt_util.now()))

    @callback
    def watch(self, watcher: Callable[[], None]) -> CALLBACK_TYPE:
        """Tell `watcher` when the list changes."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    @callback
    def add(
        self,
        request: CallRequest,
        when: When,
        at: datetime | None = None,
        summary: str = "",
        *,
        day: date | None = None,
    ) -> Waiting:
        """Let a call wait; raises a translated error for what could never be placed.

        A call for when a company opens may be meant for a certain `day`, or the next open one after it.
        """
        checked = check(self._account, request)
        if len(self.waiting) >= MOST_WAITING:
            raise invalid("too_many_waiting", most=MOST_WAITING)
        now = dt_util.now()
        if when is When.AT:
            due = _checked_time(at, now)
        else:
            if not request.contact:
                raise invalid("opening_hours_need_contact")
            contact = find_contact(self._account, request.contact)
            due = next_opening(contact, max(now, _morning(day, contact)) if day else now)
            if due > now + FURTHEST:
                raise invalid("time_invalid", time=due.isoformat(), days=FURTHEST.days)
        about = f": {checked.intent}" if checked.intent else ""
        waiting = Waiting(
            id=ulid_now().lower(),
            request=request,
            due=due,
            summary=summary or f"{checked.name}{about}",
        )
        return self._keep(waiting)

    @callback
    def again(self, request: CallRequest, due: datetime, job: Job, because: Outcome) -> Waiting:
        """Let a call that came to nothing wait for its next try, in place of an older such try."""
        for each in list(self.waiting.values()):
            if each.because is not None and each.request.contact == request.contact:
                self.remove(each.id)
        if len(self.waiting) >= MOST_WAITING:
            raise invalid("too_many_waiting", most=MOST_WAITING)
        about = f": {job.plan.intent}" if job.plan.intent else ""
        return self._keep(
            Waiting(
                id=ulid_now().lower(),
                request=request,
                due=due,
                summary=f"{job.name}{about}",
                because=because,
            )
        )

    @property
    def next(self) -> Waiting | None:
        """The call whose time comes first."""
        return min(self.waiting.values(), key=lambda each: each.due, default=None)

    def _keep(self, waiting: Waiting) -> Waiting:
        """Take a call on the list."""
        self.waiting[waiting.id] = waiting
        self._set_timer(waiting, waiting.due)
        self._changed()
        return waiting

    @callback
    def remove(self, waiting_id: str) -> None:
        """Take a waiting call away."""
        self.waiting.pop(waiting_id, None)
        if (cancel := self._timers.pop(waiting_id, None)) is not None:
            cancel()
        self._changed()

    @callback
    def stop(self) -> None:
        """Take all timers away; what waits stays stored."""
        for cancel in self._timers.values():
            cancel()
        self._timers = {}

    def _set_timer(self, waiting: Waiting, due: datetime) -> None:
        """Wake up when a call is due."""
        self._timers[waiting.id] = async_track_point_in_time(
            self._hass, partial(self._due, waiting), due
        )

    async def _due(self, waiting: Waiting, now: datetime) -> None:
        """Place a call whose time has come; try again while it cannot be placed."""
        self._timers.pop(waiting.id, None)
        busy = all(line.busy for line in self._account.switchboard.lines)
        if busy or not self._account.registered:
            self._set_timer(waiting, now + RETRY)
            return
        self.waiting.pop(waiting.id, None)
        self._changed()
        try:
            await self._account.start_call(waiting.request)
        except HomeAssistantError as err:
            _LOGGER.warning("A call that waited could not be placed: %s", err)

    def _changed(self) -> None:
        """Store the list and tell those who show it."""
        self._store.async_delay_save(self._data, SAVE_DELAY_S)
        for watcher in tuple(self._watchers):
            watcher()

    def _data(self) -> list[dict[str, Any]]:
        """Return the list as stored."""
        return [
            {
                "id": waiting.id,
                "request": to_stored(waiting.request),
                "due": waiting.due.isoformat(),
                "summary": waiting.summary,
                "because": waiting.because.value if waiting.because else None,
            }
            for waiting in self.waiting.values()
        ]


def _store(hass: HomeAssistant, entry_id: str) -> Store[list[dict[str, Any]]]:
    """Return where the waiting calls of an account are stored."""
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.waiting.{entry_id}")


async def remove_stored(hass: HomeAssistant, entry_id: str) -> None:
    """Remove what is stored for an account that is gone."""
    await _store(hass, entry_id).async_remove()


def _checked_time(at: datetime | None, now: datetime) -> datetime:
    """Return the moment asked for; raises a translated error when it cannot be."""
    if at is None:
        raise invalid("time_missing")
    due = at if at.tzinfo else at.replace(tzinfo=dt_util.get_default_time_zone())
    if not now <= due <= now + FURTHEST:
        raise invalid("time_invalid", time=due.isoformat(), days=FURTHEST.days)
    return due


def _morning(day: date, contact: Contact) -> datetime:
    """Return when a day begins on which a company is called; nobody calls in the night by default."""
    start = dt_util.start_of_local_day(day)
    return start if contact.hours.limited else start.replace(hour=MORNING)


def next_opening(contact: Contact, now: datetime) -> datetime:
    """Return when a company is open next, `now` if it is open; times are local."""
    if contact.hours.include(now):
        return now
    for days in range(8):
        day = now + timedelta(days=days)
        opening = day.replace(hour=0, minute=0, second=0, microsecond=0)
        if (start := contact.hours.start) is not None:
            opening = opening.replace(hour=start.hour, minute=start.minute)
        if opening > now and contact.hours.include(opening):
            return opening
    raise invalid("never_open", contact=contact.name)
