"""What the pages tell a user to write works: examples pass the real schemas, names exist, defaults are right."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.condition import async_validate_condition_config
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import yaml

from custom_components.hold_slayer.condition import CONDITIONS
from custom_components.hold_slayer.const import DOMAIN, BusEvent
from custom_components.hold_slayer.navigation.flow_format import MARK
from custom_components.hold_slayer.options_flow import OPTIONS_SCHEMA
from custom_components.hold_slayer.phone_form import PHONE_SCHEMA
from custom_components.hold_slayer.trigger import TRIGGERS

from .homes import account_entry, set_up
from .scripted_link import ScriptedLink
from .test_docs import PAGES, page, texts

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

#: Other integrations' actions in examples.
OTHERS = {"notify.send_message", "logger.set_level"}
#: Names of files, packages and fields that look like ours.
NO_ACTIONS = {"db", "zip", "prints", "menus", "events"}


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up."""
    assert await async_setup_component(hass, "automation", {"automation": []})
    entry = account_entry()
    await set_up(hass, entry)
    return entry


def examples() -> Iterator[tuple[str, Any]]:
    """Return every YAML example with the page it is on."""
    for file in PAGES:
        for block in re.findall(r"```yaml\n(.*?)```", file.read_text(), re.DOTALL):
            yield file.name, yaml.safe_load(block)


def within(data: Any, key: str) -> Iterator[dict[str, Any]]:
    """Return every mapping of a structure that has a key."""
    if isinstance(data, dict):
        if key in data:
            yield data
        for value in data.values():
            yield from within(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from within(value, key)


def filled(value: Any) -> Any:
    """Return data with what an automation would fill in."""
    return "Insurance" if isinstance(value, str) and "{{" in value else value


async def test_actions_in_examples_are_accepted(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Each is checked by the schema that checks it when it runs."""
    known = hass.services.async_services_for_domain(DOMAIN)
    seen = 0
    for where, example in examples():
        if isinstance(example, dict) and MARK in example:
            continue  # the steps of a call flow have actions of another kind
        for each in within(example, "action"):
            domain, _, name = each["action"].partition(".")
            if domain != DOMAIN:
                # a step of a call flow within an action has no dot
                assert not name or each["action"] in OTHERS, (where, each)
                continue
            schema = known[name].schema
            assert schema is not None
            schema({key: filled(value) for key, value in each.get("data", {}).items()})
            seen += 1
    assert seen > 8


async def test_triggers_and_conditions_in_examples_are_accepted(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Each is checked as an automation's."""
    seen = 0
    for _, example in examples():
        if not isinstance(example, dict):
            continue
        if triggers := example.get("triggers"):
            seen += len(await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA(triggers)))
        for condition in example.get("conditions", ()):
            checked = cv.CONDITION_SCHEMA(condition)
            assert await async_validate_condition_config(hass, checked)
            seen += 1
    assert seen >= 3


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
async def test_what_is_named_exists(
    hass: HomeAssistant, entry: MockConfigEntry, file: Path
) -> None:
    """Actions, triggers, conditions, events of ours, and entities of the first line."""
    text = file.read_text()
    known = {*hass.services.async_services_for_domain(DOMAIN), *TRIGGERS, *CONDITIONS}
    named = set(re.findall(r"`hold_slayer\.([a-z_]+)", text)) - NO_ACTIONS
    assert named <= known
    events = set(re.findall(r"event_type: (hold_slayer_[a-z_]+)", text))
    assert events <= set(BusEvent)
    entities = {each.entity_id for each in er.async_get(hass).entities.values()}
    named = set(re.findall(r"\b[a-z_]+\.hold_slayer_line_\d_[a-z_]+", text))
    assert named <= entities


def defaults(schema: probatio.Schema) -> Iterator[tuple[str, Any]]:
    """Return the names and defaults of a form's fields."""
    for key, value in schema.schema.items():
        if isinstance(value, section):
            yield from defaults(value.schema)
        elif not isinstance(key.default, probatio.Undefined):
            yield str(key.schema), key.default()


def shown(value: Any) -> str:
    """Return a default as the tables show it."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else f"{value:,}"


@pytest.mark.parametrize("form", ["options", "phone"])
def test_defaults_of_the_forms_are_those_of_the_tables(form: str) -> None:
    known = texts()
    if form == "options":
        schema, step = OPTIONS_SCHEMA, known["options"]["step"]["init"]
    else:
        schema, step = PHONE_SCHEMA, known["config_subentries"]["phone"]["step"]["user"]
    labels = dict(step["data"])
    for part in step.get("sections", {}).values():
        labels |= part["data"]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]*) \| ", page("setup"), re.MULTILINE)
    table = {label.strip(): cell.strip() for label, cell in rows}
    checked = 0
    for key, default in defaults(schema):
        if isinstance(default, (bool, int, float)) and labels[key] in table:
            cell = table[labels[key]].replace(",", "")
            assert shown(default).replace(",", "") == re.split(r"[ :]", cell)[0], labels[key]
            checked += 1
    assert checked >= (15 if form == "options" else 3)
