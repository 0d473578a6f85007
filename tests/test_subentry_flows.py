"""The forms of phones and contacts."""

from datetime import datetime
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.const import SubentryType

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

PHONE: dict[str, Any] = {
    "name": "Mobile",
    "kind": "number",
    "address": "+44 7700 900-000",
    "availability": {},
}
SAVE = {"next": "save"}
CONTACT: dict[str, Any] = {
    "name": "Bank",
    "number": "0800 123 456",
    "intent": "a lost card",
    "aliases": ["my bank"],
    "call_flow": {},
    "secret_section": {},
    "hours": {},
}


async def add(hass: HomeAssistant, entry: MockConfigEntry, kind: SubentryType, form: Any) -> Any:
    """Open the form of a kind and fill it in; a phone is stored without a test ring."""
    result = await enter(hass, entry, kind, form)
    if result.get("step_id") == "test":
        result = await hass.config_entries.subentries.async_configure(result["flow_id"], SAVE)
    return result


async def enter(hass: HomeAssistant, entry: MockConfigEntry, kind: SubentryType, form: Any) -> Any:
    """Open the form of a kind and fill it in."""
    subentries = hass.config_entries.subentries
    result = await subentries.async_init((entry.entry_id, kind), context={"source": SOURCE_USER})
    return await subentries.async_configure(result["flow_id"], form)


def subentry_of(entry: MockConfigEntry, title: str) -> Any:
    """Return the subentry of a title."""
    return next(each for each in entry.subentries.values() if each.title == title)


