"""What to expect of a contact: figures for its sensors, forecasts, long-term statistics."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import logging
import statistics
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..calls.call import Call
from ..calls.changes import Change, ChangeKind
from ..calls.line import Line
from ..const import SubentryType
from ..navigation.acts import NoteKind
from .announcements import Announced
from .forecast import Forecast, Forecaster
from .history import find_history
from .long_term import add_hold_times
from .statistics import wilson
from .waits import Waits, announced, read_waits

if TYPE_CHECKING:
    from ..calls.account import Account

_LOGGER = logging.getLogger(__name__)

#: A forecast for now is one for this quarter of an hour.
REFRESH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the sensors of a contact show; durations in seconds."""

    last_outcome: str | None = None
    calls: int = 0
    typical_hold_s: float | None = None
    #: Share of calls that reached a person, 0 to 1, with its 95 % interval.
    success_rate: float | None = None
    success_low: float | None = None
    success_high: float | None = None
    now: Forecast | None = None
    in_an_hour: Forecast | None = None
    best_time: datetime | None = None
    best: Forecast | None = None


class Outlook(DataUpdateCoordinator[Figures]):
    """The figures of one contact, reckoned anew after its calls and as time goes by."""

    def __init__(self, hass: HomeAssistant, account: Account, contact_id: str) -> None:
        """Begin without figures."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=account.entry,
            name=f"outlook of {contact_id}",
            update_interval=REFRESH,
        )
        self.data = Figures()
        self._account = account
        self._contact_id = contact_id
        self._forecaster = Forecaster(())
        self._known: Waits | None = None

    @override
    async def _async_update_data(self) -> Figures:
        """Read the history and reckon."""
        if (history := find_history(self.hass)) is None:
            return self.data
        zone = dt_util.get_default_time_zone()
        try:
            waits = await history.read(partial(read_waits, contact_id=self._contact_id, zone=zone))
        except HomeAssistantError as err:
            # said once by an issue of its own, for all contacts
            _LOGGER.debug("The figures stay as they are: %s", err)
            return self.data
        contact = self._account.contacts.get(self._contact_id)
        if waits != self._known:
            self._known = waits
            self._forecaster = await self.hass.async_add_executor_job(Forecaster, waits.past)
            if contact is not None and waits.past:
                add_hold_times(self.hass, contact.id, contact.name, waits.past)
        is_open = contact.hours.include if contact else _always
        return await self.hass.async_add_executor_job(
            _reckon, waits, self._forecaster, dt_util.now(zone), is_open
        )

    def remaining(self, began: datetime, now: datetime, news: list[Announced]) -> Forecast | None:
        """Foretell what is left of a wait that goes on."""
        local = began.astimezone(dt_util.get_default_time_zone())
        return self._forecaster.remaining(local, max(0.0, (now - began).total_seconds()), news)


class Outlooks:
    """The outlooks of an account's contacts; made when somebody asks for them."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Know whose contacts."""
        self._hass = hass
        self._account = account
        self._of: dict[str, Outlook] = {}
        self._news: dict[str, list[Announced]] = {}

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Learn from calls; return what ends that."""
        return self._account.switchboard.watch(self._changed)

    @callback
    def of(self, contact_id: str) -> Outlook:
        """Return the outlook of a contact."""
        if (found := self._of.get(contact_id)) is None:
            found = self._of[contact_id] = Outlook(self._hass, self._account, contact_id)
            self._refresh(found)
        return found

    @callback
    def refresh(self, contact_ids: Iterable[str]) -> None:
        """Reckon anew for contacts whose calls were deleted."""
        for contact_id in contact_ids:
            if (outlook := self._of.get(contact_id)) is not None:
                self._refresh(outlook)

    @callback
    def remaining(self, call: Call) -> Forecast | None:
        """Foretell what is left of a call's wait; None while it does not wait or nothing is known."""
        progress, contact = call.progress, call.job.contact
        if progress.hold_started is None or progress.person_since or not call.active:
            return None
        news = self._news.get(call.id, [])
        outlook = None if contact is None else self._of.get(contact.id)
        now = dt_util.utcnow()
        if outlook is None:
            waited = (now - progress.hold_started).total_seconds()
            return Forecaster(()).remaining(dt_util.now(), waited, news)
        return outlook.remaining(progress.hold_started, now, news)

    @callback
    def _changed(self, _line: Line, call: Call, change: Change) -> None:
        """Take in what a call teaches."""
        if change.kind is ChangeKind.NOTE:
            self._heard(call, change)
        elif change.kind is ChangeKind.ENDED:
            self._news.pop(call.id, None)
            contact = call.job.contact
            if contact is not None and (outlook := self._of.get(contact.id)) is not None:
                self._refresh(outlook)

    @callback
    def _heard(self, call: Call, change: Change) -> None:
        """Note what the line said about the wait."""
        note = change.facts["note"]
        if note.kind not in (NoteKind.QUEUE_POSITION, NoteKind.ESTIMATED_WAIT):
            return
        began = call.progress.hold_started
        at_s = (dt_util.utcnow() - began).total_seconds() if began else 0.0
        if (said := announced({"note": note.kind.value, "value": note.value}, at_s)) is not None:
            self._news.setdefault(call.id, []).append(said)

    @callback
    def _refresh(self, outlook: Outlook) -> None:
        """Reckon anew."""
        self._account.entry.async_create_task(self._hass, outlook.async_refresh())


def forecast_json(forecast: Forecast | None) -> dict[str, Any] | None:
    """Return a forecast in JSON types."""
    if forecast is None:
        return None
    return {
        "wait": forecast.wait_s,
        "low": forecast.low_s,
        "high": forecast.high_s,
        "calls": forecast.calls,
        "basis": forecast.basis.value,
    }


def contact_ids(account: Account) -> list[str]:
    """Return the contacts of an account."""
    return [
        key
        for key, each in account.entry.subentries.items()
        if each.subentry_type == SubentryType.CONTACT
    ]


def _reckon(
    waits: Waits, forecaster: Forecaster, now: datetime, is_open: Callable[[datetime], bool]
) -> Figures:
    """Return the figures; pure, for the executor."""
    holds = [each.hold_s for each in waits.past if each.reached]
    low, high = wilson(waits.reached, waits.calls)
    best = forecaster.best(now, is_open)
    return Figures(
        last_outcome=waits.last_outcome,
        calls=waits.calls,
        typical_hold_s=round(statistics.median(holds), 1) if holds else None,
        success_rate=round(waits.reached / waits.calls, 3) if waits.calls else None,
        success_low=low,
        success_high=high,
        now=forecaster.wait(now),
        in_an_hour=forecaster.wait(now + timedelta(hours=1)),
        best_time=best[0] if best else None,
        best=best[1] if best else None,
    )


def _always(_moment: datetime) -> bool:
    """Tell that a company whose hours nobody knows is open."""
    return True
