"""Letters made alike for searching: no capitals, no accents, words apart; the same on every database."""

from typing import Final
import unicodedata

#: Letters that Unicode does not take apart into a plain one and its mark.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def folded(text: str) -> str:
    """Return a text without capitals and accents: "Groß & Söhne" and "GROSS & sohne" are the same."""
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(_PLAIN)


def searchable(text: str) -> str:
    """Return the words of a text, folded, with a blank between: databases split words differently."""
    return " ".join("".join(char if char.isalnum() else " " for char in folded(text)).split())
