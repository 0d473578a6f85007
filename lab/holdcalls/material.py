"""The sounds that one call draws from: clips of a corpus and what the lab makes, each through its source channel."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab import corpus
from lab.channel import Source, draw_source, prepare
from lab.corpus import RATE, Clip, Corpus, Split
from lab.holdcalls.activity import active_parts
from lab.holdcalls.agent import Said
from lab.synth import phrases, singing, voice
from lab.synth.music import STYLES, music

type Samples = NDArray[np.float32]

#: Shares of what the lab makes beside what a corpus holds, when both are there.
_SYNTHETIC_MUSIC, _SYNTHETIC_SONG, _SYNTHETIC_VOICE = 0.5, 0.4, 0.3


@lru_cache(maxsize=64)
def _decoded(path: Path) -> Samples:
    return corpus.read(path)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One sound as it leaves its source: always the same samples, however often it is played."""

    samples: Samples
    #: Stretches of activity in it, s, found in the clean clip.
    active: tuple[tuple[float, float], ...]
    source: str
    group: str

    @property
    def text(self) -> str:
        """What it says, when the lab's own voice says it."""
        return self.source.partition(": ")[2] if self.source.startswith("espeak ") else ""

    @property
    def seconds(self) -> float:
        """Length, s."""
        return len(self.samples) / RATE


