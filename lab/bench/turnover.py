"""Thousands of calls one after the other: what stays behind in memory, files and threads."""

import asyncio
from dataclasses import dataclass

from lab.bench.engines import BenchEngine
from lab.bench.sink import Sink
from lab.bench.soak import resources
from lab.component import module

messages = module("telephony.messages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """The engine after the warm-up and at the end."""

    calls: int
    #: Calls after which the comparison begins.
    warm: int
    seconds: float
    #: Resident memory, bytes.
    memory_begin: int
    memory_end: int
    descriptors_begin: int
    descriptors_end: int
    threads_begin: int
    threads_end: int
    restarts: int


async def turnover(calls: int, warm: int) -> Turnover:
    """Call, hear for a moment, hang up; `warm` times first, then `calls` times."""
    loop = asyncio.get_running_loop()
    async with Sink() as sink, BenchEngine("engine") as engine:
        pid = engine.link.pid
        for number in range(warm):
            await _one(engine, sink, f"warm{number}")
        before = await _state(engine)
        begin = loop.time()
        for number in range(calls):
            await _one(engine, sink, f"leg{number}")
        seconds = loop.time() - begin
        after = await _state(engine)
        return Turnover(
            calls=calls,
            warm=warm,
            seconds=round(seconds, 1),
            memory_begin=before[0],
            memory_end=after[0],
            descriptors_begin=before[1],
            descriptors_end=after[1],
            threads_begin=before[2],
            threads_end=after[2],
            restarts=int(engine.link.pid != pid),
        )


async def _one(engine: BenchEngine, sink: Sink, leg: str) -> None:
    """Make one call."""
    await engine.call_sink(leg, sink, ears=True)
    await engine.hang_up_all()
    # what was heard is asked for after each call, as Home Assistant does
    await engine.link.request(messages.GetPrintBook(leg=leg))


async def _state(engine: BenchEngine) -> tuple[int, int, int]:
    """Return memory (bytes), open files and threads, when the last dialogs are over."""
    await asyncio.sleep(65)  # transactions live for 32 s, garbage is collected every 60 s
    pong = await engine.link.request(messages.Ping())
    return (int(pong.memory), *resources(engine.link.pid))


def line(found: Turnover) -> str:
    """Return what to print."""
    grown = (found.memory_end - found.memory_begin) / 1e6
    return (
        f"  {found.calls} calls in {found.seconds:g} s after {found.warm}: memory"
        f" {found.memory_begin / 1e6:.1f} -> {found.memory_end / 1e6:.1f} MB ({grown:+.1f}), files"
        f" {found.descriptors_begin} -> {found.descriptors_end}, threads {found.threads_begin} ->"
        f" {found.threads_end}, restarts {found.restarts}"
    )
