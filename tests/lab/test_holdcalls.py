"""Made hold calls are what their truth says."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lab import corpus
from lab.corpus import RATE, Corpus
from lab.holdcalls import SPOKEN, HoldCall, Kind, Truth, cache
from lab.holdcalls.__main__ import main
from lab.holdcalls.activity import active_parts
from lab.synth.music import music
from lab.synth.singing import sing

SEEDS = range(2_000_000, 2_000_006)


def _talk(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Something with words: buzzing syllables with pauses."""
    time = np.arange(int(seconds * RATE)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * 4 * time), 0, 1) * (
        np.sin(2 * np.pi * 0.35 * time + 1) > -0.6
    )
    pitch = 120 + 30 * np.sin(2 * np.pi * 0.7 * time)
    voice = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / RATE)) * syllables
    return np.asarray(0.2 * voice + rng.normal(0, 0.001, len(time)), np.float32)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus with two units of each label."""
    root = tmp_path_factory.mktemp("corpus")
    rng = np.random.default_rng(0)
    for number in range(2):
        made = {
            "music": music(number, 20),
            "song": music(number + 9, 20),
            "noise": rng.normal(0, 0.05, 5 * RATE).astype(np.float32),
        }
        for clip in range(6):
            made[f"live {clip}"] = _talk(rng, 9 + clip)
            made[f"recorded {clip}"] = _talk(rng, 3 + clip)
        for name, samples in made.items():
            label = name.partition(" ")[0]
            path = root / label / f"unit{number}" / f"{name}.flac"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, samples, RATE)
    return corpus.load(root)


@pytest.fixture(scope="module")
def calls(sounds: Corpus) -> list[HoldCall]:
    """A few short calls."""
    return [HoldCall(sounds, seed, minutes=1.2) for seed in SEEDS]


def test_a_seed_makes_the_same_call_again(sounds: Corpus, calls: list[HoldCall]) -> None:
    again = HoldCall(sounds, SEEDS[1], minutes=1.2)
    assert np.array_equal(again.samples, calls[1].samples)
    assert again.truth == calls[1].truth
    assert not np.array_equal(calls[0].samples[:RATE], calls[1].samples[:RATE])


def test_truth_covers_the_whole_call_in_order(calls: list[HoldCall]) -> None:
    for call in calls:
        truth = call.truth
        assert truth.seconds == pytest.approx(len(call.samples) / RATE)
        assert max(s.end for s in truth.segments) == pytest.approx(truth.seconds, abs=0.05)
        covered = np.zeros(int(truth.seconds * 10))
        for segment in truth.segments:
            assert 0 <= segment.start < segment.end <= truth.seconds + 0.05
            covered[int(segment.start * 10) : int(segment.end * 10) + 1] = 1
            for begin, end in segment.active:
                assert segment.start - 0.05 <= begin < end <= segment.end + 0.05
        # the short gaps between the pieces of one announcement belong to nobody
        assert covered.mean() > 0.95


def test_beds_do_not_overlap_and_only_ducked_voices_lie_over_them(calls: list[HoldCall]) -> None:
    for call in calls:
        beds = sorted(
            (s for s in call.truth.segments if s.kind not in SPOKEN), key=lambda s: s.start
        )
        for first, second in itertools.pairwise(beds):
            assert first.end <= second.start + 0.01
        for voice in (s for s in call.truth.segments if s.kind is Kind.ANNOUNCEMENT):
            under = [b for b in beds if b.start < voice.end - 0.05 and b.end > voice.start + 0.05]
            assert bool([b for b in under if b.kind in (Kind.MUSIC, Kind.SONG)]) <= voice.over_music


def test_a_repeat_is_the_same_sound_as_its_first_hearing(sounds: Corpus) -> None:
    call = HoldCall(sounds, SEEDS[0], minutes=2, hard=0)
    pairs = 0
    for again in (
        s
        for s in call.truth.segments
        if s.kind is Kind.ANNOUNCEMENT and not s.first and not s.over_music
    ):
        first = next(s for s in call.truth.segments if s.source == again.source)
        if first.over_music:
            continue
        count = int(min(first.end - first.start, again.end - again.start) * RATE) - 10
        old, new = (
            call.samples[int(s.start * RATE) :][:count].astype(float) for s in (first, again)
        )
        best = max(
            np.corrcoef(old[2:-2], new[2 + k : len(new) - 2 + k or None])[0, 1]
            for k in (-2, -1, 0, 1)
        )
        assert best > 0.9
        pairs += 1
    assert pairs, "the call repeats nothing, so it proves nothing"


def test_the_first_word_is_where_the_voice_begins(calls: list[HoldCall]) -> None:
    met = [
        c
        for c in calls
        if c.truth.agent is not None and (c.truth.office is None or c.truth.office > 20)
    ]
    assert met
    for call in met:
        word, opened = call.truth.first_word, call.truth.agent
        assert word is not None
        assert opened is not None
        assert opened <= word < opened + 3
        agent = next(s for s in call.truth.segments if s.kind is Kind.AGENT)
        assert agent.active[0][0] == word

        def level(at: float, call: HoldCall = call) -> float:
            part = call.samples[int(at * RATE) : int((at + 0.15) * RATE)].astype(float)
            return float(10 * np.log10(np.mean(part**2) + 1))

        if word - opened > 0.3:
            assert level(word + 0.02) > level(word - 0.2) + 3


def test_agents_wait_for_an_answer(calls: list[HoldCall]) -> None:
    waits = []
    for call in calls:
        if call.truth.manner in ("greets", "hello"):
            agent = next(s for s in call.truth.segments if s.kind is Kind.AGENT)
            waits += [b[0] - a[1] for a, b in zip(agent.active, agent.active[1:], strict=False)]
    assert any(1.5 <= wait <= 4.5 for wait in waits)


def test_truth_survives_its_json(calls: list[HoldCall]) -> None:
    for call in calls:
        assert Truth.from_json(call.truth.to_json()) == call.truth


def test_plays_join_the_pieces_of_an_announcement(calls: list[HoldCall]) -> None:
    for call in calls:
        plays = call.truth.plays()
        assert sum(len(p.source.split(" + ")) for p in plays) == sum(
            s.kind in SPOKEN and s.kind is not Kind.AGENT for s in call.truth.segments
        )
        assert all(second.start >= first.end for first, second in itertools.pairwise(plays))


def test_an_agent_who_is_asked_stops_and_answers(sounds: Corpus) -> None:
    call = next(
        c
        for c in (HoldCall(sounds, seed, minutes=0.8) for seed in SEEDS)
        if c.truth.manner == "greets"
    )
    before, word = call.samples.copy(), call.truth.first_word
    assert word is not None
    assert not call.ask(word - 20, word - 18)
    assert np.array_equal(before, call.samples)
    since, until = word + 1.0, word + 2.6
    assert call.ask(since, until)
    count = int(since * RATE)
    assert np.array_equal(before[:count], call.samples[:count])
    assert not np.array_equal(before[count:], call.samples[count:])
    agent = next(s for s in call.truth.segments if s.kind is Kind.AGENT)
    assert not [a for a in agent.active if a[0] > since + 0.6 and a[0] < until]
    assert [a for a in agent.active if until < a[0] < until + 1.6]
    assert call.truth.first_word == pytest.approx(word, abs=0.01)


def test_made_calls_are_kept(
    sounds: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "FOLDER", tmp_path)
    first = cache.made(sounds, 5, split=None, minutes=0.8)
    assert len(list(tmp_path.rglob("*.flac"))) == 1
    monkeypatch.setattr(cache, "HoldCall", None)  # a second one must not be made
    again = cache.made(sounds, 5, split=None, minutes=0.8)
    assert np.array_equal(first.samples, again.samples)
    assert first.truth == again.truth


def test_calls_are_written_to_listen_to(
    sounds: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "--corpus",
        str(sounds.root),
        "--seed",
        "7",
        "--count",
        "1",
        "--minutes",
        "0.8",
        "--out",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    samples, rate = soundfile.read(tmp_path / "7.wav")
    truth = json.loads((tmp_path / "7.json").read_text())
    assert rate == RATE
    assert truth["seconds"] == pytest.approx(len(samples) / RATE)
    assert "7.wav" in capsys.readouterr().out


def test_a_corpus_that_is_not_there_is_an_error_not_a_crash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--corpus", str(tmp_path / "none"), "--out", str(tmp_path)]) == 1
    assert "not a folder" in capsys.readouterr().err


def test_activity_finds_words_to_a_few_hundredths_of_a_second() -> None:
    rng = np.random.default_rng(1)
    quiet = rng.normal(0, 0.0005, 4 * RATE)
    word = np.sin(2 * np.pi * 300 * np.arange(RATE // 2) / RATE) * 0.2
    for at in (1.0, 2.5):
        quiet[int(at * RATE) : int(at * RATE) + len(word)] += word
    found = active_parts(quiet.astype(np.float32))
    assert np.array(found) == pytest.approx(np.array([[1.0, 1.5], [2.5, 3.0]]), abs=0.03)
    assert active_parts(np.zeros(RATE, np.float32)) == []


def test_music_by_seed_is_loud_finite_and_repeatable() -> None:
    for seed in range(8):
        piece = music(seed, 12)
        assert len(piece) >= 12 * RATE
        assert np.isfinite(piece).all()
        assert np.abs(piece).max() == pytest.approx(0.7, abs=0.01)
        assert np.array_equal(piece, music(seed, 12))


def test_singing_holds_notes_that_speech_does_not() -> None:
    line = sing(_talk(np.random.default_rng(3), 6), np.random.default_rng(4))
    assert len(line) > 6 * RATE
    assert np.isfinite(line).all()
