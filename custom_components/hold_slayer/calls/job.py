"""A job: what one call is for, everything resolved before the first digit is dialled."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeassistant.core import Context

from ..navigation.plan import CallPlan
from ..reach.phone import Phone
from .contact import Contact


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
    context: Context | None = None
    #: Placeholder -> value, filled in after everything else was decided.
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def fill(self, text: str) -> str:
        """Return a text with its placeholders filled in."""
        for name, value in self.secrets.items():
            text = text.replace(f"{{{name}}}", value)
        return text
