"""The pinned requirements are those Home Assistant would install by itself."""

import importlib.metadata
import json
from pathlib import Path

import homeassistant
from homeassistant.const import REQUIRED_PYTHON_VER
from packaging.requirements import Requirement
import pytest

ROOT = Path(__file__).parent.parent.parent
COMPONENTS = Path(homeassistant.__file__).parent / "components"
#: Integrations that tests and demo set up.
USED = (
    "ai_task",
    "assist_pipeline",
    "conversation",
    "ffmpeg",
    "frontend",
    "hold_slayer",
    "http",
    "mcp_server",
    "media_source",
    "mobile_app",
    "recorder",
    "stt",
    "tts",
    "wyoming",
)


@pytest.mark.parametrize("integration", USED)
def test_requirements_of(integration: str) -> None:
    """Otherwise Home Assistant would fetch them during a test, or run with others than users have."""
    ours = ROOT / "custom_components" / integration
    folder = ours if ours.is_dir() else COMPONENTS / integration
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for line in manifest.get("requirements", []):
        requirement = Requirement(line)
        installed = importlib.metadata.version(requirement.name)
        assert installed in requirement.specifier, f"{integration} wants {line}, not {installed}"


def shared_with_home_assistant() -> set[str]:
    """Return the packages that Home Assistant or one of its libraries brings along, too."""
    constraints = Path(homeassistant.__file__).parent / "package_constraints.txt"
    lines = constraints.read_text("utf-8").splitlines()
    for manifest in COMPONENTS.glob("*/manifest.json"):
        lines += json.loads(manifest.read_text("utf-8")).get("requirements", [])
    for library in ("hassil", "homeassistant"):
        lines += importlib.metadata.requires(library) or []
    return {Requirement(line).name for line in lines if line[:1].isalpha()}


def test_home_assistant_chooses_what_it_shares() -> None:
    """A pin would hinder the set-up, or put back Home Assistant's own version, after its next update."""
    ours = ROOT / "custom_components/hold_slayer/manifest.json"
    wanted = [Requirement(line) for line in json.loads(ours.read_text("utf-8"))["requirements"]]
    shared = shared_with_home_assistant()
    assert {"numpy", "wyoming", "unicode-rbnf"} <= shared
    for requirement in wanted:
        pinned = str(requirement.specifier).startswith("==")
        assert pinned is (requirement.name not in shared), requirement


def test_every_requirement_has_a_hash() -> None:
    """A pinned version without a checksum could be anything."""
    text = (ROOT / "requirements-dev.txt").read_text("utf-8")
    pins = [entry for entry in text.split("\n") if "==" in entry and not entry.startswith(" ")]
    assert len(pins) > 100
    for pin in pins:
        after = text.split(pin, 1)[1].split("\n", 2)[1]
        assert pin.endswith("\\"), pin
        assert "--hash=sha256:" in after, pin


def test_python_is_new_enough() -> None:
    """scripts/setup asks for the version Home Assistant asks for."""
    wanted = ".".join(map(str, REQUIRED_PYTHON_VER))
    assert f"PYTHON_WANTED={wanted}\n" in (ROOT / "scripts/setup").read_text("utf-8")
