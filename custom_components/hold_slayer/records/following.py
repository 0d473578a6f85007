"""Following the history: who shows a list of calls is told when one is added, ends or is deleted."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send

from .filters import Filter, Page
from .history import find_history
from .query import list_calls
from .visibility import visible_to

_CHANGED: Final = "hold_slayer_history_changed"
_DELETED: Final = "hold_slayer_history_deleted"


@callback
def call_changed(hass: HomeAssistant, call_id: str) -> None:
    """Tell that a call was begun, is over or was judged."""
    async_dispatcher_send(hass, _CHANGED, call_id)


@callback
def calls_deleted(hass: HomeAssistant, call_ids: Iterable[str]) -> None:
    """Tell that calls are gone."""
    if ids := list(call_ids):
        async_dispatcher_send(hass, _DELETED, ids)


@callback
def follow(
    hass: HomeAssistant, user: User, send: Callable[[dict[str, Any]], None]
) -> CALLBACK_TYPE:
    """Send changes of the calls a user may see; return what ends that."""

    async def changed(call_id: str) -> None:
        if (history := find_history(hass)) is None:
            return
        wanted = Filter(call_id=call_id, visible=visible_to(hass, user))
        try:
            page = await history.read(partial(list_calls, wanted=wanted, page=Page(limit=1)))
        except HomeAssistantError:
            return
        for call in page["calls"]:
            send({"kind": "call", "call": call})

    @callback
    def deleted(call_ids: list[str]) -> None:
        send({"kind": "deleted", "call_ids": call_ids})

    ends = (
        async_dispatcher_connect(hass, _CHANGED, changed),
        async_dispatcher_connect(hass, _DELETED, deleted),
    )

    @callback
    def end() -> None:
        for each in ends:
            each()

    return end
