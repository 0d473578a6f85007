"""Calls that wait for their time: until the company opens, or until a given moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_time
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from .contact import Contact
from .problems import invalid
from .request import CallRequest
from .resolve import check, find_contact

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)

#: Calls that may wait at once, and how far ahead.
MOST_WAITING = 50
FURTHEST = timedelta(days=60)
#: A call whose line is busy is tried again after this.
RETRY = timedelta(minutes=2)


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


class Schedule:
    """The waiting calls of an account; they do not survive a restart."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Start empty."""
        self.waiting: dict[str, Waiting] = {}
        self._hass = hass
        self._account = account
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._watchers: set[Callable[[], None]] = set()

    @callback
    def watch(self, watcher: Callable[[], None]) -> CALLBACK_TYPE:
        """Tell `watcher` when the list changes."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    @callback
    def add(self, request: CallRequest, when: When, at: datetime | None) -> dict[str, Any]:
        """Let a call wait; raises a translated error for what could never be placed."""
        check(self._account, request)
        if len(self.waiting) >= MOST_WAITING:
            raise invalid("too_many_waiting", most=MOST_WAITING)
        now = dt_util.now()
        if when is When.AT:
            due = self._at(at, now)
        else:
            if not request.contact:
                raise invalid("opening_hours_need_contact")
            due = next_opening(find_contact(self._account, request.contact), now)
        waiting = Waiting(id=ulid_now().lower(), request=request, due=due)
        self.waiting[waiting.id] = waiting
        self._set_timer(waiting, due)
        self._tell()
        return {"scheduled": True, "waiting_id": waiting.id, "due": due.isoformat()}

    @callback
    def remove(self, waiting_id: str) -> None:
        """Take a waiting call away."""
        self.waiting.pop(waiting_id, None)
        if (cancel := self._timers.pop(waiting_id, None)) is not None:
            cancel()
        self._tell()

    @callback
    def stop(self) -> None:
        """Take all timers away."""
        for cancel in self._timers.values():
            cancel()
        self._timers = {}

    @staticmethod
    def _at(at: datetime | None, now: datetime) -> datetime:
        """Return the moment asked for, checked."""
        if at is None:
            raise invalid("time_missing")
        due = at if at.tzinfo else at.replace(tzinfo=dt_util.get_default_time_zone())
        if not now <= due <= now + FURTHEST:
            raise invalid("time_invalid", time=due.isoformat(), days=FURTHEST.days)
        return due

    def _set_timer(self, waiting: Waiting, due: datetime) -> None:
        """Wake up when a call is due."""
        self._timers[waiting.id] = async_track_point_in_time(
            self._hass, partial(self._due, waiting), due
        )

    async def _due(self, waiting: Waiting, now: datetime) -> None:
        """Place a call whose time has come; try again while all lines are busy."""
        self._timers.pop(waiting.id, None)
        if all(line.busy for line in self._account.switchboard.lines):
            self._set_timer(waiting, now + RETRY)
            return
        self.waiting.pop(waiting.id, None)
        self._tell()
        try:
            await self._account.start_call(waiting.request)
        except HomeAssistantError as err:
            _LOGGER.warning("A scheduled call could not be placed: %s", err)

    def _tell(self) -> None:
        """Tell those who show the list."""
        for watcher in tuple(self._watchers):
            watcher()


def next_opening(contact: Contact, now: datetime) -> datetime:
    """Return when a company is open next, `now` if it is open; times are local."""
    if contact.is_open(now):
        return now
    for days in range(8):
        day = now + timedelta(days=days)
        opening = day.replace(second=0, microsecond=0)
        if contact.opens is not None:
            opening = opening.replace(hour=contact.opens.hour, minute=contact.opens.minute)
        else:
            opening = opening.replace(hour=0, minute=0)
        if opening > now and contact.is_open(opening):
            return opening
    raise invalid("never_open", contact=contact.name)
