"""Waits foretold: what similar times teach, how sure it is, what the line says, the best hour."""

from datetime import UTC, datetime, timedelta
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.hold_slayer.records.forecast import (
    Announced,
    Announcement,
    Basis,
    Forecaster,
    PastWait,
)
from custom_components.hold_slayer.records.long_term import hourly, statistic_id
from custom_components.hold_slayer.records.spread import Spread, redistributed

BERLIN = ZoneInfo("Europe/Berlin")
#: A Monday.
MONDAY = datetime(2026, 3, 2, tzinfo=BERLIN)


def at(day: int, hour: float) -> datetime:
    """Return a time of some day after the Monday."""
    return MONDAY + timedelta(days=day, hours=hour)


def weeks(*, weeks: int = 8, short: float = 60, long: float = 1200) -> list[PastWait]:
    """Return waits that are short at ten and long at fifteen o'clock, on working days."""
    numbers = random.Random(3)
    return [
        PastWait(started=at(7 * week + day, hour), hold_s=hold * numbers.uniform(0.7, 1.4))
        for week in range(weeks)
        for day in range(5)
        for hour, hold in ((10, short), (15, long))
    ]


def always(_moment: datetime) -> bool:
    """Tell that the company is open."""
    return True


def test_similar_hours_teach() -> None:
    """The hour of the day decides, and the interval holds what was usual."""
    forecaster = Forecaster(weeks())
    morning, afternoon = forecaster.wait(at(60, 10)), forecaster.wait(at(60, 15))
    assert morning is not None
    assert afternoon is not None
    assert 40 < morning.wait_s < 100
    assert 800 < afternoon.wait_s < 1600
    assert morning.low_s < 60 < morning.high_s < afternoon.low_s < 1200 < afternoon.high_s
    assert (morning.calls, morning.basis) == (80, Basis.HISTORY)


def test_little_known_is_said_honestly() -> None:
    """Nothing known, nothing foretold; one call makes a wide interval, many a narrow one."""
    assert Forecaster(()).wait(at(0, 9)) is None
    assert Forecaster(()).best(at(0, 9), always) is None
    one = Forecaster([PastWait(started=at(0, 10), hold_s=300)]).wait(at(7, 10))
    many = Forecaster(weeks(short=300, long=300)).wait(at(60, 10))
    assert one is not None
    assert many is not None
    assert one.high_s - one.low_s > 2 * (many.high_s - many.low_s)
    assert one.low_s < 300 < one.high_s


def test_calls_that_were_cut_off_count_as_longer() -> None:
    """Who gave up after ten minutes would have waited longer than that."""
    reached = [PastWait(started=at(day, 10), hold_s=300) for day in range(5)]
    gave_up = [PastWait(started=at(day, 10), hold_s=600, reached=False) for day in range(5, 10)]
    some, all_ = (
        Forecaster(reached).wait(at(12, 10)),
        Forecaster(reached + gave_up).wait(at(12, 10)),
    )
    assert some is not None
    assert all_ is not None
    assert all_.wait_s > some.wait_s
    assert redistributed([(1.0, 1.0, False), (2.0, 1.0, True), (3.0, 1.0, True)]) == [
        (2.0, 1.5),
        (3.0, 1.5),
    ]


def test_waits_are_foretold_while_they_last() -> None:
    """The longer it took, the longer the whole; the rest of a usual wait is what is left of it."""
    forecaster = Forecaster(weeks())
    half = forecaster.remaining(at(60, 15), 600)
    late = forecaster.remaining(at(60, 15), 7200)
    assert half is not None
    assert late is not None
    assert 300 < half.wait_s < 1000
    assert late.wait_s > 600


@pytest.mark.parametrize(("kind", "unit"), [("position", 70.0), ("wait", 2.0)])
def test_announcements_are_learned(kind: str, unit: float) -> None:
    """A line that always says half the truth is corrected by what earlier calls found."""
    past = [
        PastWait(
            started=at(day, 10),
            hold_s=600,
            news=tuple(
                Announced(kind=Announcement(kind), value=(600 - when) / unit, at_s=when)
                for when in (0, 200, 400)
            ),
        )
        for day in range(10)
    ]
    now = Announced(kind=Announcement(kind), value=900 / unit, at_s=60)
    known = Forecaster(past).remaining(at(12, 10), 90, [now])
    assert known is not None
    assert known.basis is Basis.BOTH
    assert 700 < known.wait_s < 950
    # without any history the line is believed, roughly
    told = Forecaster(()).remaining(
        at(12, 10), 0, [Announced(kind=Announcement.WAIT, value=600, at_s=0)]
    )
    assert told is not None
    assert (told.basis, told.calls) == (Basis.ANNOUNCED, 0)
    assert told.low_s < 600 < told.high_s
    assert 400 < told.wait_s < 800


def test_best_hour() -> None:
    """The nearest of the hours with short waits, when the company is open, where calls were made."""
    forecaster = Forecaster(weeks())
    best = forecaster.best(at(60, 12), always)
    assert best is not None
    # a Friday at noon: the next morning on which anybody calls is Monday's
    assert at(60, 12).weekday() == 4
    assert best[0].weekday() == 0
    assert best[0].hour in (9, 10)
    assert best[1].wait_s < 120
    afternoons = forecaster.best(at(60, 12), lambda moment: moment.hour >= 13)
    assert afternoons is not None
    assert afternoons[0].hour >= 13
    assert forecaster.best(at(60, 12), lambda _moment: False) is None


def test_best_hour_when_the_clock_changes() -> None:
    """Hours are those of the wall clock on both sides of the change (29 March 2026, Berlin)."""
    saturday = datetime(2026, 3, 28, 20, 20, tzinfo=BERLIN)
    best = Forecaster(weeks(weeks=4)).best(saturday, always)
    assert best is not None
    assert (best[0].minute, best[0].utcoffset()) == (0, timedelta(hours=2))
    assert best[0].hour in (9, 10)


def test_hours_of_long_term_statistics() -> None:
    """Hours are UTC, also for zones that differ by half an hour; who was not reached is left out."""
    half = ZoneInfo("Asia/Kolkata")
    start = datetime(2026, 3, 2, 10, 10, tzinfo=half)
    found = hourly(
        [
            PastWait(started=start, hold_s=60),
            PastWait(started=start + timedelta(minutes=10), hold_s=120),
            PastWait(started=start + timedelta(minutes=20), hold_s=600),
            PastWait(started=start, hold_s=999, reached=False),
        ]
    )
    assert [each["start"] for each in found] == [
        datetime(2026, 3, 2, 4, tzinfo=UTC),
        datetime(2026, 3, 2, 5, tzinfo=UTC),
    ]
    assert [(each["mean"], each["min"], each["max"]) for each in found] == [
        (90, 60, 120),
        (600, 600, 600),
    ]
    assert statistic_id("01KXYZ-Ä") == "hold_slayer:hold_time_01kxyz"


def test_spread() -> None:
    """Quantiles lie between neighbours; an empty spread has none."""
    spread = Spread.of([(3, 1), (1, 1), (2, 1), (9, 0)])
    assert spread.quantile(0.5) == 2
    assert spread.quantile(0) == 1
    assert spread.quantile(1) == 3
    assert [point[0] for point in spread.after(1.5).points] == [0.5, 1.5]
    with pytest.raises(ValueError, match="no quantiles"):
        Spread(()).quantile(0.5)
