"""How busy a company is at an hour of the week, learned from its past waits; pure functions.

The logarithm of a wait is taken for the sum of a mean, of what the weekday adds and of what the
hour of the day adds. Both are drawn towards nothing the more, the fewer calls speak for them
(ridge regression by backfitting: Hastie, Tibshirani and Friedman 2009, 9.1.1), so that a few calls
say little of hours and many say all. Two moments are alike when their sums are alike: a Monday at
three teaches what a Friday at ten is like where both are as busy.
"""

from collections.abc import Sequence
from datetime import datetime
from math import exp, log, sqrt
from typing import Final

from .spread import OFFSET_S

#: Calls on a weekday, about an hour, that count as much as the belief that it is like the others.
_WEEKDAY_DOUBT: Final = 3.0
_HOUR_DOUBT: Final = 2.0
#: How far calls teach about other hours of the day: deviation of a bell curve, h.
_NEAR_H: Final = 0.9
#: How alike sums must be, in logarithms: with endless calls, and what a single call adds.
_LIKE: Final = 0.3
_LIKE_FEW: Final = 1.0
_ROUNDS: Final = 4


class Busyness:
    """The busyness of one company by hour and weekday; in logarithms, 0 = as usual."""

    def __init__(self, waits: Sequence[tuple[datetime, float]]) -> None:
        """Learn from when calls began (local time) and how long they waited (s)."""
        self._moments = [moment for moment, _ in waits]
        logs = [log(max(0.0, wait) + OFFSET_S) for _, wait in waits]
        mean = sum(logs) / len(logs) if logs else 0.0
        self._like = _LIKE + _LIKE_FEW / sqrt(max(1, len(logs)))
        near = [[_near(one, other) for other in self._moments] for one in self._moments]
        by_hour = [0.0] * len(logs)
        self._by_weekday: dict[int, float] = {}
        self._left = [each - mean for each in logs]
        for _ in range(_ROUNDS):
            self._by_weekday = self._weekdays(
                [each - mean - hour for each, hour in zip(logs, by_hour, strict=True)]
            )
            self._left = [
                each - mean - self._by_weekday[moment.weekday()]
                for each, moment in zip(logs, self._moments, strict=True)
            ]
            by_hour = [self._hour(weights) for weights in near]
        self._levels = [
            self._by_weekday[moment.weekday()] + hour
            for moment, hour in zip(self._moments, by_hour, strict=True)
        ]

    def at(self, moment: datetime) -> float:
        """Return how busy it is at a moment."""
        hour = self._hour([_near(moment, other) for other in self._moments])
        return self._by_weekday.get(moment.weekday(), 0.0) + hour

    def likeness(self, moment: datetime) -> list[float]:
        """Return how alike a moment is to those of the waits learned from, 0 to 1, in their order."""
        level = self.at(moment)
        return [exp(-0.5 * ((level - each) / self._like) ** 2) for each in self._levels]

    def _weekdays(self, rest: Sequence[float]) -> dict[int, float]:
        """Return what each weekday adds to what hours do not explain."""
        groups: dict[int, list[float]] = {}
        for moment, each in zip(self._moments, rest, strict=True):
            groups.setdefault(moment.weekday(), []).append(each)
        return {day: sum(some) / (len(some) + _WEEKDAY_DOUBT) for day, some in groups.items()}

    def _hour(self, near: Sequence[float]) -> float:
        """Return what an hour adds to what weekdays do not explain; `near` weighs the calls."""
        added = sum(weight * each for weight, each in zip(near, self._left, strict=True))
        return added / (sum(near) + _HOUR_DOUBT)


def hours_apart(one: datetime, other: datetime) -> float:
    """Return how far apart two times of day are, h, midnight not being far from eleven."""
    apart = abs((one.hour + one.minute / 60) - (other.hour + other.minute / 60))
    return min(apart, 24 - apart)


def _near(one: datetime, other: datetime) -> float:
    """Return how near two times of day are, 0 to 1."""
    return exp(-0.5 * (hours_apart(one, other) / _NEAR_H) ** 2)
