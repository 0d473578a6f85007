"""How well waiting times are foretold, on simulated months of call centres, against simple rules."""

import argparse
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import heapq
import random
import statistics

from custom_components.hold_slayer.records.forecast import (
    COVERAGE,
    Announced,
    Announcement,
    Forecaster,
    PastWait,
)

#: A Monday.
_BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
_OPENS, _CLOSES = 8, 18
#: Calls per hour of the day from 8 to 17 by their share of the busiest hour: two humps and a lunch.
_SHAPE = (0.65, 0.9, 1.0, 0.95, 0.75, 0.7, 0.85, 0.9, 0.75, 0.5)
#: Monday to Friday.
_WEEK = (1.25, 1.0, 0.95, 0.95, 0.85)


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A call centre: an M/M/c queue (Erlang C) whose load follows the day."""

    agents: int
    #: Mean length of a conversation, s.
    talk_s: float
    #: Agents' time asked for in the busiest hour of an average day, by agents.
    load: float
    #: Deviation of the logarithm of a day's load.
    moody: float


CENTRES = {
    "small, busy": Centre(agents=4, talk_s=300, load=1.02, moody=0.12),
    "middle": Centre(agents=12, talk_s=360, load=1.0, moody=0.1),
    "large, overrun": Centre(agents=40, talk_s=420, load=1.06, moody=0.1),
    "relaxed": Centre(agents=10, talk_s=240, load=0.85, moody=0.1),
}


class Day:
    """One simulated day: when each caller came and was answered, seconds after midnight."""

    def __init__(self, centre: Centre, date: datetime, numbers: random.Random) -> None:
        """Simulate it."""
        self.date = date
        self.came: list[float] = []
        self.answered: list[float] = []
        self._free_at: list[float] = []
        mood = _WEEK[date.weekday()] * numbers.lognormvariate(0, centre.moody)
        busiest = mood * centre.load * centre.agents / centre.talk_s
        free = [_OPENS * 3600.0] * centre.agents
        moment = _OPENS * 3600.0
        while True:
            # thinning of a Poisson process (Lewis and Shedler 1979)
            moment += numbers.expovariate(busiest)
            if moment >= _CLOSES * 3600:
                break
            if numbers.random() > _SHAPE[int(moment // 3600) - _OPENS]:
                continue
            start = max(moment, heapq.heappop(free))
            heapq.heappush(free, start + numbers.expovariate(1 / centre.talk_s))
            self.came.append(moment)
            self.answered.append(start)
            self._free_at.append(free[0])

    def call(self, moment: float) -> PastWait:
        """Return the wait of our own call, with the line's announcements every 75 s."""
        before = bisect_right(self.came, moment)
        free = self._free_at[before - 1] if before else 0.0
        begin = max(moment, free)
        news = []
        for at in range(0, int(begin - moment) + 1, 75):
            ahead = before - bisect_left(self.answered, moment + at, hi=before)
            news.append(Announced(kind=Announcement.POSITION, value=ahead + 1, at_s=at))
        return PastWait(
            started=self.date + timedelta(seconds=moment), hold_s=begin - moment, news=tuple(news)
        )


@dataclass(slots=True)
class Score:
    """How far forecasts were off, s."""

    errors: list[float]
    inside: list[bool]
    widths: list[float]

    def add(self, actual: float, wait: float, low: float | None, high: float | None) -> None:
        """Count a forecast."""
        self.errors.append(abs(actual - wait))
        if low is not None and high is not None:
            # a tenth of a second is what forecasts are rounded to
            self.inside.append(low - 0.1 <= actual <= high + 0.1)
            self.widths.append(high - low)


