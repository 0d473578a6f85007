"""Hours of the week."""

from datetime import datetime

import pytest

from custom_components.hold_slayer.calls.hours import Hours

#: A Friday.
FRIDAY = "2026-11-20"
SATURDAY = "2026-11-21"


@pytest.mark.parametrize(
    ("start", "end", "days", "moment", "included"),
    [
        (None, None, None, f"{FRIDAY} 03:00", True),
        (None, None, ["mon"], f"{FRIDAY} 03:00", False),
        ("09:00:00", "17:00:00", None, f"{FRIDAY} 09:00", True),
        ("09:00:00", "17:00:00", None, f"{FRIDAY} 17:00", False),
        ("09:00:00", "17:00:00", ["sat"], f"{FRIDAY} 12:00", False),
        ("22:00:00", "07:00:00", None, f"{FRIDAY} 23:00", True),
        ("22:00:00", "07:00:00", None, f"{FRIDAY} 06:59", True),
        ("22:00:00", "07:00:00", None, f"{FRIDAY} 12:00", False),
        # a night belongs to the day on which it begins
        ("22:00:00", "07:00:00", ["fri"], f"{SATURDAY} 06:00", True),
        ("22:00:00", "07:00:00", ["fri"], f"{FRIDAY} 06:00", False),
        ("22:00:00", "07:00:00", ["fri"], f"{SATURDAY} 23:00", False),
    ],
)
def test_hours(
    start: str | None, end: str | None, days: list[str] | None, moment: str, included: bool
) -> None:
    """Hours may be all day, some days, and span midnight."""
    hours = Hours.stored(start, end, days)
    assert hours.include(datetime.fromisoformat(moment)) is included
