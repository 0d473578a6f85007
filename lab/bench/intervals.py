"""How sure a figure is: exact intervals for counts and shares, bootstrap for delays."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import beta, chi2

#: Two-sided confidence of all intervals.
CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2


def rate(count: int, hours: float) -> tuple[float, float]:
    """Interval of a Poisson rate per hour after `count` events in `hours` (Garwood's exact one)."""
    if hours <= 0:
        return 0.0, float("inf")
    low = float(chi2.ppf(_TAIL, 2 * count)) / 2 if count else 0.0
    high = float(chi2.ppf(1 - _TAIL, 2 * count + 2)) / 2
    return low / hours, high / hours


def share(count: int, of: int) -> tuple[float, float]:
    """Interval of a share, 0 to 1 (Clopper and Pearson)."""
    if of == 0:
        return 0.0, 1.0
    low = float(beta.ppf(_TAIL, count, of - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - _TAIL, count + 1, of - count)) if count < of else 1.0
    return low, high


def bootstrap(
    values: Sequence[float],
    figure: Callable[[np.ndarray[tuple[int, ...], np.dtype[np.float64]]], float],
) -> tuple[float, float]:
    """Interval of a figure over calls, drawing 1000 times with replacement; one value per call."""
    if len(values) < 2:
        return float("nan"), float("nan")
    rng = np.random.default_rng(0)
    data = np.asarray(values, np.float64)
    figures = [figure(data[rng.integers(len(data), size=len(data))]) for _ in range(1000)]
    return float(np.quantile(figures, _TAIL)), float(np.quantile(figures, 1 - _TAIL))
