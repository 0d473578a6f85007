"""A contact: a company that is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Self

from ..const import Conf
from ..navigation.flow import CallFlow
from ..navigation.plan import CallBackPolicy
from ..navigation.redial import RedialPolicy
from ..recording.wish import ContactRecording
from .flow_store import stored_flow
from .hours import ALWAYS, Hours

#: Further calls when one came to nothing, and minutes before the first of them.
REDIAL_ATTEMPTS, REDIAL_MINUTES = 3, 2
#: Placeholders are written {like_this} in flows.
SECRET_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call, what for and how to get through."""

    id: str
    name: str
    number: str
    aliases: tuple[str, ...] = ()
    company: str = ""
    intent: str = ""
    #: What a minute costs, in Home Assistant's currency; 0 = nothing, or not known.
    price_per_minute: float = 0.0
    #: ISO 639-1, "" = the account's language.
    language: str = ""
    flow: CallFlow | None = None
    call_back: CallBackPolicy = CallBackPolicy.NEVER
    call_back_after_s: float = 1200.0
    #: When the company is open; always, when nothing is known.
    hours: Hours = ALWAYS
    #: When to call again by itself.
    redial: RedialPolicy = field(default_factory=RedialPolicy)
    recording: ContactRecording = ContactRecording.ACCOUNT
    #: Placeholder name -> value. Never shown, logged or sent to a model.
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_subentry(cls, subentry_id: str, title: str, data: Mapping[str, Any]) -> Self:
        """Build a contact from what its subentry stores."""
        return cls(
            id=subentry_id,
            name=title,
            number=data[Conf.NUMBER],
            aliases=tuple(data.get(Conf.ALIASES, ())),
            company=data.get(Conf.COMPANY, ""),
            intent=data.get(Conf.INTENT, ""),
            price_per_minute=float(data.get(Conf.PRICE_PER_MINUTE, 0)),
            language=data.get(Conf.LANGUAGE, ""),
            flow=stored_flow(data.get(Conf.FLOW)),
            call_back=CallBackPolicy(data.get(Conf.CALL_BACK, CallBackPolicy.NEVER)),
            call_back_after_s=float(data.get(Conf.CALL_BACK_MINUTES, 20)) * 60,
            hours=Hours.stored(
                data.get(Conf.OPENS), data.get(Conf.CLOSES), data.get(Conf.OPEN_DAYS)
            ),
            redial=RedialPolicy.chosen(
                data.get(Conf.REDIAL, ()),
                int(data.get(Conf.REDIAL_ATTEMPTS, REDIAL_ATTEMPTS)),
                float(data.get(Conf.REDIAL_MINUTES, REDIAL_MINUTES)) * 60,
            ),
            recording=ContactRecording(data.get(Conf.RECORD, ContactRecording.ACCOUNT)),
            secrets={
                secret[Conf.SECRET_NAME]: secret[Conf.SECRET_VALUE]
                for secret in data.get(Conf.SECRETS, ())
            },
        )

    def names(self) -> tuple[str, ...]:
        """All names by which this contact can be asked for."""
        return (self.name, *self.aliases, *((self.company,) if self.company else ()))
