"""Held notes: instruments and singers hold them, talking does not."""

import numpy as np

from custom_components.hold_slayer.hearing.frames import RATE, STEP, Spectra
from custom_components.hold_slayer.hearing.notes import Notes


def voice(pitch: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray:
    """Return harmonics of a pitch, Hz for each sample, with full scale 1."""
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    return (sum(np.sin(number * phase) / number for number in range(1, 12)) * 0.1).astype(
        np.float32
    )


def shares(samples: np.ndarray, pieces: int) -> np.ndarray:
    """Return the shares of held notes, heard in pieces of so many steps."""
    spectra, notes = Spectra(), Notes()
    size = pieces * STEP
    return np.concatenate(
        [
            notes.process(spectra.process(samples[begin : begin + size]))
            for begin in range(0, len(samples), size)
        ]
    )


def test_a_melody_is_held_and_talking_is_not() -> None:
    """Notes of 0.4 s each are held for most of their length; a pitch that glides as in talking is not."""
    melody = voice(np.repeat([110.0, 131.0, 98.0, 147.0, 110.0], 8 * STEP))
    when = np.arange(40 * STEP) / RATE
    talk = voice(120 * 2 ** (0.3 * np.sin(2 * np.pi * 2.2 * when)))
    assert shares(melody, 4).mean() > 0.6
    assert shares(talk, 4).mean() < 0.2


def test_noise_and_silence_hold_nothing() -> None:
    """Without a pitch there is no note."""
    noise = np.random.default_rng(3).normal(0, 0.1, 40 * STEP).astype(np.float32)
    assert shares(noise, 4).mean() < 0.05
    assert not shares(np.zeros(40 * STEP, np.float32), 4).any()


def test_pieces_of_any_length_say_the_same() -> None:
    """Where the pieces are cut changes nothing."""
    melody = voice(np.repeat([110.0, 165.0], 8 * STEP))
    assert np.array_equal(shares(melody, 1), shares(melody, 16))