async def test_add_phone(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A phone is stored with its number as it is dialled."""
    result = await add(hass, entry, SubentryType.PHONE, PHONE)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    stored = subentry_of(entry, "Mobile")
    assert stored.data["address"] == "+447700900000"
    assert stored.data["ring_time"] == 25
    assert hass.states.get("button.mobile_test_ring") is not None


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"name": " "}, {"name": "invalid_name"}),
        ({"name": "x" * 61}, {"name": "invalid_name"}),
        ({"address": "call me"}, {"address": "number_invalid"}),
        ({"address": " "}, {"address": "number_empty"}),
        ({"address": "999"}, {"address": "number_emergency"}),
        ({"kind": "extension", "address": "112"}, {"address": "number_emergency"}),
        ({"kind": "extension", "address": "2 0"}, {"address": "number_invalid"}),
        ({"kind": "sip_uri", "address": "nobody"}, {"address": "sip_uri_invalid"}),
        ({"kind": "sip_uri", "address": "a@b:0"}, {"address": "sip_uri_invalid"}),
        ({"kind": "extension", "address": "200"}, {"address": "already_configured"}),
        ({"availability": {"available_from": "08:00:00"}}, {"base": "invalid_hours"}),
        (
            {"availability": {"available_from": "08:00:00", "available_until": "08:00:00"}},
            {"base": "invalid_hours"},
        ),
        ({"availability": {"available_days": []}}, {"base": "no_day"}),
    ],
)
async def test_bad_phone(
    hass: HomeAssistant, entry: MockConfigEntry, change: dict[str, Any], errors: dict[str, str]
) -> None:
    """Each field says what is wrong with it, and the form can be put right."""
    await hass.config_entries.subentries.async_init(
        (entry.entry_id, SubentryType.PHONE), context={"source": SOURCE_USER}
    )
    if errors == {"address": "already_configured"}:
        await add(hass, entry, SubentryType.PHONE, PHONE | {"kind": "extension", "address": "200"})
    result = await add(hass, entry, SubentryType.PHONE, PHONE | change)
    assert result["errors"] == errors
    subentries = hass.config_entries.subentries
    result = await subentries.async_configure(result["flow_id"], PHONE)
    assert result["step_id"] == "test"
    result = await subentries.async_configure(result["flow_id"], SAVE)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_change_phone(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A phone can be changed and renamed; another's address is refused."""
    await add(hass, entry, SubentryType.PHONE, PHONE)
    await add(hass, entry, SubentryType.PHONE, PHONE | {"name": "Other", "address": "0123456"})
    await hass.async_block_till_done()
    subentries = hass.config_entries.subentries
    key = subentry_of(entry, "Mobile").subentry_id
    result: Any = await entry.start_subentry_reconfigure_flow(hass, key)
    result = await subentries.async_configure(result["flow_id"], PHONE | {"address": "0123456"})
    assert result["errors"] == {"address": "already_configured"}
    result = await subentries.async_configure(
        result["flow_id"], PHONE | {"name": "Pocket", "trusted": True}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.runtime_data.phones[key].trusted
    assert entry.runtime_data.phones[key].name == "Pocket"
    # a new address can be tried first
    result = await entry.start_subentry_reconfigure_flow(hass, key)
    night = {"available_from": "22:00:00", "available_until": "06:00:00", "available_days": ["sat"]}
    changed = PHONE | {"address": "0999888", "availability": night}
    result = await subentries.async_configure(result["flow_id"], changed)
    assert result["step_id"] == "test"
    result = await subentries.async_configure(result["flow_id"], {"next": "change"})
    assert result["step_id"] == "reconfigure"
    result = await subentries.async_configure(result["flow_id"], changed | {"name": "Night"})
    result = await subentries.async_configure(result["flow_id"], SAVE)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    phone = entry.runtime_data.phones[key]
    assert (phone.name, phone.address) == ("Night", "0999888")
    assert phone.reachable(datetime.fromisoformat("2026-11-21 23:00"))
    assert not phone.reachable(datetime.fromisoformat("2026-11-20 23:00"))
    result = await entry.start_subentry_reconfigure_flow(hass, key)
    (section,) = [
        part for key, part in result["data_schema"].schema.items() if str(key) == "availability"
    ]
    shown = {str(key): key.description["suggested_value"] for key in section.schema.schema}
    assert shown == night


async def test_add_contact(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A contact is stored with its flow, hours and secrets."""
    form = CONTACT | {
        "call_flow": {
            "flow": [
                {"action": "press", "expect": "For lost cards, press 1", "keys": "1"},
                {"action": "press", "expect": "account number", "keys": "{account_number}"},
                {"action": "hold"},
            ]
        },
        "secret_section": {
            "secrets": [{"secret_name": "Account number", "secret_value": "987654321"}]
        },
        "hours": {"opens": "08:00:00", "closes": "18:00:00", "open_days": ["mon", "tue"]},
    }
    result = await add(hass, entry, SubentryType.CONTACT, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    contact = entry.runtime_data.contacts[subentry_of(entry, "Bank").subentry_id]
    assert contact.number == "0800123456"
    assert [step.keys for step in contact.flow.steps] == ["1", "{account_number}", ""]
    assert contact.secrets == {"account_number": "987654321"}
    assert "987654321" not in repr(contact)
    assert hass.states.get("button.bank_call") is not None


async def test_import_flow_as_text(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A flow shared as YAML replaces the steps."""
    text = "hold_slayer_flow: 1\nname: Bank\nsteps:\n  - action: hold\n"
    result = await add(
        hass, entry, SubentryType.CONTACT, CONTACT | {"call_flow": {"flow_text": text}}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    stored = subentry_of(entry, "Bank").data["flow"]
    assert stored["steps"] == [{"action": "hold"}]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"name": ""}, {"name": "invalid_name"}),
        ({"name": "Bell\x07"}, {"name": "invalid_name"}),
        ({"name": "INSURANCE"}, {"name": "already_configured"}),
        ({"number": "112"}, {"number": "number_emergency"}),
        ({"number": "sip:bad uri"}, {"number": "sip_uri_invalid"}),
        ({"intent": "x" * 301}, {"intent": "intent_too_long"}),
        ({"aliases": [" "]}, {"aliases": "invalid_alias"}),
        ({"aliases": ["x"] * 31}, {"aliases": "invalid_alias"}),
        ({"hours": {"opens": "18:00:00", "closes": "08:00:00"}}, {"base": "invalid_hours"}),
        ({"hours": {"opens": "18:00:00"}}, {"base": "invalid_hours"}),
        (
            {"secret_section": {"secrets": [{"secret_name": "1st", "secret_value": "x"}]}},
            {"base": "invalid_secret_name"},
        ),
        (
            {"secret_section": {"secrets": [{"secret_name": "pin"}]}},
            {"base": "invalid_secret_value"},
        ),
        (
            {"secret_section": {"secrets": [{"secret_name": "pin", "secret_value": "{other}"}]}},
            {"base": "invalid_secret_value"},
        ),
        (
            {
                "secret_section": {
                    "secrets": [{"secret_name": f"pin{n}", "secret_value": "1"} for n in range(31)]
                }
            },
            {"base": "too_many_secrets"},
        ),
        ({"call_flow": {"flow": [{"action": "press"}]}}, {"base": "flow_invalid"}),
        ({"call_flow": {"flow_text": "{not a flow"}}, {"base": "flow_invalid"}),
    ],
)
async def test_bad_contact(
    hass: HomeAssistant, entry: MockConfigEntry, change: dict[str, Any], errors: dict[str, str]
) -> None:
    """Each field says what is wrong with it, and the form can be put right."""
    if "name" in change and change["name"] == "INSURANCE":
        await add(hass, entry, SubentryType.CONTACT, CONTACT | {"name": "Insurance"})
    result = await add(hass, entry, SubentryType.CONTACT, CONTACT | change)
    assert result["errors"] == errors
    if errors == {"base": "flow_invalid"}:
        assert result["description_placeholders"]["reason"]
    result = await hass.config_entries.subentries.async_configure(result["flow_id"], CONTACT)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_change_contact(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Secrets are never shown; an empty value keeps the one stored; wordings survive an edit."""
    text = """
hold_slayer_flow: 1
name: Bank
steps:
  - action: press
    expect: {text: "Press one for cards", seconds: 3.5}
    or_expect: ["For cards press one"]
    keys: "1"
"""
    form = CONTACT | {
        "call_flow": {"flow_text": text},
        "secret_section": {"secrets": [{"secret_name": "pin", "secret_value": "4711"}]},
    }
    await add(hass, entry, SubentryType.CONTACT, form)
    await hass.async_block_till_done()
    key = subentry_of(entry, "Bank").subentry_id
    subentries = hass.config_entries.subentries
    result: Any = await entry.start_subentry_reconfigure_flow(hass, key)
    assert "4711" not in str(result["data_schema"].schema)
    shown = {
        str(name): each.description["suggested_value"]
        for name, each in ((each, each) for each in result["data_schema"].schema)
        if each.description and "suggested_value" in each.description
    }
    assert shown["name"] == "Bank"
    form = CONTACT | {
        "call_flow": {
            "flow": [
                {"action": "press", "expect": "Press one for cards", "keys": "2"},
                {"action": "hold"},
            ]
        },
        "secret_section": {"secrets": [{"secret_name": "pin"}]},
    }
    result = await subentries.async_configure(result["flow_id"], form)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    contact = entry.runtime_data.contacts[key]
    assert contact.secrets == {"pin": "4711"}
    first = contact.flow.steps[0]
    assert first.keys == "2"
    assert first.prompt.seconds == 3.5
    assert [prompt.text for prompt in first.alternatives] == ["For cards press one"]


async def test_change_contact_badly(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Another contact's name is refused on a change, too."""
    await add(hass, entry, SubentryType.CONTACT, CONTACT)
    await add(hass, entry, SubentryType.CONTACT, CONTACT | {"name": "Airline"})
    key = subentry_of(entry, "Bank").subentry_id
    result: Any = await entry.start_subentry_reconfigure_flow(hass, key)
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], CONTACT | {"name": "airline"}
    )
    assert result["errors"] == {"name": "already_configured"}


async def test_wrong_types(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Wrong types are refused by the form itself."""
    for bad in (PHONE | {"kind": "pigeon"}, PHONE | {"ring_time": 1000}, PHONE | {"address": 5}):
        with pytest.raises(InvalidData):
            await add(hass, entry, SubentryType.PHONE, bad)
