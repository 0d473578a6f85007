"""A job: what one call is for, everything resolved before the first digit is dialled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re

from homeassistant.core import Context

from ..navigation.plan import CallPlan
from ..reach.phone import Phone
from ..recording.wish import RecordingWish
from .contact import Contact
from .request import CallRequest

#: Digits are read out one by one: "4711" is no number of things.
_DIGITS = re.compile(r"\d{2,}")
_NO_KEY = re.compile(r"[^0-9*#A-D]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Whom to call, how, and whom to ring when a person is there."""

    id: str
    #: Number or SIP URI to dial.
    target: str
    #: What the user calls the other side.
    name: str
    plan: CallPlan
    phones: tuple[Phone, ...]
    contact: Contact | None = None
    #: ISO 639-1 of the company and of the user.
    language: str = "en"
    user_language: str = "en"
    #: Leg of a call that came in and is to be answered; "" = dial.
    incoming: str = ""
    #: Prints known of the company, for the engine.
    book: bytes = field(default=b"", repr=False)
    #: What was asked for, to ask for it again; and the how manieth try this is.
    request: CallRequest | None = None
    attempt: int = 1
    context: Context | None = None
    #: How the conversation is recorded; None = not at all.
    recording: RecordingWish | None = None
    #: Placeholder -> value, filled in after everything else was decided.
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def fill(self, text: str) -> str:
        """Return a text to be said with its placeholders filled in, digits one by one."""
        for name, value in self.secrets.items():
            text = text.replace(
                f"{{{name}}}", _DIGITS.sub(lambda found: " ".join(found.group()), value)
            )
        return text

    def keys(self, keys: str) -> str:
        """Return keys to be pressed with their placeholder filled in: of a date its digits."""
        for name, value in self.secrets.items():
            keys = keys.replace(f"{{{name}}}", _NO_KEY.sub("", value))
        return keys
