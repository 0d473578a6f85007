"""Repeats within a call, from the print book, and where they end."""

from functools import cache

import numpy as np
import pytest
from scipy.signal import resample_poly

from custom_components.hold_slayer.hearing.heard import RepeatSource
from custom_components.hold_slayer.hearing.prints import PrintKind, PrintMatch, PrintMemory
from lab.channel.codecs import transcode
from lab.channel.laws import g711
from lab.channel.network import drift, lose
from lab.synth import voice
from lab.synth.music import music
from lab.synth.tones import Tone, cadenced

RATE = 8000
BLOCK = 800

pytestmark = pytest.mark.skipif(not voice.installed(), reason="eSpeak NG makes the voices here")

ANNOUNCEMENTS = (
    "All our agents are busy at the moment. Please stay on the line, we will be with you shortly.",
    "Did you know that you can manage your account on our website, at any time of the day?",
    "This call may be recorded for training purposes. Thank you for your patience.",
)
AGENT = (
    "Hello, this is Sarah from customer care, thanks for waiting, how can I help you this morning?"
)


@cache
def spoken(text: str, name: str = "en-us", speed: int = 150, pitch: int = 50) -> np.ndarray:
    """A text spoken, at 8 kHz and a usual level."""
    samples = voice.speak(text, name, words_per_minute=speed, pitch=pitch)
    return (0.1 * samples / np.sqrt(np.mean(samples**2))).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    """Digital silence."""
    return np.zeros(int(seconds * RATE), np.float32)


def clean(samples: np.ndarray, seed: int) -> np.ndarray:
    """G.711 with a little noise, another one at every play."""
    noise = np.random.default_rng(seed).normal(0, 10 ** (-60 / 20), len(samples))
    return g711((samples + noise).astype(np.float32), "mu")


def mobile(samples: np.ndarray, seed: int) -> np.ndarray:
    """GSM full rate, 2 % loss, 50 ppm drift and noise at -45 dBFS."""
    rng = np.random.default_rng(seed)
    noisy = samples + rng.normal(0, 10 ** (-55 / 20), len(samples))
    out = transcode(noisy.astype(np.float32), "gsm")
    out = drift(out, ppm=50)[0]
    return g711(lose(out, rng, share=0.02, burst=1.5, fade=3), "a")


def feed(
    memory: PrintMemory, samples: np.ndarray
) -> tuple[list[PrintMatch], list[PrintMatch | None]]:
    """The matches, and what was current after each 100 ms."""
    matches, current = [], []
    for begin in range(0, len(samples), BLOCK):
        matches += memory.process(samples[begin : begin + BLOCK].astype(np.float32))
        current.append(memory.current)
    return matches, current


@pytest.mark.parametrize("line", [clean, mobile])
@pytest.mark.parametrize("gain", [0.7, 1.4])
def test_an_announcement_is_known_the_second_time(line: object, gain: float) -> None:
    """Within 1.5 s, from any offset, with its place, and gone when the agent talks."""
    first = np.concatenate([np.concatenate([spoken(text), quiet(0.4)]) for text in ANNOUNCEMENTS])
    hold = music(3, 20.0)[: 15 * RATE] * np.float32(0.5)
    lead = quiet(0.0061)
    again = spoken(ANNOUNCEMENTS[1]) * np.float32(gain)
    agent = spoken(AGENT, "en-gb", 160, 70)
    samples = np.concatenate([first, hold, lead, again, quiet(0.3), agent])
    heard = line(samples, 1)  # type: ignore[operator]
    memory = PrintMemory()
    matches, current = feed(memory, heard)
    began = (len(first) + len(hold) + len(lead)) / RATE
    ended = began + len(again) / RATE
    place = (len(spoken(ANNOUNCEMENTS[0])) / RATE) + 0.4
    hits = [match for match in matches if match.time > began]
    assert hits
    assert hits[0].time - began < 1.5
    assert hits[0].source is RepeatSource.CALL
    assert hits[0].first_heard is not None
    assert hits[0].since - hits[0].first_heard == pytest.approx(began - place, abs=0.15)
    during = current[int((began + 1.5) * 10) : int(ended * 10) - 2]
    assert sum(one is not None for one in during) >= 0.9 * len(during)
    after = current[int((ended + 1.1) * 10) :]
    assert after
    assert not any(after)


