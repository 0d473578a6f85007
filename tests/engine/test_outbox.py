"""What the engine says to a Home Assistant that is busy: audio may be lost, states never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import logging
import socket

import pytest

from custom_components.hold_slayer.engine import outbox
from custom_components.hold_slayer.engine.outbox import LinkHandler, Outbox
from custom_components.hold_slayer.telephony.messages import LegChanged, LegState, SpeechAudio

#: Bytes of one piece of audio.
PIECE = 100_000


def line(text: str, *values: object) -> logging.LogRecord:
    """Return a log record."""
    return logging.makeLogRecord({"name": "engine.test", "msg": text, "args": values})


@asynccontextmanager
async def box_to() -> AsyncIterator[tuple[Outbox, asyncio.StreamReader]]:
    """Give an outbox and what Home Assistant reads."""
    ours, theirs = socket.socketpair()
    reader, back = await asyncio.open_connection(sock=theirs)
    _, writer = await asyncio.open_connection(sock=ours)
    yield Outbox(writer), reader
    back.close()


async def test_a_busy_home_assistant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what may wait audio and log lines are dropped and counted; a state arrives behind."""
    monkeypatch.setattr(outbox, "MOST_WAITING", 5 * PIECE)
    async with box_to() as (box, reader):
        while not box.dropped:
            audio = SpeechAudio(leg="a", utterance=1, rate=8000, last=False, payload=bytes(PIECE))
            box.send(audio)
        before = box.dropped
        LinkHandler(box).handle(line("this line is lost"))
        assert box.dropped == before + 1
        box.send(LegChanged(leg="the-leg", state=LegState.CONFIRMED))
        closing = asyncio.create_task(box.close())
        said = await reader.read()
        await closing
        assert b"the-leg" in said
        assert b"this line is lost" not in said
        assert len(said) > 5 * PIECE
        box.send(LegChanged(leg="too-late", state=LegState.DISCONNECTED))


async def test_a_log_line_that_cannot_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told on the process's own error output, and whoever logged goes on."""
    async with box_to() as (box, reader):
        handler = LinkHandler(box)
        handler.handle(line("%d lines", "no number"))
        handler.handle(line("%d lines follow", 7))
        await box.close()
        said = await reader.read()
    assert b"7 lines follow" in said
    assert b"no number" not in said
    assert "Logging error" in capsys.readouterr().err
