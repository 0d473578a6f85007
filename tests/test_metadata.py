"""What hassfest and the HACS checks look at: manifest, texts, icons, actions, triggers."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.helpers.selector import SELECTORS, selector
from PIL import Image
import pytest
import yaml

from custom_components.hold_slayer import condition, trigger
from custom_components.hold_slayer.calls.progress import SegmentKind, Speaker
from custom_components.hold_slayer.hearing.heard import Cue, Sound
from custom_components.hold_slayer.issues import FIXABLE
from custom_components.hold_slayer.navigation.moments import PhoneState
from custom_components.hold_slayer.navigation.states import CallState, Outcome
from custom_components.hold_slayer.telephony.messages import RegistrationState

COMPONENT = Path(__file__).parents[1] / "custom_components" / "hold_slayer"
TEXTS = json.loads((COMPONENT / "translations" / "en.json").read_text(encoding="utf-8"))
ICONS = json.loads((COMPONENT / "icons.json").read_text(encoding="utf-8"))
LANGUAGES = ("de", "fr", "es", "it", "nl", "pt")


def flat(data: Any, path: str = "") -> dict[str, str]:
    """Return all texts by their path."""
    if isinstance(data, str):
        return {path: data}
    found: dict[str, str] = {}
    for key, value in data.items():
        found |= flat(value, f"{path}.{key}" if path else key)
    return found


def load_yaml(name: str) -> dict[str, Any]:
    """Return a YAML file of the component, without its anchors."""
    data: dict[str, Any] = yaml.safe_load((COMPONENT / name).read_text(encoding="utf-8"))
    return {key: value for key, value in data.items() if not key.startswith(".")}


def test_manifest() -> None:
    """Keys are in order, and those that HACS wants are there."""
    manifest = json.loads((COMPONENT / "manifest.json").read_text(encoding="utf-8"))
    keys = list(manifest)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])
    for key in ("codeowners", "documentation", "issue_tracker", "version"):
        assert manifest[key]
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert manifest["dependencies"] == sorted(manifest["dependencies"])
    assert manifest["after_dependencies"] == sorted(manifest["after_dependencies"])
    # exact, or a range where Home Assistant chooses the version (tests/packaging/test_requirements.py)
    assert all(re.search(r"[=>]=\d", each) for each in manifest["requirements"])


def test_texts_follow_the_rules() -> None:
    """No address, no markup, no stray space, no quoted placeholder."""
    for path, text in flat(TEXTS).items():
        assert text, path
        assert text == text.strip(), path
        assert "://" not in text, path
        assert not re.search(r"</?[a-z]+>", text), path
        assert not re.search(r"'\{\w+\}'", text), path
        if ".state." in path:
            assert "{" not in text, path


def test_every_field_is_described() -> None:
    """Each field of each form has a name and a description."""
    for path, step in _steps(TEXTS):
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys(), path
        for name, section in step.get("sections", {}).items():
            assert section["data"].keys() == section["data_description"].keys(), (path, name)


def _steps(texts: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return all steps of all forms."""
    steps = [(f"config.{key}", step) for key, step in texts["config"]["step"].items()]
    steps += [(f"options.{key}", step) for key, step in texts["options"]["step"].items()]
    for kind, flow in texts["config_subentries"].items():
        steps += [(f"{kind}.{key}", step) for key, step in flow["step"].items()]
    return steps


def test_actions_have_texts_and_icons() -> None:
    """services.yaml, texts and icons name the same actions and fields."""
    services = load_yaml("services.yaml")
    assert services.keys() == TEXTS["services"].keys() == ICONS["services"].keys()
    for name, service in services.items():
        fields: set[str] = set()
        for key, field in service["fields"].items():
            if "fields" in field:
                assert TEXTS["services"][name]["sections"][key]["name"]
                fields |= field["fields"].keys()
            else:
                fields.add(key)
        assert fields == TEXTS["services"][name]["fields"].keys(), name


def test_triggers_and_conditions_have_texts_and_icons() -> None:
    """The YAML files, the code, the texts and the icons name the same ones."""
    for kind, known in (("triggers", trigger.TRIGGERS), ("conditions", condition.CONDITIONS)):
        described = load_yaml(f"{kind}.yaml")
        assert described.keys() == known.keys() == TEXTS[kind].keys() == ICONS[kind].keys()
        for key, each in described.items():
            assert each["fields"].keys() == TEXTS[kind][key]["fields"].keys()


@pytest.mark.parametrize(
    ("sensor", "states"),
    [
        ("call_state", CallState),
        ("heard", Sound),
        ("last_outcome", Outcome),
        ("registration", RegistrationState),
    ],
)
def test_states_have_texts(sensor: str, states: Any) -> None:
    """Every state of an enum sensor has a text."""
    texts = TEXTS["entity"]["sensor"][sensor]["state"]
    assert texts.keys() == {state.value for state in states}