def test_nothing_repeats_in_new_speech_and_new_music() -> None:
    """Many voices and a tune that does not loop: no repeat."""
    parts = [
        spoken(
            "Der schnelle braune Fuchs springt über den faulen Hund, und niemand sieht es.", "de"
        ),
        spoken(AGENT, "en-gb", 170, 70),
        spoken(
            "Le prochain conseiller disponible va prendre votre appel dans un instant.", "fr-fr"
        ),
        spoken(ANNOUNCEMENTS[1], "en-us", 140, 35),
    ]
    rng = np.random.default_rng(8)
    parts.append(rng.normal(0, 0.05, 10 * RATE).astype(np.float32))
    matches, _ = feed(PrintMemory(), clean(np.concatenate(parts), 2))
    assert matches == []


def test_tones_and_silence_are_no_repeats() -> None:
    """Ringing and pauses come round all the time and prove nothing."""
    ring = cadenced(Tone((440, 480), (2, 4)), 40.0) * np.float32(0.3)
    single = cadenced(Tone((425,), (1, 4)), 30.0) * np.float32(0.3)
    matches, _ = feed(PrintMemory(), np.concatenate([ring, quiet(20), single]))
    assert matches == []


def test_music_that_loops_has_a_period() -> None:
    """The same tune round and round: followed all along, its period is known."""
    tune = music(5, 14.0)[: 14 * RATE]
    length = 14.0
    samples = clean(np.tile(tune, 4), 3)
    memory = PrintMemory()
    matches, current = feed(memory, samples)
    assert matches
    assert matches[0].time < length + 3
    assert current[-1] is not None
    period = current[-1].loop_period
    assert period is not None
    # a tune may hold the same bars twice: then its loop is found to be half as long
    assert length / period == pytest.approx(round(length / period), abs=0.03)
    assert any(match.loop_period for match in matches)


def test_an_announcement_that_comes_round_steadily_has_a_period() -> None:
    """Played every 20 s with other sounds between."""
    rng = np.random.default_rng(9)
    parts = []
    for _ in range(4):
        words = spoken(ANNOUNCEMENTS[0])
        rest = rng.normal(0, 0.05, 20 * RATE - len(words)).astype(np.float32)
        parts += [words, rest]
    matches, _ = feed(PrintMemory(), clean(np.concatenate(parts), 4))
    periods = [match.loop_period for match in matches]
    assert periods[0] is None
    assert periods[-1] == pytest.approx(20.0, abs=0.2)


def test_a_spliced_number_is_not_followed() -> None:
    """A known frame with another word in it: known, not known, known."""
    tail = "thank you for waiting, your call is very important to us and will be answered"
    first = spoken("You are now number four in the queue, " + tail)
    other = spoken(AGENT, "en-gb", 170, 30)[: int(1.6 * RATE)]
    cut = len(first) // 3
    spliced = np.concatenate([first[:cut], other, first[cut:]])
    tune = music(6, 6.0)
    samples = clean(np.concatenate([first, tune, spliced]), 5)
    _, current = feed(PrintMemory(), samples)
    start = len(first) + len(tune)
    before = current[int(start / RATE * 10) + 13 : int((start + cut) / RATE * 10)]
    assert before
    assert all(before)
    gap = [current[int((start + cut) / RATE * 10) + step] for step in range(11, 16)]
    assert not any(gap)
    end = current[int((start + cut + len(other)) / RATE * 10) + 15 :]
    assert sum(one is not None for one in end) > 0.6 * len(end)


