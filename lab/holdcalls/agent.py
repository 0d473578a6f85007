"""The living person at the end of a hold: turns of talk with waits for an answer."""

from collections.abc import Sequence
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
    #: What is said, if that is known.
    text: str = ""


def phrases(clip: Samples) -> list[Samples]:
    """A clip cut at its pauses of 0.3 s and more, each with 40 ms around it."""
    pad = int(0.04 * RATE)
    return [
        clip[max(int(a * RATE) - pad, 0) : int(b * RATE) + pad]
        for a, b in active_parts(clip, 0.3)
        if b - a > 0.15
    ]


def turns(
    words: Words | Script, manner: str, rng: np.random.Generator, seconds: float
) -> list[Turn]:
    """What an agent says in `seconds`.

    `greets`: 1.5–6 s of talk, then waits of 1.5–4 s between short turns. `hello`: one word, a wait, another.
    `talks`: goes through the clip with its own pauses.
    """
    at = float(rng.uniform(0.1, 1.6))
    made: list[Turn] = []
    while words and at < seconds:
        if manner == "hello":
            said = words.talk(float(rng.uniform(0.25, 0.9)), cut=True)
        elif manner == "greets":
            said = words.talk(float(rng.uniform(0.4, 2.5) if made else rng.uniform(1.5, 6.0)))
        else:
            said = words.talk(float(rng.uniform(4.0, 15.0)))
        made.append(Turn(at=at, samples=said.samples, text=said.text))
        at += len(said.samples) / RATE
        at += float(rng.uniform(0.6, 2.0) if manner == "talks" else rng.uniform(1.5, 4.0))
    return made


def answer(words: Words | Script, rng: np.random.Generator) -> Said:
    """What the agent says to our question: 0.4–2.5 s."""
    return words.talk(float(rng.uniform(0.4, 2.5)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something said, and its text if that is known."""

    samples: Samples
    text: str = ""


class Script:
    """What an agent has to say, sentence by sentence, with the text of each."""

    def __init__(self, sentences: Sequence[Said]) -> None:
        """Start with the first sentence."""
        self._left = [Said(samples=set_level(one.samples, -20), text=one.text) for one in sentences]

    def __bool__(self) -> bool:
        """Whether anything is left to say."""
        return bool(self._left)

    def talk(self, goal: float, *, cut: bool = False) -> Said:
        """The next sentence, and more of them until `goal` s are full; with `cut` only one."""
        parts: list[Samples] = []
        texts: list[str] = []
        length = 0
        while self._left and (not parts or (length < goal * RATE and not cut)):
            one = self._left.pop(0)
            pause = np.zeros(int(0.25 * RATE), np.float32)
            parts += [one.samples, pause]
            texts.append(one.text)
            length += len(one.samples)
        if not parts:
            return Said(samples=np.zeros(0, np.float32))
        return Said(samples=np.concatenate(parts[:-1]), text=" ".join(texts))


class Words:
    """What an agent has to say, phrase by phrase, each once: people never repeat themselves sample by sample."""

    def __init__(self, clips: Sequence[Samples], rng: np.random.Generator) -> None:
        """Start in the first clip at its first phrase or at any; the others follow."""
        self._rng = rng
        self._said = [part for clip in clips for part in phrases(set_level(clip, -20))]
        own = len(phrases(clips[0])) if clips else 0
        if own > 4 and rng.random() < 0.5:
            start = int(rng.integers(own // 2))
            self._said = self._said[start:]

    def __bool__(self) -> bool:
        """Whether anything is left to say."""
        return bool(self._said)

    def next(self) -> Samples:
        """The next phrase."""
        return self._said.pop(0)

    def talk(self, goal: float, *, cut: bool = False) -> Said:
        """Phrases until `goal` s are full; with `cut`, one, shortened to about that at its quietest place."""
        parts: list[Samples] = []
        length = 0
        while self and length < goal * RATE:
            part = self.next()
            if cut or (not parts and len(part) > (goal + 4) * RATE):
                part = _shorten(part, goal if cut else goal + 2)
            pause = np.zeros(int(self._rng.uniform(0.08, 0.35) * RATE), np.float32)
            parts += [part, pause]
            length += len(part)
            if cut:
                break
        return Said(samples=np.concatenate(parts[:-1]) if parts else np.zeros(0, np.float32))


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
