"""The engine process dies in the middle of a call: Home Assistant goes on."""

import asyncio
import os
from pathlib import Path
import signal

import pytest

from lab.demo.stage import Stage

pytestmark = [pytest.mark.timeout(240)]


def engine_of(home: int) -> int:
    """Return the process id of the engine started by this Home Assistant."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes().decode().split("\0")
        except FileNotFoundError, ProcessLookupError:
            continue
        if parent == home and any(part.endswith("engine/__main__.py") for part in command):
            return int(entry.name)
    raise AssertionError("Home Assistant has no engine")


async def test_a_killed_engine_ends_the_call_and_comes_back_registered(tmp_path: Path) -> None:
    async with Stage("insurance", folder=tmp_path, speech=False) as stage:
        async with stage.owner.events("hold_slayer_call_ended") as endings:
            call = await stage.call()
            await stage.world.expect("company", "speech_started", speaker="prompt", timeout=60)
            before = engine_of(stage.home.pid)
            known = len(stage.world.log)
            os.kill(before, signal.SIGKILL)
            async with asyncio.timeout(30):
                ended = (await endings.get())["data"]
        assert ended["call_id"] == call["call_id"]
        assert ended["outcome"] == "engine_lost"
        await stage.world.expect("trunk", "registered", since=known, timeout=30)
        assert engine_of(stage.home.pid) != before
        # and it can call again
        await stage.call()
        await stage.world.expect("company", "answered", since=known, timeout=60)
