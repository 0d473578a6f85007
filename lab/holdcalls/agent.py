"""The living person at the end of a hold: turns of talk with waits for an answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.channel.level import set_level
from lab.holdcalls.activity import active_parts

RATE = 8000
type Samples = NDArray[np.float32]

#: How agents behave and how often.
MANNERS = {"greets": 0.55, "hello": 0.25, "talks": 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something the agent says at a time (s from the opening of the line), and then waits."""

    at: float
    samples: Samples


def phrases(clip: Samples) -> list[Samples]:
    """A clip cut at its pauses of 0.3 s and more, each with 40 ms around it."""
    pad = int(0.04 * RATE)
    return [
        clip[max(int(a * RATE) - pad, 0) : int(b * RATE) + pad]
        for a, b in active_parts(clip, 0.3)
        if b - a > 0.15
    ]


def turns(clip: Samples, manner: str, rng: np.random.Generator, seconds: float) -> list[Turn]:
    """What an agent says in `seconds`, made of the phrases of one clip.

    `greets`: 1.5–6 s of talk, then waits of 1.5–4 s between short turns. `hello`: one word, a wait, another.
    `talks`: goes through the clip with its own pauses.
    """
    said = phrases(set_level(clip, -20))
    if not said:
        return []
    position = 0 if rng.random() < 0.5 else int(rng.integers(len(said)))
    at = float(rng.uniform(0.1, 1.6))
    made: list[Turn] = []
    number = 0
    while at < seconds:
        if manner == "hello":
            goal = float(rng.uniform(0.25, 0.9))
        elif manner == "greets":
            goal = float(rng.uniform(1.5, 6.0)) if number == 0 else float(rng.uniform(0.4, 2.5))
        else:
            goal = float(rng.uniform(4.0, 15.0))
        talk, position = _collect(said, position, goal, rng, cut=manner == "hello")
        made.append(Turn(at=at, samples=talk))
        at += len(talk) / RATE + float(
            rng.uniform(1.5, 4.0) if manner != "talks" else rng.uniform(0.6, 2.0)
        )
        number += 1
    return made


def answer(clip: Samples, rng: np.random.Generator) -> Samples:
    """What the agent says to our question: 0.4–2.5 s."""
    said = phrases(set_level(clip, -20))
    return _collect(
        said, int(rng.integers(len(said))), float(rng.uniform(0.4, 2.5)), rng, cut=False
    )[0]


def _collect(
    said: list[Samples], position: int, goal: float, rng: np.random.Generator, *, cut: bool
) -> tuple[Samples, int]:
    """Phrases from a position until `goal` s are full; with `cut`, the first is shortened to it at its quietest place."""
    parts: list[Samples] = []
    length = 0
    while length < goal * RATE:
        part = said[position % len(said)]
        position += 1
        if cut or (not parts and len(part) > (goal + 4) * RATE):
            part = _shorten(part, goal if cut else goal + 2)
        parts += [part, np.zeros(int(rng.uniform(0.08, 0.35) * RATE), np.float32)]
        length += len(part)
        if cut:
            break
    return np.concatenate(parts[:-1]), position


def _shorten(part: Samples, seconds: float) -> Samples:
    """Cut near a length at the quietest 20 ms within ±40 %, with a short fade."""
    low, high = int(seconds * 0.6 * RATE), int(seconds * 1.4 * RATE)
    if len(part) <= high:
        return part
    frames = part[low : low + (high - low) // 160 * 160].reshape(-1, 160)
    end = low + int(np.argmin((frames**2).mean(axis=1))) * 160 + 80
    out = part[:end].copy()
    out[-160:] *= np.linspace(1, 0, 160, dtype=np.float32)
    return out
