"""The list of calls: running ones, those just over, and past ones of the history in the same fields."""

import logging
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..records.lookup import calls_page
from ..records.visibility import visible_in
from .lookup import recent_calls
from .switchboard import KEPT_CALLS
from .view import call_view, past_view

_LOGGER = logging.getLogger(__name__)

type Json = dict[str, Any]


async def listed_calls(
    hass: HomeAssistant, *, entry_id: str | None, only_active: bool, context: Context
) -> list[Json]:
    """Return running calls and the last that ended, also those before a restart; newest first."""
    live = [
        (call_view(account, each), each.active)
        for account, each in recent_calls(hass)
        if entry_id in (None, account.entry.entry_id) and (each.active or not only_active)
    ]
    listed = [view for view, _ in live]
    if only_active:
        return listed
    known = {view["call_id"] for view in listed}
    wanted: Json = {"limit": KEPT_CALLS + len(known)}
    if entry_id is not None:
        wanted["config_entry_id"] = entry_id
    try:
        page = await calls_page(hass, wanted, await visible_in(hass, context))
    except HomeAssistantError as err:
        # a history that cannot be read hides no running call
        _LOGGER.debug("Only calls since the start are listed: %s", err)
        return listed
    room = max(0, KEPT_CALLS - sum(not active for _, active in live))
    past = [past_view(each) for each in page["calls"] if each["call_id"] not in known]
    return listed + past[:room]
