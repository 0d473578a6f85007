"""A child process that is told what to do and tells what happens, one JSON object per line.

pjsua2 exists once per process, so every simulated party that needs its own SIP stack gets a process.
Down: {"id": 1, "do": "dial", …}. Up: {"reply": 1, "value": …} or {"reply": 1, "error": "…"}, and
events {"time": …, "source": "company", "event": "key", …}.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import signal
import sys
import time
from typing import Any, Self, override

#: Seconds a child may take to start, and to end after it was asked to.
_START, _END = 120.0, 8.0
#: File descriptor of the child on which it talks to its parent.
_OUTPUT = 21


class LabError(RuntimeError):
    """The simulated world could not do what it was asked to; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """Something that happened in the simulated world."""

    #: Unix time in s at which it happened (for sounds: when the sample went out or came in).
    time: float
    #: company, phone, trunk, caller, lab.
    source: str
    event: str
    details: dict[str, Any] = field(default_factory=dict)

    def matches(self, source: str, event: str, wanted: dict[str, Any]) -> bool:
        """Whether it comes from `source`, is `event`, and has all details wanted."""
        return (
            self.source == source
            and self.event == event
            and all(key in self.details and self.details[key] == wanted[key] for key in wanted)
        )

    def line(self) -> str:
        """The event as one line of JSON."""
        return json.dumps(
            {
                "time": round(self.time, 3),
                "source": self.source,
                "event": self.event,
                **self.details,
            }
        )

    @override
    def __str__(self) -> str:
        """For people: source, event and details."""
        details = " ".join(f"{key}={value!r}" for key, value in self.details.items())
        return f"{self.source:8} {self.event:18} {details}"


class Child:
    """Parent's side: starts the process, sends orders, keeps the log and lets one await what happens."""

    def __init__(self, module: str, settings: dict[str, Any], start_s: float = _START) -> None:
        """`module` is run with `python -m`; `settings` are its first line of input; it may take `start_s` to start."""
        self._start_s = start_s
        self.log: list[LogEvent] = []
        self._module = module
        self._settings = settings
        #: What the process said about itself when it had started.
        self.facts: dict[str, Any] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._count = 0
        self._gone = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> dict[str, Any]:
        """Start the process and return what it says about itself; raises LabError."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", self._module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**20,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        self._reader = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(self._start_s):
                self.facts = await self._order(self._settings)
        except TimeoutError:
            await self.stop()
            raise LabError(f"{self._module} did not start within {self._start_s:g} s") from None
        except LabError:
            await self.stop()
            raise
        return self.facts

    async def stop(self) -> None:
        """Ask the process to end; kill it if it won't."""
        process = self._process
        if process is None:
            return
        self._process = None
        if process.stdin:
            process.stdin.close()
        try:
            async with asyncio.timeout(_END):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._reader:
            await self._reader

    async def order(self, do: str, **details: Any) -> Any:
        """Tell the process to do something and return its answer; raises LabError."""
        return await self._order({"do": do, **details})

    async def expect(
        self, source: str, event: str, *, timeout: float = 30.0, since: int = 0, **wanted: Any
    ) -> LogEvent:
        """Wait for an event with these details that happens or has happened at log index `since` or later.

        Raises LabError with the log's end when it does not come within `timeout` s.
        """
        at = since
        try:
            async with asyncio.timeout(timeout), self._changed:
                while True:
                    while at < len(self.log):
                        at += 1
                        if self.log[at - 1].matches(source, event, wanted):
                            return self.log[at - 1]
                    if self._gone:
                        break
                    await self._changed.wait()
        except TimeoutError:
            pass
        tail = "\n".join(str(entry) for entry in self.log[-25:])
        why = "the process ended" if self._gone else f"not within {timeout:g} s"
        raise LabError(f"no {source} {event} {wanted or ''}: {why}. The log ends with:\n{tail}")

    async def follow(self, since: int = 0) -> AsyncIterator[LogEvent]:
        """All events from log index `since` on, as they come, until the process ends."""
        at = since
        while True:
            async with self._changed:
                while at >= len(self.log) and not self._gone:
                    await self._changed.wait()
            if at >= len(self.log):
                return
            yield self.log[at]
            at += 1

    def events(self, source: str, event: str, **wanted: Any) -> list[LogEvent]:
        """Everything of that kind so far."""
        return [entry for entry in self.log if entry.matches(source, event, wanted)]

    async def _order(self, order: dict[str, Any]) -> Any:
        if self._process is None or self._process.stdin is None or self._gone:
            raise LabError(f"{self._module} is not running")
        self._count += 1
        reply = self._replies[self._count] = asyncio.get_running_loop().create_future()
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(json.dumps({"id": self._count, **order}).encode() + b"\n")
            await self._process.stdin.drain()
        return await reply

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            line = json.loads(raw)
            if (number := line.pop("reply", None)) is not None:
                reply = self._replies.pop(number)
                if reply.done():
                    continue
                if "error" in line:
                    reply.set_exception(LabError(line["error"]))
                else:
                    reply.set_result(line["value"])
                continue
            entry = LogEvent(
                time=line.pop("time"),
                source=line.pop("source"),
                event=line.pop("event"),
                details=line,
            )
            async with self._changed:
                self.log.append(entry)
                self._changed.notify_all()
        self._gone = True
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(
                    LabError(f"{self._module} ended unexpectedly; see its messages above")
                )
        async with self._changed:
            self._changed.notify_all()


def report(source: str, event: str, *, at: float | None = None, **details: Any) -> None:
    """Child's side: tell the parent that something happened (now, or at that Unix time)."""
    entry = LogEvent(
        time=time.time() if at is None else at, source=source, event=event, details=details
    )
    _tell(entry.line())


async def serve(handle: Callable[[str, dict[str, Any]], Awaitable[Any]]) -> None:
    """Child's side: carry out orders until the parent closes the pipe.

    `handle(do, details)` returns what is to be answered, or raises; each order runs in its own task.
    """
    # Ctrl+C reaches the whole group of processes; the parent ends us in order
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _claim_output()
    reader = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    running: set[asyncio.Task[None]] = set()
    async for raw in reader:
        order = json.loads(raw)
        task = asyncio.create_task(_carry_out(handle, order.pop("id"), order.pop("do"), order))
        running.add(task)
        task.add_done_callback(running.discard)
    for task in running:
        task.cancel()


async def _carry_out(
    handle: Callable[[str, dict[str, Any]], Awaitable[Any]],
    number: int,
    do: str,
    details: dict[str, Any],
) -> None:
    try:
        answer = {"reply": number, "value": await handle(do, details)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must get an answer
        answer = {"reply": number, "error": str(error) or type(error).__name__}
    _tell(json.dumps(answer))


def _claim_output() -> None:
    """Keep standard output for ourselves: PJSIP writes its first log lines there."""
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(1, _OUTPUT)
        os.dup2(nothing.fileno(), 1)


def _tell(line: str) -> None:
    os.write(_OUTPUT, line.encode() + b"\n")
