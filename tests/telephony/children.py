"""Children that play the engine: small scripts, and what their tests wait for."""

import asyncio
import logging
from typing import override

from custom_components.hold_slayer.telephony.supervision import LinkState

#: Longest wait for any event, s; only a broken link comes near it.
PATIENCE = 30.0

#: A child that shakes hands, then does what the test says with each request. `run` counts from 1.
CHILD = """
import json, os, select, signal, socket, sys, time
sock = socket.socket(fileno=int(sys.argv[1]))
stream = sock.makefile("rwb")

with open(__file__ + ".runs", "a+") as runs:
    runs.write("x")
    run = runs.tell()

def receive():
    header = json.loads(stream.readline() or sys.exit(0))
    data = json.loads(stream.read(header.get("data_length", 0)) or "{}")
    return header["type"], data

def send(type, _raw=b"", **data):
    body = json.dumps({"v": 1, **data}).encode()
    stream.write(json.dumps({"type": type, "data_length": len(body)}).encode() + b"\\n" + body + _raw)
    stream.flush()

def ready(request, protocol=1):
    send("ready", request=request, protocol=protocol, engine_version="1", pjsip_version="0")

type, hello = receive()
"""


class Lines(logging.Handler):
    """Collects log lines for those who wait for one."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: asyncio.Queue[str] = asyncio.Queue()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.queue.put_nowait(f"{record.levelname} {record.getMessage()}")

    async def until(self, text: str) -> str:
        """Wait for a line with that text in it; return it."""
        async with asyncio.timeout(PATIENCE):
            while text not in (line := await self.queue.get()):
                pass
        return line


class States:
    """Collects the states of a link."""

    def __init__(self) -> None:
        self.seen: list[LinkState] = []
        self._changed = asyncio.Event()

    def __call__(self, state: LinkState) -> None:
        """Take a state."""
        self.seen.append(state)
        self._changed.set()

    async def until(self, state: LinkState, count: int = 1) -> None:
        """Wait until that state was entered so many times."""
        async with asyncio.timeout(PATIENCE):
            while self.seen.count(state) < count:
                self._changed.clear()
                await self._changed.wait()
