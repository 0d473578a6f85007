"""The link against children that misbehave: each is a small script of its own."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from custom_components.hold_slayer.telephony.errors import (
    EngineLost,
    EngineRefused,
    EngineStartError,
    StartProblem,
)
from custom_components.hold_slayer.telephony.link import EngineLink
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    ErrorKind,
    Ping,
    Ready,
)
from custom_components.hold_slayer.telephony.supervision import LinkState

from .children import Lines


async def test_silent_child(child: Any) -> None:
    """A child that never gets ready is ended."""
    link = child("time.sleep(60)", start=0.5)
    with pytest.raises(EngineStartError) as error:
        await link.start()
    assert error.value.kind is StartProblem.TIMEOUT
    assert link.pid is None


async def test_crashing_child(child: Any) -> None:
    """The last line of a child that crashes at start is in the error."""
    link = child("sys.exit('the kettle is broken')")
    with pytest.raises(EngineStartError) as error:
        await link.start()
    assert error.value.kind is StartProblem.CRASHED
    assert "the kettle is broken" in error.value.text


async def test_child_without_requirements(child: Any) -> None:
    """A missing Python package is told as such."""
    link = child("import no_such_package")
    with pytest.raises(EngineStartError) as error:
        await link.start()
    assert error.value.kind is StartProblem.MISSING_LIBRARY
    assert "no_such_package" in error.value.text


async def test_no_such_program(tmp_path: Path) -> None:
    """A program that does not exist is an error, not an exception of the system."""
    link = EngineLink(
        on_event=lambda _: None,
        on_state=lambda _: None,
        log=logging.getLogger("child"),
        command=[str(tmp_path / "nothing")],
    )
    with pytest.raises(EngineStartError):
        await link.start()
    assert link.state is LinkState.STOPPED


@pytest.mark.parametrize(
    "body",
    [
        "ready(hello['request'], protocol=7)",
        "send('refused', request=hello['request'], error='protocol_version', text='too old')",
    ],
)
async def test_other_protocol(child: Any, body: str) -> None:
    """Another version of the protocol is not talked to."""
    link = child(body + "\nreceive()")
    with pytest.raises(EngineStartError) as error:
        await link.start()
    assert error.value.kind is StartProblem.PROTOCOL


async def test_unknown_messages_are_survived(child: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Garbage, unknown types and unknown versions are logged; the link goes on."""
    link = child(
        """
        ready(hello["request"])
        type, ping = receive()
        stream.write(b"what?\\n")
        send("fly_to_moon", height=3)
        send("pong", v=99, request=ping["request"])
        send("pong", request=ping["request"], loop_ms=1, media_frames=2)
        receive(), receive()
        """
    )
    ready = await link.start()
    assert isinstance(ready, Ready)
    pong = await link.request(Ping())
    assert pong.media_frames == 2
    for text in ("not JSON", "fly_to_moon", "protocol 99"):
        assert text in caplog.text
    await link.stop()


async def test_half_a_message_and_gone(child: Any) -> None:
    """A child that ends inside a message is lost at once, not after a time-out."""
    link = child(
        """
        ready(hello["request"])
        receive()
        stream.write(b'{"type": "pong", "data_le')
        stream.flush()
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        pauses=(60.0,),
    )
    await link.start()
    async with asyncio.timeout(20):
        with pytest.raises(EngineLost):
            await link.request(Ping())
    await link.stop()


async def test_refusal(child: Any) -> None:
    """A refusal carries kind, sentence, SIP code and rule."""
    link = child(
        """
        ready(hello["request"])
        type, ping = receive()
        send("refused", request=ping["request"], error="refused_by_policy", text="No.",
             sip_code=403, rule="premium")
        receive()
        """
    )
    await link.start()
    with pytest.raises(EngineRefused) as refused:
        await link.request(Ping())
    assert refused.value.error is ErrorKind.REFUSED_BY_POLICY
    assert (refused.value.text, refused.value.sip_code, refused.value.rule) == (
        "No.",
        403,
        "premium",
    )
    await link.stop()


async def test_log_and_environment(child: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What the child logs and prints reaches our log without secrets; its environment is bare."""
    link = child(
        """
        ready(hello["request"])
        type, data = receive()
        send("log_line", level=30, logger="engine.x", text="password is canary-123")
        send("log_line", level=30, logger="engine.x", text=",".join(sorted(os.environ)))
        print("printed canary-123", flush=True)
        send("done", request=data["request"])
        receive()
        os._exit(3)
        """,
        pauses=(60.0,),
    )
    caplog.set_level(logging.DEBUG)
    logging.getLogger("child").setLevel(logging.DEBUG)
    await link.start()
    settings = AccountSettings(id="a", registrar="b", username="c", password="canary-123")
    await link.request(AddAccount(account=settings))
    with pytest.raises(EngineLost):
        await link.request(Ping())
    await link.stop()
    assert "canary" not in caplog.text
    assert "child.engine.x" in {record.name for record in caplog.records}
    assert "PYTEST_CURRENT_TEST" not in caplog.text


async def test_crash_replays_the_log(child: Any, lines: Lines) -> None:
    """After a crash the child's last lines are in the log at WARNING."""
    link = child(
        """
        ready(hello["request"])
        print("the last words", flush=True)
        receive()
        os._exit(3)
        """,
        pauses=(60.0,),
    )
    await link.start()
    with pytest.raises(EngineLost):
        await link.request(Ping())
    assert "the last words" in await lines.until("WARNING The engine ended with exit code 3")
    await link.stop()


async def test_a_handler_that_fails(child: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A bug in Home Assistant's handler does not cut the link."""

    def fail(_: Any) -> None:
        raise RuntimeError("bug")

    link = child(
        """
        ready(hello["request"])
        type, ping = receive()
        send("key_received", leg="a", key="1", method="info")
        send("pong", request=ping["request"], loop_ms=1, media_frames=2)
        receive()
        """,
        on_event=fail,
    )
    await link.start()
    await link.request(Ping())
    assert "Handling key_received failed" in caplog.text
    await link.stop()


async def test_not_started() -> None:
    """Nothing can be asked of an engine that does not run."""
    link = EngineLink(
        on_event=lambda _: None, on_state=lambda _: None, log=logging.getLogger("child")
    )
    with pytest.raises(EngineLost):
        await link.request(Ping())
    await link.stop()
