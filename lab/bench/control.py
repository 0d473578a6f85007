"""How quickly the engine answers Home Assistant, and how late Home Assistant's own loop is meanwhile."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
import signal
import statistics
from time import perf_counter

from lab.bench.engines import BenchEngine, facing
from lab.bench.load import announcement, feed
from lab.bench.probed import ProbedHome
from lab.component import module

messages = module("telephony.messages")
heard = module("hearing.heard")

#: Seconds until legs have settled, and between two control messages.
SETTLE_S = 3.0
PACE_S = 0.01
#: Seconds for which an idle Home Assistant is watched, to compare with.
IDLE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrips:
    """From a request to its answer over the link, ms."""

    legs: int
    messages: int
    median: float
    p99: float
    most: float


@dataclass(slots=True, kw_only=True)
class HomeLoop:
    """How late the event loop of a real Home Assistant ran."""

    #: What happened -> looks at the clock, 99 % and most late (ms).
    late: dict[str, dict[str, float]] = field(default_factory=dict)
    #: Lines of the log in debug mode: callbacks of over 100 ms and of those ours; blocking calls.
    slow: list[str] = field(default_factory=list)
    slow_ours: list[str] = field(default_factory=list)
    blocking: list[str] = field(default_factory=list)


async def round_trips(legs: int, number: int) -> RoundTrips:
    """Ask an engine in `legs` calls with ears for `number` answers, pings and figures in turn."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(BenchEngine("ours"))
        theirs = await stack.enter_async_context(BenchEngine("theirs"))
        await facing(ours, theirs)
        for place in range(legs):
            await ours.call(
                f"leg{place}", theirs, hearing=messages.HearingSettings(), phase=heard.Phase.HOLD
            )
        feeding = asyncio.create_task(feed(theirs, await announcement()))
        await asyncio.sleep(SETTLE_S)
        times = []
        for turn in range(number):
            leg = ours.legs[turn % legs]
            request = messages.GetStatistics(leg=leg) if turn % 2 else messages.Ping()
            begin = perf_counter()
            await ours.link.request(request)
            times.append((perf_counter() - begin) * 1000)
            await asyncio.sleep(PACE_S)
        feeding.cancel()
    times.sort()
    return RoundTrips(
        legs=legs,
        messages=number,
        median=round(statistics.median(times), 2),
        p99=round(times[int(number * 0.99)], 2),
        most=round(times[-1], 2),
    )


async def home_loop(times: int) -> HomeLoop:
    """Start, stop, kill and hang the engine of a Home Assistant; then once more in debug mode."""
    found = HomeLoop()
    async with ProbedHome() as home:
        await asyncio.sleep(SETTLE_S)
        await home.late()
        await asyncio.sleep(IDLE_S)
        found.late["nothing"] = await home.late()
        await _disturb(home, times, found.late)
    async with ProbedHome(debug=True) as home:
        await _disturb(home, 1, {})
    # the log is complete once it has ended
    found.slow, found.blocking = home.slow, home.blocking
    found.slow_ours = [line for line in home.slow if "hold_slayer" in line]
    return found


async def _disturb(home: ProbedHome, times: int, late: dict[str, dict[str, float]]) -> None:
    """Do what may delay the loop, each `times` times but the hang, which takes 8 s."""
    for _ in range(times):
        await home.reload()
    late["engine stopped and started"] = await home.late()
    for _ in range(times):
        await home.end_engine(signal.SIGKILL)
    late["killed in a call"] = await home.late()
    await home.reload()  # five restarts in ten minutes are the most; they are forgotten now
    await home.late()
    await home.end_engine(signal.SIGSTOP)
    late["hung in a call"] = await home.late()


def lines(trips: RoundTrips, found: HomeLoop) -> list[str]:
    """Return what to print."""
    return [
        (
            f"  {trips.messages} control messages, {trips.legs} calls with ears: median"
            f" {trips.median:.1f} ms, 99 % {trips.p99:.1f} ms, longest {trips.most:.1f} ms"
        ),
        *(
            f"  Home Assistant's loop, {what:26s} 99 % of {late['looks']:.0f} looks"
            f" {late['late_99_ms']:5.1f} ms late, most {late['late_most_ms']:6.1f} ms"
            for what, late in found.late.items()
        ),
        (
            f"  debug mode: callbacks over 100 ms {len(found.slow)}, of these ours"
            f" {len(found.slow_ours)}; blocking calls {len(found.blocking)}"
        ),
        *(f"    {line}" for line in found.slow_ours + found.blocking),
    ]
