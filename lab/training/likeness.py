"""Learns how the mean spectrum of one voice on one line varies with its words, for `liveness.py`'s likeness of voices.

    python -m lab.training.likeness [--split train] [--pairs 800] --out custom_components/hold_slayer/hearing/likeness.npz

Pairs of stretches of one speaker through one channel, other words in each: what differs between them says nothing about who
talks. The matrix that makes those differences equally large in all directions is kept.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab import channel, component, corpus
from lab.corpus import RATE, Corpus, Split
from lab.training import talkers

frames: Any = component.module("hearing.frames")
liveness: Any = component.module("hearing.liveness")

#: Length of the words that are compared, and of the voice they are compared with, s.
_SHORT, _LONG = (0.5, 1.4), (2.0, 6.0)
#: Share of the mean variance that is mixed in, so that no direction counts for more than it can tell.
_SHRINK = 0.3


def profile(samples: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return the mean spectrum of the loud steps without its level, (BANDS,) dB; None for hardly any words."""
    measured = frames.Spectra().process(frames.Intake().take(channel.to_int16(samples)))
    steps = len(measured) // frames.FRAMES_PER_STEP
    mel = measured.mel[: steps * frames.FRAMES_PER_STEP]
    mel = mel.reshape(steps, frames.FRAMES_PER_STEP, frames.BANDS).mean(axis=1)
    level = measured.level[: steps * frames.FRAMES_PER_STEP].reshape(steps, -1).mean(axis=1)
    loud = mel[level > level.max() - liveness.LOUD]
    if len(loud) < 6:
        return None
    mean = loud.mean(axis=0)
    return np.asarray(mean - mean.mean(), np.float32)


def difference(sounds: Corpus, split: Split | None, seed: int) -> NDArray[np.float32] | None:
    """Return how two stretches of one voice on one line differ, (BANDS,) dB; None when the draw has too few words."""
    rng = np.random.default_rng([seed, 9])
    short, long = (int(rng.uniform(*span) * RATE) for span in (_SHORT, _LONG))
    if rng.random() < 0.3:
        talk = np.concatenate([talkers.synthetic(rng, split) for _ in range(2)])
    else:
        clips = sounds.having("recorded" if rng.random() < 0.6 else "live")
        units = sorted({clip.group for clip in clips})
        unit = units[int(rng.integers(len(units)))]
        own = [clip for clip in clips if clip.group == unit]
        picks = rng.permutation(len(own))[:6]
        talk = np.concatenate([talkers.load(own[int(n)]) for n in picks])
    if len(talk) < short + long:
        return None
    talk = talkers.respeed(rng, talk[: (short + long) * 4], 0.15)
    begin = int(rng.integers(max(1, len(talk) - short - long)))
    hard = float(rng.choice([0.3, 1.0]))
    source, line = channel.draw_source(rng, hard=hard), channel.draw_line(rng, hard=hard)
    part = channel.prepare(talk[begin : begin + short + long], source, rng)
    carried, _ = channel.carry(part, line, rng)
    first, second = profile(carried[:short]), profile(carried[short:])
    return None if first is None or second is None else first - second


def main() -> None:
    """Collect pairs, write the matrix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=list(Split))
    parser.add_argument("--pairs", type=int, default=800)
    parser.add_argument("--corpus", type=Path, default=corpus.default())
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    split = Split(chosen.split) if chosen.split else None
    sounds = corpus.load(chosen.corpus).trainable().only(split)
    drawn = (difference(sounds, split, seed) for seed in range(chosen.pairs))
    found = np.array([one for one in drawn if one is not None], np.float64)
    spread = found.T @ found / len(found)
    size = len(spread)
    spread = (1 - _SHRINK) * spread + _SHRINK * np.trace(spread) / size * np.eye(size)
    values, vectors = np.linalg.eigh(spread)
    whiten = (vectors / np.sqrt(values)) @ vectors.T
    np.savez(chosen.out, whiten=whiten.astype(np.float32))
    print(f"{len(found)} pairs; spread {np.sqrt(np.trace(spread) / size):.2f} dB a band")


if __name__ == "__main__":
    main()
