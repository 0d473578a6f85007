"""Figures over past calls: reached, time on hold, drops, best and worst hours; pure functions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import erf, sqrt
import statistics
from typing import Any, Final

from ..navigation.states import Outcome

#: Calls that reached a person in an hour of the day before it is compared with the others.
FEWEST_COMPARED: Final = 3
#: Contacts and numbers with figures of their own in one answer.
MOST_CONTACTS: Final = 100
#: 97.5 % quantile of the normal distribution: both ends of a 95 % interval.
_Z95: Final = 1.959964
#: The company's side ended the call while it waited.
_DROPS: Final = frozenset({Outcome.DROPPED_IN_QUEUE, Outcome.COMPANY_HUNG_UP, Outcome.LINE_DEAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """What counts of a call that is over; durations in seconds."""

    #: Local time, aware.
    started: datetime
    contact: str
    number: str
    #: A person was there.
    reached: bool
    connected: bool
    outcome: str
    hold_s: float
    menu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """An hour of the day compared with the rest of the day."""

    hour: int
    calls: int
    median_hold_s: float
    #: 0 to 1: how unlikely such a difference is by chance, all hours having been looked at.
    certainty: float


def figures(calls: Sequence[PastCall]) -> dict[str, Any]:
    """Return the figures of some calls in JSON types; times on hold are of calls that got through."""
    reached = [call for call in calls if call.reached]
    holds = [max(0.0, call.hold_s) for call in reached]
    low, high = wilson(len(reached), len(calls))
    return {
        "calls": len(calls),
        "reached_person": len(reached),
        "connected": sum(call.connected for call in calls),
        "drops": sum(not call.reached and call.outcome in _DROPS for call in calls),
        "success_rate": _share(len(reached), len(calls)),
        "success_rate_low": low,
        "success_rate_high": high,
        "hold_mean": _rounded(statistics.fmean, holds),
        "hold_median": _rounded(statistics.median, holds),
        "hold_90": _rounded(lambda values: quantile(values, 0.9), holds),
        "menu_mean": _rounded(statistics.fmean, [max(0.0, call.menu_s) for call in calls]),
    }


def overview(calls: Iterable[PastCall]) -> dict[str, Any]:
    """Return the figures of all calls, by weekday (0 = Monday) and hour, best and worst hours."""
    known = list(calls)
    hours = compared_hours(known)
    return {
        **figures(known),
        "by_weekday": _grouped(known, lambda call: call.started.weekday(), "weekday"),
        "by_hour": _grouped(known, lambda call: call.started.hour, "hour"),
        "by_weekday_and_hour": [
            {"weekday": key // 24, "hour": key % 24, **figures(some)}
            for key, some in _groups(known, lambda call: hour_of_week(call.started))
        ],
        "best_hours": [_hour_json(each) for each in hours[:3]],
        "worst_hours": [_hour_json(each) for each in reversed(hours[-3:])],
    }


def by_contact(calls: Iterable[PastCall]) -> list[dict[str, Any]]:
    """Return an overview for each contact, or number where there is none.

    Most called first, no more than `MOST_CONTACTS`.
    """
    groups: dict[tuple[str, str], list[PastCall]] = {}
    for call in calls:
        key = (call.contact, "" if call.contact else call.number)
        groups.setdefault(key, []).append(call)
    return [
        {"contact": contact or None, "number": number or None, **overview(some)}
        for (contact, number), some in sorted(groups.items(), key=lambda each: -len(each[1]))[
            :MOST_CONTACTS
        ]
    ]


def compared_hours(calls: Iterable[PastCall]) -> list[Hour]:
    """Return the hours of the day with enough calls, shortest median hold first.

    The certainty is that of a rank test (Mann and Whitney 1947) of the hour against all other
    hours, divided among the hours looked at (Bonferroni): the best of many is best by luck too.
    """
    reached = [(call.started.hour, max(0.0, call.hold_s)) for call in calls if call.reached]
    holds: dict[int, list[float]] = {}
    sums: dict[int, float] = {}
    # all hours are compared with the same calls: ranked once
    ranks, ties = _ranked([hold for _, hold in reached])
    for (hour, hold), rank in zip(reached, ranks, strict=True):
        holds.setdefault(hour, []).append(hold)
        sums[hour] = sums.get(hour, 0.0) + rank
    enough = {hour: some for hour, some in holds.items() if len(some) >= FEWEST_COMPARED}
    if len(enough) < 2:
        return []
    found = []
    for hour, some in enough.items():
        chance = _chance(sums[hour], len(some), len(reached) - len(some), ties) * len(enough)
        found.append(
            Hour(
                hour=hour,
                calls=len(some),
                median_hold_s=round(statistics.median(some), 1),
                certainty=round(1.0 - min(1.0, chance), 3),
            )
        )
    return sorted(found, key=lambda each: (each.median_hold_s, -each.certainty, each.hour))


def rank_test(some: Sequence[float], others: Sequence[float]) -> float:
    """Return the two-sided p-value of Mann and Whitney's test, by the normal approximation."""
    ranks, ties = _ranked([*some, *others])
    return _chance(sum(ranks[: len(some)]), len(some), len(others), ties)


def _ranked(values: Sequence[float]) -> tuple[list[float], float]:
    """Return the rank of each value, equal ones sharing theirs, and what ties take off the variance."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, ties, start = [0.0] * len(values), 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end + 1) / 2
        ties += (end - start) ** 3 - (end - start)
        start = end
    return ranks, ties


def _chance(rank_sum: float, count: int, other_count: int, ties: float) -> float:
    """Return how likely a sum of ranks so far from the middle is by chance."""
    total = count + other_count
    if not count or not other_count:
        return 1.0
    mean = count * (total + 1) / 2
    variance = count * other_count / 12 * ((total + 1) - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    # half a rank less: counts are whole numbers
    distance = max(0.0, abs(rank_sum - mean) - 0.5) / sqrt(variance)
    return 1.0 - erf(distance / sqrt(2))


def wilson(successes: int, trials: int) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a rate (Wilson 1927); it holds for few trials as well."""
    if not trials:
        return None, None
    share, square = successes / trials, _Z95**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = _Z95 / (1 + square / trials)
    half *= sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, straight between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def hour_of_week(moment: datetime) -> int:
    """Return 0 (Monday at midnight) to 167."""
    return moment.weekday() * 24 + moment.hour


def _groups(
    calls: Iterable[PastCall], key: Callable[[PastCall], int]
) -> list[tuple[int, list[PastCall]]]:
    """Return calls by a key, in its order."""
    found: dict[int, list[PastCall]] = {}
    for call in calls:
        found.setdefault(key(call), []).append(call)
    return sorted(found.items())


def _grouped(
    calls: Iterable[PastCall], key: Callable[[PastCall], int], name: str
) -> list[dict[str, Any]]:
    """Return the figures of each group."""
    return [{name: value, **figures(some)} for value, some in _groups(calls, key)]


def _hour_json(hour: Hour) -> dict[str, Any]:
    """Return an hour in JSON types."""
    return {
        "hour": hour.hour,
        "calls": hour.calls,
        "hold_median": hour.median_hold_s,
        "certainty": hour.certainty,
    }


def _share(part: int, whole: int) -> float | None:
    """Return a rate; None of nothing."""
    return round(part / whole, 3) if whole else None


def _rounded(reckon: Callable[[Sequence[float]], float], values: Sequence[float]) -> float | None:
    """Return a figure of values to a tenth; None of nothing."""
    return round(reckon(values), 1) if values else None
