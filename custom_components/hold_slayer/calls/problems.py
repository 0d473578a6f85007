"""Errors as users see them: translated, with the value that was wrong."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..telephony.errors import EngineError, EngineRefused
from .numbers import NumberError


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


def engine_failed(error: EngineError) -> HomeAssistantError:
    """Return the error for something the engine did not do."""
    key = "engine_refused" if isinstance(error, EngineRefused) else "engine_lost"
    return failed(key, reason=str(error))
