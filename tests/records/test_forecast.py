"""Waits foretold: what similar times teach, how sure it is, what the line says, the best hour."""

from datetime import UTC, datetime, timedelta
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.hold_slayer.records.announcements import Announced, Announcement, PastWait
from custom_components.hold_slayer.records.busyness import Busyness
from custom_components.hold_slayer.records.forecast import Basis, Forecaster
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


def test_a_weekday_is_known_from_its_calls() -> None:
    """A busy Monday raises all of its hours, also one at which nobody called on a Monday yet."""
    past = [
        PastWait(started=at(7 * week + day, hour), hold_s=1500 if day == 0 else 120)
        for week in range(10)
        for day, hour in ((0, 9), (1, 9), (2, 14), (3, 14), (4, 10))
    ]
    forecaster = Forecaster(past)
    monday, tuesday = forecaster.wait(at(70, 14)), forecaster.wait(at(71, 14))
    assert monday is not None
    assert tuesday is not None
    assert monday.wait_s > 3 * tuesday.wait_s
    assert tuesday.wait_s < 200


def test_what_nobody_knows_is_as_usual() -> None:
    """Without calls nothing is busier than anything else, and one call moves little."""
    assert Busyness(()).at(at(0, 9)) == 0
    one = Busyness([(at(0, 9), 3600.0)])
    assert one.at(at(0, 9)) == 0
    two = Busyness([(at(0, 9), 3600.0), (at(1, 15), 0.0)])
    assert 0 < two.at(at(7, 9)) < 2
    assert two.likeness(at(7, 9))[0] > two.likeness(at(7, 9))[1]


def test_a_call_shortly_before_tells_of_the_day() -> None:
    """Who just waited an hour will wait long again; tomorrow that says little."""
    usual = weeks(short=60, long=60)
    just_now = PastWait(started=at(60, 10), hold_s=3600)
    today = Forecaster([*usual, just_now]).wait(at(60, 11.2))
    gave_up = Forecaster([*usual, PastWait(started=at(60, 10), hold_s=2400, reached=False)]).wait(
        at(60, 11.2)
    )
    tomorrow = Forecaster([*usual, just_now]).wait(at(61, 11.2))
    before = Forecaster([*usual, just_now]).wait(at(60, 9.5))
    assert today is not None
    assert gave_up is not None
    assert tomorrow is not None
    assert before is not None
    assert today.high_s > 3000 > tomorrow.high_s
    assert gave_up.high_s > 3000
    assert today.wait_s > tomorrow.wait_s
    # what comes later is no news
    assert before.wait_s < 120


def test_the_queue_moves_as_it_moved_in_this_call() -> None:
    """A queue that moves twice as slowly as ever before is believed more and more."""
    past = [
        PastWait(
            started=at(day, 10),
            hold_s=300,
            news=(Announced(kind=Announcement.POSITION, value=10, at_s=0),),
        )
        for day in range(20)
    ]
    forecaster = Forecaster(past)

    def left(*news: tuple[float, float]) -> float:
        said = [Announced(kind=Announcement.POSITION, value=p, at_s=s) for p, s in news]
        found = forecaster.remaining(at(30, 10), news[-1][1], said)
        assert found is not None
        assert found.low_s < found.wait_s < found.high_s
        return found.wait_s

    assert 230 < left((10, 0)) < 330
    assert 120 < left((10, 0), (5, 150)) < 180
    slow = left((10, 0), (9, 120), (8, 240), (7, 360), (6, 480), (5, 600))
    assert 170 < slow < 320
    # the next one may be taken at any moment
    assert left((10, 0), (1, 270)) < 60


def test_gamma_and_shortest_interval() -> None:
    """The mean is kept; where many waits are none the interval begins at none."""
    for shape in (0.8, 1.0, 4.0, 30.0):
        spread = Spread.gamma(100, shape, 2.0)
        assert spread.mean == pytest.approx(100, rel=0.1)
        assert spread.weight == pytest.approx(2)
    mostly_none = Spread.of([(0, 1)] * 6 + [(100 * each, 1) for each in range(1, 5)])
    assert mostly_none.shortest(0.8)[0] == 0
    assert mostly_none.shortest(0.8)[1] < mostly_none.quantile(0.9)
    assert Spread(()).mean == 0


def test_best_hour_is_the_shortest_on_average() -> None:
    """Of two hours that mostly do not wait the one is best that hardly ever waits long."""
    numbers = random.Random(5)
    past = [
        PastWait(started=at(7 * week + day, hour), hold_s=3000 if numbers.random() < share else 0)
        for week in range(12)
        for day in range(5)
        for hour, share in ((9, 0.4), (16, 0.02))
    ]
    best = Forecaster(past).best(at(90, 17.5), always)
    assert best is not None
    assert best[0].hour in (15, 16)
