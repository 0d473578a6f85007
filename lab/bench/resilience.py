"""What happens when parts of a call break: packets under a busy interpreter, kills, restarts."""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
import json
import logging
import os
from pathlib import Path
import signal
import statistics
import sys
import threading
from time import perf_counter
from typing import Any

from lab.bench.engines import HOST, BenchEngine, facing
from lab.bench.load import processor
from lab.bench.sink import Pacing, Sink
from lab.component import FOLDER, module

messages = module("telephony.messages")

HOGGED = Path(__file__).with_name("hogged.py")
ENGINE = FOLDER / "engine" / "__main__.py"


@contextmanager
def busy_threads(number: int) -> Iterator[None]:
    """Keep this process's interpreter busy, as a heavy Home Assistant would."""
    stop = threading.Event()

    def hog() -> None:
        value = 0
        while not stop.is_set():
            value = (value * 3 + 1) % 1_000_003

    threads = [threading.Thread(target=hog, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


async def pacing(seconds: float, *, hogs_there: int, hogs_here: int) -> tuple[Pacing, float]:
    """Call a sink and judge the packets, with busy threads in the engine and in this process.

    Also returns how much of a core the engine used meanwhile, %.
    """
    command = [sys.executable, "-P", str(HOGGED), str(hogs_there), str(ENGINE)]
    async with Sink() as sink, BenchEngine("engine", command=command) as engine:
        account = messages.AccountSettings(
            id="line",
            registrar=f"{HOST}:{sink.port}",
            username="bench",
            register=False,
            bind_address=HOST,
        )
        await engine.link.request(messages.AddAccount(account=account))
        await engine.link.request(
            messages.PlaceCall(
                leg="leg", account_id="line", target="1", hearing=messages.HearingSettings()
            )
        )
        await engine.until(lambda: "leg" in engine.legs)
        await asyncio.sleep(1)
        sink.pacing()
        cpu, begin = engine.cpu_seconds(), perf_counter()
        with busy_threads(hogs_here):
            await asyncio.sleep(seconds)
        share = (engine.cpu_seconds() - cpu) / (perf_counter() - begin) * 100
        return sink.pacing(), share


async def kills(times: int) -> dict[str, list[float]]:
    """Kill the engine in a call again and again; return seconds until noticed, up, calling."""
    found: dict[str, list[float]] = {"noticed": [], "up again": [], "in a call again": []}
    async with BenchEngine("theirs") as theirs:
        for _ in range(times):
            async with BenchEngine("ours") as ours:
                await facing(ours, theirs)
                await ours.call("leg", theirs)
                begin = perf_counter()
                os.kill(ours.link.pid, signal.SIGKILL)
                await ours.until(lambda: not ours.legs)
                found["noticed"].append(perf_counter() - begin)
                await ours.until(lambda: ours.registrations >= 3)
                found["up again"].append(perf_counter() - begin)
                await ours.call("again", theirs)
                found["in a call again"].append(perf_counter() - begin)
            await theirs.hang_up_all()
            await theirs.link.request(messages.RemoveAccount(account_id="line"))
    return found


def main(argv: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench resilience", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of packets to judge")
    parser.add_argument("--kills", type=int, default=10, help="how often the engine is killed")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.ERROR)
    print(f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    figures: dict[str, Any] = {}
    print(
        "Outgoing RTP of a held call, by the receiving kernel's clock (50 packets a second wanted)"
    )
    for name, there, here in (
        ("nobody busy", 0, 0),
        ("2 busy threads in the engine", 2, 0),
        ("2 in the engine, 2 beside it", 2, 2),
    ):
        found, cpu = asyncio.run(pacing(options.seconds, hogs_there=there, hogs_here=here))
        figures[name] = {**asdict(found), "engine_cpu": round(cpu, 1)}
        print(
            f"  {name:30s} {found.rate:6.2f} packets/s, gap 99 % {found.gap_99:5.1f} ms,"
            f" longest {found.gap_most:6.1f} ms; engine at {cpu:3.0f} % of a core"
        )
    if options.kills:
        print(f"Engine killed (SIGKILL) in a call, {options.kills} times")
        for name, times in asyncio.run(kills(options.kills)).items():
            figures[name] = times
            print(
                f"  {name:16s} median {statistics.median(times):6.3f} s, worst {max(times):6.3f} s"
            )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0
