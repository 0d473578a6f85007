"""An account reloaded again and again, each time with a new engine: what stays behind in Home Assistant."""

from dataclasses import dataclass
from time import perf_counter

from lab.bench.probed import ProbedHome
from lab.bench.soak import resources
from lab.home.server import HomeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloads:
    """Home Assistant's process after the warm-up and at the end."""

    reloads: int
    #: Reloads after which the comparison begins.
    warm: int
    seconds: float
    #: Descriptors, threads, tasks, listeners on the bus, objects of our classes, blocks of Python's
    #: allocator, memory (bytes) as it is and after the C library gave back what was free.
    begin: dict[str, int]
    end: dict[str, int]
    #: Descriptors and threads of the first and the last engine.
    first_engine: tuple[int, int]
    last_engine: tuple[int, int]


async def reloads(times: int, warm: int) -> Reloads:
    """Reload `warm` times, then `times` times; raises `HomeError` when there is not exactly one engine."""
    async with ProbedHome() as home:
        for _ in range(warm):
            await home.reload()
        first, begin = resources(_only_engine(home)), await home.held()
        since = perf_counter()
        for _ in range(times):
            await home.reload()
            _only_engine(home)
        seconds = perf_counter() - since
        return Reloads(
            reloads=times,
            warm=warm,
            seconds=round(seconds, 1),
            begin=begin,
            end=await home.held(),
            first_engine=first,
            last_engine=resources(_only_engine(home)),
        )


def _only_engine(home: ProbedHome) -> int:
    """Return the process id of the one engine."""
    if len(engines := home.engines) != 1:
        raise HomeError(f"There are {len(engines)} engines after a reload")
    return engines[0]


def lines(found: Reloads) -> list[str]:
    """Return what to print."""
    grown = (found.end["memory_trimmed"] - found.begin["memory_trimmed"]) / 1e6
    held = ", ".join(
        f"{what} {before} -> {found.end[what]}"
        for what, before in found.begin.items()
        if not what.startswith("memory")
    )
    return [
        (
            f"  {found.reloads} reloads in {found.seconds:g} s after {found.warm}: {held}, memory"
            f" {found.begin['memory'] / 1e6:.1f} -> {found.end['memory'] / 1e6:.1f} MB, trimmed"
            f" {found.begin['memory_trimmed'] / 1e6:.1f} -> {found.end['memory_trimmed'] / 1e6:.1f} MB"
            f" ({grown:+.1f});"
            f" one engine each time, files and threads of the first {found.first_engine}, of the last"
            f" {found.last_engine}"
        )
    ]
