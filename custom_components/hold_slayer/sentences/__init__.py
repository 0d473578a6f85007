"""What Hold Slayer says to its user and understands from them, a file per language."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

#: Languages with a file here; others fall back to English.
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")


@cache
def load(language: str) -> dict[str, Any]:
    """Read the file of a language; blocking, so call `warm_up` in an executor first."""
    path = Path(__file__).parent / f"{language}.yaml"
    # BaseLoader: every scalar stays a string, so that yes and no stay words.
    data: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return data


def warm_up() -> None:
    """Read all files, once, off the event loop."""
    for language in LANGUAGES:
        if (Path(__file__).parent / f"{language}.yaml").exists():
            load(language)


def base_language(language: str) -> str:
    """Return the language of the file used for a tag such as `de-AT`."""
    base = language.replace("_", "-").split("-")[0].lower()
    return base if base in LANGUAGES else "en"


def phrase(language: str, group: str, key: str, **values: object) -> str:
    """Return a sentence with its values filled in."""
    text: str = load(base_language(language))[group][key]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def phrases(language: str, group: str, key: str) -> list[str]:
    """Return all sentences under a key."""
    found: list[str] = load(base_language(language))[group][key]
    return list(found)
