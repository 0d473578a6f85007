"""Answers from the history, for actions, websocket and tools."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from sqlalchemy import Connection

from ..calls.lookup import accounts
from ..calls.problems import invalid
from .filters import Filter, Visible, read_filter, read_page, read_words
from .history import history_of
from .outlook import forecast_json
from .query import counted_calls, get_call, list_calls
from .recording_access import recording_json, visible_recordings
from .search import search_words
from .statistics import PastCall, by_contact, overview

#: Calls that statistics look at, the latest ones.
MOST_COUNTED = 100_000

type Json = dict[str, Any]


async def calls_page(hass: HomeAssistant, data: Mapping[str, Any], visible: Visible | None) -> Json:
    """Return a page of calls, or of calls in which something was said."""
    wanted, page = _exact(hass, read_filter(dict(data), visible)), read_page(dict(data))
    history = history_of(hass)
    if search := data.get("search"):
        words = read_words(str(search))
        return await history.read(partial(search_words, words=words, wanted=wanted, page=page))
    return await history.read(partial(list_calls, wanted=wanted, page=page))


def _exact(hass: HomeAssistant, wanted: Filter) -> Filter:
    """Return a filter that goes by the id of a contact where one was given: that has an index."""
    if any(wanted.contact in account.contacts for account in accounts(hass)):
        return replace(wanted, contact="", contact_id=wanted.contact)
    return wanted


async def whole_call_of(hass: HomeAssistant, call_id: str, visible: Visible | None) -> Json:
    """Return a call with all its parts; raises a translated error when there is none."""
    wanted = Filter(call_id=call_id, visible=visible)
    if (
        not call_id
        or (found := await history_of(hass).read(partial(get_call, wanted=wanted))) is None
    ):
        raise invalid("unknown_call", call=call_id)
    # whoever may see the call may hear it
    recordings = await visible_recordings(hass, None, {call_id})
    return found | {"recordings": [recording_json(each) for each in reversed(recordings)]}


async def statistics_of(
    hass: HomeAssistant, data: Mapping[str, Any], visible: Visible | None
) -> Json:
    """Return the figures of all calls of a filter and of each contact."""
    wanted = _exact(hass, read_filter(dict(data), visible))
    zone = await dt_util.async_get_time_zone(hass.config.time_zone) or dt_util.UTC

    def count(connection: Connection) -> Json:
        calls = [
            PastCall(
                started=datetime.fromtimestamp(row.started, zone),
                contact=row.name if row.contact_id else "",
                number=row.number,
                reached=row.person_since is not None or row.connected is not None,
                connected=row.connected is not None,
                outcome=row.outcome or "",
                hold_s=row.hold_s,
                menu_s=row.menu_s,
            )
            for row in counted_calls(connection, wanted, MOST_COUNTED)
        ]
        return {**overview(calls), "contacts": by_contact(calls)}

    found = await history_of(hass).read(count)
    if name := wanted.contact or wanted.contact_id:
        found["forecast"] = await _forecast_of(hass, name, visible)
    return found


async def _forecast_of(hass: HomeAssistant, name: str, visible: Visible | None) -> Json | None:
    """Return what a call to a contact may expect; None when it is no contact that may be seen."""
    for account in accounts(hass):
        if visible is not None and not visible.get(account.entry.entry_id):
            continue
        for contact in account.contacts.values():
            names = {each.casefold() for each in (contact.id, contact.number, *contact.names())}
            if name.casefold() not in names:
                continue
            outlook = account.outlooks.of(contact.id)
            await outlook.async_refresh()
            figures = outlook.data
            return {
                "contact": contact.name,
                "now": forecast_json(figures.now),
                "in_an_hour": forecast_json(figures.in_an_hour),
                "best_time": figures.best_time.isoformat() if figures.best_time else None,
                "best": forecast_json(figures.best),
            }
    return None
