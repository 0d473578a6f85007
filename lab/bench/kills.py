"""The engine killed, stopped, without descriptors or memory at random moments: noticed, back, nobody left behind?"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
import os
from pathlib import Path
import random
import resource
import signal
import statistics
from time import perf_counter

from lab.bench.engines import BenchEngine
from lab.bench.sink import Sink
from lab.component import module

errors = module("telephony.errors")
messages = module("telephony.messages")
supervision = module("telephony.supervision")

#: Signals in turn: killed, crashed, aborted by an assertion, hung.
SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGSTOP)


class Shortage(StrEnum):
    """What the engine may run out of."""

    FILES = "no descriptors"
    MEMORY = "no memory"


TURNS = (*SIGNALS, *Shortage)
#: Calls made until an engine without memory gives up; the next ones fit into what it has already.
MOST_CALLS = 100
#: Longest wait for anything, s.
PATIENCE = 60.0


@dataclass(slots=True, kw_only=True)
class Kills:
    """Seconds from the signal, by what happened."""

    #: Until the legs are reported lost, of those that died and of those that hung.
    dead_noticed: list[float] = field(default_factory=list)
    hang_noticed: list[float] = field(default_factory=list)
    #: From then on: the far end got its BYE, the new engine has registered, a new call is up.
    orphan_ended: list[float] = field(default_factory=list)
    registered: list[float] = field(default_factory=list)
    called: list[float] = field(default_factory=list)
    #: Calls in which the far end never got a BYE, of `confirmed`.
    orphans: int = 0
    confirmed: int = 0
    #: Times without a free descriptor; of these: the new call was refused with a reason, the one that was
    #: up stayed up and could be hung up, the next call was up as soon as there were descriptors again.
    starved: int = 0
    refused: int = 0
    kept: int = 0
    recovered: int = 0
    #: Times without memory: the engine ended and is back, or refused further calls and went on; the
    #: calls it had made by then, and those whose far end got no BYE.
    exhausted: int = 0
    ended: int = 0
    exhausted_calls: int = 0
    exhausted_orphans: int = 0
    #: What did not happen within a minute.
    failures: list[str] = field(default_factory=list)


async def kills(times: int, seed: int) -> Kills:
    """Call, send a signal or take all descriptors within the next 1.5 s, and watch; again and again."""
    rng, found = random.Random(seed), Kills()
    timings = supervision.Timings(most_restarts=times + 1, pauses=(0.25,))
    async with Sink() as sink, BenchEngine("engine", timings=timings) as engine:
        await engine.call_sink("first", sink)
        for number in range(times):
            kind, wait = TURNS[number % len(TURNS)], rng.uniform(0, 1.5)
            try:
                async with asyncio.timeout(PATIENCE):
                    if kind is Shortage.FILES:
                        await _starve(engine, f"leg{number}", wait, found)
                    elif kind is Shortage.MEMORY:
                        await _exhaust(engine, sink, f"leg{number}", found)
                    else:
                        await _one(engine, sink, f"leg{number}", kind, wait, found)
            except TimeoutError:
                found.failures.append(f"{number}: {kind!s}")
    return found


async def _one(
    engine: BenchEngine, sink: Sink, leg: str, kind: signal.Signals, wait: float, found: Kills
) -> None:
    """Do it once; raises `TimeoutError`."""
    pid = engine.link.pid
    place = messages.PlaceCall(
        leg=leg, account_id="line", target="1", hearing=messages.HearingSettings()
    )
    await engine.link.request(place)
    await asyncio.sleep(wait)
    up = [name for name in engine.legs if not name.startswith("again")]
    found.confirmed += bool(up)
    byes, registers = sink.requests["BYE"], sink.requests["REGISTER"]
    begin = perf_counter()
    os.kill(pid, kind)
    await engine.until(lambda: not engine.legs and engine.link.pid != pid, PATIENCE)
    noticed = perf_counter()
    (found.hang_noticed if kind is signal.SIGSTOP else found.dead_noticed).append(noticed - begin)
    if up:
        with suppress(TimeoutError):
            await _timed(sink.until("BYE", byes + 1), 10, noticed, found.orphan_ended)
        found.orphans += sink.requests["BYE"] <= byes
    await _timed(sink.until("REGISTER", registers + 1), PATIENCE, noticed, found.registered)
    await engine.until(lambda: engine.link.state is supervision.LinkState.RUNNING, PATIENCE)
    await engine.link.request(messages.PlaceCall(leg=f"again-{leg}", account_id="line", target="1"))
    await engine.until(lambda: f"again-{leg}" in engine.legs, PATIENCE)
    found.called.append(perf_counter() - noticed)
    await engine.hang_up_all()


async def _starve(engine: BenchEngine, leg: str, wait: float, found: Kills) -> None:
    """Leave the engine no descriptor while a call is on its way, then give them back."""
    pid = engine.link.pid
    ears = messages.HearingSettings()
    await engine.link.request(
        messages.PlaceCall(leg=leg, account_id="line", target="1", hearing=ears)
    )
    await asyncio.sleep(wait)
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    found.starved += 1
    opened = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    free = next(descriptor for descriptor in count() if descriptor not in opened)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, limits[1]))
    try:
        second = messages.PlaceCall(leg=f"second-{leg}", account_id="line", target="1")
        try:
            await engine.link.request(second)
        except errors.EngineRefused:
            found.refused += 1
        await engine.until(lambda: leg in engine.legs, PATIENCE)
        await engine.link.request(messages.HangUp(leg=leg))
        await engine.until(lambda: leg not in engine.legs, PATIENCE)
        found.kept += 1
    finally:
        if engine.link.pid == pid:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    await engine.link.request(messages.PlaceCall(leg=f"again-{leg}", account_id="line", target="1"))
    await engine.until(lambda: f"again-{leg}" in engine.legs, PATIENCE)
    found.recovered += engine.link.pid == pid
    await engine.hang_up_all()


async def _exhaust(engine: BenchEngine, sink: Sink, leg: str, found: Kills) -> None:
    """Let the engine have no more memory, and call until it gives up; then see whether it is back."""
    pid = engine.link.pid
    found.exhausted += 1
    status = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    size = next(int(line.split()[1]) for line in status if line.startswith("VmSize")) * 1024
    limits = resource.prlimit(pid, resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))
    ears = messages.HearingSettings()
    try:
        for number in range(MOST_CALLS):
            call = messages.PlaceCall(
                leg=f"{leg}-{number}", account_id="line", target="1", hearing=ears
            )
            await engine.link.request(call)
            found.exhausted_calls += 1
    except errors.EngineRefused:
        resource.prlimit(pid, resource.RLIMIT_AS, limits)
    except errors.EngineLost:
        found.ended += 1
        await engine.until(lambda: not engine.legs and engine.link.pid != pid, PATIENCE)
    await engine.until(lambda: engine.link.state is supervision.LinkState.RUNNING, PATIENCE)
    await engine.hang_up_all()
    with suppress(TimeoutError):
        await asyncio.wait_for(sink.all_down(), 10)
    found.exhausted_orphans += len(sink.up)
    await _until_called(engine, f"again-{leg}")
    await engine.hang_up_all()


async def _until_called(engine: BenchEngine, leg: str) -> None:
    """Call as soon as the account is back."""
    while leg not in engine.legs:
        try:
            call = messages.PlaceCall(leg=leg, account_id="line", target="1")
            await engine.link.request(call)
        except errors.EngineRefused:
            before = engine.registrations
            await engine.until(lambda before=before: engine.registrations > before, PATIENCE)
        else:
            await engine.until(lambda: leg in engine.legs, PATIENCE)


async def _timed(what: Awaitable[None], most: float, since: float, into: list[float]) -> None:
    """Wait for something and note how long it took; raises `TimeoutError`."""
    await asyncio.wait_for(what, most)
    into.append(max(0.0, perf_counter() - since))


def lines(found: Kills) -> list[str]:
    """Return what to print."""
    rows = {
        "death noticed": found.dead_noticed,
        "hang noticed": found.hang_noticed,
        "then far end hung up": found.orphan_ended,
        "then registered": found.registered,
        "then in a call": found.called,
    }
    printed = [
        f"  {name:22s} {len(times):4d} times, median {statistics.median(times):6.3f} s,"
        f" worst {max(times):6.3f} s"
        for name, times in rows.items()
        if times
    ]
    printed.append(
        f"  calls up when it happened: {found.confirmed}, never hung up at the far end:"
        f" {found.orphans}; not back within {PATIENCE:g} s: {found.failures or 'none'}"
    )
    printed.append(
        f"  no descriptor left: {found.starved} times, new call refused {found.refused}, the other"
        f" kept and hung up {found.kept}, in a call with the same engine afterwards {found.recovered}"
    )
    printed.append(
        f"  no memory left: {found.exhausted} times, the engine ended and was in a call again"
        f" {found.ended}; of {found.exhausted_calls} calls it had made by then never hung up at the far end:"
        f" {found.exhausted_orphans}"
    )
    return printed
