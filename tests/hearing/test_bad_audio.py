"""Audio as lines and decoders spoil it: the same sounds are told, and no verdict sticks."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import resample_poly

from custom_components.hold_slayer.hearing.frames import RATE
from custom_components.hold_slayer.hearing.fusion import ListenerSettings
from custom_components.hold_slayer.hearing.heard import (
    HeardEvent,
    Hearing,
    Phase,
    Sound,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.hearing.listener import Listener
from lab.synth import voice

from .test_listener import CALL, hear, sounds
from .test_timbre import chords


def offset(call: np.ndarray) -> np.ndarray:
    """Return it with a constant offset of a fifth of full scale."""
    return np.clip(call.astype(np.int32) + 6500, -32768, 32767).astype(np.int16)


def clipped(call: np.ndarray) -> np.ndarray:
    """Return it four times too loud."""
    return np.clip(call.astype(np.int32) * 4, -32768, 32767).astype(np.int16)


def floats(call: np.ndarray) -> np.ndarray:
    """Return it as floats of full scale 1."""
    return call.astype(np.float64) / 32768


def stereo(call: np.ndarray) -> np.ndarray:
    """Return it in two equal channels."""
    return np.stack([call, call], axis=1)


@pytest.mark.parametrize("spoil", [offset, clipped, floats, stereo])
def test_the_same_is_heard(spoil: Callable[[np.ndarray], np.ndarray]) -> None:
    """Ringing, then music, whatever the format and the fault."""
    told = sounds(hear(spoil(CALL)))
    assert told.index(Sound.RINGBACK) < told.index(Sound.MUSIC)


def test_44_khz_tells_the_same() -> None:
    """The rate of a compact disc is one of many."""
    wide = resample_poly(CALL.astype(np.float64), 441, 80).astype(np.int16)
    told = sounds(hear(wide, 8820, 44_100))
    assert told.index(Sound.RINGBACK) < told.index(Sound.MUSIC)


def test_a_call_cut_off_in_the_middle_of_a_sample() -> None:
    """An odd last byte is waited for in vain; the rest is heard."""
    data = CALL.astype("<i2").tobytes()[:-1]
    ears = Listener()
    events = [
        event for at in range(0, len(data), 1601) for event in ears.hear(data[at : at + 1601])
    ]
    events += ears.close()
    assert Sound.MUSIC in [event.sound for event in events if isinstance(event, Hearing)]


def alarm(events: list[HeardEvent], before: Verdict) -> Verdict:
    """Return the verdict after some events."""
    return next(
        (event.verdict for event in reversed(events) if isinstance(event, VerdictChange)), before
    )


def a_call_with_somebody() -> np.ndarray:
    """Return music, somebody who says a sentence, and a second of silence, int16."""
    spoken = 0.3 * voice.speak("Hello, this is Sarah, thanks for waiting. How can I help?", "en-gb")
    whole = np.concatenate([0.5 * chords(10), np.zeros(RATE), spoken, np.zeros(RATE)])
    return np.rint(np.clip(whole, -1, 1) * 32767).astype(np.int16)


@pytest.mark.skipif(not voice.installed(), reason="eSpeak NG makes the voice here")
def test_a_verdict_comes_soon_after_its_date() -> None:
    """However long the pieces that the ears work on, what they decide is told within 0.4 s of audio."""
    easily = ListenerSettings(suspect_at=0.02, cancel_at=0.002)
    ears, pcm = Listener(phase=Phase.HOLD, settings=easily), a_call_with_somebody()
    late = [
        (at + 160) / RATE - event.time
        for at in range(0, len(pcm), 160)
        for event in ears.hear(pcm[at : at + 160])
        if isinstance(event, VerdictChange)
    ]
    assert late
    assert max(late) <= 0.4


@pytest.mark.skipif(not voice.installed(), reason="eSpeak NG makes the voice here")
@pytest.mark.parametrize(
    "then",
    [
        lambda ears: ears.hear_gap(40),
        lambda ears: ears.hear(np.zeros(40 * RATE, np.int16)),
        lambda ears: ears.hear(np.full(40 * RATE, np.nan)),
        lambda ears: ears.hear(np.full(40 * RATE, 32767, np.int16)),
        lambda ears: ears.set_rate(16_000) or ears.hear(np.zeros(80 * RATE, np.int16)),
    ],
    ids=["gap", "zeros", "not numbers", "full scale", "another rate"],
)
def test_no_verdict_sticks(then: Callable[[Listener], list[HeardEvent]]) -> None:
    """Somebody talked, then the line broke: after 40 s nobody is there any more."""
    easily = ListenerSettings(suspect_at=0.02, cancel_at=0.002)
    ears, pcm = Listener(phase=Phase.HOLD, settings=easily), a_call_with_somebody()
    events = [event for at in range(0, len(pcm), 800) for event in ears.hear(pcm[at : at + 800])]
    talked = alarm(events, Verdict.NOBODY)
    assert talked in (Verdict.SUSPECTED, Verdict.PERSON)
    assert alarm(then(ears), talked) in (Verdict.NOBODY, Verdict.MACHINE)
