"""Repair issues: raised where the user must act, withdrawn when it is put right."""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

#: Issues with a fix flow in repairs.py. The others explain what to do: no click makes a machine another
#: kind (engine_unsupported), and the history tries again by itself (history_*).
FIXABLE: Final = frozenset(
    {
        "dial_limit",
        "engine_cannot_start",
        "engine_missing",
        "flow_changed",
        "flow_learned",
        "flow_stale",
        "menu_not_explored",
        "no_phone",
        "phone_port",
        "pipeline_gone",
        "port_in_use",
        "recording_failed",
        "registration_lost",
        "stt_gone",
        "tts_gone",
    }
)


@callback
def raise_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    key: str,
    values: Mapping[str, str] | None = None,
    *,
    facts: Mapping[str, str] | None = None,
    about: str = "",
) -> None:
    """Raise an issue of an account, or of one thing in it (`about`).

    Its text quotes `values`, its fix needs `facts`; what can be fixed outlives a restart.
    """
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, key, about),
        data={"entry_id": entry.entry_id, "key": key, **(facts or {})},
        is_fixable=key in FIXABLE,
        is_persistent=bool(facts),
        severity=ir.IssueSeverity.ERROR if key.startswith("engine") else ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"account": entry.title, **(values or {})},
    )


@callback
def withdraw_issue(hass: HomeAssistant, entry: ConfigEntry, *keys: str, about: str = "") -> None:
    """Withdraw issues that no longer hold."""
    for key in keys:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, key, about))


def _issue_id(entry: ConfigEntry, key: str, about: str) -> str:
    """Return the id of an issue."""
    return f"{key}_{about}_{entry.entry_id}" if about else f"{key}_{entry.entry_id}"


@callback
def withdraw_all(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Withdraw every issue of an account that goes away."""
    issues = ir.async_get(hass)
    mine = [key for key, issue in issues.issues.items() if _is_of(issue, entry)]
    for domain, issue_id in mine:
        issues.async_delete(domain, issue_id)


def _is_of(issue: ir.IssueEntry, entry: ConfigEntry) -> bool:
    """Tell whether an issue was raised by an account."""
    facts = issue.data or {}
    return issue.domain == DOMAIN and facts.get("entry_id") == entry.entry_id