def test_entities_have_icons() -> None:
    """Every entity without a device class has an icon; no state icon is the default again."""
    for platform, entities in TEXTS["entity"].items():
        for key in entities:
            if (platform, key) == ("binary_sensor", "registered"):
                continue
            icon = ICONS["entity"][platform][key]
            assert icon["default"] not in icon.get("state", {}).values(), (platform, key)
    for platform, entities in ICONS["entity"].items():
        assert entities.keys() <= TEXTS["entity"][platform].keys()


def test_exceptions_used_have_texts() -> None:
    """Every error raised by key has a text, and every text is used."""
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in COMPONENT.rglob("*.py")
        if "engine/" not in str(path.relative_to(COMPONENT))
    )
    used = set(re.findall(r"\b(?:invalid|failed)\(\s*\"(\w+)\"", source))
    used |= set(re.findall(r"translation_key=\"(\w+)\"", source))
    entities = {key for platform in TEXTS["entity"].values() for key in platform}
    entities |= {"line", "provider", "phone_kind", "day", "call_back", "action", "on_timeout"}
    known = TEXTS["exceptions"].keys()
    selectors = TEXTS["selector"].keys()
    assert used - known - entities - selectors == set()
    for key in known:
        assert f'"{key}"' in source, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_complete(language: str) -> None:
    """Every language has every text, with the same placeholders."""
    path = COMPONENT / "translations" / f"{language}.json"
    texts = flat(json.loads(path.read_text(encoding="utf-8")))
    english = flat(TEXTS)
    assert texts.keys() == english.keys()
    for key, text in texts.items():
        assert text == text.strip(), key
        assert _placeholders(text) == _placeholders(english[key]), key


def _placeholders(text: str) -> set[str]:
    """Return what a text wants filled in."""
    return set(re.findall(r"\{(\w+)\}", text))


def test_texts_of_the_card() -> None:
    """Every text that the card asks for is there, also those asked for by a value."""
    card = TEXTS["config_panel"]["card"]
    for path in sorted((COMPONENT / "frontend").glob("*.js")):
        source = path.read_text(encoding="utf-8")
        asked = set(re.findall(r"\btext\(hass, \"(\w+)\"", source))
        asked |= set(re.findall(r"\bbutton\(\"(\w+)\"", source))
        assert asked <= card.keys(), path.name
    assert card["phone_state"].keys() == {state.value for state in PhoneState}
    assert card["segment"].keys() == {kind.value for kind in SegmentKind}
    assert card["who"].keys() == {speaker.value for speaker in Speaker}
    assert card["cue"].keys() == {cue.value for cue in Cue}


def test_issues_have_texts() -> None:
    """Every repair that is raised has a text, a fix where it can be fixed, and nothing is left over."""
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in COMPONENT.rglob("*.py")
        if "engine/" not in str(path.relative_to(COMPONENT))
    )
    for key, texts in TEXTS["issues"].items():
        assert f'"{key}"' in source, key
        # fixed by having been read: raised without an account
        fixable = key in FIXABLE or key == "history_damaged"
        assert ("fix_flow" in texts) is fixable, key
        assert ("description" in texts) is not fixable, key
    raised = set(re.findall(r"raise_issue\(\s*[\w.]+,\s*[\w.]+,\s*\"(\w+)\"", source))
    assert raised <= TEXTS["issues"].keys()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("icon.png", 256),
        ("icon@2x.png", 512),
    ],
)
def test_brand_images(name: str, size: int) -> None:
    """The icons have the sizes that the brands rules ask for."""
    with Image.open(COMPONENT / "brand" / name) as image:
        assert image.size == (size, size)
        assert image.format == "PNG"


def test_hacs_file() -> None:
    """Only keys that HACS knows, and the release's file is named."""
    hacs = json.loads((COMPONENT.parents[1] / "hacs.json").read_text(encoding="utf-8"))
    known = {"name", "content_in_root", "country", "filename", "hacs", "hide_default_branch"}
    known |= {"homeassistant", "persistent_directory", "render_readme", "zip_release"}
    assert hacs.keys() <= known
    assert hacs["filename"].endswith(".zip")
    assert hacs["zip_release"] is True


def test_quality_scale() -> None:
    """Every rule up to Platinum is done, or says why not."""
    rules = yaml.safe_load((COMPONENT / "quality_scale.yaml").read_text(encoding="utf-8"))["rules"]
    # Bronze 20, Silver 10, Gold 21, Platinum 3
    assert len(rules) == 54
    for name, rule in rules.items():
        if isinstance(rule, str):
            assert rule == "done", name
        else:
            assert rule["status"] in ("done", "exempt", "todo"), name
            assert rule["comment"], name


def test_services_file_matches_the_code() -> None:
    """Selectors are ones that Home Assistant has; examples and defaults have their field's type."""
    for name, service in load_yaml("services.yaml").items():
        for key, field in service.get("fields", {}).items():
            for inner, each in field.get("fields", {key: field}).items():
                (kind,) = each["selector"]
                assert kind in SELECTORS, (name, inner)
                selector(each["selector"])
