"""How many legs one engine carries: processor share per leg, memory, packets on time.

One engine under test calls a second one, which plays speech, hold tones and silence into every
leg. All legs have their tap and ears on. Both run on this machine, over RTP on loopback.
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
import json
import logging
import os
from pathlib import Path
import platform

import numpy as np

from lab.bench.engines import BenchEngine, facing
from lab.component import module
from lab.voices import Voice, speak

messages = module("telephony.messages")
heard = module("hearing.heard")

#: What every leg hears, over and over.
TEXT = (
    "Thank you for calling. All of our agents are busy at the moment. Your call is important to us,"
    " please stay on the line. You are caller number four. For claims, press two."
)
RATE = 8000
#: Seconds between the engines' calls: providers allow one a second, loopback more.
PACE_S = 0.1
#: Seconds until a leg's media and ears have settled.
SETTLE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a number of legs cost."""

    legs: int
    seconds: float
    #: Processor time ÷ wall time, % of one core; all of the engine and per leg.
    cpu: float
    cpu_per_leg: float
    #: Resident memory, MB (10^6 bytes).
    memory_mb: float
    #: RTP packets a second sent by the leg that sent the fewest.
    least_packets: float
    #: Audio that came too late for the ears of all legs together, s.
    unheard_s: float
    #: Longest round of the engine's loop, ms.
    loop_ms: float
    #: Hearing events of all legs.
    events: int


async def announcement() -> bytes:
    """Return PCM16 at 8 kHz: speech, four seconds of a beating chord, four of silence."""
    speech = await speak(TEXT, Voice(name="en-us+f3"))
    time = np.arange(4 * RATE) / RATE
    beat = 0.5 + 0.5 * np.sin(2 * np.pi * 2 * time)
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (262, 330, 392, 523))
    sound = np.concatenate([speech, 0.1 * beat * chord, np.zeros(4 * RATE)])
    return bytes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


async def measure(legs: int, seconds: float, *, ears: bool) -> Load:
    """Set up `legs` legs and watch them for `seconds`."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(BenchEngine("ours"))
        theirs = await stack.enter_async_context(BenchEngine("theirs"))
        await facing(ours, theirs)
        hearing = messages.HearingSettings() if ears else None
        for number in range(legs):
            await ours.call(f"leg{number}", theirs, hearing=hearing, phase=heard.Phase.HOLD)
            await asyncio.sleep(PACE_S)
        feeding = asyncio.create_task(feed(theirs, await announcement()))
        await asyncio.sleep(SETTLE_S)
        await ours.link.request(messages.Ping())
        events, before, cpu = ours.heard, await ours.statistics(), ours.cpu_seconds()
        begin = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        wall = asyncio.get_running_loop().time() - begin
        cpu = (ours.cpu_seconds() - cpu) / wall * 100
        after, pong = await ours.statistics(), await ours.link.request(messages.Ping())
        feeding.cancel()
        rates = [
            (figures.tx_packets - before[leg][1].tx_packets) / (time - before[leg][0])
            for leg, (time, figures) in after.items()
        ]
        return Load(
            legs=legs,
            seconds=round(wall, 1),
            cpu=round(cpu, 1),
            cpu_per_leg=round(cpu / legs, 2),
            memory_mb=round(pong.memory / 1e6, 1),
            least_packets=round(min(rates), 2),
            unheard_s=round(sum(figures.unheard_s for _, figures in after.values()), 2),
            loop_ms=pong.loop_ms,
            events=ours.heard - events,
        )


async def feed(engine: BenchEngine, pcm: bytes) -> None:
    """Play the announcement into every leg of an engine, each from another place, for ever."""
    turn = 0
    while True:
        for number, leg in enumerate(engine.legs):
            begin = (number * 7919 * 2) % len(pcm) if turn == 0 else 0
            await engine.link.request(
                messages.Play(leg=leg, playback=turn, rate=RATE, last=True, payload=pcm[begin:])
            )
        turn += 1
        if turn > 1:
            await engine.played(turn - 2)


def rows(loads: list[Load]) -> Iterator[str]:
    """Yield the table, line by line."""
    yield "  legs   % of a core   per leg     memory   packets/s   late audio   longest round   events"
    for load in loads:
        yield (
            f"{load.legs:6d} {load.cpu:13.1f} {load.cpu_per_leg:9.2f} {load.memory_mb:7.1f} MB"
            f" {load.least_packets:11.2f} {load.unheard_s:10.2f} s {load.loop_ms:12.1f} ms"
            f" {load.events:8d}"
        )


def processor() -> str:
    """Return the processor's name."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main(argv: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench load", description=__doc__)
    parser.add_argument("--legs", default="1,10,50", help="numbers of legs (default: 1,10,50)")
    parser.add_argument("--seconds", type=float, default=20.0, help="to watch each (default: 20)")
    parser.add_argument("--no-ears", action="store_true", help="telephony alone, nobody listens")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING)
    print(f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    loads = []
    for legs in map(int, options.legs.split(",")):
        loads.append(asyncio.run(measure(legs, options.seconds, ears=not options.no_ears)))
        print(f"  {legs} legs measured", flush=True)
    print("\n".join(rows(loads)))
    if options.json:
        options.json.write_text(json.dumps([asdict(load) for load in loads], indent=1) + "\n")
    return 0
