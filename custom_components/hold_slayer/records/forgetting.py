"""Deleting calls everywhere: in the history, their recordings, what was learned of their sound."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant

from ..calls.lookup import accounts
from ..calls.print_books import PrintBooks
from .filters import Filter
from .following import calls_deleted
from .history import history_of
from .long_term import clear_hold_times
from .recording_access import remove_recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much was deleted."""

    calls: int
    recordings: int
    #: Contacts whose prints were deleted: those of which no call is left.
    prints: int


async def forget_calls(hass: HomeAssistant, wanted: Filter) -> Forgotten:
    """Delete the calls of a filter that are over, with everything there is of them."""
    deleted = await history_of(hass).forget(wanted)
    calls_deleted(hass, deleted.call_ids)
    recordings = await remove_recordings(hass, frozenset(deleted.call_ids))
    # prints and long-term statistics are of all calls of a contact together
    await PrintBooks(hass).remove(deleted.contacts)
    clear_hold_times(hass, deleted.contacts)
    for account in accounts(hass):
        account.outlooks.refresh(deleted.touched)
    return Forgotten(
        calls=len(deleted.call_ids), recordings=recordings, prints=len(deleted.contacts)
    )
