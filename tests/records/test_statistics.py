"""Figures over past calls."""

from datetime import UTC, datetime, timedelta
import math
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.hold_slayer.navigation.states import Outcome
from custom_components.hold_slayer.records.statistics import (
    PastCall,
    by_contact,
    compared_hours,
    figures,
    overview,
    quantile,
    rank_test,
    wilson,
)

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=BERLIN)


def call(
    hold_s: float = 300,
    *,
    hour: int = 9,
    day: int = 0,
    reached: bool = True,
    outcome: Outcome = Outcome.CONNECTED,
    contact: str = "Insurance",
) -> PastCall:
    """Return a past call."""
    return PastCall(
        started=MONDAY.replace(hour=hour) + timedelta(days=day),
        contact=contact,
        number="+442079460000",
        reached=reached,
        connected=reached,
        outcome=outcome,
        hold_s=hold_s,
        menu_s=20,
    )


def test_figures() -> None:
    """Times on hold are of calls that reached a person; drops are those the company ended."""
    calls = [call(each) for each in (60, 120, 180, 240, 900)]
    calls += [
        call(5000, reached=False, outcome=Outcome.DROPPED_IN_QUEUE),
        call(1, reached=False, outcome=Outcome.BUSY),
        call(1, reached=False, outcome=Outcome.HUNG_UP),
    ]
    found = figures(calls)
    assert found["calls"] == 8
    assert (found["reached_person"], found["connected"], found["drops"]) == (5, 5, 1)
    assert (found["hold_mean"], found["hold_median"]) == (300.0, 180.0)
    # numpy.quantile([60, 120, 180, 240, 900], 0.9) = 636
    assert found["hold_90"] == 636.0
    assert found["success_rate"] == 0.625
    assert found["success_rate_low"] < 0.625 < found["success_rate_high"]


def test_nothing_known() -> None:
    """Without calls there are no figures, and no error."""
    found = overview([])
    assert found["calls"] == 0
    assert found["hold_mean"] is found["success_rate"] is found["success_rate_low"] is None
    assert found["best_hours"] == found["by_hour"] == []
    assert by_contact([]) == []


def test_wilson_interval() -> None:
    """The interval agrees with published values and stays within 0 and 1."""
    # Wilson 95 % for 8 of 10: 0.490 to 0.943 (Brown, Cai and DasGupta 2001)
    assert list(wilson(8, 10)) == pytest.approx([0.490, 0.943], abs=0.001)
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0
    assert wilson(0, 0) == (None, None)


def test_rank_test_against_scipy() -> None:
    """The test agrees with SciPy's, with ties and without."""
    stats = pytest.importorskip("scipy.stats")
    random_numbers = random.Random(7)
    for _ in range(50):
        some = [random_numbers.randint(0, 20) for _ in range(random_numbers.randint(3, 30))]
        others = [random_numbers.randint(3, 25) for _ in range(random_numbers.randint(3, 30))]
        expected = stats.mannwhitneyu(some, others, method="asymptotic").pvalue
        assert rank_test(some, others) == pytest.approx(expected, abs=1e-6)
    assert rank_test([1, 1, 1], [1, 1, 1]) == 1.0
    assert rank_test([], [1]) == 1.0


def test_best_hours_are_as_sure_as_the_data() -> None:
    """Plenty of clear data is certain; a few calls, or hours that are alike, are not."""
    clear = [call(60 + each, hour=8, day=each) for each in range(30)]
    clear += [call(600 + each, hour=hour, day=each) for each in range(30) for hour in (10, 12)]
    found = overview(clear)
    assert found["best_hours"][0]["hour"] == 8
    assert found["best_hours"][0]["certainty"] > 0.99
    assert found["worst_hours"][0]["hour"] in (10, 12)
    few = [call(60, hour=8, day=each) for each in range(3)]
    few += [call(90 + each, hour=10, day=each) for each in range(3)]
    assert compared_hours(few)[0].certainty < 0.95
    assert compared_hours([call(60, hour=8), call(90, hour=10)]) == []


def test_luck_is_not_taken_for_knowledge() -> None:
    """Where all hours are alike, a best hour is rarely called certain."""
    numbers = random.Random(11)
    wrong = 0
    for _ in range(200):
        calls = [
            call(numbers.expovariate(1 / 300), hour=hour, day=day)
            for hour in range(8, 18)
            for day in range(10)
        ]
        wrong += any(hour.certainty >= 0.95 for hour in compared_hours(calls))
    # 5 % are meant; 200 tries may bring up to 10 % of them
    assert wrong <= 20


def test_daylight_saving() -> None:
    """Hours are those of the clock on the wall, before and after it is changed."""
    before = datetime(2026, 3, 27, 8, 30, tzinfo=UTC)  # Friday, 9:30 in Berlin
    after = datetime(2026, 4, 3, 7, 30, tzinfo=UTC)  # Friday, 9:30 in Berlin
    calls = [
        PastCall(
            started=datetime.fromtimestamp(moment.timestamp(), BERLIN),
            contact="Insurance",
            number="",
            reached=True,
            connected=True,
            outcome="connected",
            hold_s=60,
            menu_s=0,
        )
        for moment in (before, after)
    ]
    found = overview(calls)
    assert [(each["hour"], each["calls"]) for each in found["by_hour"]] == [(9, 2)]
    cells = found["by_weekday_and_hour"]
    assert [(each["weekday"], each["hour"], each["calls"]) for each in cells] == [(4, 9, 2)]


def test_hold_below_zero_counts_as_none() -> None:
    """A clock set back during a hold does not make the average shorter than it was."""
    assert figures([call(-4000), call(100)])["hold_mean"] == 50.0


def test_by_contact() -> None:
    """Contacts have figures of their own; calls to bare numbers go by number."""
    found = by_contact([call(), call(contact=""), call(), call(contact="Bank", hold_s=10)])
    assert [(each["contact"], each["number"], each["calls"]) for each in found] == [
        ("Insurance", None, 2),
        (None, "+442079460000", 1),
        ("Bank", None, 1),
    ]


def test_quantile() -> None:
    """It lies between neighbours, and takes a single value for what it is."""
    assert quantile([3.0], 0.9) == 3.0
    assert quantile([0.0, 10.0], 0.9) == pytest.approx(9.0)
    assert not math.isnan(quantile([1.0, 2.0, 3.0], 0.5))
