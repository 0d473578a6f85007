"""The import rules of the component: a line of code knows by its folder which process it runs in."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from homeassistant.const import Platform
import pytest

ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components" / "hold_slayer"
PACKAGE = ("custom_components", "hold_slayer")
#: How the engine process calls the same package.
ENGINE_PACKAGE = ("hold_slayer",)
VOCABULARY = ("hearing", "heard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module, as seen from one file."""

    file: Path
    line: int
    module: tuple[str, ...]
    #: Dotted name inside the component, or None for anything else.
    inside: tuple[str, ...] | None
    relative: bool

    def __str__(self) -> str:
        """Say where it stands."""
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {'.'.join(self.module)}"


def _inside(module: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the dotted name within the component, or None when the module is not part of it."""
    for package in (PACKAGE, ENGINE_PACKAGE):
        if module[: len(package)] == package:
            return module[len(package) :]
    return None


def _modules(node: ast.Import | ast.ImportFrom, file: Path) -> Iterator[tuple[str, ...]]:
    """Yield every module one statement may load; `from a import b` may load `a.b`."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield tuple(alias.name.split("."))
        return
    base: tuple[str, ...] = tuple(node.module.split(".")) if node.module else ()
    if node.level:
        folder = file.relative_to(ROOT).parent.parts
        base = folder[: len(folder) - node.level + 1] + base
    for alias in node.names:
        loaded = (*base, alias.name)
        where = ROOT.joinpath(*loaded)
        if where.with_suffix(".py").exists() or where.is_dir():
            yield loaded
        else:
            yield base


def imports(*folders: Path) -> list[Import]:
    """Return every import of every Python file below these folders."""
    found = []
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found += [
                    Import(
                        file=file,
                        line=node.lineno,
                        module=module,
                        inside=_inside(module),
                        relative=isinstance(node, ast.ImportFrom) and node.level > 0,
                    )
                    for module in _modules(node, file)
                ]
    return found


def refuse(broken: list[Import], rule: str) -> None:
    """Fail with the places that break a rule."""
    assert not broken, f"{rule}:\n" + "\n".join(f"  {place}" for place in broken)


def _part(place: Import) -> str | None:
    """Return the first folder of the component a file lies in; None outside or at its top."""
    if COMPONENT not in place.file.parents or place.file.parent == COMPONENT:
        return None
    return place.file.relative_to(COMPONENT).parts[0]


ALL = imports(ROOT / "custom_components", ROOT / "lab", ROOT / "packaging", ROOT / "scripts")


def test_there_is_something_to_check() -> None:
    """The rules below would hold for an empty list as well."""
    assert any(_part(place) == "telephony" for place in ALL)
    assert any(place.inside == VOCABULARY for place in ALL)


@pytest.mark.parametrize("part", ["engine", "telephony", "hearing", "navigation"])
def test_no_home_assistant_in(part: str) -> None:
    """These parts run, or could run, in a process without Home Assistant."""
    refuse(
        [place for place in ALL if _part(place) == part and place.module[0] == "homeassistant"],
        f"{part} never imports homeassistant",
    )


def test_relative_imports_inside_the_component() -> None:
    """The engine process loads the component under another name."""
    refuse(
        [
            place
            for place in ALL
            if COMPONENT in place.file.parents
            and place.inside is not None
            and not place.relative
            # the engine's entry point has no package yet
            and place.file != COMPONENT / "engine" / "__main__.py"
        ],
        "inside the component imports are relative",
    )


def test_vocabulary_is_light() -> None:
    """Everyone imports what can be heard, so it brings nothing along."""
    refuse(
        [
            place
            for place in ALL
            if place.file == COMPONENT / "hearing" / "heard.py"
            and (place.module[0] in ("numpy", "scipy") or place.inside is not None)
        ],
        "hearing/heard.py imports neither numpy nor other parts",
    )


def test_hearing_belongs_to_engine_and_lab() -> None:
    """Only the vocabulary of hearing may be used elsewhere in the component."""
    refuse(
        [
            place
            for place in ALL
            if COMPONENT in place.file.parents
            and _part(place) not in ("hearing", "engine")
            and place.inside
            and place.inside[0] == "hearing"
            and place.inside[:2] != VOCABULARY
        ],
        "hearing (but for heard.py) is imported by engine and lab alone",
    )


@pytest.mark.parametrize(
    ("part", "allowed"),
    [
        ("hearing", [("hearing",)]),
        ("telephony", [("telephony",), VOCABULARY]),
        ("navigation", [("navigation",), VOCABULARY]),
        ("engine", [("engine",), ("hearing",), ("telephony", "messages")]),
    ],
)
def test_part_imports_only(part: str, allowed: list[tuple[str, ...]]) -> None:
    """Each part knows its neighbours and nothing more of the component."""
    refuse(
        [
            place
            for place in ALL
            if _part(place) == part
            and place.inside is not None
            and not any(place.inside[: len(name)] == name for name in allowed)
        ],
        f"{part} imports only {', '.join('.'.join(name) for name in allowed)}",
    )


def test_engine_is_imported_by_nobody() -> None:
    """The engine is a process, started by its path."""
    refuse(
        [
            place
            for place in ALL
            if place.inside and place.inside[0] == "engine" and _part(place) != "engine"
        ],
        "nobody imports engine",
    )


def test_only_engine_and_lab_know_pjsua2() -> None:
    """A crash of the native stack must never be one of Home Assistant."""
    refuse(
        [
            place
            for place in ALL
            if place.module[0] in ("pjsua2", "_pjsua2")
            and _part(place) != "engine"
            and ROOT / "lab" not in place.file.parents
            and ROOT / "packaging" not in place.file.parents
        ],
        "pjsua2 is imported by engine, lab and packaging alone",
    )


def test_platforms_are_thin() -> None:
    """Platform files import entity and const, nothing deeper."""
    platforms = {COMPONENT / f"{platform}.py" for platform in Platform}
    # the last two are parts of the platform sensor in files of their own
    allowed = (("entity",), ("const",), ("contact_sensor",), ("described_sensor",))
    refuse(
        [
            place
            for place in ALL
            if place.file in platforms
            and place.inside is not None
            and place.inside[:1] not in allowed
            and place.inside[:2] != VOCABULARY
        ],
        "platform files import only entity and const of the component",
    )


def test_component_does_not_need_lab_or_tests() -> None:
    """What users install stands alone."""
    refuse(
        [
            place
            for place in ALL
            if COMPONENT in place.file.parents and place.module[0] in ("lab", "tests", "scripts")
        ],
        "the component imports neither lab nor tests",
    )
