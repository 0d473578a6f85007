"""Telling the user what is wrong with the history, as repair issues."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from .database import Fault
from .writer import Trouble

_DAMAGED = "history_damaged"
_UNAVAILABLE = "history_unavailable"
_NOT_COPIED = "history_not_copied"


@callback
def show_trouble(hass: HomeAssistant, trouble: Trouble | None) -> None:
    """Raise or withdraw the issues of the history."""
    if trouble is None or trouble.fault is Fault.DAMAGED:
        ir.async_delete_issue(hass, DOMAIN, _UNAVAILABLE)
    if trouble is None:
        # that there was damage stays until the user has read it
        return
    damaged = trouble.fault is Fault.DAMAGED
    key = _DAMAGED if damaged else _UNAVAILABLE
    ir.async_create_issue(
        hass,
        DOMAIN,
        key,
        is_fixable=damaged,
        is_persistent=damaged,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders=(
            {"reason": trouble.reason, "file": trouble.aside}
            if damaged
            else {"reason": trouble.reason}
        ),
    )


@callback
def show_copy_trouble(hass: HomeAssistant, reason: str | None) -> None:
    """Raise or withdraw the issue that past calls could not be copied yet."""
    if reason is None:
        ir.async_delete_issue(hass, DOMAIN, _NOT_COPIED)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        _NOT_COPIED,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=_NOT_COPIED,
        translation_placeholders={"reason": reason},
    )
