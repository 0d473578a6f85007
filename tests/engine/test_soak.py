"""Two hours on hold in real time (R2, R12); `HOLD_SLAYER_SOAK_MINUTES` makes it shorter or longer."""

import os

import pytest

from lab.bench.soak import SESSION_BY_THEM_S, SESSION_BY_US_S, soak

MINUTES = float(os.environ.get("HOLD_SLAYER_SOAK_MINUTES", "120"))
#: What memory may grow by after the warm-up, bytes: 2 MB (R12), and what the prints of two legs
#: remember of hours (`MOST_WORDS` of hearing/prints.py, 2.7 MB each).
MOST_GROWTH = 7_500_000


@pytest.mark.slow
@pytest.mark.timeout(MINUTES * 60 + 300)
async def test_hours_on_hold() -> None:
    """Both calls are still up, nothing is lost, sessions were refreshed, nothing grew."""
    found = await soak(MINUTES)
    assert found.restarts == 0
    assert found.memory_end - found.memory_begin < MOST_GROWTH
    assert found.descriptors_end <= found.descriptors_begin
    assert found.threads_end <= found.threads_begin
    due = {"refreshed by us": SESSION_BY_US_S, "refreshed by them": SESSION_BY_THEM_S}
    for name, line in found.lines.items():
        assert line.up, name
        assert (line.lost, line.stalls, line.refused) == (0, 0, [])
        # R2: 99.9 % of 50 a second
        assert line.rate >= 49.95
        assert sum(line.refreshes.values()) >= int(MINUTES * 60 / (due[name] / 2)) - 1