def test_an_announcement_over_other_music_is_known() -> None:
    """Music ducked 12 dB below the words was elsewhere the first time."""
    words = spoken(ANNOUNCEMENTS[0])
    tune = music(7, 60.0) * np.float32(0.025)
    first = words + tune[: len(words)]
    again = words + tune[23 * RATE : 23 * RATE + len(words)]
    samples = clean(np.concatenate([first, tune[: 10 * RATE] * 3, again]), 6)
    matches, _ = feed(PrintMemory(), samples)
    began = (len(first) + 10 * RATE) / RATE
    assert any(began < match.time < began + 1.5 for match in matches)


def test_a_book_knows_the_recordings_of_the_next_call() -> None:
    """What repeated in one call is known at its first play in the next, over another line."""
    words = [spoken(text) for text in ANNOUNCEMENTS]
    gap = music(8, 5.0)
    memory = PrintMemory()
    feed(memory, clean(np.concatenate([*words, gap, *words]), 7))
    book = memory.to_book(kind=PrintKind.ANNOUNCEMENT)
    assert 1 <= len(book.prints) <= 4
    assert book.seconds > 8
    later = PrintMemory(book)
    heard = g711(resample_poly(np.concatenate([quiet(2), words[1]]), 1, 1) * np.float32(0.6), "a")
    matches, _ = feed(later, heard)
    assert matches
    assert matches[0].source is RepeatSource.BOOK
    assert matches[0].first_heard is None
    assert matches[0].time < 2 + 1.5
    assert matches[0].uses == 1
    agent, _ = feed(PrintMemory(book), clean(spoken(AGENT, "en-gb", 160, 70), 8))
    assert agent == []


def test_what_is_marked_goes_into_the_book() -> None:
    """A menu heard once is a recording when the navigator says so."""
    memory = PrintMemory()
    words = spoken("For billing press one. For technical support press two.")
    feed(memory, clean(np.concatenate([words, quiet(1)]), 9))
    assert memory.to_book().prints == ()
    memory.mark(0.0, len(words) / RATE, PrintKind.MENU)
    (entry,) = memory.to_book().prints
    assert entry.kind is PrintKind.MENU
    assert entry.seconds == pytest.approx(len(words) / RATE, abs=0.1)


def test_inactive_audio_is_remembered_but_not_searched() -> None:
    """While we speak ourselves nothing is looked up, and later it is known all the same."""
    words = spoken(ANNOUNCEMENTS[2])
    samples = clean(np.concatenate([words, music(9, 4.0), words]), 10)
    memory = PrintMemory()
    quietly = [memory.process(samples[b : b + BLOCK], False) for b in range(0, len(samples), BLOCK)]
    assert not any(quietly)
    matches, _ = feed(memory, clean(words, 11))
    assert matches


def test_short_blocks_of_any_length_give_the_same() -> None:
    """Where blocks shorter than a piece of the search are cut changes nothing; longer ones are searched at once."""
    words = spoken(ANNOUNCEMENTS[0])
    samples = clean(np.concatenate([words, music(10, 3.0), words]), 12)
    found = []
    for size in (160, 333, 700):
        memory = PrintMemory()
        blocks = [samples[begin : begin + size] for begin in range(0, len(samples), size)]
        found.append([match.since for block in blocks for match in memory.process(block)])
    assert found[0] == found[1] == found[2]
    assert found[0]
    (whole,) = PrintMemory().process(samples)
    assert whole.since in found[0]


def test_three_hours_fit_into_four_megabytes() -> None:
    """The history grows with the call, the index does not."""
    memory = PrintMemory()
    before = memory.nbytes
    rng = np.random.default_rng(11)
    noise = rng.normal(0, 0.05, 60 * RATE).astype(np.float32)
    for _ in range(12):
        memory.process(noise, False)
    per_hour = (memory.nbytes - before) / (12 / 60) if memory.nbytes > before else 0
    assert memory.nbytes < 1.6e6
    assert per_hour < 1.3e6
    assert before + 3 * 3600 * 62.5 * 4 < 4.1e6
