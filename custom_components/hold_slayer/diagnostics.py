"""Diagnostics to attach to an issue: no numbers, names, secrets, addresses or words."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from .calls.account import Account, HoldSlayerConfigEntry
from .calls.call import Call
from .const import Conf
from .navigation.flow import CallFlow
from .records.history import find_history
from .telephony.errors import EngineError
from .telephony.messages import GetAccountFacts

TO_REDACT = {
    Conf.REGISTRAR,
    Conf.USERNAME,
    Conf.PASSWORD,
    Conf.AUTH_USERNAME,
    Conf.SIP_DOMAIN,
    Conf.OUTBOUND_PROXY,
    Conf.PUBLIC_ADDRESS,
    Conf.STUN_SERVER,
    Conf.ALLOW_FROM,
    Conf.DISPLAY_NAME,
    Conf.CALLER_ID,
    Conf.YOUR_NAME,
    Conf.LEAVE_NUMBER,
    Conf.HISTORY_URL,
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HoldSlayerConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault in an account."""
    account = entry.runtime_data
    ready = account.engine.ready
    return {
        "data": async_redact_data(dict(entry.data), TO_REDACT),
        "options": async_redact_data(dict(entry.options), TO_REDACT),
        "engine": {
            "state": account.engine.link.state.value,
            "version": ready.engine_version if ready else None,
            "pjsip": ready.pjsip_version if ready else None,
            "codecs": list(ready.codecs) if ready else [],
        },
        "history": history.health if (history := find_history(hass)) else None,
        "registration": account.registration.value,
        "network": await _network(account),
        "dialled_minutes": round(account.dialling.ledger.minutes),
        "phones": [
            {
                "kind": phone.kind.value,
                "ring_s": phone.ring_s,
                "order": phone.order,
                "trusted": phone.trusted,
                "push": bool(phone.push_device),
            }
            for phone in account.phones.values()
        ],
        "contacts": [
            {
                "language": contact.language,
                "call_back": contact.call_back.value,
                "secrets": len(contact.secrets),
                "flow": _flow(contact.flow),
            }
            for contact in account.contacts.values()
        ],
        "calls": [await _call(account, call) for call in account.switchboard.calls.values()],
    }


async def _network(account: Account) -> dict[str, Any] | None:
    """Return what the engine found out about the way to the server, without its name."""
    try:
        facts = await account.engine.link.request(
            GetAccountFacts(account_id=account.entry.entry_id)
        )
    except EngineError:
        return None
    return {
        "nat": facts.nat.value,
        "expires_s": facts.expires_s,
        "invite_bytes": facts.invite_bytes,
    }


def _flow(flow: CallFlow | None) -> list[str]:
    """Return the actions of a flow, without what is expected or said."""
    return [step.action.value for step in flow.steps] if flow else []


async def _call(account: Account, call: Call) -> dict[str, Any]:
    """Return the course of a call, without who and what."""
    progress = call.progress
    line = account.switchboard.line_of(call)
    figures = await call.statistics()
    return {
        "line": line.number if line else None,
        "mode": call.job.plan.mode.value,
        "started": progress.started.isoformat(),
        "state": call.state.value,
        "outcome": progress.outcome.value if progress.outcome else None,
        "held_s": round(progress.held_s, 1),
        "timeline": [
            {
                "kind": segment.kind.value,
                "at_s": round((segment.start - progress.started).total_seconds(), 1),
                "repeat": segment.repeat,
            }
            for segment in progress.segments
        ],
        "transcript_lines": len(progress.transcript),
        "keys_pressed": len(progress.keys),
        "phones": [phone.state for phone in progress.phones.values()],
        "reasons": [
            {"cue": reason.cue.value, "weight": round(reason.weight, 2)}
            for reason in progress.reasons
        ],
        "media": {
            "codec": figures.codec,
            "rx_packets": figures.rx_packets,
            "rx_lost": figures.rx_lost,
            "jitter_ms": round(figures.rx_jitter_ms, 1),
            "rtt_ms": round(figures.rtt_ms, 1),
            "encrypted": figures.encrypted,
        }
        if figures
        else None,
    }
