"""Calls that say and play everything twice, for measuring the prints."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab import channel, corpus

RATE = 8000
type Samples = NDArray[np.float32]


@dataclass(slots=True)
class Part:
    """A stretch of a made call."""

    kind: str
    begin: float
    end: float
    #: Number of the clip, the same for both of its plays.
    clip: int
    again: bool = False
    #: Where in the clip the second play begins, s.
    offset: float = 0.0


def _pieces(
    sounds: corpus.Corpus, label: str, rng: np.random.Generator, count: int, longest: float
) -> list[Samples]:
    """Some clips of a label, cut to `longest` s, of at least 2.5 s."""
    clips = [clip for clip in sounds.having(label) if clip.seconds >= 2.5]
    if not clips:
        return []
    chosen = rng.permutation(len(clips))[:count]
    out = []
    for index in chosen:
        samples = corpus.read(clips[int(index)].path)
        most = int(longest * RATE)
        start = int(rng.integers(0, max(len(samples) - most, 1)))
        out.append(samples[start : start + most])
    return out


def make_call(sounds: corpus.Corpus, rng: np.random.Generator) -> tuple[Samples, list[Part]]:
    """A call before its line: samples and what stands where."""
    source, agent = channel.draw_source(rng), channel.draw_source(rng)
    said = [channel.prepare(x, source, rng) for x in _pieces(sounds, "recorded", rng, 12, 10)]
    tunes = [
        channel.prepare(x, source, rng)
        for label in ("music", "song")
        for x in _pieces(sounds, label, rng, 3, 20)
    ]
    live = [channel.prepare(x, agent, rng) for x in _pieces(sounds, "live", rng, 18, 14)]
    out: list[Samples] = []
    parts: list[Part] = []
    place = 0

    def play(
        samples: Samples, kind: str, clip: int, again: bool = False, offset: float = 0.0
    ) -> None:
        nonlocal place
        parts.append(Part(kind, place / RATE, (place + len(samples)) / RATE, clip, again, offset))
        gap = np.zeros(int(rng.uniform(0.1, 0.6) * RATE), np.float32)
        out.extend([samples, gap])
        place += len(samples) + len(gap)

    for number, samples in enumerate(said):
        play(samples, "announcement", number)
    for number, samples in enumerate(tunes):
        play(samples, "music", 100 + number)
    for number, samples in enumerate(said):
        gain = np.float32(10 ** (rng.uniform(-3, 3) / 20))
        kind = "announcement"
        second = samples * gain
        if number % 3 == 2 and tunes:
            kind = "announcement over music"
            tune = tunes[int(rng.integers(len(tunes)))]
            under = np.resize(tune[::-1], len(second))  # backwards: music not heard before
            power = float(np.sqrt(np.mean(second**2) / max(float(np.mean(under**2)), 1e-9)))
            second = second + under * np.float32(power * 10 ** (-12 / 20))
        play(second.astype(np.float32), kind, number, again=True)
        if live:
            play(live[number % len(live)], "live talk", 200 + number)
        if number % 2 == 1 and number // 2 < len(tunes):
            tune = tunes[number // 2]
            start = int(rng.integers(0, max(len(tune) - 8 * RATE, 1)))
            play(
                tune[start : start + 8 * RATE],
                "music",
                100 + number // 2,
                again=True,
                offset=start / RATE,
            )
    return np.concatenate(out), parts


def music(parts: list[Part], moved: Any) -> list[tuple[float, float]]:
    """Return when music plays, s, as the line moved it."""
    return [(moved(one.begin), moved(one.end)) for one in parts if one.kind == "music"]
