"""Every field of every form with what cannot be right: an error with a text, or data that can be used."""

from collections.abc import Callable, Iterator
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
from homeassistant.exceptions import ServiceValidationError
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.account_form import account_schema
from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.contact_form import CONTACT_SCHEMA
from custom_components.hold_slayer.options_flow import OPTIONS_SCHEMA
from custom_components.hold_slayer.phone_form import PHONE_SCHEMA
from custom_components.hold_slayer.providers import Provider
from custom_components.hold_slayer.telephony.messages import LegState, PlaceCall

from .calling import act, over
from .homes import leg_is
from .scripted_link import ScriptedLink
from .test_bad_actions import NONSENSE
from .test_metadata import TEXTS

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

#: Forms arrive as JSON, which has no NaN; a list of nothing is where Home Assistant's own selector
#: of lists stumbles.
TYPED = [value for value in NONSENSE if value == value and value != [None]]  # noqa: PLR0124
ACCOUNT = {"registrar": "sip.example.org", "username": "bob", "password": "pw"}
PHONE = {"name": "Hall", "kind": "extension", "address": "201"}
CONTACT = {"name": "Bank", "number": "0800123456"}


def places(schema: probatio.Schema) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form as (section or "", field)."""
    for key, value in schema.schema.items():
        if isinstance(value, section):
            yield from ((str(key), str(inner)) for inner in value.schema.schema)
        else:
            yield "", str(key)


def whole(schema: probatio.Schema, form: dict[str, Any]) -> dict[str, Any]:
    """Return a form with all its sections, empty."""
    sections = [str(key) for key, value in schema.schema.items() if isinstance(value, section)]
    return {**form, **{name: {} for name in sections}}


def with_value(form: dict[str, Any], where: str, field: str, value: Any) -> dict[str, Any]:
    """Return a form with one field replaced."""
    if where:
        return {**form, where: {**form[where], field: value}}
    return {**form, field: value}


def told(result: Any, texts: dict[str, Any]) -> None:
    """See that every error of a form has a text."""
    assert result["errors"]
    for error in result["errors"].values():
        assert error in texts, error


ACCOUNT_SCHEMA = account_schema(Provider.GENERIC)


@pytest.mark.parametrize(("where", "field"), list(places(ACCOUNT_SCHEMA)))
async def test_account(hass: HomeAssistant, link: ScriptedLink, where: str, field: str) -> None:
    """Nonsense in the account's form is refused there, or the account is tried and can be used."""
    flows = hass.config_entries.flow
    for value in TYPED:
        form = with_value(whole(ACCOUNT_SCHEMA, ACCOUNT), where, field, value)
        result: Any = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        result = await flows.async_configure(result["flow_id"], {"provider": "generic"})
        try:
            result = await flows.async_configure(result["flow_id"], form)
        except InvalidData:
            flows.async_abort(result["flow_id"])
            continue
        while result["type"] in (FlowResultType.SHOW_PROGRESS, FlowResultType.SHOW_PROGRESS_DONE):
            await hass.async_block_till_done()
            result = await flows.async_configure(result["flow_id"])
        if result["type"] is FlowResultType.CREATE_ENTRY:
            made = result["result"]
            await hass.async_block_till_done()
            assert made.state.value == "loaded", (value, made.state)
            await hass.config_entries.async_remove(made.entry_id)
            hass.config_entries.subentries.async_abort(result["next_flow"][1])
        elif result["type"] is FlowResultType.FORM:
            told(result, TEXTS["config"]["error"])
            flows.async_abort(result["flow_id"])


@pytest.mark.parametrize(("where", "field"), list(places(OPTIONS_SCHEMA)))
async def test_options(hass: HomeAssistant, entry: MockConfigEntry, where: str, field: str) -> None:
    """Nonsense in the options is refused, or the account goes on with what was stored."""
    options = hass.config_entries.options
    for value in TYPED:
        result: Any = await options.async_init(entry.entry_id)
        form = with_value(whole(OPTIONS_SCHEMA, {}), where, field, value)
        try:
            result = await options.async_configure(result["flow_id"], form)
        except InvalidData:
            options.async_abort(result["flow_id"])
            continue
        if result["type"] is FlowResultType.FORM:
            told(result, TEXTS["options"]["error"])
            options.async_abort(result["flow_id"])
        await hass.async_block_till_done()
        assert entry.runtime_data.settings.lines >= 1


async def fill(hass: HomeAssistant, entry: MockConfigEntry, kind: SubentryType, form: Any) -> Any:
    """Fill in a subentry's form; None when the form itself refuses the types."""
    subentries = hass.config_entries.subentries
    result: Any = await subentries.async_init(
        (entry.entry_id, kind), context={"source": SOURCE_USER}
    )
    try:
        result = await subentries.async_configure(result["flow_id"], form)
    except InvalidData:
        subentries.async_abort(result["flow_id"])
        return None
    while result.get("step_id") in ("test", "credentials"):
        given = {"next": "save"} if result["step_id"] == "test" else {}
        result = await subentries.async_configure(result["flow_id"], given)
    if result["type"] is FlowResultType.FORM:
        told(result, TEXTS["config_subentries"][kind.value]["error"])
        subentries.async_abort(result["flow_id"])
        return None
    await hass.async_block_till_done()
    return result


async def forget_new(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Remove what the form stored."""
    for key in set(entry.subentries) - {"desk", "insurance"}:
        hass.config_entries.async_remove_subentry(entry, key)
    await hass.async_block_till_done()


@pytest.mark.parametrize(("where", "field"), list(places(PHONE_SCHEMA)))
async def test_phone(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, where: str, field: str
) -> None:
    """What is stored of a phone can be rung, whatever was typed."""
    for value in TYPED:
        form = with_value(whole(PHONE_SCHEMA, PHONE), where, field, value)
        if await fill(hass, entry, SubentryType.PHONE, form) is None:
            continue
        names = [phone.name for phone in entry.runtime_data.phones.values()]
        assert all(0 < len(name) <= 60 for name in names), value
        await forget_new(hass, entry)


@pytest.mark.parametrize(("where", "field"), list(places(CONTACT_SCHEMA)))
async def test_contact(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry, where: str, field: str
) -> None:
    """What is stored of a contact can be called, and shown in its form again, whatever was typed."""
    link.answers[PlaceCall] = _away(link)
    for value in TYPED:
        form = with_value(whole(CONTACT_SCHEMA, CONTACT), where, field, value)
        if await fill(hass, entry, SubentryType.CONTACT, form) is None:
            continue
        (key,) = set(entry.subentries) - {"desk", "insurance"}
        shown: Any = await entry.start_subentry_reconfigure_flow(hass, key)
        assert shown["type"] is FlowResultType.FORM
        hass.config_entries.subentries.async_abort(shown["flow_id"])
        await call_once(hass, entry, key)
        await forget_new(hass, entry)


async def call_once(hass: HomeAssistant, entry: MockConfigEntry, contact: str) -> None:
    """Call a contact until the call is over; one that may not be dialled is refused in words."""
    try:
        response = await act(hass, "start_call", contact=contact)
    except ServiceValidationError as err:
        if err.translation_key not in TEXTS["exceptions"]:
            raise
        return
    await over(hass, entry.runtime_data.switchboard.calls[response["call_id"]])


def _away(link: ScriptedLink) -> Callable[[PlaceCall], None]:
    """Return an engine that dials and finds nobody at once."""

    def answer(message: PlaceCall) -> None:
        leg_is(link, message.leg, LegState.DISCONNECTED)

    return answer
