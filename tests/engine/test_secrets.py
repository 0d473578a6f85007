"""Seeded passwords: they appear in no log, no command line and no environment (R18)."""

import contextlib
import logging
from pathlib import Path

import pytest

from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import AddAccount, SetLogLevel

from .conftest import LabTrunk
from .station import Station

CANARY = "canary-7c1f"


async def test_no_trace_of_the_password(
    alice: Station, trunk: LabTrunk, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the right nor a wrong password, nor what is worked out from it, is written anywhere."""
    caplog.set_level(logging.DEBUG)
    await alice.link.request(SetLogLevel(log_level=logging.DEBUG))
    trunk.digest.passwords["alice"] = CANARY
    for password in (CANARY, f"{CANARY}-wrong"):
        settings = alice.settings(
            trunk.registrar(), password=password, local_port=0, id=password[-5:]
        )
        with contextlib.suppress(EngineRefused):
            await alice.link.request(AddAccount(account=settings))
    await trunk.logged("challenged")
    assert alice.link.pid is not None
    process = Path("/proc") / str(alice.link.pid)
    assert "REGISTER" in caplog.text
    for text in (
        caplog.text,
        (process / "cmdline").read_text(),
        (process / "environ").read_text(),
        repr(alice.events),
        repr(settings),
    ):
        assert CANARY not in text
    # a digest lets the password be guessed at leisure
    lines = [line for line in caplog.text.splitlines() if "response=" in line.lower()]
    assert [line for line in lines if 'response="' in line and "***" not in line] == []
