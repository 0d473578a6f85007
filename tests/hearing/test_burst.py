"""One burst of a tone, measured by itself."""

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.burst import RATE, Burst


def tone(seconds: float, *frequencies: float) -> np.ndarray:
    """Return sines of equal level."""
    time = np.arange(round(seconds * RATE)) / RATE
    return sum(0.1 * np.sin(2 * np.pi * f * time) for f in frequencies).astype(np.float32)  # type: ignore[union-attr]


@pytest.mark.parametrize("seconds", [0.1, 0.4, 1.0, 3.0])
@pytest.mark.parametrize("frequencies", [(425.0,), (440.0, 480.0), (950.0, 1400.0, 1800.0)])
def test_its_frequencies(seconds: float, frequencies: tuple[float, ...]) -> None:
    """They are told as exactly as the burst is long; nothing else is in it."""
    burst = Burst(start=0.0, end=seconds)
    burst.measure(tone(seconds, *frequencies))
    if seconds > 0.1 or len(frequencies) != 2:  # 40 Hz apart takes longer
        assert len(burst.frequencies) == len(frequencies)
        assert burst.frequencies == pytest.approx(frequencies, abs=max(burst.resolution, 3.0))
    assert burst.purity > 0.95
    assert abs(burst.slope) < 0.5


def test_silence_has_none() -> None:
    """Digital silence holds no frequency and is no tone."""
    burst = Burst(start=0.0, end=0.5)
    burst.measure(np.zeros(4000, np.float32))
    assert burst.frequencies == ()
    assert burst.purity == 0.0
    assert not burst.steady


def test_one_that_dies_away() -> None:
    """A bell is no tone of a network."""
    burst = Burst(start=0.0, end=1.0)
    burst.measure(tone(1.0, 425.0) * np.exp(-np.arange(RATE) / RATE * 5).astype(np.float32))
    assert burst.slope < -10
    assert not burst.steady