def main(argv: list[str]) -> int:
    """Simulate, foretell and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/bench forecast", description=__doc__)
    parser.add_argument("--months", type=int, default=6, help="months of own calls before")
    parser.add_argument("--per-week", type=float, nargs="+", default=[0.5, 2, 5])
    parser.add_argument("--worlds", type=int, default=12, help="simulated companies of each kind")
    parser.add_argument("--tests", type=int, default=40, help="forecasts made in each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    print(
        f"median absolute error in s (in brackets: share of waits inside the {COVERAGE:.0%} interval), "
        f"{options.months} months of own calls,\n{options.worlds * options.tests} forecasts a line; "
        "'announced' foretells the rest a minute into the wait\n"
    )
    names = ("median of all", "last call", "same hour", "forecast", "in an hour", "announced")
    print(f"{'':<32}" + "".join(f"{name:>16}" for name in names))
    for name, centre in CENTRES.items():
        for per_week in options.per_week:
            scores = _measure(centre, per_week, options)
            calls = round(per_week * options.months * 52 / 12)
            line = f"{name + ', ' + str(calls) + ' calls':<32}"
            for each in names:
                score = scores[each]
                error = statistics.median(score.errors)
                inside = f" ({statistics.mean(score.inside):.0%})" if score.inside else ""
                line += f"{f'{error:.0f}{inside}':>16}"
            print(line, flush=True)
    return 0


def _measure(centre: Centre, per_week: float, options: argparse.Namespace) -> dict[str, Score]:
    """Return the scores of the forecast and of simple rules."""
    scores: dict[str, Score] = {}

    def add(name: str, actual: float, wait: float, *ends: float) -> None:
        low, high = ends or (None, None)
        scores.setdefault(name, Score([], [], [])).add(actual, wait, low, high)

    for world in range(options.worlds):
        numbers = random.Random(f"{options.seed} {world} {centre}")
        weeks = round(options.months * 52 / 12)
        past: list[PastWait] = []
        for week in range(weeks):
            for _ in range(int(per_week) + (numbers.random() < per_week % 1)):
                day = _day(centre, week, numbers)
                past.append(day.call(_moment(numbers)))
        forecaster = Forecaster(past)
        for _ in range(options.tests):
            day = _day(centre, weeks, numbers)
            moment = _moment(numbers)
            call = day.call(moment)
            foretold = forecaster.wait(call.started)
            assert foretold is not None
            add("forecast", call.hold_s, foretold.wait_s, foretold.low_s, foretold.high_s)
            later = day.call(moment + 3600)
            foretold = forecaster.wait(call.started + timedelta(hours=1))
            assert foretold is not None
            add("in an hour", later.hold_s, foretold.wait_s, foretold.low_s, foretold.high_s)
            for name, rule in _RULES.items():
                add(name, call.hold_s, rule(past, call.started))
            if call.hold_s > 60:
                news = [each for each in call.news if each.at_s <= 60]
                left = forecaster.remaining(call.started, 60, news)
                assert left is not None
                add("announced", call.hold_s - 60, left.wait_s, left.low_s, left.high_s)
    return scores


def _day(centre: Centre, week: int, numbers: random.Random) -> Day:
    """Return a simulated working day of a week."""
    return Day(centre, _BEGIN + timedelta(days=7 * week + numbers.randrange(5)), numbers)


def _moment(numbers: random.Random) -> float:
    """Return when somebody calls, s after midnight; an hour later the centre is still open."""
    return numbers.uniform((_OPENS + 0.2) * 3600, (_CLOSES - 1.2) * 3600)


def _same_hour(past: list[PastWait], moment: datetime) -> float:
    """Return the mean of the calls in the same hour of the day, of all when there were none."""
    same = [each.hold_s for each in past if each.started.hour == moment.hour]
    return statistics.fmean(same or [each.hold_s for each in past])


#: What one would do without a forecast.
_RULES: dict[str, Callable[[list[PastWait], datetime], float]] = {
    "median of all": lambda past, _moment: statistics.median(each.hold_s for each in past),
    "last call": lambda past, _moment: past[-1].hold_s,
    "same hour": _same_hour,
}
