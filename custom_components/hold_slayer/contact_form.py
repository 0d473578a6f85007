"""The form of a contact: its fields, and how a stored contact is shown in it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    LanguageSelector,
    LanguageSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
    TimeSelector,
)
import probatio

from .calls.contact import REDIAL_ATTEMPTS, REDIAL_MINUTES
from .calls.hours import DAYS
from .const import Conf
from .contact_check import SECTION_FLOW, SECTION_HOURS, SECTION_SECRETS, editable
from .navigation.flow import Action, CallFlow, OnTimeout
from .navigation.flow_format import step_to_dict
from .navigation.plan import CallBackPolicy
from .navigation.redial import RedialReason
from .recording.wish import ContactRecording
from .sentences import LANGUAGES

_TEXT = TextSelector()
_AREA = TextSelector(TextSelectorConfig(multiline=True))
#: Editing a list of steps without YAML: add, reorder, edit.
_STEPS = ObjectSelector(
    ObjectSelectorConfig(
        multiple=True,
        label_field="action",
        description_field="expect",
        translation_key="step",
        fields={
            "action": {
                "required": True,
                "selector": SelectSelector(
                    SelectSelectorConfig(options=list(Action), translation_key="action")
                ),
            },
            "expect": {"selector": _TEXT},
            "keys": {"selector": _TEXT},
            "text": {"selector": _TEXT},
            "seconds": {"selector": NumberSelector(NumberSelectorConfig(min=0, max=3600))},
            "time_limit": {"selector": NumberSelector(NumberSelectorConfig(min=0, max=14400))},
            "on_timeout": {
                "selector": SelectSelector(
                    SelectSelectorConfig(options=list(OnTimeout), translation_key="on_timeout")
                )
            },
            "barge_in": {"selector": {"boolean": {}}},
        },
    )
)
_SECRETS = ObjectSelector(
    ObjectSelectorConfig(
        multiple=True,
        label_field=Conf.SECRET_NAME,
        translation_key="secret",
        fields={
            Conf.SECRET_NAME: {"required": True, "selector": _TEXT},
            Conf.SECRET_VALUE: {
                "selector": TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
            },
        },
    )
)

CONTACT_SCHEMA = probatio.Schema(
    {
        probatio.Required(Conf.NAME): _TEXT,
        probatio.Required(Conf.NUMBER): _TEXT,
        probatio.Optional(Conf.INTENT): _TEXT,
        probatio.Optional(Conf.ALIASES): TextSelector(TextSelectorConfig(multiple=True)),
        probatio.Optional(Conf.LANGUAGE): LanguageSelector(
            LanguageSelectorConfig(languages=list(LANGUAGES))
        ),
        probatio.Optional(Conf.PRICE_PER_MINUTE): NumberSelector(
            NumberSelectorConfig(min=0, max=100, step=0.001, mode=NumberSelectorMode.BOX)
        ),
        probatio.Optional(Conf.RECORD, default=ContactRecording.ACCOUNT): SelectSelector(
            SelectSelectorConfig(options=list(ContactRecording), translation_key="contact_record")
        ),
        probatio.Required(SECTION_FLOW): section(
            probatio.Schema(
                {
                    probatio.Optional(Conf.FLOW): _STEPS,
                    probatio.Optional(Conf.FLOW_TEXT): _AREA,
                }
            ),
            {"collapsed": True},
        ),
        probatio.Required(SECTION_SECRETS): section(
            probatio.Schema({probatio.Optional(Conf.SECRETS): _SECRETS}), {"collapsed": True}
        ),
        probatio.Required(SECTION_HOURS): section(
            probatio.Schema(
                {
                    probatio.Optional(Conf.COMPANY): _TEXT,
                    probatio.Optional(Conf.OPENS): TimeSelector(),
                    probatio.Optional(Conf.CLOSES): TimeSelector(),
                    probatio.Optional(Conf.OPEN_DAYS, default=list(DAYS)): SelectSelector(
                        SelectSelectorConfig(
                            options=list(DAYS), multiple=True, translation_key="day"
                        )
                    ),
                    probatio.Optional(Conf.CALL_BACK, default=CallBackPolicy.NEVER): SelectSelector(
                        SelectSelectorConfig(
                            options=list(CallBackPolicy), translation_key="call_back"
                        )
                    ),
                    probatio.Optional(Conf.CALL_BACK_MINUTES, default=20): NumberSelector(
                        NumberSelectorConfig(
                            min=1,
                            max=240,
                            step=1,
                            unit_of_measurement="min",
                            mode=NumberSelectorMode.BOX,
                        )
                    ),
                    probatio.Optional(Conf.REDIAL, default=list): SelectSelector(
                        SelectSelectorConfig(
                            options=list(RedialReason), multiple=True, translation_key="redial"
                        )
                    ),
                    probatio.Optional(
                        Conf.REDIAL_ATTEMPTS, default=REDIAL_ATTEMPTS
                    ): NumberSelector(
                        NumberSelectorConfig(min=1, max=10, step=1, mode=NumberSelectorMode.BOX)
                    ),
                    probatio.Optional(Conf.REDIAL_MINUTES, default=REDIAL_MINUTES): NumberSelector(
                        NumberSelectorConfig(
                            min=1,
                            max=60,
                            step=1,
                            unit_of_measurement="min",
                            mode=NumberSelectorMode.BOX,
                        )
                    ),
                }
            ),
            {"collapsed": True},
        ),
    }
)


def shown_contact(title: str, data: Mapping[str, Any], flow: CallFlow | None) -> dict[str, Any]:
    """Return a stored contact as the form shows it; never the values of its secrets."""
    steps = [editable(step_to_dict(step)) for step in flow.steps] if flow else []
    hours = (
        Conf.COMPANY,
        Conf.OPENS,
        Conf.CLOSES,
        Conf.OPEN_DAYS,
        Conf.CALL_BACK,
        Conf.CALL_BACK_MINUTES,
        Conf.REDIAL,
        Conf.REDIAL_ATTEMPTS,
        Conf.REDIAL_MINUTES,
    )
    basic = (
        Conf.NUMBER,
        Conf.INTENT,
        Conf.ALIASES,
        Conf.LANGUAGE,
        Conf.PRICE_PER_MINUTE,
        Conf.RECORD,
    )
    names = [{Conf.SECRET_NAME: s[Conf.SECRET_NAME]} for s in data.get(Conf.SECRETS, ())]
    return {
        Conf.NAME: title,
        **{key: data[key] for key in basic if key in data},
        SECTION_FLOW: {Conf.FLOW: steps},
        SECTION_SECRETS: {Conf.SECRETS: names},
        SECTION_HOURS: {key: data[key] for key in hours if key in data},
    }
