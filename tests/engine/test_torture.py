"""The torture messages of RFC 4475, mutants of them and of RTP, sent to an engine in a call (R15).

`scripts/bench resilience --only hostile` sends 100,000 of each, with `--sanitized` under sanitizers.
"""

import pytest

from lab.bench.hostile import bombard, flood
from lab.bench.mutation import torture_folder

FOLDER = torture_folder()
MUTANTS = 2000


@pytest.mark.skipif(FOLDER is None, reason="RFC 4475 is not there: run scripts/get-torture")
async def test_nothing_crashes() -> None:
    """All of it is survived: the engine answers, the call is up, its packets go out."""
    found = await bombard(MUTANTS, MUTANTS, seed=4475, tortures=FOLDER, broken_offers=MUTANTS)
    assert found["RFC 4475"].sent == 49
    for name, each in found.items():
        assert (each.crashes, each.call_up) == (0, True)
        # of broken offers some fail assertions, which a release build answers with a refusal
        assert name == "re-INVITEs" or each.reports == ()
        assert each.pacing is not None
    assert {200, 488} <= found["re-INVITEs"].answers.keys()
    # 400 Bad Request and the like: what was well-formed got an answer
    assert {200, 400} <= found["RFC 4475"].answers.keys()


async def test_a_flood_gets_no_answer() -> None:
    """INVITEs from a stranger are dropped unread, and the call does not notice (R16)."""
    found = await flood(2000, 2.0, seed=1)
    assert found.sent > 1000
    assert found.answers == {}
    assert (found.crashes, found.call_up) == (0, True)
    assert found.pacing is not None
    assert found.pacing.packets
