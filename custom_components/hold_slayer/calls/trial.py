"""Trying an account: a registration that really happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util.ulid import ulid_now

from ..account_form import account_settings
from ..telephony.errors import EngineLost, EngineRefused, EngineStartError, StartProblem
from ..telephony.messages import ErrorKind, TestAccount
from .engine import shared_engine

#: What the engine says -> key of the error in the form.
_REFUSALS = {
    ErrorKind.UNAUTHORISED: "invalid_auth",
    ErrorKind.FORBIDDEN: "forbidden",
    ErrorKind.NOT_FOUND: "unknown_user",
    ErrorKind.REJECTED: "rejected",
    ErrorKind.UNREACHABLE: "cannot_connect",
    ErrorKind.TIMEOUT: "timeout",
    ErrorKind.TLS_FAILED: "tls_failed",
    ErrorKind.PORT_IN_USE: "port_in_use",
    ErrorKind.INVALID_ADDRESS: "invalid_host",
    ErrorKind.UNSUPPORTED: "unsupported",
}
_START_PROBLEMS = {
    StartProblem.MISSING_LIBRARY: "engine_missing",
    StartProblem.UNSUPPORTED_MACHINE: "engine_unsupported",
    StartProblem.PORT_IN_USE: "port_in_use",
    StartProblem.TIMEOUT: "engine_timeout",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How it went: an error key, or "" when the registrar took us."""

    error: str = ""
    #: The registrar's or engine's own words.
    reason: str = ""


async def try_account(hass: HomeAssistant, data: Mapping[str, Any]) -> Trial:
    """Register with these data and unregister again; never raises for what users can cause."""
    engine = shared_engine(hass)
    try:
        await engine.acquire()
    except EngineStartError as err:
        return Trial(error=_START_PROBLEMS.get(err.kind, "engine_failed"), reason=err.text)
    try:
        account = account_settings(f"trial-{ulid_now().lower()}", data)
        await engine.link.request(TestAccount(account=account))
    except EngineRefused as err:
        code = str(err.sip_code)
        reason = f"{code} {err.text}" if err.sip_code and code not in err.text else err.text
        return Trial(error=_REFUSALS.get(err.error, "engine_failed"), reason=reason)
    except EngineLost as err:
        return Trial(error="engine_failed", reason=str(err))
    finally:
        await engine.release()
    return Trial()