class Material:
    """Draws pieces for one call from a corpus and a seed."""

    def __init__(
        self,
        sounds: Corpus,
        rng: np.random.Generator,
        split: Split | None,
        *,
        hard: float = 1.0,
        spoken: bool = False,
    ) -> None:
        """Draw from `sounds`; synthetic voices belong to `split`; `hard` as in `lab.channel.draw`.

        With `spoken` everything is said by synthetic voices in one language, so that its text is known.
        """
        self._sounds = sounds
        self._rng = rng
        self._split = split
        self._hard = hard
        #: The language of a `spoken` call, else empty.
        self.language = str(rng.choice(list(phrases.AGENTS))) if spoken else ""
        self._company = ""
        #: The stretch of each long prompt that this call's companies play.
        self._prompts: dict[Path, Samples] = {}

    def channel(self) -> Source:
        """A source channel: the same distribution for prompts, music and people."""
        return draw_source(self._rng, hard=self._hard)

    def piece(
        self,
        samples: Samples,
        channel: Source,
        source: str,
        group: str,
        rng: np.random.Generator | None = None,
    ) -> Piece:
        """A clean sound through its source channel; `rng` makes its noise."""
        active = tuple(active_parts(samples))
        carried = prepare(samples, channel, rng or self._rng)
        return Piece(samples=carried, active=active, source=source, group=group)

    def _clips(self, label: str) -> tuple[Clip, ...]:
        return self._sounds.having(label)

    def _pick(self, label: str) -> Clip | None:
        """A clip with every unit equally likely, whatever its number of clips."""
        clips = self._clips(label)
        if not clips:
            return None
        units = sorted({clip.unit for clip in clips})
        unit = units[self._rng.integers(len(units))]
        mine = [clip for clip in clips if clip.unit == unit]
        return mine[self._rng.integers(len(mine))]

    def music(self, seconds: float) -> tuple[Samples, str, str]:
        """Instrumental music: samples, source, group."""
        clip = self._pick("music")
        if clip is None or self._rng.random() < _SYNTHETIC_MUSIC:
            seed = self._seed()
            style = STYLES[self._rng.integers(len(STYLES))].name
            return (
                music(seed, min(seconds, 90), style),
                f"synth music {style} {seed}",
                f"synth/music/{seed}",
            )
        return self._cut(_decoded(clip.path), seconds), clip.path.name, clip.group

    def song(self, seconds: float) -> tuple[Samples, str, str]:
        """Music with a singing voice: samples, source, group."""
        clip = self._pick("song")
        singer = self._pick("live") or self._pick("recorded")
        if clip is None or (singer is not None and self._rng.random() < _SYNTHETIC_SONG):
            if singer is None:
                return self.music(seconds)
            seed = self._seed()
            made = singing.song(seed, min(seconds, 90), _decoded(singer.path))
            return made, f"synth song {seed} of {singer.path.name}", f"synth/song/{singer.unit}"
        return self._cut(_decoded(clip.path), seconds), clip.path.name, clip.group

    def _cut(self, samples: Samples, seconds: float) -> Samples:
        """A stretch of at most `seconds` from a random place."""
        count = int(seconds * RATE)
        if len(samples) <= count:
            return samples
        start = int(self._rng.integers(len(samples) - count))
        return samples[start : start + count]

    def _prompt(self, path: Path) -> Samples:
        """At most 20 s of a recorded prompt: within a call the same ones each time, as repeats are told by name."""
        drawn = self._cut(_decoded(path), 20)
        return self._prompts.setdefault(path, drawn)

    def _seed(self) -> int:
        """A seed for the synthesisers: below 1,000,000 for training, above for everything else."""
        seed = int(self._rng.integers(1_000_000))
        return seed if self._split is Split.TRAIN else seed + 1_000_000

    def speaker(self) -> Voice:
        """One company's voice: prompts of one speaker of the corpus, or a synthetic voice."""
        clips = self._clips("recorded")
        wanted = bool(self.language) or not clips
        synthetic = voice.installed() and (wanted or self._rng.random() < _SYNTHETIC_VOICE)
        channel = self.channel()
        if synthetic:
            language = self.language or str(self._rng.choice(list(phrases.ANNOUNCEMENTS)))
            name, speed, pitch = voice.draw(self._rng, language, self._split)
            self._company = name

            def say(texts: tuple[str, ...]) -> tuple[Samples, str, str]:
                text = texts[self._rng.integers(len(texts))].format(n=self._rng.integers(1, 20))
                sound = voice.speak(text, name, words_per_minute=speed, pitch=pitch)
                return sound, f"espeak {name}: {text}", f"espeak/{name.partition('+')[2]}"

            return Voice(
                lambda: [say(phrases.ANNOUNCEMENTS[language])],
                lambda: [say(phrases.MENUS[language])],
                lambda: [say(phrases.ADVERTS[language])],
                channel,
            )
        if not clips:
            raise corpus.CorpusError(
                "The corpus has no `recorded` prompts and espeak-ng is not installed: announcements can't be made."
            )
        unit = (self._pick("recorded") or clips[0]).unit
        mine = [clip for clip in clips if clip.unit == unit]

        def play(low: float, high: float) -> list[tuple[Samples, str, str]]:
            goal, parts, seconds = float(self._rng.uniform(low, high)), [], 0.0
            for _ in range(12):
                clip = mine[self._rng.integers(len(mine))]
                sound = self._prompt(clip.path)
                parts.append((sound, clip.path.name, clip.group))
                seconds += len(sound) / RATE
                if seconds >= goal:
                    break
            return parts

        return Voice(lambda: play(2, 12), lambda: play(3, 15), lambda: play(6, 15), channel)

    def person(self) -> tuple[list[Samples], str, str]:
        """Clips of somebody who talks (at most 60 s of each), the first one's file, and the group."""
        for _ in range(20):
            clip = self._pick("live")
            if clip is None:
                break
            sound = self._cut(_decoded(clip.path), 60)
            if sum(b - a for a, b in active_parts(sound)) >= 0.5:
                # more of the same voice, unless a group's speakers are unknown
                mine = [c for c in self._clips("live") if c.group == clip.group and c != clip]
                more = [] if "unknown" in clip.group else mine[:8]
                sounds = [sound, *(self._cut(_decoded(c.path), 60) for c in more)]
                return sounds, clip.path.name, clip.group
        raise corpus.CorpusError(
            "The corpus has no `live` clip with at least half a second of talk; agents can't be made."
        )

    def script(self) -> tuple[list[Said], str, str]:
        """What the agent of a `spoken` call says, in another voice than the company's; its name and group."""
        greetings, more = phrases.AGENTS[self.language]
        name, speed, pitch = voice.draw(self._rng, self.language, self._split)
        while name.partition("+")[2] == self._company.partition("+")[2]:
            name, speed, pitch = voice.draw(self._rng, self.language, self._split)
        texts = [greetings[self._rng.integers(len(greetings))], *self._rng.permutation(more)]
        said = [
            Said(
                samples=voice.speak(str(text), name, words_per_minute=speed, pitch=pitch),
                text=str(text),
            )
            for text in texts
        ]
        return said, f"espeak {name}", f"espeak/{name.partition('+')[2]}"

    def background(self, but: str) -> list[Samples]:
        """Voices for an office's babble, of other speakers than `but` (a group)."""
        unit = next((clip.unit for clip in self._clips("live") if clip.group == but), but)
        others = [clip for clip in self._clips("live") if clip.group != but and clip.unit != unit]
        if not others:
            return []
        picks = self._rng.choice(len(others), size=min(5, len(others)), replace=False)
        return [self._cut(_decoded(others[i].path), 30) for i in picks]

    def noise(self) -> Samples | None:
        """A recorded background noise, if the corpus has one."""
        clip = self._pick("noise")
        return None if clip is None else _decoded(clip.path)


type Parts = list[tuple[Samples, str, str]]


@dataclass(frozen=True, slots=True)
class Voice:
    """A company's recorded voice: draws the clean parts of an announcement, a menu prompt or an advert."""

    announcement: Callable[[], Parts]
    menu: Callable[[], Parts]
    advert: Callable[[], Parts]
    channel: Source
