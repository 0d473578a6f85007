"""What people and machines on the telephone say when a scenario leaves it open, by language."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

#: By language, the fields of `Manners`.
FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """The small talk of one language."""

    #: An agent's answers, and the question after a silence.
    replies: tuple[str, ...]
    ask: str
    #: The user's first word, and what they say once connected.
    hello: str
    says: tuple[str, ...]
    #: The user's voicemail.
    voicemail: str
    #: How callers put what they want; %s is what the menu calls it.
    carriers: tuple[str, ...]


@cache
def _all() -> dict[str, Manners]:
    by_language = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {language: _read(fields) for language, fields in by_language.items()}


def _read(fields: dict[str, Any]) -> Manners:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Manners(**fields | lists)


def manners(language: str) -> Manners:
    """The manners of a language; English ones for a language that the lab does not speak."""
    known = _all()
    return known.get(language.partition("-")[0], known["en"])
