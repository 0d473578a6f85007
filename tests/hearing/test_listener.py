"""The public seam: audio in, dated events out, whatever the audio is."""

import numpy as np
import pytest

from custom_components.hold_slayer.hearing.frames import RATE
from custom_components.hold_slayer.hearing.heard import (
    AudioResumed,
    AudioStopped,
    HeardEvent,
    Hearing,
    Phase,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    VerdictChange,
)
from custom_components.hold_slayer.hearing.listener import Listener

from .test_timbre import chords


def pcm(samples: np.ndarray) -> np.ndarray:
    """Return int16 samples."""
    return np.rint(np.clip(samples, -1, 1) * 32767).astype(np.int16)


def ringing(seconds: float) -> np.ndarray:
    """Return the European ringback tone, 425 Hz, 1 s on and 4 s off (ITU-T E.180)."""
    time = np.arange(int(seconds * RATE)) / RATE
    return pcm(0.1 * np.sin(2 * np.pi * 425 * time) * (time % 5 < 1))


def hear(audio: np.ndarray, block: int = 1600, rate: int = RATE) -> list[HeardEvent]:
    """Return all events of a recording heard in blocks."""
    ears = Listener(rate)
    events = [e for at in range(0, len(audio), block) for e in ears.hear(audio[at : at + block])]
    return [*events, *ears.close()]


def sounds(events: list[HeardEvent]) -> list[Sound]:
    """Return the sounds told, in order."""
    return [event.sound for event in events if isinstance(event, Hearing)]


CALL = np.concatenate([ringing(12), pcm(np.zeros(RATE)), pcm(chords(15))])


def test_a_call_is_told_in_order() -> None:
    """Ringing, then music; times rise and lie in the recording."""
    events = hear(CALL)
    told = sounds(events)
    assert told.index(Sound.RINGBACK) < told.index(Sound.MUSIC)
    times = [event.time for event in events]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= len(CALL) / RATE + 0.1
    assert not [event for event in events if isinstance(event, VerdictChange)]


@pytest.mark.parametrize("block", [160, 333, 20_000])
def test_blocks_do_not_matter(block: int) -> None:
    """Any block length tells the same sounds at the same times."""

    def told(events: list[HeardEvent]) -> list[tuple[Sound, float]]:
        return [(e.sound, e.since) for e in events if isinstance(e, Hearing)]

    whole, cut = told(hear(CALL, 800)), told(hear(CALL, block))
    assert [sound for sound, _ in whole] == [sound for sound, _ in cut]
    assert np.allclose([since for _, since in whole], [since for _, since in cut], atol=0.21)


def test_wideband_tells_the_same() -> None:
    """16 kHz audio of the same call gives the same sounds."""
    wide = np.repeat(CALL, 2)
    assert sounds(hear(wide, 3200, 16000)) == sounds(hear(CALL))


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"\x01",
        b"\x00\x80" * 1600,
        np.full(1600, np.nan),
        np.full((1600, 2), np.inf),
        np.full(1600, 9e9),
        np.array(["no audio"] * 100),
        np.full(1600, 32767, np.int16),
        np.full(1600, -32768, np.int16),
        np.zeros((0, 2), np.int16),
        np.zeros((4, 4, 100), np.int8),
    ],
    ids=lambda odd: str(odd)[:20],
)
def test_broken_audio_does_no_harm(odd: bytes | np.ndarray) -> None:
    """Nothing raises, and what comes after is heard as ever."""
    ears = Listener()
    for _ in range(20):
        ears.hear(odd)
    events: list[HeardEvent] = []
    for at in range(0, len(CALL), 1600):
        events += ears.hear(CALL[at : at + 1600])
    assert Sound.MUSIC in sounds(events)
    assert 0 <= ears.probability <= 1


def test_what_is_no_audio_at_all() -> None:
    """Even an object that is no audio is refused without an exception."""
    ears = Listener()
    assert ears.hear(None) == []  # type: ignore[arg-type]
    assert ears.hear("text") == []  # type: ignore[arg-type]
    assert ears.now == 0


def test_gap_keeps_the_clock_and_is_told() -> None:
    """Missing audio counts as time; a long gap is reported, and its end."""
    ears = Listener()
    ears.hear(CALL[: 20 * RATE])
    events = ears.hear_gap(5.0)
    assert ears.now == pytest.approx(25, abs=0.4)
    (stopped,) = [event for event in events if isinstance(event, AudioStopped)]
    assert stopped.since == pytest.approx(20, abs=0.5)
    events = ears.hear(CALL[20 * RATE : 22 * RATE])
    assert any(isinstance(event, AudioResumed) for event in events)


@pytest.mark.parametrize("seconds", [0, -3, float("nan"), float("inf")])
def test_impossible_gaps_are_ignored(seconds: float) -> None:
    """A gap of no sensible length changes nothing."""
    ears = Listener()
    assert ears.hear_gap(seconds) == []
    assert ears.now == 0


def test_rate_change_in_mid_call() -> None:
    """After a change of codec the clock and the hearing go on."""
    ears = Listener(8000)
    events = ears.hear(CALL[: 20 * RATE])
    ears.set_rate(16000)
    events = ears.hear(np.repeat(CALL[20 * RATE : 26 * RATE], 2))
    assert ears.now == pytest.approx(26, abs=0.4)
    assert not [event for event in events if isinstance(event, VerdictChange)]


def test_dead_line_is_told_once() -> None:
    """Nothing but zeros for long is one-way audio."""
    events = hear(np.zeros(60 * RATE, np.int16))
    assert len([event for event in events if isinstance(event, AudioStopped)]) == 1
    assert sounds(events) == [Sound.SILENCE]


def test_phase_can_change_and_close_ends() -> None:
    """The phase may be set at any time; close tells what was open, once."""
    ears = Listener(phase=Phase.MENU)
    ears.hear(CALL[:RATE])
    for phase in Phase:
        ears.set_phase(phase)
    ears.we_speak(active=True)
    ears.we_speak(active=False)
    ears.close()
    assert ears.close() == []
    assert ears.explain() == ()


def test_utterances_come_in_pairs() -> None:
    """Every utterance that starts ends, at the latest on close."""
    rng = np.random.default_rng(5)
    buzz = sum(np.sin(2 * np.pi * 140 * k * np.arange(8 * RATE) / RATE) / k for k in range(1, 20))
    syllables = np.repeat(rng.random(40) > 0.4, RATE // 5)
    events = hear(pcm(0.2 * buzz * syllables))
    started = [event.utterance for event in events if isinstance(event, UtteranceStarted)]
    ended = [event.utterance for event in events if isinstance(event, UtteranceEnded)]
    assert started == ended


def test_a_block_may_be_filled_anew() -> None:
    """Whoever hands a block over may use its memory again at once."""
    block = np.zeros(160, np.int16)
    ears = Listener()
    events: list[HeardEvent] = []
    for at in range(0, len(CALL) // 160 * 160, 160):
        block[:] = CALL[at : at + 160]
        events += ears.hear(block)
        block[:] = 0
    assert Sound.RINGBACK in sounds(events)
    assert Sound.MUSIC in sounds(events)
