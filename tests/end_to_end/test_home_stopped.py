"""Home Assistant is stopped in the middle of a call: both sides are hung up, the history says so."""

from pathlib import Path
import sqlite3

import pytest

from lab.demo.stage import Stage

pytestmark = [pytest.mark.timeout(240)]


async def test_nothing_is_left_ringing(tmp_path: Path) -> None:
    async with Stage("insurance", folder=tmp_path, speech=False) as stage:
        call = await stage.call()
        await stage.world.expect("company", "speech_started", speaker="prompt", timeout=60)
        # somebody wants to be connected whoever is there: the telephone rings
        await stage.owner.act("hold_slayer.connect", {"call_id": call["call_id"]})
        await stage.world.expect("phone", "ringing", extension="200", timeout=60)
        known = len(stage.world.log)
        await stage.home.stop()
        await stage.world.expect("company", "ended", since=known, timeout=30)
        await stage.world.expect("phone", "ended", since=known, extension="200", timeout=30)
        await stage.world.expect("trunk", "unregistered", since=known, timeout=30)
    with sqlite3.connect(tmp_path / "hold_slayer.db") as history:
        row = history.execute("SELECT ended, outcome, reason FROM hold_slayer_calls").fetchone()
    assert row[0] is not None
    assert row[1:] == ("hung_up", "Home Assistant is stopping")
