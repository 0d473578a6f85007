"""Repeats that pause: the recording goes on after it, or somebody else does."""

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.prints import PrintMemory
from lab.synth import voice
from lab.synth.music import music

from .test_prints import AGENT, ANNOUNCEMENTS, BLOCK, RATE, clean, mobile, quiet, spoken

pytestmark = pytest.mark.skipif(not voice.installed(), reason="eSpeak NG makes the voices here")


def follow(samples: np.ndarray) -> tuple[list[bool], list[float]]:
    """Whether a copy goes on after each 100 ms, and for how long that has been unsure, s."""
    memory = PrintMemory()
    known, unsure = [], []
    for begin in range(0, len(samples), BLOCK):
        memory.process(samples[begin : begin + BLOCK].astype(np.float32))
        known.append(memory.current is not None)
        unsure.append(memory.unsure)
    return known, unsure


@pytest.mark.parametrize("line", [clean, mobile])
@pytest.mark.parametrize("pause", [0.8, 1.5, 2.5])
def test_a_recording_is_the_same_after_its_pauses(line: object, pause: float) -> None:
    """What was known before a pause is known at once after it."""
    words = np.concatenate([spoken(ANNOUNCEMENTS[0]), quiet(pause), spoken(ANNOUNCEMENTS[1])])
    between = music(12, 6.0)
    heard = line(np.concatenate([words, between, words]), 21)  # type: ignore[operator]
    known, _ = follow(heard)
    resumed = len(words) + len(between) + len(spoken(ANNOUNCEMENTS[0])) + int(pause * RATE)
    assert all(known[resumed // BLOCK + 1 : len(heard) // BLOCK - 3])


@pytest.mark.parametrize("line", [clean, mobile])
@pytest.mark.parametrize("pause", [0.6, 1.5, 2.5])
def test_who_answers_in_a_pause_is_no_copy(line: object, pause: float) -> None:
    """Somebody who talks where the recording paused is soon told from it, and meanwhile not taken for it."""
    first, second = spoken(ANNOUNCEMENTS[0]), spoken(ANNOUNCEMENTS[1])
    agent = spoken(AGENT, "en-gb", 160, 70)
    between = music(13, 6.0)
    again = np.concatenate([first, quiet(pause), agent])
    whole = np.concatenate([first, quiet(pause), second, between, again])
    known, unsure = follow(line(whole, 22))  # type: ignore[operator]
    answers = (len(whole) - len(agent)) // BLOCK
    assert not any(known[answers + 8 : answers + 30])
    while_known = [
        seconds for one, seconds in zip(known[answers:], unsure[answers:], strict=True) if one
    ]
    assert all(seconds > pause / 2 for seconds in while_known)
