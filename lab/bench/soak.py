"""A call that holds for hours: packets, gaps, session refreshes, memory, what the ears say.

Two legs of one engine hear music and an announcement. The first refreshes its session itself
(Session-Expires 600 s), the second is refreshed by the far end (1,800 s, by INVITE with and without
SDP and by UPDATE) and put on hold in SIP's own way for a twelfth of the time.
"""

import argparse
import asyncio
from collections import Counter
from dataclasses import asdict, dataclass
import json
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from lab.bench.engines import HOST, BenchEngine
from lab.bench.hold_line import HoldLine
from lab.bench.load import processor
from lab.channel.laws import a_law
from lab.component import module
from lab.sounds import RATE
from lab.synth.music import music
from lab.voices import Voice, speak

messages = module("telephony.messages")
heard = module("hearing.heard")

#: Seconds of music between two announcements.
MUSIC_S = 75.0
TEXT = (
    "All of our agents are still busy. Your call is important to us, please stay on the line."
    " It will be answered as soon as possible."
)
#: Time after which memory is taken as the start of the comparison, s: all buffers are full then.
WARM_S = 600.0
#: A refresh is due at half of this, s.
SESSION_BY_US_S = 600
SESSION_BY_THEM_S = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one leg."""

    packets: int
    #: Packets a second while they were due.
    rate: float
    lost: int
    gap_99_ms: float
    gap_999_ms: float
    longest_gap_ms: float
    #: Gaps over 1 s.
    stalls: int
    #: Session refreshes by method, made by the engine or by the far end, and refused ones.
    refreshes: dict[str, int]
    refused: list[str]
    #: Audio that came too late for the ears, s.
    unheard_s: float
    #: Verdicts of the ears, by name.
    verdicts: dict[str, int]
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """What became of the engine."""

    minutes: float
    #: Resident memory after the warm-up and at the end, bytes.
    memory_begin: int
    memory_end: int
    descriptors_begin: int
    descriptors_end: int
    threads_begin: int
    threads_end: int
    #: Share of one core, %.
    cpu: float
    restarts: int
    longest_loop_ms: float
    lines: dict[str, Line]


def resources(pid: int) -> tuple[int, int]:
    """Return how many files and threads a process has open."""
    process = Path("/proc") / str(pid)
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))


async def hold_loop() -> bytes:
    """Return A-law at 8 kHz: music, then an announcement."""
    tune: NDArray[np.float32] = music(3_000_100, MUSIC_S)
    speech = await speak(TEXT, Voice(name="en-us+f3"))
    loop = np.concatenate([0.3 * tune, np.zeros(RATE), speech, np.zeros(RATE // 2)])
    return a_law(np.asarray(resample_poly(loop, 8000, RATE), np.float32))


async def soak(minutes: float, *, log: Path | None = None) -> Soak:
    """Hold two legs for so long; a line of JSON a minute goes to `log`."""
    sound = await hold_loop()
    async with (
        HoldLine(sound, session_s=SESSION_BY_US_S, refresher="uac") as first,
        HoldLine(sound, session_s=SESSION_BY_THEM_S, refresher="uas") as second,
        BenchEngine("engine") as engine,
    ):
        lines = {"refreshed by us": first, "refreshed by them": second}
        pid = engine.link.pid
        for (name, line), session_s in zip(
            lines.items(), (SESSION_BY_US_S, SESSION_BY_THEM_S), strict=True
        ):
            await _call(engine, name, line, session_s)
        begin, cpu = _now(), engine.cpu_seconds()
        watch = _Watch(engine, lines, log)
        holding = asyncio.create_task(_sip_hold(second, minutes * 60))
        warm = min(WARM_S, minutes * 60 / 4)
        started: tuple[int, int, int] | None = None
        while _now() < begin + minutes * 60 and not any(
            line.over.is_set() for line in lines.values()
        ):
            await asyncio.sleep(min(60.0, begin + minutes * 60 - _now()))
            memory = await watch.look((_now() - begin) / 60)
            if started is None and _now() >= begin + warm:
                started = (memory, *resources(engine.link.pid))
        holding.cancel()
        memory = await watch.look((_now() - begin) / 60)
        descriptors, threads = resources(engine.link.pid)
        started = started or (memory, descriptors, threads)
        return Soak(
            minutes=round((_now() - begin) / 60, 1),
            memory_begin=started[0],
            memory_end=memory,
            descriptors_begin=started[1],
            descriptors_end=descriptors,
            threads_begin=started[2],
            threads_end=threads,
            cpu=round((engine.cpu_seconds() - cpu) / (_now() - begin) * 100, 2),
            restarts=int(engine.link.pid != pid),
            longest_loop_ms=watch.longest_loop_ms,
            lines={name: await _line(engine, name, line) for name, line in lines.items()},
        )


class _Watch:
    """Looks at the engine once a minute."""

    def __init__(self, engine: BenchEngine, lines: dict[str, HoldLine], log: Path | None) -> None:
        """Write to `log`, if there is one."""
        self.longest_loop_ms = 0.0
        self._engine = engine
        self._lines = lines
        self._log = log

    async def look(self, minute: float) -> int:
        """Note how things are; return the engine's memory, bytes."""
        pong = await self._engine.link.request(messages.Ping())
        self.longest_loop_ms = max(self.longest_loop_ms, pong.loop_ms)
        if self._log is not None:
            note: dict[str, Any] = {
                "minute": round(minute, 1),
                "memory": pong.memory,
                "load": os.getloadavg()[0],
                "loop_ms": pong.loop_ms,
                "legs": {name: str(state) for name, state in pong.legs.items()},
            }
            for name, line in self._lines.items():
                found = line.arrivals
                note[name] = {
                    "packets": found.packets,
                    "rate": round(found.rate, 3),
                    "lost": found.lost,
                    "longest_ms": round(found.longest_ms, 1),
                    "refreshed": line.refreshed,
                    "refreshes": line.refreshes,
                    "refused": line.refused,
                }
            with self._log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        return int(pong.memory)


