"""How well waiting times are foretold, on simulated months of call centres.

Compared with simple rules and with oracles that know the company's workings: one knows how waits
spread at that minute of that weekday, the other the place in the queue and the rate at which
callers are taken. Nobody who does not know how busy that very day is foretells better.
"""

import argparse
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import heapq
import random
import statistics

from custom_components.hold_slayer.records.announcements import Announced, Announcement, PastWait
from custom_components.hold_slayer.records.forecast import COVERAGE, Forecast, Forecaster

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

    def wait(self, moment: float) -> float:
        """Return how long a call at a moment waits, s."""
        before = bisect_right(self.came, moment)
        return max(0.0, (self._free_at[before - 1] if before else 0.0) - moment)

    def call(self, moment: float) -> PastWait:
        """Return the wait of our own call, with the line's announcements every 75 s."""
        before = bisect_right(self.came, moment)
        begin = moment + self.wait(moment)
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

    errors: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)

    def add(self, actual: float, wait: float) -> None:
        """Count a wait foretold by a rule."""
        self.errors.append(abs(actual - wait))

    def foretold(self, actual: float, forecast: Forecast | None) -> None:
        """Count a forecast with its interval."""
        assert forecast is not None
        self.add(actual, forecast.wait_s)
        # a tenth of a second is what forecasts are rounded to
        self.inside.append(forecast.low_s - 0.1 <= actual <= forecast.high_s + 0.1)
        self.widths.append(forecast.high_s - forecast.low_s)

    def __str__(self) -> str:
        """Return mean and median error, and how many waits lay inside the intervals."""
        text = f"{statistics.fmean(self.errors):.0f}/{statistics.median(self.errors):.0f}"
        return f"{text} {statistics.fmean(self.inside):.0%}" if self.inside else text


#: What is foretold, in the order it is printed; an oracle stands behind what it is to be compared with.
NAMES = (
    "median of all",
    "last call",
    "same hour",
    "forecast",
    "oracle",
    "in an hour",
    "again in 1 h",
    "told",
    "oracle told",
)


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
        f"absolute error in s, mean/median, and the share of waits inside the {COVERAGE:.0%} interval; "
        f"{options.months} months of own calls,\n{options.worlds * options.tests} forecasts a line; "
        "'in an hour' is asked an hour before, 'again in 1 h' after a call now,\n"
        "'told' is the rest, foretold one and five minutes into the wait\n"
    )
    print(f"{'':<26}" + "".join(f"{name:>15}" for name in NAMES))
    chosen: list[str] = []
    for name, centre in CENTRES.items():
        oracle = Oracle(centre, options.seed)
        for per_week in options.per_week:
            world = World(centre, per_week, options, oracle)
            scores, waits = world.measure()
            calls = round(per_week * options.months * 52 / 12)
            label = f"{name}, {calls} calls"
            print(f"{label:<26}" + "".join(f"{scores[each]!s:>15}" for each in NAMES), flush=True)
            middle = [f"{statistics.fmean(some):>10.0f}" for some in waits]
            chosen.append(f"{label:<26}" + "".join(middle))
    print("\nmean wait in s when called at any time, at the time proposed, at the truly best one")
    print("\n".join(chosen))
    return 0


class Oracle:
    """Knows how a company works, not how busy a day will be."""

    def __init__(self, centre: Centre, seed: int, days: int = 60) -> None:
        """Simulate days of each weekday."""
        self._centre = centre
        self._days = {
            weekday: [
                Day(
                    centre,
                    _BEGIN + timedelta(days=weekday),
                    random.Random(f"{seed} oracle {weekday} {day}"),
                )
                for day in range(days)
            ]
            for weekday in range(5)
        }

    def wait(self, weekday: int, moment: float) -> float:
        """Return the middle of the waits at a moment of a weekday."""
        return statistics.median(self.waits(weekday, moment))

    def waits(self, weekday: int, moment: float) -> list[float]:
        """Return waits at a moment of a weekday."""
        return [day.wait(moment) for day in self._days[weekday]]

    def best(self) -> tuple[int, float]:
        """Return the weekday and the full hour with the shortest mean wait."""
        hours = [(day, hour) for day in range(5) for hour in range(_OPENS, _CLOSES)]
        return min(
            hours,
            key=lambda each: statistics.fmean(self.waits(each[0], (each[1] + 0.5) * 3600)),
        )

    def left(self, last: Announced, waited: float) -> float:
        """Return the middle of what is left, knowing the place in the queue and the rate."""
        place_s, since = self._centre.talk_s / self._centre.agents, waited - last.at_s
        numbers = random.Random(f"{last.value} {since}")
        drawn = (numbers.gammavariate(last.value, place_s) - since for _ in range(200))
        return statistics.median([each for each in drawn if each > 0] or [place_s])


