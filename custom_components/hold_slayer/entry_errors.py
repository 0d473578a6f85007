"""What a failed start of an account means to Home Assistant: ask, retry or give up."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
    HomeAssistantError,
)

from .const import DOMAIN
from .issues import raise_issue
from .telephony.errors import EngineError, EngineRefused, EngineStartError, StartProblem
from .telephony.messages import ErrorKind

#: Trying again helps with neither.
_NO_LIBRARY = {
    StartProblem.MISSING_LIBRARY: "engine_missing",
    StartProblem.UNSUPPORTED_MACHINE: "engine_unsupported",
}
_WRONG_PASSWORD = frozenset({ErrorKind.UNAUTHORISED, ErrorKind.FORBIDDEN})


def setup_error(hass: HomeAssistant, entry: ConfigEntry, error: EngineError) -> HomeAssistantError:
    """Return what to raise from the set-up, and raise a repair where the user must act."""
    values = {"reason": str(error), "account": entry.title}
    if isinstance(error, EngineStartError):
        return _start_error(hass, entry, error, values)
    if isinstance(error, EngineRefused):
        if error.error in _WRONG_PASSWORD:
            return ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="registration_refused",
                translation_placeholders=values,
            )
        if error.error is ErrorKind.PORT_IN_USE:
            raise_issue(hass, entry, "port_in_use", values)
        return ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="registration_failed",
            translation_placeholders=values,
        )
    return ConfigEntryNotReady(
        translation_domain=DOMAIN, translation_key="engine_lost", translation_placeholders=values
    )


def _start_error(
    hass: HomeAssistant, entry: ConfigEntry, error: EngineStartError, values: dict[str, str]
) -> HomeAssistantError:
    """Return what to raise when the engine itself did not start."""
    if (missing := _NO_LIBRARY.get(error.kind)) is not None:
        values["machine"] = error.machine
        raise_issue(hass, entry, missing, values)
        return ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key=missing,
            translation_placeholders=values,
        )
    key = "port_in_use" if error.kind is StartProblem.PORT_IN_USE else "engine_cannot_start"
    raise_issue(hass, entry, key, values)
    return ConfigEntryNotReady(
        translation_domain=DOMAIN,
        translation_key="engine_cannot_start",
        translation_placeholders=values,
    )
