"""How long will it take? From a company's past waits and what its line announces; pure functions.

A wait is foretold by the waits at similar times: near in the hour of the day, on such a weekday,
lately. Their middle is the forecast, how they spread gives the interval; with few calls a broad
guess counts as well. Intervals from the errors of such forecasts for the past calls themselves were
wider and held fewer waits. Times are local and aware, waits seconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import exp, sqrt
from typing import Final

from .spread import Spread, redistributed

#: Past waits looked at, the latest ones.
MOST_WAITS: Final = 300
#: Share of waits that the interval holds.
COVERAGE: Final = 0.8
#: Days after which a wait counts half.
_HALF_LIFE_D: Final = 120.0
#: How much a wait counts that has nothing in common with the time in question.
_LEAST: Final = 0.02
#: What is believed without any call: median and deviation of the logarithm, in weight of calls.
_PRIOR_S: Final = 300.0
_PRIOR_SIGMA: Final = 1.0
_PRIOR_WEIGHT: Final = 0.25
#: How much the doubt about few calls counts, in weight of calls.
_DOUBT_WEIGHT: Final = 0.7
#: Calls whose spread shows itself how far waits go.
_ENOUGH_CALLS: Final = 30
#: A place in a queue before any was learned, s.
_PLACE_S: Final = 90.0


class Announcement(StrEnum):
    """What a line says about the wait."""

    POSITION = "position"  # value: how many are before
    WAIT = "wait"  # value: seconds


class Basis(StrEnum):
    """What a forecast rests on."""

    HISTORY = "history"
    ANNOUNCED = "announced"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Something the line said about the wait."""

    kind: Announcement
    value: float
    #: Since waiting began, s.
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWait:
    """A wait that is over."""

    started: datetime
    hold_s: float
    #: Whether a person came; otherwise it would have taken longer.
    reached: bool = True
    news: tuple[Announced, ...] = ()


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
        told, known = self._as_announced(news[-1], waited_s)
        if own is None:
            return _forecast(told, known, Basis.ANNOUNCED)
        # what the line says of itself outweighs the hour of the day once it was seen to hold
        mixed = told.scaled(1.5 + known).with_(own.scaled(1.0))
        return _forecast(mixed, self.calls, Basis.BOTH)

    def best(
        self, now: datetime, is_open: Callable[[datetime], bool], days: int = 7
    ) -> tuple[datetime, Forecast] | None:
        """Return the full hour with the shortest wait, the nearest of equals; None = little known.

        Only hours count in whose neighbourhood calls were made.
        """
        if self.calls < 2:
            return None
        found: tuple[datetime, Forecast] | None = None
        # in UTC: days of 23 and 25 hours have their hours, too
        first = now.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        for ahead in range(1, 24 * days + 1):
            hour = (first + timedelta(hours=ahead)).astimezone(now.tzinfo)
            middle = hour + timedelta(minutes=30)
            if not is_open(hour) or not self._known_at(middle):
                continue
            foretold = self.wait(middle)
            # a little shorter is not worth another day
            if foretold and (found is None or foretold.wait_s < 0.9 * found[1].wait_s):
                found = hour, foretold
        return found

    def _spread(self, moment: datetime) -> Spread:
        """Return the past waits weighted by how much a moment resembles theirs, and a broad guess."""
        hours = 1.0 + 3.0 / sqrt(max(1, self.calls))
        weighted = redistributed(
            [
                (each.hold_s, _likeness(moment, each.started, hours), each.reached)
                for each in self._past
            ]
        )
        similar = Spread.of(weighted).with_(Spread.guess(_PRIOR_S, _PRIOR_SIGMA, _PRIOR_WEIGHT))
        # a handful of waits never shows how far the next one can be off
        return similar.with_(Spread.guess(similar.quantile(0.5), _PRIOR_SIGMA, _DOUBT_WEIGHT))

    def _known_at(self, moment: datetime) -> bool:
        """Tell whether calls were made about that hour, on working days or else at the weekend."""
        near = [
            each
            for each in self._past
            if (each.started.weekday() < 5) == (moment.weekday() < 5)
            and _apart(each.started, moment) <= 0.75
        ]
        return len(near) >= 2

    def _as_announced(self, last: Announced, waited_s: float) -> tuple[Spread, int]:
        """Return what is left after what was said last, and how many calls taught it."""
        learned: list[tuple[float, float]] = []
        calls = 0
        for wait in self._past:
            same = [each for each in wait.news if each.kind is last.kind and each.value > 0]
            if not same or not wait.reached:
                continue
            calls += 1
            learned += [
                ((wait.hold_s - each.at_s) / each.value, 1 / len(same))
                for each in same
                if wait.hold_s > each.at_s
            ]
        unit = 1.0 if last.kind is Announcement.WAIT else _PLACE_S
        places = max(last.value, 0.5)
        guess = Spread.guess(unit * places, 0.7, 1.0)
        total = Spread.of((ratio * places, weight) for ratio, weight in learned).with_(guess)
        return total.after(max(0.0, waited_s - last.at_s)), calls


def _forecast(spread: Spread, calls: int, basis: Basis) -> Forecast:
    """Return the median and the interval of a spread."""
    # the ends of a few values lie too far inside: further out, the fewer there are
    tail = (1 - COVERAGE) / 2 * min(1.0, calls / _ENOUGH_CALLS)
    low, middle, high = (spread.quantile(share) for share in (tail, 0.5, 1 - tail))
    return Forecast(
        wait_s=round(middle, 1),
        low_s=round(low, 1),
        high_s=round(high, 1),
        calls=calls,
        basis=basis,
    )


def _likeness(one: datetime, other: datetime, hours: float) -> float:
    """Return how alike two moments are, 0 to 1: in the hour of the day, the weekday, in age."""
    near = exp(-0.5 * (_apart(one, other) / hours) ** 2)
    if one.weekday() != other.weekday():
        near *= 0.35 if (one.weekday() < 5) == (other.weekday() < 5) else 0.1
    age = abs((one - other).total_seconds()) / 86_400
    return float((near + _LEAST) * 0.5 ** (age / _HALF_LIFE_D))


def _apart(one: datetime, other: datetime) -> float:
    """Return how far apart two times of day are, hours, midnight not being far from eleven."""
    apart = abs((one.hour + one.minute / 60) - (other.hour + other.minute / 60))
    return min(apart, 24 - apart)
