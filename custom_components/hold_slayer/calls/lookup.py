"""Finding the account and the call that an action, an intent or a tool means."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service import async_get_config_entry

from ..const import DOMAIN
from .call import Call
from .problems import invalid

if TYPE_CHECKING:
    from .account import Account


@callback
def accounts(hass: HomeAssistant) -> list[Account]:
    """Return the accounts in use."""
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    return [cast("Account", entry.runtime_data) for entry in entries]


@callback
def account_for(hass: HomeAssistant, data: Mapping[str, Any]) -> Account:
    """Return the account named, or the one that knows the contact, or the only one."""
    if (entry_id := data.get("config_entry_id")) is not None:
        return cast("Account", async_get_config_entry(hass, DOMAIN, entry_id).runtime_data)
    known = accounts(hass)
    if len(known) > 1 and (wanted := data.get("contact")):
        folded = wanted.strip().casefold()
        for account in known:
            for contact in account.contacts.values():
                if wanted == contact.id or folded in (n.casefold() for n in contact.names()):
                    return account
    return cast("Account", async_get_config_entry(hass, DOMAIN, None).runtime_data)


@callback
def running_calls(hass: HomeAssistant) -> Iterator[tuple[Account, Call]]:
    """Yield all calls that are not over."""
    for account in accounts(hass):
        for call in account.switchboard.active:
            yield account, call


@callback
def recent_calls(hass: HomeAssistant) -> Iterator[tuple[Account, Call]]:
    """Yield the running calls and the last that ended, newest first."""
    for account in accounts(hass):
        for call in reversed(list(account.switchboard.calls.values())):
            yield account, call


@callback
def find_call(hass: HomeAssistant, call_id: str) -> tuple[Account, Call]:
    """Return a call, running or just over; raises a translated error."""
    for account in accounts(hass):
        if call_id in account.switchboard.calls:
            return account, account.switchboard.calls[call_id]
    raise invalid("unknown_call", call=call_id)


@callback
def call_for(hass: HomeAssistant, data: Mapping[str, Any]) -> tuple[Account, Call]:
    """Return the running call named by id or line, or the only one; raises a translated error."""
    if (call_id := data.get("call_id")) is not None:
        account, call = find_call(hass, call_id)
        if not call.active:
            raise invalid("call_is_over", call=call_id)
        return account, call
    calls = list(running_calls(hass))
    if (entry_id := data.get("config_entry_id")) is not None:
        calls = [pair for pair in calls if pair[0].entry.entry_id == entry_id]
    if (number := data.get("line")) is not None:
        for account, call in calls:
            line = account.switchboard.line_of(call)
            if line is not None and line.number == number:
                return account, call
        raise invalid("no_call_on_line", line=number)
    if not calls:
        raise invalid("no_call")
    if len(calls) > 1:
        raise invalid("several_calls", count=len(calls))
    return calls[0]
