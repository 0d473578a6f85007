"""Measures the tone detector alone: every tone of every country, digits at the limits, hours without a tone.

    python -m lab.bench.plans [--seed N] [--rounds N] [--split test] [--corpus DIR] [--hours H] [--json FILE]

Tones go through G.711 with noise 20 dB below them, -5 to -35 dBm0, frequencies off by up to 1 %,
intervals by up to 5 %. Speech, music, songs and noise of the corpus go through random lines; each
pass over the corpus is pitched a little differently, so that hours hold more than repeats.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
import json
from pathlib import Path
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from lab import channel, corpus
from lab.bench import intervals
from lab.channel import BENCH_SEEDS
from lab.channel.laws import g711
from lab.component import module
from lab.synth.tones import KEYS

tone_module = module("hearing.tones")
toneplans = module("hearing.toneplans")
heard = module("hearing.heard")

RATE = 8000
BLOCK = 800
type Samples = NDArray[np.float32]

#: RMS of a sine of 0 dBm0, relative to full scale 1 (ITU-T G.711: +3.14 dBm0 fills the A-law).
_ZERO_DBM0 = float(np.sqrt(0.5) * 10 ** (-3.14 / 20))
#: Kinds that E.180 plans share: another country's busy is this one's congestion.
_SHARED = frozenset({"busy", "congestion", "special_information", "call_waiting"})


@dataclass(slots=True)
class Score:
    """Counts of one kind of trial."""

    presented: int = 0
    right: int = 0
    #: Right, or named as another plan with the same frequencies and cadence has it.
    alike: int = 0
    delays: list[float] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)


def hear(samples: Samples, detector: Any | None = None) -> list[Any]:
    """Everything the detector says about some audio."""
    detector = detector or tone_module.ToneDetector(RATE)
    found: list[Any] = []
    for begin in range(0, len(samples), BLOCK):
        found += detector.process(samples[begin : begin + BLOCK], begin / RATE)
    return found


def sound(
    rng: np.random.Generator,
    frequencies: tuple[float, ...],
    cadence: tuple[float, ...],
    seconds: float,
) -> Samples:
    """A tone with small errors: frequencies up to 1 %, intervals up to 5 %, twist up to 3 dB."""
    off = 1 + rng.uniform(-0.01, 0.01)
    length = int(seconds * RATE)
    when = np.arange(length) / RATE
    wave = np.zeros(length)
    for frequency in frequencies:
        level = 10 ** (rng.uniform(-3, 0) / 20) if len(frequencies) > 1 else 1.0
        wave += level * np.sin(2 * np.pi * frequency * off * when + rng.uniform(0, 6.28))
    gate = np.zeros(length)
    at, place = 0.0, 0
    stretch = [1 + rng.uniform(-0.05, 0.05) for _ in cadence]
    while at < seconds:
        index = place % len(cadence)
        end = at + cadence[index] * stretch[index]
        if index % 2 == 0:
            gate[int(at * RATE) : int(end * RATE)] = 1.0
        at, place = end, place + 1
    ramp = np.hanning(66)
    gate = np.convolve(gate, ramp / ramp.sum(), "same")  # 8 ms edges
    return np.asarray(wave * gate, np.float32)


def on_the_line(rng: np.random.Generator, wave: Samples, lead: float) -> Samples:
    """Put a wave at a random level on a line with noise 20 dB below, after `lead` s."""
    loud = wave[np.abs(wave) > 0.05 * np.abs(wave).max()]
    rms = float(np.sqrt(np.mean(loud.astype(np.float64) ** 2)))
    level = _ZERO_DBM0 * 10 ** (rng.uniform(-35, -5) / 20)
    whole = np.concatenate([np.zeros(int(lead * RATE)), wave * level / rms, np.zeros(RATE // 2)])
    noisy = whole + rng.normal(0, level * 0.1, len(whole))
    return np.asarray(g711(noisy.astype(np.float32), str(rng.choice(["mu", "a"]))), np.float32)


def plan_tones(seed: int, rounds: int) -> dict[str, Score]:
    """Present every tone of the table; score by kind."""
    scores: dict[str, Score] = {}
    for number, tone in enumerate(toneplans.tones()):
        alike = {
            other.sound.value
            for other in toneplans.tones()
            if other.cadence == tone.cadence and other.frequencies == tone.frequencies
        }
        for turn in range(rounds):
            rng = np.random.default_rng([seed, number, turn])
            period = sum(tone.cadence)
            lead = float(rng.uniform(0.2, 1.0))
            wave = sound(rng, tone.frequencies, tone.cadence, min(max(2.6 * period, 4.0), 34.0))
            found = hear(on_the_line(rng, wave, lead))
            score = scores.setdefault(tone.sound.value, Score())
            score.presented += 1
            kinds = [one.sound.value for one in found]
            if tone.sound.value in kinds:
                score.right += 1
                first = next(one for one in found if one.sound == tone.sound)
                score.delays.append(first.time - lead)
            if alike & set(kinds) or (kinds and {tone.sound.value, kinds[0]} <= _SHARED):
                score.alike += 1
            else:
                freqs = "+".join(f"{one:g}" for one in tone.frequencies)
                cadence = ",".join(f"{one:g}" for one in tone.cadence)
                score.missed[f"{freqs}/{cadence}: {'/'.join(sorted(set(kinds))) or 'nothing'}"] += 1
    return scores


def special(seed: int, rounds: int) -> dict[str, Score]:
    """Special information tone, fax tones and beeps."""
    scores: dict[str, Score] = {}
    cases: dict[str, list[tuple[float, float]] | None] = {
        "special_information": [(950, 0.33), (1400, 0.33), (1800, 0.33), (0, 1.0)],
        "special_information US": [(913.8, 0.274), (1370.6, 0.274), (1776.7, 0.38), (0, 1.0)],
        "fax CNG": [(1100, 0.5), (0, 3.0), (1100, 0.5), (0, 1.0)],
        "fax CED": [(2100, 3.0)],
        "beep": None,
    }
    for name, case in cases.items():
        for turn in range(rounds * 10):
            rng = np.random.default_rng([seed, 7, turn])
            parts = case or [
                (float(rng.uniform(410, 1950)), float(rng.uniform(0.2, 1.5))),
                (0, 1.5),
            ]
            off = 1 + rng.uniform(-0.01, 0.01)
            wave = np.concatenate([_piece(f * off, seconds) for f, seconds in parts])
            found = hear(on_the_line(rng, wave.astype(np.float32), 0.6))
            score = scores.setdefault(name, Score())
            score.presented += 1
            kind = name.partition(" ")[0]
            right = [one for one in found if one.sound.value == kind]
            if right:
                score.right += 1
                score.alike += 1
                score.delays.append(right[0].time - 0.6)
            else:
                said = "/".join(sorted({one.sound.value for one in found})) or "nothing"
                score.missed[f"{parts[0][0]:.0f} Hz {parts[0][1]:.2f} s: {said}"] += 1
    return scores


def _piece(frequency: float, seconds: float) -> NDArray[np.float64]:
    """A sine with 4 ms edges, or silence at 0 Hz."""
    when = np.arange(int(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * frequency * when) if frequency else np.zeros(len(when))
    edge = np.minimum(1.0, np.minimum(np.arange(len(wave)), np.arange(len(wave))[::-1]) / 32)
    return np.asarray(wave * edge)


def digits(seed: int, rounds: int) -> dict[str, Score]:
    """Digits at the limits of Q.24: 40 to 120 ms, ± 1.5 %, twist -8 to +4 dB; and beyond them."""
    scores: dict[str, Score] = {}
    for name, share, shortest in (("dtmf", 0.015, 0.04), ("dtmf 70 ms", 0.015, 0.07)):
        for turn in range(rounds):
            rng = np.random.default_rng([seed, 11, turn])
            keys = [str(key) for key in rng.permutation(list(KEYS) * 2)]
            parts = [np.zeros(2000)]
            for key in keys:
                low, high = KEYS[key]
                length = float(rng.uniform(shortest, shortest + 0.06))
                twist = 10 ** (rng.uniform(-8, 4) / 20)
                parts.append(
                    _piece(low * (1 + rng.uniform(-share, share)), length)
                    + twist * _piece(high * (1 + rng.uniform(-share, share)), length)
                )
                parts.append(np.zeros(int(rng.uniform(0.04, 0.12) * RATE)))
            found = hear(on_the_line(rng, np.concatenate(parts).astype(np.float32), 0.3))
            heard_keys = [one.digit for one in found if one.sound == heard.Sound.DTMF]
            score = scores.setdefault(name, Score())
            score.presented += len(keys)
            agreed = _aligned(keys, heard_keys)
            score.right += agreed
            score.alike += agreed
            if agreed < len(keys):
                score.missed["missed or wrong"] += len(keys) - agreed
    refused = scores.setdefault("dtmf 3.5 % off (must be refused)", Score())
    rng = np.random.default_rng([seed, 12])
    for key in list(KEYS) * rounds:
        low, high = KEYS[key]
        side = float(rng.choice([-0.037, 0.037]))
        wave = _piece(low * (1 + side), 0.1) + _piece(high, 0.1)
        if rng.random() < 0.5:
            wave = _piece(low, 0.1) + _piece(high * (1 + side), 0.1)
        refused.presented += 1
        said = [one for one in hear(on_the_line(rng, wave.astype(np.float32), 0.3)) if one.digit]
        refused.right += not said
        refused.alike += not said
    return scores


def _aligned(wanted: list[str], got: list[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(got) + 1)
    for key in wanted:
        before = 0
        for index, other in enumerate(got, 1):
            saved = row[index]
            row[index] = before + 1 if key == other else max(row[index], row[index - 1])
            before = saved
    return row[-1]


def false_alarms(
    sounds: corpus.Corpus, hours: float, seed: int
) -> tuple[dict[str, float], dict[str, Counter[str]], list[str]]:
    """Hours heard by label, what was reported in them by label, and where."""
    spent: dict[str, float] = {}
    alarms: dict[str, Counter[str]] = {}
    where: list[str] = []
    number = 0
    while sum(spent.values()) < hours:
        turn = number
        for clip in sounds.clips:
            if clip.label == "tone" or sum(spent.values()) >= hours:
                continue
            rng = np.random.default_rng([seed, number])
            samples = corpus.read(clip.path)
            number += 1
            if turn:
                up = int(rng.integers(85, 116))
                samples = resample_poly(samples, up, 100).astype(np.float32)
            source = channel.draw_source(rng)
            prepared = channel.prepare(samples[: 600 * RATE], source, rng)
            carried, _ = channel.carry(prepared, channel.draw_line(rng), rng)
            spent[clip.label] = spent.get(clip.label, 0.0) + len(carried) / RATE / 3600
            for one in hear(carried):
                alarms.setdefault(clip.label, Counter())[one.sound.value] += 1
                where.append(
                    f"{clip.label} {clip.path.name} {one.since:.2f}-{one.time:.2f} s"
                    f" {one.sound.value} {one.digit}{one.confidence:.2f} {one.network[:20]}"
                )
    return spent, alarms, where


def speed(seed: int) -> float:
    """Milliseconds of processor time per second of speech-like noise."""
    rng = np.random.default_rng(seed)
    swell = np.repeat(rng.random(600), RATE // 5)
    samples = (rng.normal(0, 0.1, len(swell)) * swell).astype(np.float32)
    detector = tone_module.ToneDetector(RATE)
    begun = time.process_time()
    hear(samples, detector)
    return 1000 * (time.process_time() - begun) / (len(samples) / RATE)


def main(argv: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench plans", description=__doc__)
    parser.add_argument("--seed", type=int, default=BENCH_SEEDS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--split", default="test")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--verbose", action="store_true", help="list misses and false alarms")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    out: dict[str, Any] = {"speed_ms_per_s": round(speed(options.seed), 3)}
    print(f"tone detector: {out['speed_ms_per_s']:.2f} ms per second of audio")
    scores = (
        plan_tones(options.seed, options.rounds)
        | {f"{k} ": v for k, v in special(options.seed, options.rounds).items()}
        | digits(options.seed, options.rounds)
    )
    for name, score in scores.items():
        low, high = intervals.share(score.alike, score.presented)
        delay = f", median after {np.median(score.delays):.2f} s" if score.delays else ""
        print(
            f"  {name:<34}{100 * score.alike / score.presented:6.1f} % of {score.presented:<5}"
            f"({100 * low:.1f}-{100 * high:.1f} %), this very kind"
            f" {100 * score.right / score.presented:.1f} %{delay}"
        )
        if options.verbose:
            for what, often in score.missed.most_common(12):
                print(f"      {often} x {what}")
        out[name.strip()] = {
            "presented": score.presented,
            "right": score.right,
            "alike": score.alike,
        }
    root = options.corpus or corpus.default()
    if root is not None and options.hours > 0:
        sounds = corpus.load(root).only(options.split)
        spent, alarms, where = false_alarms(sounds, options.hours, options.seed)
        for label, amount in spent.items():
            told = ", ".join(f"{kind} {often}" for kind, often in alarms.get(label, {}).items())
            print(f"  {amount:5.2f} h of {label:<10}: {told or 'nothing'}")
        out["false"] = {label: dict(alarms.get(label, {})) for label in spent}
        out["hours"] = {label: round(amount, 3) for label, amount in spent.items()}
        if options.verbose:
            print("\n".join(f"      {one}" for one in where))
    if options.json:
        options.json.write_text(json.dumps(out, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
