"""Reading "call the insurance about my claim": which contact, what for."""

from collections.abc import Iterable
from dataclasses import dataclass
import re

from .contact import Contact

#: Words between the name and the reason, in the languages of the sentence files.
_ABOUT = re.compile(
    r"\b(?:about|because of|regarding|wegen|zu|au sujet de|pour|sobre|por|per|riguardo a|over|"
    r"por causa de)\b[\s:]*|[:\-–]\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants."""

    contact: Contact
    intent: str


def read_wish(text: str, contacts: Iterable[Contact]) -> Wish | None:
    """Return the wish in a text; None when it names no contact. The longest name counts."""
    folded = text.casefold()
    found: tuple[int, int, Contact] | None = None
    for contact in contacts:
        for name in contact.names():
            match = re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", folded)
            if match and (found is None or match.end() - match.start() > found[1] - found[0]):
                found = (match.start(), match.end(), contact)
    if found is None:
        return None
    rest = text[found[1] :].strip()
    about = _ABOUT.match(rest)
    return Wish(contact=found[2], intent=rest[about.end() :].strip() if about else "")
