"""Turns the kept frames of a split into what the network sees: `python -m lab.training.collect SPLIT`."""

import argparse
from typing import Any

import numpy as np

from lab import component
from lab.training.build import CACHE

frames: Any = component.module("hearing.frames")
timbre: Any = component.module("hearing.timbre")


def main() -> None:
    """Join all shards of a split into one file of inputs and truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split")
    split = parser.parse_args().split
    inputs, truth = [], []
    for path in sorted(CACHE.glob(f"{split}-*[0-9].npz")):
        with np.load(path) as stored:
            rows = {name: stored[name] for name in stored.files}
        for number in range(len(rows["truth"])):
            measured = frames.Frames(
                **{
                    name: rows[name][number].astype(np.float32)
                    for name in ("mel", "level", "harmonicity", "pitch")
                }
            )
            silent = np.full(frames.BANDS, frames.FLOOR_DB, np.float32)
            inputs.append(timbre.describe(measured, silent).astype(np.float16))
        truth.append(rows["truth"])
    np.savez(CACHE / f"{split}.collected.npz", inputs=np.stack(inputs), truth=np.concatenate(truth))
    print(f"{split}: {len(inputs)} scenes")


if __name__ == "__main__":
    main()
