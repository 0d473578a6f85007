"""What the engine does with messages nobody should send."""

from collections.abc import AsyncIterator
import json

import pytest

from custom_components.hold_slayer.telephony.messages import (
    Answer,
    Done,
    ErrorKind,
    Hello,
    Message,
    Ping,
    Pong,
    Ready,
    Refused,
    SetLogLevel,
    frame_of,
    read_message,
)
from custom_components.hold_slayer.telephony.process import EngineProcess


@pytest.fixture
async def engine() -> AsyncIterator[EngineProcess]:
    """Give a bare engine process, before hello."""
    process = await EngineProcess.start(lambda _: None)
    yield process
    await process.end()


async def answer(engine: EngineProcess) -> Message:
    """Return the next answer; log lines are passed over."""
    while not isinstance(message := await read_message(engine.reader), Answer):
        assert message is not None
    return message


async def test_unknown_messages_are_answered(engine: EngineProcess) -> None:
    """Each kind of misunderstanding is answered by its own refusal, and the engine goes on."""
    engine.writer.write(frame_of(Ping(request=1).event()))
    refused = await answer(engine)
    assert isinstance(refused, Refused)
    assert refused.error is ErrorKind.NOT_READY

    engine.writer.write(frame_of(Hello(request=2).event()))
    assert isinstance(await answer(engine), Ready)

    for body, error in (
        ({"type": "fly_to_moon", "data": {"v": 1}}, ErrorKind.UNKNOWN_MESSAGE),
        ({"type": "ping", "data": {"v": 99}}, ErrorKind.PROTOCOL_VERSION),
        ({"type": "hang_up", "data": {"v": 1}}, ErrorKind.BAD_MESSAGE),
        ({"type": "hang_up", "data": {"v": 1, "leg": 5}}, ErrorKind.BAD_MESSAGE),
        ({"type": "hello", "data": {"v": 1}}, ErrorKind.WRONG_STATE),
    ):
        body["data"]["request"] = 3
        engine.writer.write(b"this is no frame\n" + json.dumps(body).encode() + b"\n")
        refused = await answer(engine)
        assert isinstance(refused, Refused)
        assert (refused.request, refused.error) == (3, error)
        assert refused.text

    engine.writer.write(frame_of(SetLogLevel(request=4, log_level=10).event()))
    assert isinstance(await answer(engine), Done)
    engine.writer.write(frame_of(Ping(request=5).event()))
    assert isinstance(await answer(engine), Pong)


async def test_other_protocol(engine: EngineProcess) -> None:
    """An integration of another version is told so."""
    engine.writer.write(frame_of(Hello(request=1, speaks=7).event()))
    refused = await answer(engine)
    assert isinstance(refused, Refused)
    assert refused.error is ErrorKind.PROTOCOL_VERSION


async def test_cut_off(engine: EngineProcess) -> None:
    """An engine whose Home Assistant ends in the middle of a message ends, too."""
    engine.writer.write(frame_of(Hello(request=1).event()))
    await answer(engine)
    engine.writer.write(frame_of(Ping(request=2).event())[:-3])
    engine.writer.close()
    assert await engine.wait() == 0
