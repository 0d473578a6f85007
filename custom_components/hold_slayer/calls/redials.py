"""Calling again by itself when a call came to nothing, as the contact says."""

from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..navigation.states import Outcome
from .call import Call
from .schedule import next_opening

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)

#: A company whose hours nobody knows is called again at this time, local.
USUAL_OPENING = "09:00"


class Redials:
    """Decides after each call whether it is tried again, and lets it wait for that."""

    def __init__(self, account: Account) -> None:
        """Nothing to be tried yet."""
        self._account = account

    @callback
    def plan(self, call: Call) -> datetime | None:
        """Let a call that is over wait for its next try; return when that is, None = never."""
        job, outcome = call.job, call.progress.outcome
        contact = self._account.contacts.get(job.contact.id) if job.contact else None
        if contact is None or outcome is None or job.request is None or job.plan.explore:
            return None
        if job.incoming or call.progress.connected is not None:
            return None
        now = dt_util.now()
        opens_at = call.progress.opens_at or USUAL_OPENING
        due = contact.redial.next_try(outcome, job.attempt, now, opens_at)
        if due is None:
            return None
        try:
            if outcome is not Outcome.CLOSED:
                due = max(due, next_opening(contact, due))
            elif contact.hours.limited and not call.progress.opens_at:
                # Closed within its hours, on a holiday for example: not again today.
                start = now
                if contact.hours.include(now):
                    start = dt_util.start_of_local_day(now) + timedelta(days=1)
                due = next_opening(contact, start)
            request = replace(job.request, contact=contact.id, attempt=job.attempt + 1)
            waiting = self._account.schedule.again(request, due, job, because=outcome)
        except HomeAssistantError as err:
            _LOGGER.warning("%s is not called again: %s", contact.name, err)
            return None
        return waiting.due

    @callback
    def forget(self, contact_id: str) -> None:
        """The contact is being called, or somebody was reached: no try is needed."""
        waiting = self._account.schedule.waiting
        for each in [one for one in waiting.values() if one.because is not None]:
            if each.request.contact == contact_id:
                self._account.schedule.remove(each.id)
