"""Makes whole hold calls by seed: ringing, menu, one or two queues, and perhaps an agent, with exact truth.

Everything of a call goes through one trunk (`lab.channel`), each voice and each piece of music through a source channel
of its own, drawn the same way for people and recordings.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
import json

import numpy as np
from numpy.typing import NDArray

from lab.channel import TimeMap, carry, draw_line, to_int16
from lab.corpus import RATE, Corpus, Split
from lab.holdcalls.hold import PATTERNS, Queue, ringback
from lab.holdcalls.material import Material, Piece, Voice
from lab.holdcalls.person import Person
from lab.holdcalls.reel import Reel
from lab.holdcalls.truth import Kind, Truth
from lab.synth.tones import TONES, key

type Samples = NDArray[np.float32]

#: Share of the calls to which an agent comes.
_WITH_AGENT = 0.85


class HoldCall:
    """One made call: `samples` (int16, 8 kHz) and `truth`."""

    def __init__(
        self,
        sounds: Corpus,
        seed: int,
        *,
        split: Split | None = None,
        minutes: float = 4.0,
        hard: float = 1.0,
        spoken: bool = False,
    ) -> None:
        """Make the call of a seed; `minutes` is the mean time on hold, `hard` how bad lines may be (0 to 1).

        With `spoken`, synthetic voices say everything, the agent too, and the truth holds the words.
        """
        self._rng = np.random.default_rng([seed, 10])
        self._material = Material(sounds, self._rng, split, hard=hard, spoken=spoken)
        self._line = draw_line(np.random.default_rng([seed, 11]), hard=hard)
        self._seed = seed
        reel = Reel()
        speaker = self._material.speaker()
        self._ring(reel)
        if self._rng.random() < 0.6:
            self._menu(reel, speaker)
        hold = reel.now
        seconds = float(np.clip(self._rng.lognormal(np.log(minutes * 60 * 0.88), 0.5), 45, 1500))
        second = self._rng.random() < 0.15
        for part in (0.6, 0.4) if second else (1.0,):
            pattern = str(self._rng.choice(list(PATTERNS), p=list(PATTERNS.values())))
            if part == 0.4:
                self._ring(reel)
                if self._rng.random() < 0.5:
                    speaker = self._material.speaker()
            Queue(material=self._material, rng=self._rng, voice=speaker, pattern=pattern).fill(
                reel, seconds * part
            )
        truth = Truth(seed=seed, seconds=0, segments=(), hold=hold)
        truth = replace(truth, language=self._material.language)
        self._person: Person | None = None
        self._opened = 0.0
        self._agent_track: Samples = np.zeros(0, np.float32)
        if self._rng.random() < _WITH_AGENT:
            truth = self._agent(reel, truth)
        else:
            reel.cut(reel.now)
        self._recorded = reel.mix()
        voices = (Kind.ANNOUNCEMENT, Kind.ADVERT)
        self._segments = tuple(sorted(reel.segments, key=lambda s: (s.start, s.kind in voices)))
        self._dry_truth = truth
        self.samples, self._moved = self._carried()
        self.truth = self._received(truth)

    def _carried(self) -> tuple[NDArray[np.int16], TimeMap]:
        """Everything through the trunk."""
        dry = self._recorded.copy()
        start = round(self._opened * RATE)
        part = self._agent_track[: len(dry) - start]
        dry[start : start + len(part)] += part
        out, moved = carry(dry, self._line, np.random.default_rng([self._seed, 12]))
        return to_int16(out), moved

    def _received(self, truth: Truth) -> Truth:
        """Truth in the times of what arrives."""
        move = self._moved
        return replace(
            truth,
            seconds=len(self.samples) / RATE,
            segments=tuple(segment.moved(move) for segment in self._segments),
            hold=move(truth.hold),
            agent=None if truth.agent is None else move(truth.agent),
            first_word=None if truth.first_word is None else move(truth.first_word),
            channel=json.loads(json.dumps(asdict(self._line))),
        )

    def _ring(self, reel: Reel) -> None:
        """Ringback of a country for one to three bursts, or nothing when answered at once."""
        if self._rng.random() < 0.35:
            reel.silence(float(self._rng.uniform(0.3, 1.5)))
            return
        country = str(self._rng.choice(list(TONES["ringback"])))
        seconds = float(self._rng.uniform(2, 14))
        tone = ringback(country, seconds, float(self._rng.uniform(-28, -14)))
        reel.now = reel.place(tone, Kind.RINGBACK, reel.now, detail=country)
        reel.silence(float(self._rng.uniform(0.1, 1.5)))

    def _menu(self, reel: Reel, speaker: Voice) -> None:
        """One or two menu prompts, each followed by the key that was pressed or by a pause."""
        for _ in range(int(self._rng.integers(1, 3))):
            for sound, source, group in speaker.menu():
                piece = self._material.piece(sound, speaker.channel, source, group)
                reel.now = reel.place(piece, Kind.MENU, reel.now) + float(
                    self._rng.uniform(0.1, 0.5)
                )
            reel.silence(float(self._rng.uniform(0.5, 3)))
            if self._rng.random() < 0.25:
                digit = str(self._rng.choice(list("0123456789*#")))
                press = key(
                    digit, float(self._rng.uniform(0.06, 0.2)), float(self._rng.uniform(-3, 3))
                ) * np.float32(0.4)
                sounding = ((0.0, len(press) / RATE),)
                tone = Piece(
                    samples=press, active=sounding, source=f"synth key {digit}", group="synth/key"
                )
                reel.now = reel.place(tone, Kind.TONE, reel.now, detail=digit)
                reel.silence(float(self._rng.uniform(0.3, 1)))

    def _agent(self, reel: Reel, truth: Truth) -> Truth:
        """Connect an agent: how the queue ends, the office, the turns of talk."""
        rng = self._rng
        reel.cut(reel.now)
        how = rng.random()
        if how < 0.15:
            self._ring(reel)
        elif how < 0.85:
            reel.silence(float(rng.uniform(0.1, 1.8)))
        opened = reel.now
        person = Person(self._material, rng)
        segment, track = person.render(opened)
        reel.segments.append(segment)
        reel.now = opened + person.seconds
        self._person, self._opened, self._agent_track = person, opened, track
        return replace(
            truth,
            agent=opened,
            first_word=segment.active[0][0],
            manner=person.manner,
            office=person.office,
        )

    def ask(self, since: float, until: float) -> bool:
        """We speak from `since` to `until` (s of the call, as received): an agent who is there answers.

        Changes `samples` after `since` and `truth`; recordings go on as if nothing was said. Returns whether
        anybody was there to hear it.
        """
        if self._person is None or self.truth.agent is None or since < self.truth.agent:
            return False
        self._person.ask(since - self.truth.agent, until - self.truth.agent)
        segment, self._agent_track = self._person.render(self._opened)
        self._segments = (*tuple(s for s in self._segments if s.kind is not Kind.AGENT), segment)
        heard = self.samples
        self.samples, self._moved = self._carried()
        count = min(int(since * RATE), len(heard), len(self.samples))
        self.samples[:count] = heard[:count]
        self.truth = self._received(self._dry_truth)
        return True


def calls(
    sounds: Corpus,
    seed: int,
    *,
    split: Split | None = None,
    minutes: float = 4.0,
    hard: float = 1.0,
) -> Iterator[HoldCall]:
    """Calls of the seeds `seed`, `seed` + 1, … without end, one in memory at a time."""
    while True:
        yield HoldCall(sounds, seed, split=split, minutes=minutes, hard=hard)
        seed += 1
