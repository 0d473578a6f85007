"""Turns the kept frames of a split into what the network sees: `python -m lab.training.collect SPLIT [--least SEED]`."""

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab import component
from lab.training.build import CACHE

frames: Any = component.module("hearing.frames")
timbre: Any = component.module("hearing.timbre")

#: Columns of the truth.
_VOICE, _MUSIC, _LIVE = 0, 1, 3
#: Longest wait of a person between two words, s; what follows the last word for sure; what follows a recording, and
#: how long before a person's first word their room may be heard, all in steps of 50 ms.
_WAIT, _LINGER, _AFTER, _ROOM = 80, 8, 50, 34


def with_pauses(truth: NDArray[np.int8]) -> NDArray[np.int8]:
    """Say of the quiet between and after words, too, whether it is a person's room; `truth` is (steps, 4)."""
    out = truth.copy()
    live = truth[:, _LIVE]
    quiet = (truth[:, _VOICE] == 0) & (truth[:, _MUSIC] == 0)
    known = np.flatnonzero(live >= 0)
    for number, at in enumerate(known):
        follows = int(known[number + 1]) if number + 1 < len(known) else len(live)
        if follows == at + 1:
            continue
        again = follows < len(live) and live[follows] == 1
        if live[at] == 1:
            whole = again and follows - at <= _WAIT and bool(quiet[at + 1 : follows].all())
            end = follows if whole else min(follows, at + 1 + _LINGER)
        else:
            end = min(follows - _ROOM * again, at + 1 + _AFTER)
        for step in range(at + 1, end):
            if not quiet[step]:
                break
            out[step, _LIVE] = live[at]
    return out


def main() -> None:
    """Join all shards of a split into one file of inputs and truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split")
    parser.add_argument("--least", type=int, default=0, help="leave out scenes of lower seeds")
    parser.add_argument("--name", help="name of what is written (default: the split)")
    chosen = parser.parse_args()
    split = chosen.split
    inputs, truth = [], []
    for path in sorted(CACHE.glob(f"{split}-*[0-9].npz")):
        if int(path.stem.rpartition("-")[2]) < chosen.least:
            continue
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
            truth.append(with_pauses(rows["truth"][number]))
    name = chosen.name or split
    np.savez(CACHE / f"{name}.collected.npz", inputs=np.stack(inputs), truth=np.stack(truth))
    print(f"{name}: {len(inputs)} scenes")


if __name__ == "__main__":
    main()
