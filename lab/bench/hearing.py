"""Measures the ears on made hold calls: misses, false alarms, delays, sounds, repeats, tones, speed, memory.

An alarm is a change to suspected (or detected) while nobody is there; one run is one alarm. In brackets: with re-arm,
an alarm silences the next 30 s, and a run that goes on counts again. Agents count as found when suspected within 4 s of the first word (and
detected within 15 s). With --words, synthetic voices say everything, so that the words are known, and a whole navigator judges by
ears and words; speech-to-text makes no mistakes there. Intervals are 95 %: exact for rates and shares, bootstrap over calls for medians.
"""

import argparse
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
import json
import multiprocessing
from pathlib import Path
import sys
import time

from lab import corpus
from lab.bench import ears, memory, music_alone, report, tones, worded
from lab.bench.peers import PEERS, Peers, hear_with
from lab.bench.scoring import CallScore, score
from lab.corpus import Corpus, CorpusError, Split
from lab.holdcalls import cache
from lab.synth.homemade import make


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What each process needs to make a call and listen to it."""

    sounds: Corpus
    split: Split | None
    minutes: float
    hard: float
    phases: bool
    packets: int
    ask: bool
    words: bool
    weights: Path
    peers: Peers | None


#: What is used where a corpus lacks a label.
_INSTEAD = {
    "music": "the lab's own music is used.",
    "song": "the lab's own songs are used, sung with the voices of the corpus.",
    "recorded": "announcements are read by eSpeak NG alone.",
    "live": "no agent can come, so no hold call can be made.",
}


def run(seed: int, job: Job) -> dict[str, CallScore]:
    """Make one call and score every pair of ears on it, by name."""
    call = cache.made(
        job.sounds,
        seed,
        split=job.split,
        minutes=job.minutes,
        hard=job.hard,
        spoken=job.words,
    )
    heard = ears.listen(
        call, phases=job.phases, packets=job.packets, ask=job.ask, weights=job.weights
    )
    scores = {"ears": score(call.truth, heard)}
    if job.words:
        # afterwards: a question changes the rest of the call
        scores["with words"] = score(call.truth, worded.listen(call, ask=job.ask))
    if job.peers is not None:
        for name, said in hear_with(job.peers, call).items():
            scores[name] = score(call.truth, said)
    return scores


def alone(seed: int, job: Job) -> music_alone.MusicAlone:
    """Play one stretch of music, tones and noise."""
    return music_alone.hear(
        job.sounds,
        seed,
        split=job.split,
        hard=job.hard,
        packets=job.packets,
        weights=job.weights,
    )


def _each[T](work: Callable[[int, Job], T], job: Job, seed: int, processes: int) -> Iterator[T]:
    """What a piece of work brings for the seeds from `seed` on, in order, whatever the number of processes."""
    if processes == 1:
        yield from (work(number, job) for number in count(seed))
        return
    with multiprocessing.get_context("forkserver").Pool(processes) as pool:
        # one ahead of the processes: more would be done in vain when the hours are full
        waiting = deque(
            pool.apply_async(work, (seed + ahead, job)) for ahead in range(processes + 1)
        )
        for number in count(seed + len(waiting)):
            yield waiting.popleft().get()
            waiting.append(pool.apply_async(work, (number, job)))


def _alone(job: Job, seed: int, processes: int, hours: float) -> music_alone.MusicAlone:
    """Play music, tones and noise for some hours."""
    total = music_alone.MusicAlone()
    for one in _each(alone, job, seed, processes):
        total.join(one)
        if total.hours >= hours:
            break
    return total


def main(argv: list[str]) -> int:
    """Measure; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench hearing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--corpus", type=Path, help="folder with manifest.csv, or with sub-folders named by label"
    )
    parser.add_argument(
        "--split",
        choices=[*Split, "all"],
        help="groups to use (default: test of the development recordings, all of a --corpus of yours)",
    )
    parser.add_argument(
        "--seed", type=int, default=1_000_000, help="seed of the first call (default %(default)s)"
    )
    parser.add_argument(
        "--hours", type=float, default=1.0, help="hours of hold (default %(default)s)"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=4.0,
        help="mean time on hold of a call (default %(default)s)",
    )
    parser.add_argument(
        "--hard", type=float, default=1.0, help="how bad lines may be, 0 to 1 (default %(default)s)"
    )
    parser.add_argument(
        "--recording", action="store_true", help="don't tell the ears when the menu is over"
    )
    parser.add_argument(
        "--packets", type=int, default=1, help="20 ms packets per block (default %(default)s)"
    )
    parser.add_argument(
        "--ask", action="store_true", help="ask a suspected person whether they hear us, after 3 s"
    )
    parser.add_argument(
        "--words",
        action="store_true",
        help="also judge with the words: calls in which synthetic voices say everything, and a whole navigator",
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes (default %(default)s)")
    parser.add_argument(
        "--worst",
        type=int,
        default=8,
        help="how many errors of each kind to list (default %(default)s)",
    )
    parser.add_argument(
        "--peers",
        action="store_true",
        help="also run webrtcvad, Silero and TEN VAD on the same calls",
    )
    parser.add_argument(
        "--music-hours",
        type=float,
        default=0.0,
        metavar="H",
        help="also play H hours of music, tones and noise alone, and count whom the ears suspect there",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        default=ears.SHIPPED,
        help="a network to hear through instead of the shipped one, as one that never met this split",
    )
    parser.add_argument("--quick", action="store_true", help="leave out tones and memory")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args(argv)
    wanted = options.split or ("all" if options.corpus else "test")
    split = None if wanted == "all" else Split(wanted)
    try:
        root = options.corpus or corpus.default() or make()
        whole = corpus.load(root)
        if options.corpus:
            whole = whole.checked()
        sounds = whole.only(split)
        peers = PEERS.ready() if options.peers else None
    except CorpusError as problem:
        print(f"bench hearing: {problem}", file=sys.stderr)
        return 1
    job = Job(
        sounds=sounds,
        split=split,
        minutes=options.minutes,
        hard=options.hard,
        phases=not options.recording,
        packets=options.packets,
        ask=options.ask,
        words=options.words,
        weights=options.weights,
        peers=peers,
    )
    print(
        f"Corpus {root.name}, split {wanted}, seeds from {options.seed}, {options.hours:g} h of hold, "
        f"hard {options.hard:g}, blocks of {20 * options.packets} ms"
    )
    if whole.ignored:
        print(f"Labels of the manifest that are not used: {', '.join(whole.ignored)}")
    for label in (
        label for label in ("music", "song", "recorded", "live") if not whole.having(label)
    ):
        print(f"The corpus has no `{label}`: {_INSTEAD[label]}")
    for name, why in whole.left_out:
        print(f"Left out: {name}, {why}")
    totals: dict[str, report.Totals] = {}
    begun = time.monotonic()
    try:
        for scores in _each(run, job, options.seed, options.jobs):
            for name, one in scores.items():
                totals.setdefault(name, report.Totals()).scores.append(one)
            if totals["ears"].hours >= options.hours:
                break
    except CorpusError as problem:
        print(f"bench hearing: {problem}", file=sys.stderr)
        return 1
    ours = totals["ears"]
    groups = ", ".join(f"{number} {kind}" for kind, number in ours.groups().items())
    print(
        f"{len(ours.scores)} calls, {ours.hours:.2f} h of hold, {len(ours.met)} agents; different sources: {groups} "
        f"({time.monotonic() - begun:.0f} s)\n"
    )
    printed = [
        *report.lines("ears", ours),
        *report.more_lines(ours),
        *report.worst_lines(ours, options.worst),
        "",
    ]
    if "with words" in totals:
        printed += report.lines("with words", totals["with words"])
        printed += [*report.worst_lines(totals["with words"], options.worst), ""]
    results: dict[str, object] = {name: report.figures(some) for name, some in totals.items()}
    if peers is not None:
        printed += report.side_by_side(totals)
        printed += [
            "  rule of the peers: speech for 1.0 s, gaps of 0.2 s bridged, armed from the begin of the hold"
        ]
        printed += [f"{name}: not run, {why}" for name, why in peers.missing.items()]
    print("\n".join(printed))
    if options.music_hours > 0:
        music = _alone(job, options.seed, options.jobs, options.music_hours)
        print("\n".join(music.lines()), "\n")
        results["music alone"] = music.figures()
    if not options.quick:
        trials = tones.measure(options.seed)
        print("\n".join(trials.lines()), "\n")
        used = memory.measure(
            job.sounds, options.seed, split, minutes=min(180.0, max(20.0, options.hours * 60))
        )
        print("\n".join(used.lines()))
        results["tones"], results["memory"] = trials.figures(), used.figures()
    if options.json:
        options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False), "utf-8")
    return 0
