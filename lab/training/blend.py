"""Averages the weights of networks that went on from the same start: `python -m lab.training.blend A.npz B.npz --out C.npz`."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def blend(paths: list[Path]) -> dict[str, NDArray[np.generic]]:
    """Return the mean of every array; ValueError when the networks are not of one shape."""
    stored = []
    for path in paths:
        with np.load(path) as arrays:
            stored.append({name: arrays[name] for name in arrays.files})
    first = stored[0]
    for path, other in zip(paths, stored, strict=True):
        if {n: a.shape for n, a in other.items()} != {n: a.shape for n, a in first.items()}:
            raise ValueError(f"{path} holds a network of another shape than {paths[0]}")
    return {
        name: np.mean([one[name] for one in stored], axis=0, dtype=np.float64).astype(array.dtype)
        for name, array in first.items()
    }


def main() -> None:
    """Blend and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    arrays: dict[str, Any] = dict(blend(chosen.weights))
    np.savez(chosen.out, **arrays)


if __name__ == "__main__":
    main()
