"""The forms of a phone: their fields, their checks and what they become."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceSelector,
    DeviceSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TimeSelector,
)
from homeassistant.util import slugify
import probatio

from .calls.hours import DAYS
from .calls.numbers import NumberError
from .const import DEFAULT_RING_S, Conf, PhoneKind
from .reach.phone import normalise_address

#: Longest name, characters.
LONGEST_NAME = 60
SECTION_AVAILABILITY = "availability"
#: What a stored phone has that its form does not show.
_HIDDEN = (Conf.HA1_MD5, Conf.HA1_SHA256)
_HOURS = (Conf.AVAILABLE_FROM, Conf.AVAILABLE_UNTIL, Conf.AVAILABLE_DAYS)


class Next(StrEnum):
    """What to do with a phone that was entered."""

    RING = "ring"
    SAVE = "save"
    CHANGE = "change"


PHONE_SCHEMA = probatio.Schema(
    {
        probatio.Required(Conf.NAME): TextSelector(),
        probatio.Required(Conf.KIND, default=PhoneKind.EXTENSION): SelectSelector(
            SelectSelectorConfig(options=list(PhoneKind), translation_key="phone_kind")
        ),
        probatio.Optional(Conf.ADDRESS): TextSelector(),
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
        probatio.Required(SECTION_AVAILABILITY): section(
            probatio.Schema(
                {
                    probatio.Optional(Conf.AVAILABLE_FROM): TimeSelector(),
                    probatio.Optional(Conf.AVAILABLE_UNTIL): TimeSelector(),
                    probatio.Optional(Conf.AVAILABLE_DAYS, default=list(DAYS)): SelectSelector(
                        SelectSelectorConfig(
                            options=list(DAYS), multiple=True, translation_key="day"
                        )
                    ),
                }
            ),
            {"collapsed": True},
        ),
    }
)


def changed_schema(step: str, shown: Mapping[str, Any] | None) -> probatio.Schema:
    """Return the form of a step: a phone that registers here can get a new password."""
    if step == "user" or shown is None or shown.get(Conf.KIND) != PhoneKind.SIP_DEVICE:
        return PHONE_SCHEMA
    new = {probatio.Optional(Conf.NEW_PASSWORD, default=False): BooleanSelector()}
    return PHONE_SCHEMA.extend(new)


def credentials_schema() -> probatio.Schema:
    """Return the form that shows, once, what to enter in a phone that registers here."""
    shown = TextSelector(TextSelectorConfig(read_only=True))
    keys = (Conf.SERVER, Conf.PORT, Conf.USERNAME, Conf.PASSWORD)
    return probatio.Schema({probatio.Optional(key): shown for key in keys})


def next_schema(default: Next) -> probatio.Schema:
    """Return the form that asks what to do with a phone that was entered."""
    return probatio.Schema(
        {
            probatio.Required("next", default=default): SelectSelector(
                SelectSelectorConfig(
                    options=list(Next), translation_key="next", mode=SelectSelectorMode.LIST
                )
            )
        }
    )


def unique_id(data: Mapping[str, Any]) -> str:
    """Return what makes a phone the same phone."""
    return f"phone_{data[Conf.KIND]}_{data[Conf.ADDRESS].lower()}"


def shown_phone(title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored phone as the form shows it."""
    basic = {key: value for key, value in data.items() if key not in (*_HOURS, *_HIDDEN)}
    hours = {key: data[key] for key in _HOURS if key in data}
    return {Conf.NAME: title, **basic, SECTION_AVAILABILITY: hours}


def checked_phone(form: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Return the name, the data to store, and errors by field."""
    errors: dict[str, str] = {}
    data = {key: value for key, value in form.items() if key != SECTION_AVAILABILITY}
    data |= form[SECTION_AVAILABILITY]
    data.pop(Conf.NEW_PASSWORD, None)
    name = data.pop(Conf.NAME).strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        errors[Conf.NAME] = "invalid_name"
    if data[Conf.KIND] == PhoneKind.SIP_DEVICE and not data.get(Conf.ADDRESS, "").strip():
        data[Conf.ADDRESS] = slugify(name)
    try:
        data[Conf.ADDRESS] = normalise_address(
            PhoneKind(data[Conf.KIND]), data.get(Conf.ADDRESS, "")
        )
    except NumberError as err:
        errors[Conf.ADDRESS] = err.problem.value
    data[Conf.RING_TIME] = int(data[Conf.RING_TIME])
    data[Conf.ORDER] = int(data[Conf.ORDER])
    start, end = data.get(Conf.AVAILABLE_FROM), data.get(Conf.AVAILABLE_UNTIL)
    if bool(start) != bool(end) or (start and start == end):
        errors["base"] = "invalid_hours"
    if not data.get(Conf.AVAILABLE_DAYS, DAYS):
        errors["base"] = "no_day"
    return name, data, errors
