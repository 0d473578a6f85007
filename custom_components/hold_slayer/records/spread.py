"""A distribution of waiting times as weighted values: quantiles, mixtures, what is left of a wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Final

#: Added before logarithms, s: no wait at all is as usual as a minute, and has none.
OFFSET_S: Final = 30.0
#: Normal distribution at the middles of ten equal parts.
_NORMAL: Final = (-1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385, 0.674, 1.036, 1.645)
#: The same for twenty parts.
_FINE_HALF: Final = (0.063, 0.189, 0.319, 0.454, 0.598, 0.755, 0.935, 1.15, 1.44, 1.96)
_NORMAL_FINE: Final = (*(-z for z in reversed(_FINE_HALF)), *_FINE_HALF)
#: Intervals that are tried for the shortest: where their lower end stands.
_STEPS: Final = 8


@dataclass(frozen=True, slots=True)
class Spread:
    """Values in seconds with their weights, in the order of the values."""

    points: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, points: Iterable[tuple[float, float]]) -> Spread:
        """Take values with weights in any order; those without weight are dropped."""
        return cls(tuple(sorted(point for point in points if point[1] > 0)))

    @classmethod
    def guess(cls, median_s: float, sigma: float, weight: float) -> Spread:
        """Return a log-normal guess: the median, the deviation of its logarithm, how much it counts."""
        return cls.of(
            (max(0.0, (median_s + OFFSET_S) * exp(sigma * z) - OFFSET_S), weight / len(_NORMAL))
            for z in _NORMAL
        )

    @classmethod
    def gamma(cls, mean_s: float, shape: float, weight: float) -> Spread:
        """Return a gamma distribution (Wilson and Hilferty 1931): its mean, its shape, how much it counts."""
        middle, wide = 1 - 1 / (9 * shape), 1 / (3 * sqrt(shape))
        return cls.of(
            (mean_s * max(0.02, middle + wide * z) ** 3, weight / len(_NORMAL_FINE))
            for z in _NORMAL_FINE
        )

    @property
    def mean(self) -> float:
        """The mean; 0 of nothing."""
        weight = self.weight
        return sum(value * each for value, each in self.points) / weight if weight else 0.0

    @property
    def weight(self) -> float:
        """The sum of the weights."""
        return sum(weight for _, weight in self.points)

    def quantile(self, share: float) -> float:
        """Return the value below which a share of the weight lies, straight between neighbours."""
        if not self.points:
            raise ValueError("a spread without values has no quantiles")
        wanted, below, last = share * self.weight, 0.0, self.points[0]
        middle_before = 0.0
        for value, weight in self.points:
            middle = below + weight / 2
            if middle >= wanted:
                if middle_before <= 0 or middle == middle_before:
                    return value
                part = (wanted - middle_before) / (middle - middle_before)
                return last[0] + (value - last[0]) * part
            below, last, middle_before = below + weight, (value, weight), middle
        return last[0]

    def shortest(self, share: float) -> tuple[float, float]:
        """Return the shortest stretch that holds a share of the weight.

        Where many waits are none at all it begins at none, and ends lower than one that leaves out
        as much on both sides.
        """
        outside = 1 - share
        ends = [
            (self.quantile(low), self.quantile(low + share))
            for low in (outside * step / _STEPS for step in range(_STEPS + 1))
        ]
        return min(ends, key=lambda each: each[1] - each[0])

    def scaled(self, weight: float) -> Spread:
        """Return the same values with another sum of weights."""
        factor = weight / self.weight if self.points else 0.0
        return Spread(tuple((value, each * factor) for value, each in self.points))

    def with_(self, *others: Spread) -> Spread:
        """Return the mixture with others, each as heavy as it is."""
        return Spread.of(point for each in (self, *others) for point in each.points)

    def after(self, waited_s: float) -> Spread:
        """Return what is left once so much was waited; long waits tend to go on as long again."""
        left = Spread.of(
            (value - waited_s, each) for value, each in self.points if value > waited_s
        )
        # how little is known of such long waits is how much the rule of thumb counts
        if (missing := 0.1 * self.weight - left.weight) <= 0:
            return left
        return left.with_(Spread.guess(max(60.0, waited_s / 2), 1.0, missing))


def redistributed(
    values: Sequence[tuple[float, float, bool]],
) -> list[tuple[float, float]]:
    """Return values with weights where some waits were cut off (value, weight, whole).

    The weight of a wait that was cut off goes to all longer ones (Efron 1967); at the end of the
    list it stays where it is, the least that it can have been.
    """
    ordered = sorted(values, key=lambda each: (each[0], not each[2]))
    left = sum(weight for _, weight, _ in ordered)
    factor, found = 1.0, []
    for index, (value, weight, whole) in enumerate(ordered):
        if whole or index == len(ordered) - 1:
            found.append((value, weight * factor))
        elif left - weight > 0:
            factor *= left / (left - weight)
        left -= weight
    return found
