"""Measures the prints alone: repeats found and how soon, false hits per hour, speed and memory.

    scripts/bench prints [--seed N] [--calls N] [--split test] [--corpus DIR] [--json FILE]

Each made call plays announcements and music once, then again (at another level and a random
offset, announcements also over music 12 dB below them) with live talk between, all through one
random line. Then the print book of the call goes to a second call on another line.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
import json
from pathlib import Path
import time
from typing import Any

import numpy as np
from scipy.signal import correlate, resample_poly

from lab import channel, corpus
from lab.bench import intervals
from lab.bench.prints_calls import RATE, Part, Samples, make_call, music
from lab.channel import BENCH_SEEDS
from lab.component import module

prints = module("hearing.prints")
printbook = module("hearing.printbook")

BLOCK = 800
#: A repeat counts as found when it is known this long after it began, s.
IN_TIME = 1.5


@dataclass(slots=True)
class Score:
    """What the calls brought, by kind."""

    found: dict[str, list[float | None]] = field(default_factory=dict)
    #: Seconds by which a repeat was still believed after it had ended in live talk.
    overhang: list[float] = field(default_factory=list)
    #: Seconds of repeats after they were found, and how many of those were still believed.
    followed: dict[str, list[float]] = field(default_factory=dict)
    false: dict[str, int] = field(default_factory=dict)
    hours: dict[str, float] = field(default_factory=dict)
    #: Distances that were wrong by more than 0.3 s.
    wrong_place: int = 0
    placed: int = 0
    where: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """A line for each kind."""
        out = []
        for kind, delays in sorted(self.found.items()):
            good = [one for one in delays if one is not None and one <= IN_TIME]
            ever = [one for one in delays if one is not None]
            low, high = intervals.share(len(good), len(delays))
            out.append(
                f"  {kind:<34}{100 * len(good) / len(delays):6.1f} % of {len(delays):<5}"
                f"({100 * low:.0f}-{100 * high:.0f} %) within {IN_TIME} s, at all"
                f" {100 * len(ever) / len(delays):.1f} %; after"
                f" {np.median(ever):.2f} s (median), {np.quantile(ever, 0.95):.2f} s (95 %),"
                f" {np.quantile(ever, 0.99):.2f} s (99 %)"
                if ever
                else f"  {kind:<34}   0.0 % of {len(delays)}"
            )
        for kind, (believed, whole) in sorted(self.followed.items()):
            out.append(
                f"  followed {kind:<25}{100 * believed / max(whole, 1e-9):6.1f} % of the rest"
            )
        for kind, hours in sorted(self.hours.items()):
            count = self.false.get(kind, 0)
            low, high = intervals.rate(count, hours)
            out.append(
                f"  false hits in {kind:<20}{count:4d} in {hours:5.2f} h = {count / hours:.2f}/h"
                f" ({low:.2f}-{high:.2f})"
            )
        if self.overhang:
            out.append(
                f"  believed after the end, before live talk: {np.median(self.overhang):.2f} s"
                f" (median), {np.quantile(self.overhang, 0.95):.2f} s (95 %)"
            )
        out.append(f"  wrong place: {self.wrong_place} of {self.placed}")
        return out


def follow(
    samples: Samples, memory: Any, music: Sequence[tuple[float, float]] = ()
) -> tuple[list[Any], list[tuple[float, Any]]]:
    """Feed a call, telling where music plays; the matches, and what was current after each block."""
    matches: list[Any] = []
    current: list[tuple[float, Any]] = []
    for begin in range(0, len(samples), BLOCK):
        speech = not any(since <= begin / RATE < until for since, until in music)
        matches += memory.process(samples[begin : begin + BLOCK], speech=speech)
        current.append(((begin + BLOCK) / RATE, memory.current))
    return matches, current


def judge(
    score: Score,
    parts: list[Part],
    current: list[tuple[float, Any]],
    moved: Any,
    *,
    prefix: str = "",
    all_again: bool = False,
) -> None:
    """Count what a call brought."""
    first = {part.clip: part for part in parts if not part.again}
    heard_live: set[int] = set()
    for index, part in enumerate(parts):
        begin, end = moved(part.begin), moved(part.end)
        inside = [(when, match) for when, match in current if begin < when <= end]
        if part.again or (all_again and part.kind != "live talk"):
            hits = [
                (when, match) for when, match in inside if match is not None and when > begin + 0.25
            ]
            delay = hits[0][0] - begin if hits else None
            score.found.setdefault(prefix + part.kind, []).append(delay)
            if hits:
                tally = score.followed.setdefault(prefix + part.kind, [0.0, 0.0])
                tally[0] += 0.1 * len(hits)
                tally[1] += end - hits[0][0] + 0.1
            if hits and not all_again and hits[0][1].first_heard is not None:
                match = hits[0][1]
                score.placed += 1
                place = moved(first[part.clip].begin + part.offset)
                wrong = (match.since - match.first_heard) - (begin - place)
                score.wrong_place += abs(wrong) > 0.3
        elif part.clip not in heard_live:
            heard_live.add(part.clip)
            after_repeat = index > 0 and parts[index - 1].again
            late = begin + 1.0
            on = [when for when, match in inside if match is not None]
            if after_repeat:
                early = [when for when in on if when <= late + 1.0]
                score.overhang.append(max([when - begin for when in early], default=0.0))
            kind = prefix + part.kind
            score.hours[kind] = score.hours.get(kind, 0.0) + (end - begin) / 3600
            spells = 0
            was = False
            for when, match in inside:
                now = match is not None and when > late
                if now and not was:
                    spells += 1
                    score.where.append(
                        f"{kind} clip {part.clip} {when - begin:.1f} s into it, score {match.score:.2f},"
                        f" from {match.first_heard}"
                    )
                was = now
            score.false[kind] = score.false.get(kind, 0) + spells


def measure(sounds: corpus.Corpus, calls: int, seed: int) -> Score:
    """Make calls and score them; every second one passes its book on to a call on another line."""
    score = Score()
    for number in range(calls):
        rng = np.random.default_rng([seed, number])
        whole, parts = make_call(sounds, rng)
        carried, moved = channel.carry(whole, channel.draw_line(rng), rng)
        memory = prints.PrintMemory()
        _, current = follow(carried, memory, music(parts, moved))
        judge(score, parts, current, moved)
        if number % 2 == 0:
            book = memory.to_book()
            again, later = channel.carry(whole, channel.draw_line(rng), rng)
            _, current = follow(again, prints.PrintMemory(book), music(parts, later))
            judge(score, parts[: len(parts) // 3], current, later, prefix="book: ", all_again=True)
    return score


def live_hours(sounds: corpus.Corpus, hours: float, seed: int) -> tuple[int, int, float, list[str]]:
    """False hits in hours of live talk, each pass pitched a little differently into a new memory.

    Corpora hold the same recording twice now and then; a hit whose waveforms agree is such a
    twin and counts apart. Returns false hits, twins, hours heard and where.
    """
    hits, twins, spent, number = 0, 0, 0.0, 0
    where: list[str] = []
    clips = sounds.having("live")
    while clips and spent < hours:
        memory = prints.PrintMemory()
        rng = np.random.default_rng([seed, 5, number])
        up = int(rng.integers(90, 111)) if number else 100
        before: list[Samples] = []
        heard = 0.0
        for start in range(0, len(clips), 8):
            raw = [
                resample_poly(corpus.read(clip.path)[: 120 * RATE], up, 100).astype(np.float32)
                for clip in clips[start : start + 8]
            ]
            some = [channel.prepare(one, channel.draw_source(rng), rng) for one in raw]
            carried, _moved = channel.carry(np.concatenate(some), channel.draw_line(rng), rng)
            matches, _ = follow(carried, memory)
            # keep the clean audio on the clock of the memory, so that stretches can be compared
            clean = np.concatenate(raw)
            before.append(np.resize(clean, len(carried)))
            heard += len(carried) / RATE
            for match in matches:
                if _twin(np.concatenate(before), match):
                    twins += 1
                    continue
                hits += 1
                where.append(
                    f"{match.since:.1f} s repeats {match.first_heard:.1f} s, score"
                    f" {match.score:.2f}, in {' '.join(c.path.name for c in clips[start : start + 8])}"
                )
        spent += heard / 3600
        number += 1
    return hits, twins, spent, where


def _twin(clean: Samples, match: Any) -> bool:
    """Whether the clean audio of both stretches is one recording: waveforms correlate over 0.5."""
    end = int(match.time * RATE)
    recent = clean[max(end - int(0.9 * RATE), 0) : end - int(0.2 * RATE)]
    distance = int((match.since - match.first_heard) * RATE)
    low = max(end - int(0.9 * RATE) - distance - RATE, 0)
    earlier = clean[low : low + len(recent) + 2 * RATE]
    if len(earlier) <= len(recent):
        return False
    product = correlate(earlier, recent, "valid", "fft")
    power = np.convolve(earlier**2, np.ones(len(recent), np.float32), "valid")
    scale = np.sqrt(np.maximum(power, 1e-9) * float(recent @ recent))
    return bool(np.max(np.abs(product) / np.maximum(scale, 1e-6)) > 0.5)


def speed(hours: float, seed: int) -> tuple[float, float]:
    """Milliseconds per second of new audio over `hours`, and the megabytes at their end."""
    rng = np.random.default_rng(seed)
    memory = prints.PrintMemory()
    swell = np.repeat(rng.random(300), RATE // 5)
    begun = time.process_time()
    for _ in range(int(hours * 60)):
        noise = (rng.normal(0, 0.1, len(swell)) * swell).astype(np.float32)
        for begin in range(0, len(noise), BLOCK):
            memory.process(noise[begin : begin + BLOCK], speech=False)
    spent = time.process_time() - begun
    return 1000 * spent / (int(hours * 60) * 60), memory.nbytes / 1e6


def merging(seed: int) -> tuple[float, float]:
    """Seconds to merge what a call of ten minutes taught into a full book, and two full books."""
    rng = np.random.default_rng([seed, 9])
    day = date(2026, 1, 1)

    def book(seconds: float) -> Any:
        entries = []
        while seconds > 0:
            length = int(62.5 * rng.uniform(3, 15))
            words = rng.integers(0, 1 << 23, length, dtype=np.uint32) | np.uint32(1 << 23)
            entries.append(
                printbook.Print(
                    kind=printbook.PrintKind.ANNOUNCEMENT,
                    words=words,
                    first_heard=day,
                    last_heard=day,
                )
            )
            seconds -= length / 62.5
        return printbook.PrintBook(tuple(entries[:-1]))

    full, taught, other = book(1800), book(600), book(1800)
    times = []
    for one in (taught, other):
        begun = time.process_time()
        full.merged(one)
        times.append(time.process_time() - begun)
    return times[0], times[1]


def main(argv: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench prints", description=__doc__)
    parser.add_argument("--seed", type=int, default=BENCH_SEEDS)
    parser.add_argument("--calls", type=int, default=12)
    parser.add_argument("--split", default="test")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--hours", type=float, default=3.0, help="of new audio for the speed")
    parser.add_argument("--live-hours", type=float, default=1.0)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    root = options.corpus or corpus.default()
    if root is None:
        print("bench prints: give --corpus DIR, a folder of recordings")
        return 2
    score = measure(corpus.load(root).only(options.split), options.calls, options.seed)
    print("\n".join(score.lines()))
    if options.verbose:
        print("\n".join(f"      {one}" for one in score.where))
    hits, twins, spent, where = live_hours(
        corpus.load(root).only(options.split), options.live_hours, options.seed
    )
    if spent:
        low, high = intervals.rate(hits, spent)
        print(
            f"  live talk alone: {hits} false hits in {spent:.2f} h = {hits / spent:.2f}/h"
            f" ({low:.2f}-{high:.2f}); {twins} recordings that the corpus holds twice"
        )
    if options.verbose:
        print("\n".join(f"      {one}" for one in where))
    pace, size = speed(options.hours, options.seed) if options.hours else (0.0, 0.0)
    print(
        f"  {pace:.2f} ms per second of new audio over {options.hours} h, {size:.1f} MB at the end"
    )
    some, whole = merging(options.seed)
    print(
        f"  merging ten minutes of new recordings into a full book {some:.2f} s, two full books"
        f" {whole:.2f} s"
    )
    if options.json:
        options.json.write_text(
            json.dumps(
                {
                    "found": score.found,
                    "false": score.false,
                    "hours": score.hours,
                    "overhang": score.overhang,
                    "ms_per_s": pace,
                    "megabytes": size,
                },
                indent=1,
            )
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
