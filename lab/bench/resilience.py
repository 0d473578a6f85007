"""What happens when things break: busy interpreters, kills, lost packets, hostile messages, floods."""

import argparse
import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
import json
import logging
import os
from pathlib import Path
import sys
import threading
from time import perf_counter
from typing import Any

from lab.bench import control, dialling, hostile, kills, loss, reloads, turnover
from lab.bench.engines import HOST, BenchEngine
from lab.bench.load import processor
from lab.bench.mutation import torture_folder
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


def _pacing(options: argparse.Namespace) -> dict[str, Any]:
    """Judge outgoing packets while threads keep interpreters busy."""
    print(
        "Outgoing RTP of a held call, by the receiving kernel's clock (50 packets a second wanted)"
    )
    figures: dict[str, Any] = {}
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
    return figures


def _kills(options: argparse.Namespace) -> dict[str, Any]:
    """Kill and stop the engine, and leave it no descriptors."""
    print(
        f"Engine killed, crashed, aborted, stopped or out of files at random moments, {options.kills} times"
    )
    found = asyncio.run(kills.kills(options.kills, options.seed))
    print("\n".join(kills.lines(found)))
    return asdict(found)


def _loss(options: argparse.Namespace) -> dict[str, Any]:
    """Call over a network that loses packets."""
    print(f"{options.calls} calls, {options.at_once} at once, over a network that loses packets")
    figures: dict[str, Any] = {}
    for percent in map(int, options.loss.split(",")):
        try:
            found = loss.in_namespace(percent, options.calls, options.at_once)
        except loss.LossImpossibleError as error:
            print(f"  cannot be made here: {error}")
            break
        print(loss.line(found), flush=True)
        figures[str(percent)] = asdict(found)
    return figures


def _hostile(options: argparse.Namespace) -> dict[str, Any]:
    """Send what no telephone sends to an engine in a call."""
    folder = torture_folder()
    if folder is None:
        print("  without the messages of RFC 4475: run scripts/get-torture")
    flavour = "sanitized" if options.sanitized else "release"
    print(f"Torture and mutants (seed {options.seed}) during a call, {flavour} library")
    found = asyncio.run(
        hostile.bombard(
            options.mutants,
            options.rtp_mutants,
            options.seed,
            tortures=folder,
            sanitize=options.sanitized,
            broken_offers=options.broken_offers,
        )
    )
    print("\n".join(hostile.lines(found)), flush=True)
    return {flavour: hostile.as_json(found)}


def _flood(options: argparse.Namespace) -> dict[str, Any]:
    """Let a stranger send INVITEs."""
    print(f"{options.flood} INVITEs a second from a stranger during a call")
    found = asyncio.run(hostile.flood(options.flood, options.flood_seconds, options.seed))
    print("\n".join(hostile.lines({"INVITEs": found})))
    return asdict(found)


def _dialling(options: argparse.Namespace) -> dict[str, Any]:
    """Ask the dial policy."""
    print("Random and crafted strings against the dial policy")
    found = dialling.judge(options.strings, options.seed)
    print("\n".join(dialling.lines(found)))
    return asdict(found)


def _turnover(options: argparse.Namespace) -> dict[str, Any]:
    """Make many calls."""
    print("Memory over many calls, each with its ears on")
    found = asyncio.run(turnover.turnover(options.turnover, options.warm))
    print(turnover.line(found))
    return asdict(found)


def _control(options: argparse.Namespace) -> dict[str, Any]:
    """Ask the engine, and watch Home Assistant's loop."""
    print("Answers of an engine in calls, and a real Home Assistant that loses its engine")
    trips = asyncio.run(control.round_trips(options.legs, options.messages))
    found = asyncio.run(control.home_loop(options.disturbances))
    print("\n".join(control.lines(trips, found)))
    return {"round_trips": asdict(trips), "home_loop": asdict(found)}


def _reloads(options: argparse.Namespace) -> dict[str, Any]:
    """Reload the account."""
    print("What a real Home Assistant holds when its account is reloaded again and again")
    found = asyncio.run(reloads.reloads(options.reloads, options.warm_reloads))
    print("\n".join(reloads.lines(found)))
    return asdict(found)


#: Parts by name; each prints what it finds and returns its figures.
PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "pacing": _pacing,
    "kills": _kills,
    "loss": _loss,
    "hostile": _hostile,
    "flood": _flood,
    "dialling": _dialling,
    "turnover": _turnover,
    "control": _control,
    "reloads": _reloads,
}


def main(argv: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench resilience", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random")
    parser.add_argument("--seconds", type=float, default=20.0, help="of packets to judge")
    parser.add_argument("--kills", type=int, default=200, help="how often the engine is ended")
    parser.add_argument("--loss", default="0,10,30", help="shares of packets lost, %%")
    parser.add_argument("--calls", type=int, default=200, help="calls at each of them")
    parser.add_argument("--at-once", type=int, default=10, help="of these calls")
    parser.add_argument("--mutants", type=int, default=100_000, help="of SIP messages")
    parser.add_argument("--rtp-mutants", type=int, default=100_000, help="of RTP packets")
    parser.add_argument(
        "--broken-offers", type=int, default=5000, help="re-INVITEs of the far side of the call"
    )
    parser.add_argument(
        "--sanitized", action="store_true", help="hostile: the library with the sanitizers"
    )
    parser.add_argument("--flood", type=int, default=10_000, help="INVITEs a second")
    parser.add_argument("--flood-seconds", type=float, default=60.0, help="for so long")
    parser.add_argument("--strings", type=int, default=1_000_000, help="to be dialled")
    parser.add_argument("--turnover", type=int, default=2000, help="calls one after the other")
    parser.add_argument("--warm", type=int, default=100, help="calls before those")
    parser.add_argument("--legs", type=int, default=5, help="in calls while control is measured")
    parser.add_argument("--messages", type=int, default=1000, help="to the engine meanwhile")
    parser.add_argument("--disturbances", type=int, default=5, help="of each kind, up to 5")
    parser.add_argument("--reloads", type=int, default=100, help="of the account")
    parser.add_argument("--warm-reloads", type=int, default=10, help="reloads before those")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args(argv)
    chosen = options.only.split(",")
    if unknown := set(chosen) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    logging.basicConfig(level=logging.CRITICAL)
    print(f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    figures = {name: PARTS[name](options) for name in chosen}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0
