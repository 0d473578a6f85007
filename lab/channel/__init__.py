"""Telephone channels by seed: `draw(seed)` makes one, calling it carries a sound through.

Everything is mono float32 in −1..1 at 8 kHz. Seeds from 1,000,000 on belong to the benchmarks; training uses lower ones.
"""

from lab.channel.chain import (
    Channel,
    Line,
    Source,
    carry,
    draw,
    draw_line,
    draw_source,
    prepare,
    to_int16,
)
from lab.channel.network import TimeMap

#: First seed that belongs to the benchmarks; training keeps below.
BENCH_SEEDS = 1_000_000

__all__ = [
    "BENCH_SEEDS",
    "Channel",
    "Line",
    "Source",
    "TimeMap",
    "carry",
    "draw",
    "draw_line",
    "draw_source",
    "prepare",
    "to_int16",
]
