"""What the network learns from: pauses that belong to a person or a recording, worn lines."""

import numpy as np
import pytest

from lab.corpus import RATE
from lab.training import wear
from lab.training.collect import with_pauses


def truth(*runs: tuple[int, int, int, int]) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    """Return the truth of runs: steps, voice, music, live."""
    rows = [
        np.tile(np.array([voice, music, 0, live], np.int8), (n, 1))
        for n, voice, music, live in runs
    ]
    return np.concatenate(rows)


def test_a_wait_between_two_words_is_the_persons_room() -> None:
    """The quiet between a person's words is live; what follows the last one only for a moment."""
    marked = with_pauses(truth((10, 1, 0, 1), (40, 0, 0, -1), (10, 1, 0, 1), (40, 0, 0, -1)))[:, 3]
    assert np.all(marked[:60] == 1)
    assert np.all(marked[60:68] == 1)
    assert np.all(marked[68:] == -1)


def test_the_quiet_after_a_recording_is_not_live_until_somebody_may_have_come() -> None:
    """It says so for 2.5 s at most, and ends before the room of a person who talks next may be heard."""
    marked = with_pauses(truth((10, 1, 0, 0), (80, 0, 0, -1)))[:, 3]
    assert np.all(marked[:60] == 0)
    assert np.all(marked[60:] == -1)
    before_a_person = with_pauses(truth((10, 1, 0, 0), (44, 0, 0, -1), (10, 1, 0, 1)))[:, 3]
    assert np.all(before_a_person[10:20] == 0)
    assert np.all(before_a_person[20:54] == -1)


def test_music_ends_a_pause() -> None:
    """Nothing is said of what music covers."""
    marked = with_pauses(truth((10, 1, 0, 0), (5, 0, 0, -1), (20, 0, 1, -1)))[:, 3]
    assert np.all(marked[10:15] == 0)
    assert np.all(marked[15:] == -1)


@pytest.mark.parametrize("seed", range(12))
def test_wear_moves_nothing_in_time(seed: int) -> None:
    """A click stays where it is, and the length stays the same."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(2 * RATE, np.float32)
    samples[RATE : RATE + 400] = 0.5 * np.sin(np.arange(400) * 0.8)
    worn = wear.wear(rng, samples)
    assert worn.shape == samples.shape
    assert np.all(np.isfinite(worn))
    assert np.max(np.abs(worn)) <= 1
    power = worn.astype(np.float64) ** 2
    assert power[RATE - 80 : RATE + 480].sum() > 0.9 * power.sum()
