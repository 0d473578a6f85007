"""A contact: a company that is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
import re
from typing import Any, Self

from ..const import Conf
from ..navigation.flow import CallFlow
from ..navigation.plan import CallBackPolicy
from .flow_store import stored_flow

#: Placeholders are written {like_this} in flows.
SECRET_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call, what for and how to get through."""

    id: str
    name: str
    number: str
    aliases: tuple[str, ...] = ()
    company: str = ""
    intent: str = ""
    #: ISO 639-1, "" = the account's language.
    language: str = ""
    flow: CallFlow | None = None
    call_back: CallBackPolicy = CallBackPolicy.NEVER
    call_back_after_s: float = 1200.0
    opens: time | None = None
    closes: time | None = None
    open_days: frozenset[str] = frozenset(DAYS)
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
            language=data.get(Conf.LANGUAGE, ""),
            flow=stored_flow(data.get(Conf.FLOW)),
            call_back=CallBackPolicy(data.get(Conf.CALL_BACK, CallBackPolicy.NEVER)),
            call_back_after_s=float(data.get(Conf.CALL_BACK_MINUTES, 20)) * 60,
            opens=_time(data.get(Conf.OPENS)),
            closes=_time(data.get(Conf.CLOSES)),
            open_days=frozenset(data.get(Conf.OPEN_DAYS) or DAYS),
            secrets={
                secret[Conf.SECRET_NAME]: secret[Conf.SECRET_VALUE]
                for secret in data.get(Conf.SECRETS, ())
            },
        )

    def names(self) -> tuple[str, ...]:
        """All names by which this contact can be asked for."""
        return (self.name, *self.aliases, *((self.company,) if self.company else ()))

    def is_open(self, moment: datetime) -> bool:
        """Tell whether the company is open at a local time; always, when no hours are known."""
        if DAYS[moment.weekday()] not in self.open_days:
            return False
        if self.opens is None or self.closes is None:
            return True
        return self.opens <= moment.time() < self.closes


def _time(text: str | None) -> time | None:
    """Read HH:MM[:SS] as stored by a time selector."""
    return time.fromisoformat(text) if text else None
