"""Builds scenes and keeps their frames: `python -m lab.training.build SPLIT COUNT [--first SEED] [--corpus DIR …]`."""

import argparse
from functools import reduce
import os
from pathlib import Path
from typing import Any

import numpy as np

from lab import component, corpus
from lab.training import scenes

frames: Any = component.module("hearing.frames")

#: Where built scenes are kept.
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hold-slayer" / "training"
#: Scenes per file.
SHARD = 50


def shard(
    sounds: corpus.Corpus, first: int, count: int, split: corpus.Split | None = None
) -> dict[str, Any]:
    """Build `count` scenes from seed `first` on; arrays begin with (count, …)."""
    rows: dict[str, list[Any]] = {
        name: [] for name in ("mel", "level", "harmonicity", "pitch", "truth")
    }
    for seed in range(first, first + count):
        made = scenes.scene(sounds, seed, split=split)
        intake = frames.Intake()
        measured = frames.Spectra().process(intake.take(made.audio))
        for name in ("mel", "level", "harmonicity", "pitch"):
            rows[name].append(getattr(measured, name).astype(np.float16))
        rows["truth"].append(np.stack([made.voice, made.music, made.singing, made.live], axis=1))
    return {name: np.stack(some) for name, some in rows.items()}


def main() -> None:
    """Build the shards that aren't there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split", choices=[*corpus.Split, "all"])
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--corpus", type=Path, nargs="+", default=[corpus.default()])
    parser.add_argument("--tag", default="")
    chosen = parser.parse_args()
    sounds = reduce(corpus.Corpus.joined, map(corpus.load, chosen.corpus)).trainable()
    split = None if chosen.split == "all" else corpus.Split(chosen.split)
    sounds = sounds.only(split)
    CACHE.mkdir(parents=True, exist_ok=True)
    for first in range(chosen.first, chosen.first + chosen.count, SHARD):
        path = CACHE / f"{chosen.split}{chosen.tag}-{first:06d}.npz"
        if not path.exists():
            part = path.with_suffix(".part.npz")
            np.savez(part, **shard(sounds, first, SHARD, split))
            part.replace(path)
            print(path.name, flush=True)


if __name__ == "__main__":
    main()
