"""Calls over a network that loses packets: set-ups and tear-downs, in a network namespace of their own.

Loss is made by the kernel (nftables) in both directions, so it needs the rights of an administrator.
"""

import argparse
import asyncio
from dataclasses import asdict, dataclass
import fcntl
import json
import logging
import os
from pathlib import Path
import shutil
import socket
import struct
import subprocess
import sys
from time import perf_counter

from lab.bench.engines import BenchEngine, facing
from lab.component import module

messages = module("telephony.messages")

#: Time within which a call has to be set up, s: the INVITE's Timer B (RFC 3261 section 17.1.1.2).
SETUP_S = 32.0
#: Time for the retransmissions of a BYE, s (Timer F), and some slack.
END_S = 40.0
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


class LossImpossibleError(RuntimeError):
    """Loss cannot be made here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lossy:
    """How calls went."""

    #: Share of UDP packets lost, %.
    loss: int
    calls: int
    set_up: int
    #: Seconds until both sides were up: median, 95 %, longest.
    median_s: float
    p95_s: float
    longest_s: float
    #: Calls that were over on both sides in the end.
    torn_down: int


async def lossy_calls(loss: int, calls: int, at_once: int) -> Lossy:
    """Call, and hang up, over the network as it is."""
    times: list[float] = []
    done = 0
    async with BenchEngine("ours") as ours, BenchEngine("theirs") as theirs:
        await facing(ours, theirs)
        for begin in range(0, calls, at_once):
            legs = [f"leg{number}" for number in range(begin, min(begin + at_once, calls))]
            times += [
                took
                for took in await asyncio.gather(*(_set_up(ours, leg) for leg in legs))
                if took is not None
            ]
            for leg in legs:
                await ours.link.request(messages.HangUp(leg=leg))
            try:
                await ours.until(lambda: not ours.legs, END_S)
                await theirs.until(lambda: not theirs.legs, END_S)
            except TimeoutError:
                done -= len(theirs.legs)
            done += len(legs)
    times.sort()
    return Lossy(
        loss=loss,
        calls=calls,
        set_up=len(times),
        median_s=round(times[len(times) // 2], 2),
        p95_s=round(times[int(len(times) * 0.95)], 2),
        longest_s=round(times[-1], 2),
        torn_down=done,
    )


async def _set_up(ours: BenchEngine, leg: str) -> float | None:
    """Place a call; return how long it took, None when it did not come about in time."""
    begin = perf_counter()
    await ours.link.request(messages.PlaceCall(leg=leg, account_id="line", target="1"))
    try:
        await ours.until(lambda: leg in ours.legs, SETUP_S)
    except TimeoutError:
        return None
    return perf_counter() - begin


def in_namespace(loss: int, calls: int, at_once: int) -> Lossy:
    """Run in a network namespace of its own; raises `LossImpossibleError`."""
    if not shutil.which("unshare") or not shutil.which("nft"):
        raise LossImpossibleError("unshare and nft (package nftables) are needed")
    ran = subprocess.run(
        [
            *("unshare", "--net", sys.executable, "-m", "lab.bench.loss"),
            *("--loss", str(loss), "--calls", str(calls), "--at-once", str(at_once)),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    if ran.returncode:
        raise LossImpossibleError((ran.stderr.strip().splitlines() or ["it failed"])[-1])
    return Lossy(**json.loads(ran.stdout.splitlines()[-1]))


def _bring_up_loopback() -> None:
    """Switch on `lo`, which a new namespace has switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        answer = fcntl.ioctl(sock, _SIOCGIFFLAGS, request)
        flags = struct.unpack("16sH14x", answer)[1] | _IFF_UP
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags))


def _lose(percent: int) -> None:
    """Have the kernel drop this share of all UDP packets."""
    rules = f"""table ip loss {{
  chain input {{
    type filter hook input priority 0
    meta l4proto udp numgen random mod 100 < {percent} drop
  }}
}}
"""
    if percent:
        subprocess.run(["nft", "-f", "-"], check=True, input=rules, text=True)


def line(found: Lossy) -> str:
    """Return what to print."""
    return (
        f"  {found.loss:3d} % lost: {found.set_up} of {found.calls} set up within {SETUP_S:g} s"
        f" (median {found.median_s} s, 95 % {found.p95_s} s, longest {found.longest_s} s),"
        f" {found.torn_down} over on both sides"
    )


def main(argv: list[str]) -> int:
    """Run inside the namespace."""
    parser = argparse.ArgumentParser(prog="lab.bench.loss", description=__doc__)
    parser.add_argument("--loss", type=int, required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.CRITICAL)
    # the machine's own loopback must never lose a packet
    here, there = (Path(f"/proc/{pid}/ns/net").readlink() for pid in ("self", os.getppid()))
    if here == there:
        raise LossImpossibleError("not in a network namespace of its own")
    _bring_up_loopback()
    _lose(options.loss)
    print(
        json.dumps(asdict(asyncio.run(lossy_calls(options.loss, options.calls, options.at_once))))
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
