"""Small parts of the engine by themselves: sources, captures, guarded callbacks."""

import asyncio
import logging
import struct

import pytest

from custom_components.hold_slayer.engine.guard import callback, soon
from custom_components.hold_slayer.engine.pcap import pcap
from custom_components.hold_slayer.engine.sources import Sources


async def test_sources_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are resolved again: a new address is added, an old one stays, what nobody needs goes."""
    addresses = {"trunk.example": "192.0.2.1", "other.example": "192.0.2.9"}

    async def look_up(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        if (address := addresses.get(host)) is None:
            raise OSError(host)
        return [(0, 0, 0, "", (address, 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    sources = Sources()
    await sources.allow("a", ["trunk.example", "10.0.0.0/8"])
    await sources.allow("b", ["other.example"])
    assert sources.belongs("a", "192.0.2.1")
    assert sources.belongs("a", "10.1.2.3")
    assert not sources.belongs("a", "192.0.2.9")
    addresses["trunk.example"] = "192.0.2.2"
    sources.forget("b")
    await sources.resolve_again()
    assert sources.belongs("a", "192.0.2.1")
    assert sources.belongs("a", "192.0.2.2")
    assert not sources.belongs("b", "192.0.2.9")
    del addresses["trunk.example"]
    await sources.resolve_again()
    assert sources.belongs("a", "192.0.2.2")
    await sources.allow("c", ["*"])
    assert sources.belongs("c", "203.0.113.5")
    assert sources.dropped >= 0
    sources.forget("a")
    sources.forget("c")


@pytest.mark.parametrize(
    ("source", "target", "version"),
    [("10.0.0.1", "10.0.0.2", 4), ("2001:db8::1", "2001:db8::2", 6), ("10.0.0.1", "::1", 4)],
)
def test_capture(source: str, target: str, version: int) -> None:
    """Each message is an IP packet with a UDP datagram, whose lengths fit."""
    captured = pcap([(1.5, (source, 5060), (target, 5070), b"odd")])
    seconds, fraction, kept, length = struct.unpack("<IIII", captured[24:40])
    packet = captured[40:]
    assert (seconds, fraction, kept, length) == (1, 500_000, len(packet), len(packet))
    assert packet[0] >> 4 == version
    head = 20 if version == 4 else 40
    ours, theirs, size, _ = struct.unpack("!HHHH", packet[head : head + 8])
    assert (ours, theirs, size) == (5060, 5070, 11)
    assert packet.endswith(b"odd")


async def test_callbacks_never_raise(caplog: pytest.LogCaptureFixture) -> None:
    """What a callback raises is in the log, and the library never sees it."""

    def broken(what: str) -> None:
        raise ValueError(what)

    with caplog.at_level(logging.ERROR, "engine"):
        callback(broken)("now")
        soon(broken, "later")
        await asyncio.sleep(0)
    assert [str(record.exc_info and record.exc_info[1]) for record in caplog.records] == [
        "now",
        "later",
    ]