async def _call(engine: BenchEngine, name: str, line: HoldLine, session_s: int) -> None:
    """Call a line and wait until it is up."""
    account = messages.AccountSettings(
        id=name,
        registrar=f"{HOST}:{line.port}",
        username="soak",
        register=False,
        bind_address=HOST,
        session_timer_s=session_s,
    )
    await engine.link.request(messages.AddAccount(account=account))
    await engine.link.request(
        messages.PlaceCall(
            leg=name,
            account_id=name,
            target="1",
            hearing=messages.HearingSettings(),
            phase=heard.Phase.HOLD,
        )
    )
    await engine.until(lambda: name in engine.legs)


async def _sip_hold(line: HoldLine, seconds: float) -> None:
    """Put a line on hold for a twelfth of the time, a quarter after the begin."""
    await asyncio.sleep(seconds / 4)
    await line.hold(True)
    await asyncio.sleep(seconds / 12)
    await line.hold(False)


async def _line(engine: BenchEngine, name: str, line: HoldLine) -> Line:
    """Return what became of a leg."""
    found = line.arrivals
    up = name in engine.legs and not line.over.is_set()
    unheard = 0.0
    if up:
        figures = await engine.link.request(messages.GetStatistics(leg=name))
        unheard = figures.unheard_s
    return Line(
        packets=found.packets,
        rate=round(found.rate, 3),
        lost=found.lost,
        gap_99_ms=found.percentile(0.99),
        gap_999_ms=found.percentile(0.999),
        longest_gap_ms=round(found.longest_ms, 1),
        stalls=found.stalls,
        refreshes={**line.refreshed, **line.refreshes},
        refused=line.refused,
        unheard_s=round(unheard, 2),
        verdicts=dict(Counter(engine.verdicts.get(name, ()))),
        up=up,
    )


def _now() -> float:
    """Return the loop's clock, s."""
    return asyncio.get_running_loop().time()


def main(argv: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0, help="real time (default: 120)")
    parser.add_argument("--log", type=Path, help="a line of JSON a minute goes there")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING)
    print(
        f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True
    )
    found = asyncio.run(soak(options.minutes, log=options.log))
    print(
        f"{found.minutes:g} min; engine at {found.cpu} % of a core, restarts {found.restarts};"
        f" memory {found.memory_begin / 1e6:.1f} -> {found.memory_end / 1e6:.1f} MB,"
        f" files {found.descriptors_begin} -> {found.descriptors_end},"
        f" threads {found.threads_begin} -> {found.threads_end};"
        f" longest round of the loop {found.longest_loop_ms:g} ms"
    )
    for name, line in found.lines.items():
        print(
            f"  {name}: {'up' if line.up else 'LOST'}, {line.packets} packets, {line.rate} a second,"
            f" {line.lost} lost; gap 99 % {line.gap_99_ms} ms, 99.9 % {line.gap_999_ms} ms, longest"
            f" {line.longest_gap_ms} ms, over 1 s {line.stalls}; refreshes {line.refreshes}, refused"
            f" {line.refused}; unheard {line.unheard_s} s; verdicts {line.verdicts}"
        )
    if options.json:
        options.json.write_text(json.dumps(asdict(found), indent=1) + "\n")
    return 0
