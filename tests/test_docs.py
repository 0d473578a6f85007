"""The pages under docs/ name everything there is, their links lead somewhere, their examples can be read."""

import json
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

from custom_components.hold_slayer.condition import CONDITIONS
from custom_components.hold_slayer.const import BusEvent
from custom_components.hold_slayer.event import CallEventType
from custom_components.hold_slayer.llm_tools import CALLING_TOOLS, READING_TOOLS
from custom_components.hold_slayer.navigation.flow import Action, OnTimeout
from custom_components.hold_slayer.navigation.flow_format import MARK, read_flow
from custom_components.hold_slayer.navigation.states import CallState, Outcome
from custom_components.hold_slayer.record_tools import RECORD_TOOLS
from custom_components.hold_slayer.sentences import LANGUAGES
from custom_components.hold_slayer.trigger import TRIGGERS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
COMPONENT = ROOT / "custom_components" / "hold_slayer"
PAGES = sorted([*DOCS.glob("*.md"), ROOT / "README.md"])
RAW = "https://raw.githubusercontent.com/hold-slayer/hold-slayer/main/"


def page(name: str) -> str:
    """The text of a page."""
    return (DOCS / f"{name}.md").read_text()


def texts() -> dict[str, Any]:
    """The English texts of the integration."""
    loaded: dict[str, Any] = json.loads((COMPONENT / "translations" / "en.json").read_text())
    return loaded


def missing(names: Any, where: str) -> list[str]:
    """Those of the names that a page does not have in code marks."""
    text = page(where)
    return [str(name) for name in names if f"`{name}`" not in text]


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as on GitHub."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_every_action_and_field_is_described() -> None:
    services = yaml.safe_load((COMPONENT / "services.yaml").read_text())
    assert missing((f"hold_slayer.{name}" for name in services), "actions") == []
    fields = services["start_call"]["fields"]
    more = fields.pop("more")["fields"]
    assert missing([*fields, *more], "actions") == []


def test_every_entity_state_and_outcome_is_named() -> None:
    entity = texts()["entity"]
    keys = {key for platform in entity.values() for key in platform}
    assert missing(sorted(keys), "entities") == []
    names = {each["name"] for platform in entity.values() for each in platform.values()}
    assert [name for name in sorted(names) if f"| {name} |" not in page("entities")] == []
    assert missing([*CallState, *Outcome, *CallEventType], "entities") == []


def test_every_event_trigger_and_condition_is_named() -> None:
    assert missing(BusEvent, "automations") == []
    ours = [f"hold_slayer.{name}" for name in (*TRIGGERS, *CONDITIONS)]
    assert missing(ours, "automations") == []


def test_every_field_of_the_forms_is_described() -> None:
    known = texts()
    subentries = known["config_subentries"]
    forms = {
        "setup": [
            known["config"]["step"]["user"],
            known["config"]["step"]["account"],
            known["options"]["step"]["init"],
            subentries["phone"]["step"]["user"],
        ],
        "contacts-and-flows": [subentries["contact"]["step"]["user"]],
    }
    for where, steps in forms.items():
        labels = [
            label
            for step in steps
            for part in (step, *step.get("sections", {}).values())
            for label in part["data"].values()
        ]
        text = page(where).casefold()
        assert [label for label in labels if label.casefold() not in text] == []


def test_steps_and_their_call_flow_example() -> None:
    assert missing([*Action, *OnTimeout], "contacts-and-flows") == []
    examples = [
        block
        for block in re.findall(r"```yaml\n(.*?)```", page("contacts-and-flows"), re.DOTALL)
        if MARK in block
    ]
    assert examples
    for example in examples:
        assert read_flow(example).steps


def test_every_language_and_tool_is_named() -> None:
    assert page("voice").count("\n| ") >= len(LANGUAGES)
    names = [
        f"hold_slayer__{tool.short_name}"
        for tool in (*READING_TOOLS, *RECORD_TOOLS, *CALLING_TOOLS)
    ]
    assert missing(names, "voice") == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_links_lead_somewhere_and_examples_are_yaml(file: Path) -> None:
    text = file.read_text()
    for link in map("".join, re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text)):
        if link.startswith(RAW):
            assert (ROOT / link.removeprefix(RAW)).is_file(), link
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text()), link
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        assert yaml.safe_load(block), block
