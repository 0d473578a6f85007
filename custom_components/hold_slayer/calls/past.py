"""What is remembered of a contact's calls: how the last one went, how long holding took."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Self, override

from homeassistant.helpers.restore_state import ExtraStoredData

#: Calls remembered for the typical time on hold and the best hour.
MOST_CALLS = 50


@dataclass(slots=True)
class PastCalls(ExtraStoredData):
    """What a contact's sensors remember over a restart."""

    last_outcome: str | None = None
    #: (local hour of the week 0-167, seconds on hold) of calls that reached a person.
    holds: list[tuple[int, float]] = field(default_factory=list)

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return it as stored."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read it as stored."""
        holds = [(int(hour), float(hold)) for hour, hold in data.get("holds", ())]
        return cls(last_outcome=data.get("last_outcome"), holds=holds)

    def add(self, outcome: str, began: datetime, held_s: float | None) -> None:
        """Remember a call; `held_s` is None when nobody answered."""
        self.last_outcome = outcome
        if held_s is not None:
            self.holds.append((began.weekday() * 24 + began.hour, held_s))
            del self.holds[:-MOST_CALLS]

    @property
    def typical_hold_s(self) -> float | None:
        """The median time on hold."""
        return round(median(hold for _, hold in self.holds), 1) if self.holds else None

    def best_time(self, now: datetime) -> datetime | None:
        """The next local hour with the shortest median hold; None = too little known."""
        by_hour: dict[int, list[float]] = {}
        for hour, hold in self.holds:
            by_hour.setdefault(hour, []).append(hold)
        if len(by_hour) < 2:
            return None
        best = min(by_hour, key=lambda hour: median(by_hour[hour]))
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        ahead = (best - now.weekday() * 24 - now.hour) % (7 * 24)
        return this_hour + timedelta(hours=ahead)
