"""A small pjsua2 endpoint for the wheel's tests: null sound device, one thread, everything on loopback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import functools
import gc
import time
from typing import Any

import pjsua2 as pj

#: Bridge rate, Hz, and frame time, ms; a frame is 640 bytes of PCM.
RATE = 16000
FRAME_MS = 20
FRAME_BYTES = RATE * FRAME_MS // 1000 * 2
#: How long an event that must come may take, s; only failing tests wait so long.
PATIENCE_S = 60


@functools.cache
def _endpoint() -> Any:
    """Return the one endpoint a process may have; it can be started again and again."""
    return pj.Endpoint()


class Stack:
    """The running endpoint."""

    def __init__(self, endpoint: Any) -> None:
        self.endpoint = endpoint
        self.udp_port = self.tcp_port = 0

    def until(self, happened: Callable[[], Any], what: str) -> Any:
        """Handle events until something is true; return it."""
        deadline = time.monotonic() + PATIENCE_S
        while not (result := happened()):
            assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain for: {what}"
            self.endpoint.libHandleEvents(10)
        return result

    def frames(self, tap: Any, count: int) -> bytes:
        """Let the media clock deliver this many more frames to a tap; return all the PCM read meanwhile."""
        until = tap.frames() + count
        pcm = bytearray()
        while tap.frames() < until:
            self.endpoint.libHandleEvents(5)
            pcm += tap.read(1 << 20)
        return bytes(pcm + tap.read(1 << 20))


def _listen(endpoint: Any, kind: int) -> int:
    """Open a SIP transport on any port of 127.0.0.1; return the port."""
    transport = pj.TransportConfig()
    transport.port = 0
    transport.boundAddress = "127.0.0.1"
    number = endpoint.transportCreate(kind, transport)
    return int(endpoint.transportGetInfo(number).localName.rsplit(":", 1)[1])


@contextmanager
def running(*, udp: bool = False, tcp: bool = False, log_level: int = 1) -> Iterator[Stack]:
    """Start an endpoint, and shut it down in the order pjsua2 wants."""
    endpoint = _endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = log_level
    config.medConfig.noVad = True
    config.medConfig.sndAutoCloseTime = -1
    config.medConfig.clockRate = RATE
    config.medConfig.ecTailLen = 0
    endpoint.libInit(config)
    stack = Stack(endpoint)
    if udp:
        stack.udp_port = _listen(endpoint, pj.PJSIP_TRANSPORT_UDP)
    if tcp:
        stack.tcp_port = _listen(endpoint, pj.PJSIP_TRANSPORT_TCP)
    endpoint.audDevManager().setNullDev()
    endpoint.libStart()
    try:
        yield stack
    finally:
        gc.collect()
        endpoint.libDestroy()


def make_tap(name: str = "tap", rate: int = RATE, seconds: float = 4) -> Any:
    """Make a tap that keeps this many seconds."""
    tap = pj.AudioTap()
    tap.createTap(name, rate, FRAME_MS, int(rate * 2 * seconds))
    return tap


def make_feed(name: str = "feed", rate: int = RATE, seconds: float = 4) -> Any:
    """Make a feed that queues this many seconds."""
    feed = pj.AudioFeed()
    feed.createFeed(name, rate, FRAME_MS, int(rate * 2 * seconds))
    return feed
