"""Keeping secrets out of the history: their placeholders take their place."""

from collections.abc import Mapping
import re
from typing import Final

#: Shorter secrets are only masked where nothing else stands: "1" is in every sentence.
_SHORTEST_IN_TEXT: Final = 4


class Mask:
    """Hides the secrets of one call."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """Take placeholder names and values."""
        self._whole = {value: name for name, value in secrets.items() if value}
        self._inside = [
            (_pattern(value), f"{{{name}}}")
            for name, value in sorted(secrets.items(), key=lambda each: -len(each[1]))
            if len(value) >= _SHORTEST_IN_TEXT
        ]

    def text(self, text: str) -> str:
        """Return a text with placeholders in place of secrets, read out in groups as well."""
        if name := self._whole.get(text.strip()):
            return f"{{{name}}}"
        for pattern, placeholder in self._inside:
            text = pattern.sub(lambda _match, put=placeholder: put, text)  # type: ignore[misc]
        return text

    def keys(self, keys: str) -> str:
        """Return key presses with placeholders in place of secrets."""
        if name := self._whole.get(keys.strip("#*,")):
            return f"{{{name}}}"
        return self.text(keys)


def _pattern(secret: str) -> re.Pattern[str]:
    """Return what finds a secret, with blanks, commas or dashes between its characters."""
    return re.compile(r"[\s,.\-]*".join(re.escape(char) for char in secret), re.IGNORECASE)
