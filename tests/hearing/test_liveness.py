"""The likeness of a voice to the recorded voices of a call."""

import numpy as np

from custom_components.hold_slayer.hearing.frames import BANDS
from custom_components.hold_slayer.hearing.line import LIKENESS, Line
from custom_components.hold_slayer.hearing.liveness import Step, Talk


def talk(spectrum: np.ndarray[tuple[int], np.dtype[np.float64]], seconds: float, seed: int) -> Talk:
    """Return a talk of so many seconds of words whose mean spectrum is given, in dB."""
    rng = np.random.default_rng(seed)
    made = Talk(onset=0.0, after_music=10.0, room_before=None, floor=None)
    for number in range(round(seconds / 0.05)):
        words = 6 * np.convolve(rng.standard_normal(BANDS + 6), np.ones(7) / 7, "valid")
        mel = (spectrum + words).astype(np.float32)
        made.step(
            Step(
                time=number * 0.05,
                voice=0.95,
                music=0.0,
                singing=0.0,
                live=0.5,
                level=-20.0,
                mel=mel,
            )
        )
    return made


def test_the_matrix_fits() -> None:
    """It is small, finite and symmetric."""
    with np.load(LIKENESS) as stored:
        whiten = stored["whiten"]
    assert whiten.shape == (BANDS, BANDS)
    assert np.all(np.isfinite(whiten))
    assert np.allclose(whiten, whiten.T, atol=1e-5)


def test_the_same_voice_is_nearer_than_another() -> None:
    """Other words of a recorded voice are like it, another's words are not, both from half a second on."""
    bands = np.arange(BANDS)
    announcer = -30 - 0.8 * bands + 4 * np.sin(bands * 1.9)
    agent = -30 - 0.2 * bands + 4 * np.cos(bands * 1.3)
    line = Line()
    line.recording(talk(announcer, 4, seed=1))
    same, other = talk(announcer, 0.6, seed=2), talk(agent, 0.6, seed=3)
    line.compare(same)
    line.compare(other)
    assert same.unlike is not None
    assert other.unlike is not None
    assert same.unlike < 0 < other.unlike


def test_nothing_is_said_without_a_recorded_voice() -> None:
    """Nothing is known of a call's first voice."""
    first = talk(np.full(BANDS, -30.0), 2, seed=4)
    Line().compare(first)
    assert first.unlike is None
