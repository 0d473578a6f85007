"""One agent of one call: a voice in a room with an office around it, who may be asked something."""

import numpy as np
from numpy.typing import NDArray

from lab.channel.level import active_level, set_level
from lab.channel.line import coloured
from lab.holdcalls import agent
from lab.holdcalls.activity import active_parts
from lab.holdcalls.material import Material
from lab.holdcalls.truth import Kind, Segment
from lab.synth.office import in_room, longer, office, room, varied

RATE = 8000
type Samples = NDArray[np.float32]

#: How long an agent who is talking takes to fall silent when we speak, and to answer after us, s.
_STOPS, _ANSWERS = (0.15, 0.5), (0.3, 1.3)


class Person:
    """Draws how an agent behaves and renders the agent's side of the line."""

    def __init__(self, material: Material, rng: np.random.Generator) -> None:
        """Draw a voice, a manner, a room and an office."""
        self._material = material
        self._rng = rng
        self._words: agent.Words | agent.Script
        if material.language:
            sentences, self._source, self._group = material.script()
            self._words = agent.Script(sentences)
        else:
            clips, self._source, self._group = material.person()
            self._words = agent.Words(clips, rng)
        self.manner = str(rng.choice(list(agent.MANNERS), p=list(agent.MANNERS.values())))
        seconds = float(rng.uniform(12, 30))
        self._turns = agent.turns(self._words, self.manner, rng, seconds)
        #: How long the agent stays, s.
        self.seconds = max(12.0, min(seconds, self._last() + 8.0), self._last() + 2.0)
        self._channel = material.channel()
        quiet = rng.random() < 0.25
        #: Voice over office, dB; None for a quiet room.
        self.office = None if quiet else float(rng.uniform(6, 35))
        self._room = room(
            rng, reverberation=float(rng.uniform(0.1, 0.5)), direct=float(rng.uniform(3, 25))
        )
        self._background = self._around()
        self._seed = int(rng.integers(2**31))

    def _last(self) -> float:
        """When the last turn ends, s after the line opens."""
        return max(turn.at + len(turn.samples) / RATE for turn in self._turns)

    def _around(self) -> Samples:
        """What is heard behind a voice of −20 dBFS."""
        count = int(self.seconds * RATE) + 1
        if self.office is None:
            floor = np.float32(10 ** (self._rng.uniform(-80, -60) / 20))
            return coloured(self._rng, count, 0.7) * floor
        recorded = self._material.noise() if self._rng.random() < 0.3 else None
        if recorded is not None:
            return set_level(longer(recorded, count, self._rng), -20 - self.office)
        sound = office(self._rng, self.seconds + 1, self._material.background(self._group))[:count]
        return set_level(sound, -20 - self.office) if active_level(sound) > -75 else sound

    def ask(self, since: float, until: float) -> None:
        """We speak from `since` to `until`, s after the line opened: the agent stops, then answers and waits on."""
        rng = np.random.default_rng([self._seed, int(since * 100)])
        stop = since + float(rng.uniform(*_STOPS))
        kept = []
        for turn in self._turns:
            if turn.at >= since:
                continue
            samples = turn.samples[: max(int((stop - turn.at) * RATE), 0)].copy()
            fade = min(400, len(samples))
            if len(samples) < len(turn.samples) and fade:
                samples[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
            share = len(samples) / max(len(turn.samples), 1)
            spoken = turn.text.split()
            text = " ".join(spoken[: round(share * len(spoken))])
            kept.append(agent.Turn(at=turn.at, samples=samples, text=text))
        at = until + float(rng.uniform(*_ANSWERS))
        unsaid = [
            agent.Said(samples=turn.samples, text=turn.text)
            for turn in self._turns
            if turn.at >= since
        ]
        while at < self.seconds - 0.5:
            if unsaid:
                said = unsaid.pop(0)
            elif self._words:
                said = agent.answer(self._words, rng)
            elif kept and kept[-1].at < since:
                # somebody who is asked does answer
                said = agent.Said(samples=varied(kept[0].samples, rng), text=kept[0].text)
            else:
                break
            kept.append(agent.Turn(at=at, samples=said.samples, text=said.text))
            at += len(said.samples) / RATE + float(rng.uniform(1.5, 4.0))
        self._turns = kept

    def render(self, opened: float) -> tuple[Segment, Samples]:
        """The agent's side of the line and its truth, when the line opens at a time, s."""
        dry = np.zeros(int(self.seconds * RATE), np.float32)
        active: list[tuple[float, float]] = []
        words: list[tuple[float, float, str]] = []
        for turn in self._turns:
            start = int(turn.at * RATE)
            part = turn.samples[: max(len(dry) - start, 0)]
            dry[start : start + len(part)] += part
            # turn by turn: over the whole side, a wait would lower the floor until a click is a word
            begin = opened + turn.at
            here = [(begin + a, begin + b) for a, b in active_parts(part)]
            active += here
            if turn.text and here:
                words.append((here[0][0], here[-1][1], turn.text))
        if not active:
            begin = opened + self._turns[0].at
            active = [(begin, begin + 0.2)]
        mixed = in_room(dry, self._room) + self._background[: len(dry)]
        rng = np.random.default_rng([self._seed, 1])
        sound = self._material.piece(mixed, self._channel, self._source, self._group, rng).samples
        segment = Segment(
            start=opened,
            end=opened + self.seconds,
            kind=Kind.AGENT,
            source=self._source,
            group=self._group,
            active=tuple(active),
            words=tuple(words),
        )
        return segment, sound
