"""What comes too late: audio for the ears, a job for the disk, an answer to a question, an address."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pjsua2 as pj
import pytest

from custom_components.hold_slayer.engine import ears as ears_module, location
from custom_components.hold_slayer.engine.ears import BYTES_PER_SECOND, Ears
from custom_components.hold_slayer.engine.following import Follower
from custom_components.hold_slayer.engine.location import Location
from custom_components.hold_slayer.engine.probe import Probe
from custom_components.hold_slayer.engine.recorder import Disk
from custom_components.hold_slayer.engine.wiring import Wiring
from custom_components.hold_slayer.hearing.heard import HeardEvent, Phase
from custom_components.hold_slayer.telephony.messages import AccountSettings, HearingSettings

from .station import HOST, PATIENCE, free_port


class Tap:
    """A tap whose ring was full for a while."""

    def __init__(self) -> None:
        self.dropped = 0

    def createTap(self, *_: object) -> None:
        """Begin."""

    def read(self, most: int) -> bytes:
        """Return silence."""
        return bytes(min(most, 320))

    def droppedBytes(self) -> int:
        """Return what did not fit, bytes."""
        return self.dropped

    def noneFrames(self) -> int:
        """Return the frames without a packet."""
        return 0


def test_audio_that_was_not_heard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What the ring could not keep is told once, and later sounds keep their times."""
    tap = Tap()
    monkeypatch.setattr(ears_module.pj, "AudioTap", lambda: tap)
    heard: list[HeardEvent] = []
    ears = Ears(
        Wiring(),
        name="a",
        settings=HearingSettings(),
        phase=Phase.HOLD,
        heard=heard.append,
        speech=lambda _: None,
    )
    # nothing to hear before the audio begins
    ears.tick()
    ears.we_speak(active=True)
    ears.cut()
    assert (ears.empty_frames, heard) == (0, [])
    ears.begin()
    ears.begin()
    with caplog.at_level(logging.WARNING):
        ears.tick()
        tap.dropped = 2 * BYTES_PER_SECOND
        ears.tick()
        ears.tick()
    assert [record.getMessage() for record in caplog.records] == [
        "a: 2.00 s of audio came too late to be heard"
    ]
    assert ears.unheard_s == 2.0
    assert ears._listener is not None
    assert ears._listener.now >= 2.0
    ears.close()
    ears.close()
    ears.begin()
    assert ears.empty_frames == 0


def test_a_job_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """It is in the log, and the disk does the next one."""
    done: list[str] = []
    disk = Disk()

    def broken() -> None:
        raise ValueError("no such page")

    with caplog.at_level(logging.ERROR):
        disk.do(broken)
        disk.do(lambda: done.append("next"))
        disk.close()
    assert done == ["next"]
    assert "no such page" in caplog.text


class Asking:
    """An account that may or may not send requests."""

    def __init__(self, *, broken: bool) -> None:
        self.broken = broken
        self.asked: list[str] = []

    def sendRequest(self, param: Any) -> None:
        """Note a request."""
        if self.broken:
            raise pj.Error(171060, "sendRequest", "Unsupported transport", "acc.c", 1)
        self.asked.append(param.txOption.targetUri)


def final(code: int) -> SimpleNamespace:
    """Return what the library tells about an answer."""
    tsx = SimpleNamespace(statusCode=code, statusText="said")
    return SimpleNamespace(
        e=SimpleNamespace(body=SimpleNamespace(tsxState=SimpleNamespace(tsx=tsx)))
    )


@pytest.mark.parametrize("broken", [False, True])
async def test_questions(broken: bool) -> None:
    """A question that cannot be sent is one without an answer; a late or second answer is none."""
    answers: list[tuple[int, str]] = []
    settings = AccountSettings(id="line", registrar=HOST, username="a", register=False)
    account = Asking(broken=broken)
    probe = Probe(account, settings, lambda code, reason: answers.append((code, reason)))
    probe.ask()
    if not broken:
        probe.take(final(100))
        assert answers == []
        probe.take(final(200))
    probe.take(final(486))
    probe.stop()
    probe.take(final(487))
    assert answers == [(503, "Unsupported transport") if broken else (200, "said")]
    assert account.asked == ([] if broken else [f"sip:{HOST}"])


async def test_an_address_nobody_tells(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """STUN away: the account stays where it is, and is asked for again."""
    monkeypatch.setattr(location, "SHORTEST_S", 0.01)
    again = asyncio.Event()

    class Count(logging.Handler):
        told = 0

        def emit(self, record: logging.LogRecord) -> None:
            """Note a line."""
            self.told += 1
            if self.told == 2:
                again.set()

    count = Count()
    logger = logging.getLogger("engine.following")
    logger.addHandler(count)
    stun = f"{HOST}:{free_port()}"
    settings = AccountSettings(id="line", registrar=HOST, username="a", stun_server=stun)
    account: Any = SimpleNamespace(settings=settings, lost=asyncio.Event())
    follower = Follower(
        account,
        settings,
        Location(settings=settings, valid_s=0.0),
        lambda *_: pytest.fail("moved"),
    )
    async with asyncio.timeout(PATIENCE):
        await again.wait()
    follower.stop()
    follower.stop()
    logger.removeHandler(count)
    assert caplog.text.count("Account line: ") >= 2
    assert stun in caplog.text
