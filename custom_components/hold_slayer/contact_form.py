"""The form of a contact: its fields, its checks and what it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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

from .calls.contact import REDIAL_ATTEMPTS, REDIAL_MINUTES, SECRET_NAME
from .calls.flow_store import FlowError, parse_flow, to_store
from .calls.hours import DAYS
from .calls.numbers import NumberError, normalise_target, refuse_emergency
from .const import Conf
from .navigation.flow import Action, CallFlow, OnTimeout
from .navigation.flow_format import step_to_dict
from .navigation.plan import CallBackPolicy
from .navigation.redial import RedialReason
from .recording.wish import ContactRecording
from .sentences import LANGUAGES

#: Longest name, alias or intent, characters.
LONGEST = 300
#: Most secrets and aliases of one contact.
MOST = 30
SECTION_FLOW = "call_flow"
SECTION_HOURS = "hours"
SECTION_SECRETS = "secret_section"

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
_SECTIONS = (SECTION_FLOW, SECTION_SECRETS, SECTION_HOURS)


@dataclass(slots=True, kw_only=True)
class CheckedContact:
    """A form that was read: what to store, or what is wrong."""

    name: str
    data: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    #: What exactly is wrong with the call flow.
    reason: str = ""


def checked_contact(
    form: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> CheckedContact:
    """Read the form; empty secret values are taken from `before`."""
    flat = {key: value for key, value in form.items() if key not in _SECTIONS}
    for name in _SECTIONS:
        flat |= form.get(name, {})
    name = flat.pop(Conf.NAME).strip()
    contact = CheckedContact(name=name, data=flat)
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        contact.errors[Conf.NAME] = "invalid_name"
    try:
        flat[Conf.NUMBER] = refuse_emergency(normalise_target(flat[Conf.NUMBER]))
    except NumberError as err:
        contact.errors[Conf.NUMBER] = err.problem.value
    if len(flat.get(Conf.INTENT, "")) > LONGEST:
        contact.errors[Conf.INTENT] = "intent_too_long"
    aliases = [alias.strip() for alias in flat.get(Conf.ALIASES, [])]
    if len(aliases) > MOST or any(not 0 < len(alias) <= LONGEST for alias in aliases):
        contact.errors[Conf.ALIASES] = "invalid_alias"
    flat[Conf.ALIASES] = aliases
    opens, closes = flat.get(Conf.OPENS), flat.get(Conf.CLOSES)
    if bool(opens) != bool(closes) or (opens and opens >= closes):
        contact.errors["base"] = "invalid_hours"
    _check_secrets(contact, before or {})
    _check_flow(contact, before or {})
    return contact


def shown_contact(title: str, data: Mapping[str, Any], flow: CallFlow | None) -> dict[str, Any]:
    """Return a stored contact as the form shows it; never the values of its secrets."""
    steps = [_editable(step_to_dict(step)) for step in flow.steps] if flow else []
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


def _check_secrets(contact: CheckedContact, before: Mapping[str, Any]) -> None:
    """Check names and values of the secrets."""
    known = {s[Conf.SECRET_NAME]: s[Conf.SECRET_VALUE] for s in before.get(Conf.SECRETS, ())}
    secrets: list[dict[str, str]] = []
    for secret in contact.data.get(Conf.SECRETS, ()):
        name = secret[Conf.SECRET_NAME].strip().lower().replace(" ", "_")
        value = secret.get(Conf.SECRET_VALUE, "").strip() or known.get(name, "")
        if not SECRET_NAME.fullmatch(name) or any(s[Conf.SECRET_NAME] == name for s in secrets):
            contact.errors["base"] = "invalid_secret_name"
        elif not 0 < len(value) <= LONGEST or not value.isprintable() or "{" in value:
            contact.errors["base"] = "invalid_secret_value"
        secrets.append({Conf.SECRET_NAME: name, Conf.SECRET_VALUE: value})
    if len(secrets) > MOST:
        contact.errors["base"] = "too_many_secrets"
    contact.data[Conf.SECRETS] = secrets


def _check_flow(contact: CheckedContact, before: Mapping[str, Any]) -> None:
    """Check the call flow; an imported text replaces the steps."""
    steps = contact.data.pop(Conf.FLOW, None)
    text = contact.data.pop(Conf.FLOW_TEXT, "").strip()
    try:
        if text:
            flow = parse_flow(contact.name or "-", text)
        else:
            flow = parse_flow(contact.name or "-", _edited(steps or [], before.get(Conf.FLOW)))
    except FlowError as err:
        contact.errors["base"] = "flow_invalid"
        contact.reason = str(err)
        return
    contact.data[Conf.FLOW] = to_store(flow)


def _edited(steps: list[Mapping[str, Any]], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the flow with edited steps, keeping what the list editor does not show."""
    if not steps:
        return {}
    known = {
        (step["action"], _editable(dict(step)).get("expect", "")): step
        for step in (before or {}).get("steps", ())
    }
    whole: list[dict[str, Any]] = []
    for edited in steps:
        step = _plain(edited)
        hidden = known.get((step.get("action"), step.get("expect", "")), {})
        step |= {key: hidden[key] for key in ("expect", "or_expect") if key in hidden}
        if hidden.get("barge_in") is False and not step.get("barge_in"):
            step["barge_in"] = False  # learned; a switch that is off cannot say so
        whole.append(step)
    flow = dict(before or {}) | {"steps": whole}
    if before and before["steps"] != whole:
        flow["revision"] = int(before.get("revision", 1)) + 1
    return flow


def _plain(step: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step without the fields that were left empty."""
    return {key: value for key, value in step.items() if value not in (None, "", False)}


def _editable(step: dict[str, Any]) -> dict[str, Any]:
    """Return a step with its prompt as a text, as the list editor shows it."""
    expect = step.get("expect")
    if isinstance(expect, dict):
        step["expect"] = expect.get("text", "")
    step.pop("or_expect", None)
    return step
