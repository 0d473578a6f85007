"""Adding and changing a phone on which the user can be reached."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceSelector,
    DeviceSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import probatio

from .calls.numbers import NumberError
from .const import DEFAULT_RING_S, Conf, PhoneKind
from .reach.phone import normalise_address

#: Longest name, characters.
LONGEST_NAME = 60

PHONE_SCHEMA = probatio.Schema(
    {
        probatio.Required(Conf.NAME): TextSelector(),
        probatio.Required(Conf.KIND, default=PhoneKind.EXTENSION): SelectSelector(
            SelectSelectorConfig(options=list(PhoneKind), translation_key="phone_kind")
        ),
        probatio.Required(Conf.ADDRESS): TextSelector(),
        probatio.Optional(Conf.RING_TIME, default=DEFAULT_RING_S): NumberSelector(
            NumberSelectorConfig(
                min=5, max=120, step=1, unit_of_measurement="s", mode=NumberSelectorMode.BOX
            )
        ),
        probatio.Optional(Conf.ORDER, default=1): NumberSelector(
            NumberSelectorConfig(min=1, max=20, step=1, mode=NumberSelectorMode.BOX)
        ),
        probatio.Optional(Conf.TRUSTED, default=False): BooleanSelector(),
        probatio.Optional(Conf.PUSH_DEVICE): DeviceSelector(
            DeviceSelectorConfig(filter=[{"integration": "mobile_app"}])
        ),
    }
)


class PhoneFlow(ConfigSubentryFlow):
    """Add or change a phone."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a phone."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = _checked(user_input)
            if not errors and self._is_known(data):
                errors[Conf.ADDRESS] = "already_configured"
            if not errors:
                name = data.pop(Conf.NAME)
                return self.async_create_entry(title=name, data=data, unique_id=_unique_id(data))
        return self._form("user", user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a phone."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = _checked(user_input)
            if not errors and self._is_known(data, besides=subentry.subentry_id):
                errors[Conf.ADDRESS] = "already_configured"
            if not errors:
                name = data.pop(Conf.NAME)
                return self.async_update_and_abort(
                    self._get_entry(), subentry, title=name, data=data, unique_id=_unique_id(data)
                )
        else:
            user_input = {Conf.NAME: subentry.title, **subentry.data}
        return self._form("reconfigure", user_input, errors)

    def _form(
        self, step_id: str, suggested: dict[str, Any] | None, errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show the form."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(PHONE_SCHEMA, suggested),
            errors=errors,
        )

    def _is_known(self, data: dict[str, Any], *, besides: str = "") -> bool:
        """Tell whether another phone has the same address."""
        return any(
            subentry.unique_id == _unique_id(data)
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_id != besides
        )


def _unique_id(data: dict[str, Any]) -> str:
    """Return what makes a phone the same phone."""
    return f"phone_{data[Conf.KIND]}_{data[Conf.ADDRESS].lower()}"


def _checked(user_input: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the data to store, and errors by field."""
    errors: dict[str, str] = {}
    data = dict(user_input)
    data[Conf.NAME] = data[Conf.NAME].strip()
    if not 0 < len(data[Conf.NAME]) <= LONGEST_NAME or not data[Conf.NAME].isprintable():
        errors[Conf.NAME] = "invalid_name"
    try:
        data[Conf.ADDRESS] = normalise_address(PhoneKind(data[Conf.KIND]), data[Conf.ADDRESS])
    except NumberError as err:
        errors[Conf.ADDRESS] = err.problem.value
    data[Conf.RING_TIME] = int(data[Conf.RING_TIME])
    data[Conf.ORDER] = int(data[Conf.ORDER])
    return data, errors
