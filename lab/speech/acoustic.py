"""The acoustic models of the lab, and speech as they want it."""

from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from ..sounds import RATE as _WIDE, Samples

#: One folder per language, made by `train`.
MODELS = Path(__file__).parent / "models"
#: Samples per second of the speech that the models know: a telephone's.
RATE = 8000


def narrow(samples: Samples) -> Samples:
    """Speech of the lab's rate at `RATE`."""
    return np.asarray(resample_poly(samples, RATE, _WIDE), np.float32)


def phones(language: str) -> frozenset[str]:
    """Phones that a language's model has; raises FileNotFoundError when there is none."""
    lines = (MODELS / language / "mdef").read_text(encoding="utf-8").splitlines()
    # one line a phone behind the comment that names the columns: base, left, right, …
    rows = [line.split() for line in lines if line and line[0] not in "#0123456789"]
    return frozenset(row[0] for row in rows if row and row[0] not in ("SIL", "+MUSIC+"))
