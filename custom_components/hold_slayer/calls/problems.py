"""Errors as users see them: translated, with the value that was wrong."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..telephony.errors import EngineError, EngineRefused
from ..telephony.messages import DialRule
from .numbers import NumberError, NumberProblem

_DIAL_RULES = {
    DialRule.EMERGENCY: NumberProblem.EMERGENCY.value,
    DialRule.PREMIUM: "dial_premium",
    DialRule.SHARED_COST: "dial_shared_cost",
    DialRule.SATELLITE: "dial_satellite",
    DialRule.SHORT_CODE: "dial_short_code",
    DialRule.COUNTRY: "dial_country",
    DialRule.ADDRESS: "dial_address",
}


def invalid(key: str, **values: object) -> ServiceValidationError:
    """Return the error for something the user can put right."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={name: str(value)[:100] for name, value in values.items()},
    )


def failed(key: str, **values: object) -> HomeAssistantError:
    """Return the error for something that went wrong by itself."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={name: str(value)[:200] for name, value in values.items()},
    )


def invalid_number(error: NumberError) -> ServiceValidationError:
    """Return the error for something that cannot or must not be dialled."""
    return invalid(error.problem.value, number=error.value)


def dial_refused(error: EngineRefused, number: str) -> ServiceValidationError:
    """Return the error for a number that the dial policy refuses: the rule, and what to set."""
    try:
        key = _DIAL_RULES[DialRule(error.rule)]
    except ValueError:
        return invalid("engine_refused", reason=error.text)
    return invalid(key, number=number)


def engine_failed(error: EngineError) -> HomeAssistantError:
    """Return the error for something the engine did not do."""
    key = "engine_refused" if isinstance(error, EngineRefused) else "engine_lost"
    return failed(key, reason=str(error))