class World:
    """One kind of company, called so often by somebody."""

    def __init__(
        self, centre: Centre, per_week: float, options: argparse.Namespace, oracle: Oracle
    ) -> None:
        """Know what to simulate."""
        self._centre = centre
        self._per_week = per_week
        self._options = options
        self._oracle = oracle
        self._weeks = round(options.months * 52 / 12)

    def measure(self) -> tuple[dict[str, Score], tuple[list[float], list[float], list[float]]]:
        """Return scores, and the waits at any time, at the time proposed and at the best one."""
        scores = {name: Score() for name in NAMES}
        waits: tuple[list[float], list[float], list[float]] = ([], [], [])
        weekday, hour = self._oracle.best()
        for number in range(self._options.worlds):
            numbers = random.Random(f"{self._options.seed} {number} {self._centre}")
            past = self._past(numbers)
            forecaster = Forecaster(past)
            for _ in range(self._options.tests):
                self._test(numbers, past, forecaster, scores)
            now = _BEGIN + timedelta(days=7 * self._weeks - 3)
            found = forecaster.best(now, _is_open)
            chosen = found[0] if found else None
            for _ in range(self._options.tests):
                waits[0].append(_day(self._centre, self._weeks, numbers).wait(_moment(numbers)))
                day = Day(self._centre, chosen or now + timedelta(days=3), numbers)
                at = (chosen.hour + 0.5) * 3600 if chosen else _moment(numbers)
                waits[1].append(day.wait(at))
                day = Day(self._centre, _BEGIN + timedelta(days=weekday), numbers)
                waits[2].append(day.wait((hour + 0.5) * 3600))
        return scores, waits

    def _past(self, numbers: random.Random) -> list[PastWait]:
        """Return the calls made before."""
        return [
            _day(self._centre, week, numbers).call(_moment(numbers))
            for week in range(self._weeks)
            for _ in range(int(self._per_week) + (numbers.random() < self._per_week % 1))
        ]

    def _test(
        self,
        numbers: random.Random,
        past: list[PastWait],
        forecaster: Forecaster,
        scores: dict[str, Score],
    ) -> None:
        """Foretell a call, the same an hour later, and what is left of a wait."""
        day, moment = _day(self._centre, self._weeks, numbers), _moment(numbers)
        call, later = day.call(moment), day.call(moment + 3600)
        for name, rule in _RULES.items():
            scores[name].add(call.hold_s, rule(past, call.started))
        scores["forecast"].foretold(call.hold_s, forecaster.wait(call.started))
        scores["oracle"].add(call.hold_s, self._oracle.wait(day.date.weekday(), moment))
        scores["in an hour"].foretold(later.hold_s, forecaster.wait(later.started))
        wiser = Forecaster([*past, call])
        scores["again in 1 h"].foretold(later.hold_s, wiser.wait(later.started))
        for waited in (60, 300):
            if call.hold_s > waited:
                news = [each for each in call.news if each.at_s <= waited]
                left = call.hold_s - waited
                told = forecaster.remaining(call.started, waited, news)
                scores["told"].foretold(left, told)
                scores["oracle told"].add(left, self._oracle.left(news[-1], waited))


def _is_open(moment: datetime) -> bool:
    """Tell whether the company is open for the whole hour."""
    return moment.weekday() < 5 and _OPENS <= moment.hour < _CLOSES


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
