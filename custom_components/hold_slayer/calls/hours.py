"""Hours of the week: when a company is open, when a phone may ring, when messages are quiet."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A stretch of the day on some days of the week, in local time; it may span midnight."""

    #: Both or none; none = all day.
    start: time | None = None
    end: time | None = None
    #: Days on which the stretch begins.
    days: frozenset[str] = frozenset(DAYS)

    @classmethod
    def stored(cls, start: str | None, end: str | None, days: list[str] | None = None) -> Self:
        """Read times as stored by a time selector (HH:MM[:SS]); no days = all of them."""
        return cls(
            start=time.fromisoformat(start) if start else None,
            end=time.fromisoformat(end) if end else None,
            days=frozenset(days or DAYS),
        )

    @property
    def limited(self) -> bool:
        """Tell whether there is a time of day at all."""
        return self.start is not None and self.end is not None

    def include(self, moment: datetime) -> bool:
        """Tell whether a local time lies in these hours."""
        if self.start is None or self.end is None:
            return self._on(moment)
        now = moment.time()
        if self.start <= self.end:
            return self.start <= now < self.end and self._on(moment)
        if now >= self.start:
            return self._on(moment)
        return now < self.end and self._on(moment - timedelta(days=1))

    def _on(self, moment: datetime) -> bool:
        """Tell whether the stretch begins on that day."""
        return DAYS[moment.weekday()] in self.days


ALWAYS = Hours()
