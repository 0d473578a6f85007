"""How long will it take? From a company's past waits and what its line announces; pure functions.

A wait is foretold by the waits at times that were as busy (`busyness.py`), by a call made shortly
before, and while it lasts by what the line announces (`pace.py`). Their middle is the forecast, the
shortest stretch that holds `COVERAGE` of them the interval; with few calls a broad guess counts as
well. Times are local and aware, waits seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import exp, sqrt
from typing import Final

from .announcements import Announced, PastWait
from .busyness import Busyness, hours_apart
from .pace import Pace
from .spread import Spread, redistributed

#: Past waits looked at, the latest ones.
MOST_WAITS: Final = 300
#: Share of waits that the interval holds.
COVERAGE: Final = 0.8
#: Days after which a wait counts half.
_HALF_LIFE_D: Final = 180.0
#: How much a wait counts that was at a time not at all as busy.
_LEAST: Final = 0.02
#: What is believed without any call: median and deviation of the logarithm, in weight of calls.
_PRIOR_S: Final = 300.0
_PRIOR_SIGMA: Final = 1.0
_PRIOR_WEIGHT: Final = 0.25
#: How much the doubt about few calls counts, in weight of calls.
_DOUBT_WEIGHT: Final = 0.5
#: Calls whose spread shows itself how far waits go.
_ENOUGH_CALLS: Final = 80
#: A call made just before: what it counts against all others, after how many hours it counts a
#: third of that, and the deviation of the logarithm at once and for each hour since.
_LATELY: Final = 3.0
_LATELY_H: Final = 3.0
_LATELY_SIGMA: Final = 0.35
_LATELY_SIGMA_H: Final = 0.2
#: Hours after which a call says nothing of the day any more.
_LATELY_LONGEST_H: Final = 6.0
#: What the line says, against the hour of the day, before any call showed what it is worth.
_TOLD: Final = 1.5


class Basis(StrEnum):
    """What a forecast rests on."""

    HISTORY = "history"
    ANNOUNCED = "announced"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A waiting time foretold; durations in seconds."""

    wait_s: float
    #: `COVERAGE` of the waits lie between these.
    low_s: float
    high_s: float
    #: Past calls it rests on.
    calls: int
    basis: Basis = Basis.HISTORY


class Forecaster:
    """Foretells the waits of one company."""

    def __init__(self, past: Sequence[PastWait]) -> None:
        """Learn from past waits, in any order."""
        self._past = sorted(past, key=lambda each: each.started)[-MOST_WAITS:]
        self._busyness = Busyness([(each.started, each.hold_s) for each in self._past])
        self._pace = Pace(self._past)

    @property
    def calls(self) -> int:
        """Past calls that are known."""
        return len(self._past)

    def wait(self, moment: datetime) -> Forecast | None:
        """Foretell the wait of a call placed at a moment; None when nothing is known."""
        if not self._past:
            return None
        return _forecast(self._spread(moment), self.calls, Basis.HISTORY)

    def remaining(
        self, began: datetime, waited_s: float, news: Sequence[Announced] = ()
    ) -> Forecast | None:
        """Foretell what is left of a wait that began then; None when nothing is known."""
        own = self._spread(began).after(waited_s) if self._past else None
        if not news:
            return _forecast(own, self.calls, Basis.HISTORY) if own else None
        told, known = self._pace.left(news, waited_s)
        if own is None:
            return _forecast(told, known, Basis.ANNOUNCED)
        # what the line says of itself outweighs the hour of the day once it was seen to hold
        mixed = told.scaled(_TOLD + known).with_(own.scaled(1.0))
        return _forecast(mixed, self.calls, Basis.BOTH)

    def best(
        self, now: datetime, is_open: Callable[[datetime], bool], days: int = 7
    ) -> tuple[datetime, Forecast] | None:
        """Return the full hour with the shortest waits on average, the nearest of equals.

        None = little known: only hours count in whose neighbourhood calls were made.
        """
        if self.calls < 2:
            return None
        found: tuple[datetime, Spread] | None = None
        # in UTC: days of 23 and 25 hours have their hours, too
        first = now.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        for ahead in range(1, 24 * days + 1):
            hour = (first + timedelta(hours=ahead)).astimezone(now.tzinfo)
            middle = hour + timedelta(minutes=30)
            if not is_open(hour) or not self._known_at(middle):
                continue
            spread = self._spread(middle)
            # a little shorter is not worth another day
            if found is None or spread.mean < 0.9 * found[1].mean:
                found = hour, spread
        return found and (found[0], _forecast(found[1], self.calls, Basis.HISTORY))

    def _spread(self, moment: datetime) -> Spread:
        """Return the past waits weighted by how much a moment resembles theirs, and a broad guess."""
        alike = self._busyness.likeness(moment)
        weighted = redistributed(
            [
                (each.hold_s, (like + _LEAST) * _freshness(moment, each.started), each.reached)
                for each, like in zip(self._past, alike, strict=True)
            ]
        )
        similar = Spread.of(weighted)
        similar = similar.with_(
            Spread.guess(_PRIOR_S, _PRIOR_SIGMA, _PRIOR_WEIGHT),
            *self._lately(moment, similar.weight),
        )
        # a handful of waits never shows how far the next one can be off
        return similar.with_(Spread.guess(similar.quantile(0.5), _PRIOR_SIGMA, _DOUBT_WEIGHT))

    def _lately(self, moment: datetime, weight: float) -> list[Spread]:
        """Return what the last call says, if it was shortly before: the day is as busy as it was."""
        last = max(
            (each for each in self._past if each.started < moment),
            key=lambda each: each.started,
            default=None,
        )
        if last is None:
            return []
        hours = (moment - last.started).total_seconds() / 3600
        if hours > _LATELY_LONGEST_H:
            return []
        sigma = _LATELY_SIGMA + _LATELY_SIGMA_H * hours
        share = _LATELY * exp(-hours / _LATELY_H)
        # who gave up would have waited longer
        wait = last.hold_s if last.reached else 1.5 * last.hold_s
        return [Spread.guess(wait, sigma, share * weight)]

    def _known_at(self, moment: datetime) -> bool:
        """Tell whether calls were made about that hour, on working days or else at the weekend."""
        near = [
            each
            for each in self._past
            if (each.started.weekday() < 5) == (moment.weekday() < 5)
            and hours_apart(each.started, moment) <= 0.75
        ]
        return len(near) >= 2


def _forecast(spread: Spread, calls: int, basis: Basis) -> Forecast:
    """Return the median and the shortest interval of a spread."""
    # the ends of a few values lie too far inside: further out, the fewer there are
    outside = (1 - COVERAGE) * min(1.0, sqrt(calls / _ENOUGH_CALLS))
    low, high = spread.shortest(1 - outside)
    middle = spread.quantile(0.5)
    return Forecast(
        wait_s=round(middle, 1),
        low_s=round(min(low, middle), 1),
        high_s=round(max(high, middle), 1),
        calls=calls,
        basis=basis,
    )


def _freshness(one: datetime, other: datetime) -> float:
    """Return how much a wait counts by its age, 0 to 1."""
    age = abs((one - other).total_seconds()) / 86_400
    return float(0.5 ** (age / _HALF_LIFE_D))
