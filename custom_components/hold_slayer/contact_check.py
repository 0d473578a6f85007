"""Reading the form of a contact: what is wrong in it, and what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .calls.contact import SECRET_NAME
from .calls.flow_store import FlowError, parse_flow, to_store
from .calls.numbers import NumberError, normalise_target, refuse_emergency
from .const import Conf

#: Longest name, alias or intent, characters.
LONGEST = 300
#: Most secrets and aliases of one contact.
MOST = 30
SECTION_FLOW = "call_flow"
SECTION_HOURS = "hours"
SECTION_SECRETS = "secret_section"
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
        (step["action"], editable(dict(step)).get("expect", "")): step
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


def editable(step: dict[str, Any]) -> dict[str, Any]:
    """Return a step with its prompt as a text, as the list editor shows it."""
    expect = step.get("expect")
    if isinstance(expect, dict):
        step["expect"] = expect.get("text", "")
    step.pop("or_expect", None)
    return step
