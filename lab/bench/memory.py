"""How much memory one leg's ears need after a long time."""

from dataclasses import dataclass
import gc
from pathlib import Path
import subprocess
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np

from lab.bench.ears import PACKET, listening, vocabulary
from lab.corpus import RATE, Corpus, Split
from lab.holdcalls import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Sizes, MB (10^6 bytes)."""

    minutes: float
    #: New ears that have heard one second, and the same after `minutes`; the shared model weights count too.
    fresh: float
    after: float
    #: What the ears add to the resident set of a new Python process that has imported numpy: code, weights, one leg.
    added: float

    def lines(self) -> list[str]:
        """As text."""
        return [
            (
                f"Memory: the ears add {self.added:.1f} MB to a Python process with numpy; "
                f"one leg {self.fresh:.2f} MB new, {self.after:.2f} MB after {self.minutes:.0f} min"
            )
        ]

    def figures(self) -> dict[str, float]:
        """As plain values."""
        return {
            "minutes": self.minutes,
            "fresh_mb": self.fresh,
            "after_mb": self.after,
            "added_mb": self.added,
        }


def measure(sounds: Corpus, seed: int, split: Split | None, *, minutes: float) -> Memory:
    """Feed made calls, one after the other, to a single listener for `minutes`."""
    first = cache.made(sounds, seed, split=split, minutes=4.0)
    ears = listening.Listener(RATE, phase=vocabulary.Phase.HOLD)
    ears.hear(first.samples[:RATE])
    fresh = size_of(ears)
    played, number = 0.0, seed
    while played < minutes * 60:
        call = first if number == seed else cache.made(sounds, number, split=split, minutes=4.0)
        for start in range(0, len(call.samples), 50 * PACKET):
            ears.hear(call.samples[start : start + 50 * PACKET])
        played += call.truth.seconds
        number += 1
    return Memory(
        minutes=played / 60,
        fresh=fresh / 1e6,
        after=size_of(ears) / 1e6,
        added=_added(),
    )


_ALONE = """
import pathlib, numpy
def resident():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6
numpy.fft.rfft(numpy.zeros(512, numpy.float32))
numpy.ones((64, 64), numpy.float32) @ numpy.ones((64, 64), numpy.float32)
noise = numpy.random.default_rng(0).normal(0, 500, 800).astype(numpy.int16)
before = resident()
from lab import component
ears = component.module("hearing.listener").Listener(8000)
for _ in range(100): ears.hear(noise)
print(resident() - before)
"""


def _added() -> float:
    """Growth of a new process by the ears and ten seconds of hearing, MB; NaN where there is no /proc."""
    if not Path("/proc/self/status").exists():
        return float("nan")
    done = subprocess.run(
        [sys.executable, "-c", _ALONE], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def size_of(thing: object) -> int:
    """Bytes of an object and all that it alone reaches: arrays, containers and attributes."""
    seen: set[int] = set()
    total = 0
    queue: list[object] = [thing]
    while queue:
        item = queue.pop()
        if id(item) in seen or isinstance(
            item, type | ModuleType | FunctionType | BuiltinFunctionType
        ):
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            if item.base is None:
                total += item.nbytes + 112
            else:
                queue.append(item.base)
            continue
        total += sys.getsizeof(item)
        if isinstance(item, dict):
            queue += [*item.keys(), *item.values()]
        elif not isinstance(item, str | bytes | int | float):
            queue += gc.get_referents(item)
    return total
