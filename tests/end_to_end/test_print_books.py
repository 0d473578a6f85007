"""What a company plays while one waits is kept for the next call to it."""

import json
from pathlib import Path

import pytest

from lab.demo.placing import place_call
from lab.demo.stage import Stage
from lab.demo.timeline import Timeline

#: Set-up, the call and some slack on a slow machine, s.
LIMIT = 400

pytestmark = [pytest.mark.timeout(LIMIT), pytest.mark.slow]


async def test_recordings_are_kept(tmp_path: Path) -> None:
    """After a call with a hold loop the contact has a print book that can be stored and sent."""
    async with Stage("insurance", folder=tmp_path) as home:
        assert await place_call(home, Timeline(), None)
    (book,) = (tmp_path / ".storage").glob("hold_slayer.prints.*")
    assert json.loads(book.read_text("utf-8"))["data"]["announcements"] >= 1
