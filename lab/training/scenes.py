"""Stretches of hold calls by seed, with the truth of every 50 ms: what the timbre model learns from.

A scene strings music, songs, announcements (also over music), silence, tones, office noise and people together, each
prepared by its own drawn source channel, and sends everything through one drawn line.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lab import channel
from lab.channel.level import set_level
from lab.channel.line import coloured
from lab.corpus import RATE, Clip, Corpus, Split
from lab.synth.music import music as band
from lab.synth.office import office
from lab.training import music, singing, talkers
from lab.training.talkers import Samples
from lab.training.wear import wear

#: Samples of a step of 50 ms.
STEP = 400
#: Truth values: unknown is left out of the training.
UNKNOWN = -1

_KINDS = ("music", "song", "announcement", "person", "quiet", "tone", "office")
_SHARES = (0.23, 0.20, 0.17, 0.24, 0.07, 0.04, 0.05)


@dataclass(slots=True, kw_only=True)
class Scene:
    """Audio with its truth, arrays of one value each 50 ms: 1, 0 or `UNKNOWN`."""

    audio: Samples
    voice: NDArray[np.int8]
    music: NDArray[np.int8]
    singing: NDArray[np.int8]
    live: NDArray[np.int8]


@dataclass(slots=True)
class Stage:
    """A scene in the making."""

    corpus: Corpus
    rng: np.random.Generator
    seconds: float
    hard: float
    #: Whose synthetic voices talk.
    split: Split | None = None
    audio: Samples = field(init=False)
    voice: NDArray[np.int8] = field(init=False)
    music: NDArray[np.int8] = field(init=False)
    singing: NDArray[np.int8] = field(init=False)
    live: NDArray[np.int8] = field(init=False)
    bed: Samples | None = None

    def __post_init__(self) -> None:
        """Start with silence everywhere."""
        steps = int(self.seconds * RATE) // STEP
        self.audio = np.zeros(steps * STEP, np.float32)
        self.voice, self.music = np.zeros(steps, np.int8), np.zeros(steps, np.int8)
        self.singing, self.live = np.zeros(steps, np.int8), np.full(steps, UNKNOWN, np.int8)

    def clip(self, label: str) -> Clip:
        """Draw a clip: first who, then which, so that many clips of one voice don't weigh more."""
        clips = self.corpus.having(label)
        units = sorted({clip.group for clip in clips})
        unit = units[int(self.rng.integers(len(units)))]
        own = [clip for clip in clips if clip.group == unit]
        return own[int(self.rng.integers(len(own)))]

    def cut(self, samples: Samples, seconds: float) -> Samples:
        """Cut a random part of `seconds` out, or all of it when it is shorter."""
        wanted = int(seconds * RATE)
        begin = int(self.rng.integers(0, max(1, len(samples) - wanted)))
        return samples[begin : begin + wanted]

    def prepare(self, samples: Samples) -> Samples:
        """Send a sound through a source channel of its own."""
        drawn = channel.draw_source(self.rng, hard=self.hard)
        return channel.prepare(samples, drawn, self.rng)

    def put(self, at: int, samples: Samples) -> slice:
        """Mix in at sample `at`; return the steps it covers."""
        samples = samples[: max(0, len(self.audio) - at)]
        self.audio[at : at + len(samples)] += samples
        return slice(at // STEP, at // STEP + len(samples) // STEP)


def scene(corpus: Corpus, seed: int, *, split: Split | None = None, seconds: float = 24.0) -> Scene:
    """Build the scene of a seed from a corpus and the synthetic voices of a split, or all of them."""
    rng = np.random.default_rng([seed, 7])
    stage = Stage(
        corpus,
        rng,
        seconds,
        float(rng.choice([0.0, 0.4, 0.8, 1.0], p=[0.15, 0.3, 0.3, 0.25])),
        split,
    )
    at, last = 0, ""
    if rng.random() < 0.5:  # as if cut from the middle of a call
        at = -int(rng.uniform(0, 2) * RATE)
    while at < len(stage.audio):
        kind = str(rng.choice(_KINDS, p=_SHARES))
        if kind == last and kind not in ("announcement", "person"):
            continue
        at = max(0, at)
        at = _PLAY[kind](stage, at)
        gap = float(
            rng.choice([0.0, rng.uniform(0, 0.4), rng.uniform(0.4, 2.5)], p=[0.35, 0.35, 0.3])
        )
        at += int(gap * RATE)
        last = kind
    trunk = channel.draw_line(rng, hard=stage.hard)
    audio, moved = channel.carry(stage.audio, trunk, rng)
    if stage.hard:
        audio = wear(rng, audio)
    steps = len(stage.voice)
    audio = np.pad(audio, (0, max(0, steps * STEP - len(audio))))[: steps * STEP]
    arrived = np.array([moved(step * STEP / RATE) for step in range(0, steps, 20)])
    source = (
        np.interp(np.arange(steps) * STEP / RATE, arrived, np.arange(0, steps, 20))
        .round()
        .astype(int)
        .clip(0, steps - 1)
    )
    return Scene(
        audio=audio.astype(np.float32),
        voice=stage.voice[source],
        music=stage.music[source],
        singing=stage.singing[source],
        live=stage.live[source],
    )


def _tune(stage: Stage, seconds: float, *, sung: bool) -> tuple[Samples, bool]:
    """Return music or a song, and whether the voice in it is surely sung all the time."""
    rng = stage.rng
    real = rng.random() < (0.55 if sung else 0.45)
    if real:
        label = "song" if sung else "music"
        samples = stage.cut(talkers.load(stage.clip(label)), seconds * 1.3)
        samples = talkers.respeed(rng, samples, 0.25 if rng.random() < 0.4 else 0.1)
        samples = samples[: int(seconds * RATE)]
        if rng.random() < 0.15:  # two pieces at once are a third one
            other = stage.cut(talkers.load(stage.clip("music")), len(samples) / RATE)
            weaker = set_level(other, -25 - float(rng.uniform(0, 12)))
            samples = set_level(samples, -25)
            samples[: len(weaker)] += weaker
        return samples, False
    if rng.random() < 0.35:
        bed = band(int(rng.integers(1_000_000)), seconds)
    else:
        bed = music.piece(rng, seconds)
    if not sung:
        return bed, False
    talk = (
        talkers.synthetic(rng, stage.split)
        if rng.random() < 0.3
        else talkers.load(stage.clip("live"))
    )
    talk = stage.cut(talk, 8.0)
    if len(talk) < RATE:
        return bed, False
    voices = singing.sing(rng, talk, seconds)
    if rng.random() < 0.3:  # a second voice
        voices[: len(voices)] += 0.6 * singing.sing(rng, talk, seconds)
    balance = float(rng.uniform(-4, 14))
    if rng.random() < 0.3:  # nobody plays along
        return voices, True
    bed = bed[: len(voices)]
    return set_level(bed, -25) + set_level(voices[: len(bed)], -25 + balance), True


def _fade(rng: np.random.Generator, samples: Samples) -> Samples:
    """Fade in and out, or cut hard."""
    gain = np.ones(len(samples), np.float32)
    for side in (1, -1):
        if rng.random() < 0.5:
            length = min(len(samples) // 2, int(rng.uniform(0.1, 1.5) * RATE))
            ramp = np.linspace(0, 1, length, dtype=np.float32)
            gain[::side][:length] *= ramp
    return samples * gain


def _music(stage: Stage, at: int, *, sung: bool = False) -> int:
    """Play music; now and then an announcement is ducked into it."""
    rng = stage.rng
    seconds = float(rng.uniform(2, 14))
    tune, _ = _tune(stage, seconds, sung=sung)
    tune = _fade(rng, stage.prepare(tune))
    if rng.random() < 0.4 and len(tune) > 4 * RATE:
        return _over(stage, at, tune, sung=sung)
    steps = stage.put(at, tune)
    loud = _audible(tune, steps)
    stage.music[steps] = np.where(loud, 1, UNKNOWN)
    stage.singing[steps] = np.where(loud, int(sung), UNKNOWN)
    return at + len(tune)


def _audible(samples: Samples, steps: slice) -> NDArray[np.bool_]:
    """Tell which steps of a sound are well above the noise of a line."""
    count = steps.stop - steps.start
    rows = samples[: count * STEP].reshape(count, -1) if count else np.zeros((0, STEP))
    levels = 10 * np.log10(np.mean(rows.astype(np.float64) ** 2, axis=1) + 1e-10)
    highest = (
        np.array([levels[max(0, k - 6) : k + 7].max() for k in range(count)]) if count else levels
    )
    return np.asarray(highest > -48)


def _over(stage: Stage, at: int, tune: Samples, *, sung: bool) -> int:
    """Duck a voice into music that goes on."""
    rng = stage.rng
    talk, _ = _voice(stage, recorded=rng.random() < 0.8, longest=len(tune) / RATE - 2)
    prepared = stage.prepare(talk)
    start = int(rng.uniform(0.5, 1.5) * RATE)
    duck = float(rng.choice([0, 6, 10, 15, 20]))
    gain = np.ones(len(tune), np.float32)
    end = min(len(tune), start + len(prepared) + int(0.3 * RATE))
    gain[max(0, start - RATE // 4) : end] = 10 ** (-duck / 20)
    gain = np.convolve(np.pad(gain, 400, mode="edge"), np.ones(801) / 801, "valid")[
        : len(tune)
    ].astype(np.float32)
    steps = stage.put(at, tune * gain)
    loud = _audible(tune * gain, steps)
    stage.music[steps] = np.where(loud, 1, UNKNOWN)
    stage.singing[steps] = np.where(loud, int(sung), UNKNOWN)
    spoken = stage.put(at + start, prepared)
    on = talkers.activity(talk, spoken.stop - spoken.start)
    stage.voice[spoken] = on
    stage.singing[spoken] = UNKNOWN
    if duck >= 15:
        stage.music[spoken] = np.where(on, UNKNOWN, stage.music[spoken])
    return at + len(tune)


def _voice(stage: Stage, *, recorded: bool, longest: float = 9.0) -> tuple[Samples, bool]:
    """Return speech, clean of any channel, and whether it is recorded for its label."""
    rng = stage.rng
    if recorded and rng.random() < 0.35:
        talk = talkers.synthetic(rng, stage.split)
    else:
        # a few people have a prompt's voice, so that the room tells and not who talks
        prompt = recorded or rng.random() < 0.15
        talk = talkers.load(stage.clip("recorded" if prompt else "live"))
    talk = stage.cut(talk, float(rng.uniform(1.0, max(1.5, longest))))
    talk = talkers.respeed(rng, talk, 0.2 if rng.random() < 0.4 else 0.1)
    if rng.random() < (0.12 if recorded else 0.6):
        talk = talkers.in_room(rng, talk)
    return talk, recorded


def _announcement(stage: Stage, at: int) -> int:
    """Play a prompt with no music under it."""
    talk, _ = _voice(stage, recorded=True)
    steps = stage.put(at, stage.prepare(talk))
    on = talkers.activity(talk, steps.stop - steps.start)
    stage.voice[steps] = on
    stage.live[steps] = np.where(on, 0, UNKNOWN)
    return at + len(talk)


def _background(stage: Stage, seconds: float, level: float) -> Samples:
    """Return the noise of a room at `level` dBFS."""
    rng = stage.rng
    kind = int(rng.integers(4))
    if kind < 2:
        voices = [talkers.load(stage.clip("live")) for _ in range(4)]
        noise = office(rng, seconds, voices)
    elif kind == 2:
        noise = np.resize(talkers.load(stage.clip("noise")), int(seconds * RATE)).astype(np.float32)
    else:
        noise = coloured(rng, int(seconds * RATE), float(rng.uniform(0.5, 0.97)))
    return noise * np.float32(10 ** (level / 20) / (np.std(noise) + 1e-5))


def _person(stage: Stage, at: int) -> int:
    """Let a person pick up: room noise from the click on, words, a wait, perhaps more words."""
    rng = stage.rng
    talks = [_voice(stage, recorded=False, longest=6.0)[0] for _ in range(int(rng.integers(1, 3)))]
    if rng.random() < 0.25:  # only a short hello
        talks = [talk[: int(rng.uniform(0.4, 1.0) * RATE)] for talk in talks[:1]]
    lead, waits = float(rng.uniform(0.05, 1.6)), [float(rng.uniform(0.4, 4)) for _ in talks]
    total = lead + sum(len(talk) / RATE for talk in talks) + sum(waits)
    scene_audio = np.zeros(int(total * RATE) + 1, np.float32)
    on = np.zeros(len(scene_audio) // STEP, bool)
    place = int(lead * RATE)
    for talk, wait in zip(talks, waits, strict=True):
        level = -20.0
        scene_audio[place : place + len(talk)] += set_level(talk, level)
        active = talkers.activity(talk, len(talk) // STEP)
        on[place // STEP : place // STEP + len(active)] |= active[: len(on) - place // STEP]
        place += len(talk) + int(wait * RATE)
    if rng.random() < 0.8:
        scene_audio += _background(
            stage, len(scene_audio) / RATE + 1, float(rng.uniform(-62, -25))
        )[: len(scene_audio)]
    steps = stage.put(at, stage.prepare(scene_audio))
    on = on[: steps.stop - steps.start]
    steps = slice(steps.start, steps.start + len(on))
    stage.voice[steps] = on
    stage.live[steps] = np.where(on, 1, UNKNOWN)
    return at + len(scene_audio)


def _quiet(stage: Stage, at: int) -> int:
    """Let nothing happen for a while."""
    return at + int(stage.rng.uniform(0.5, 6) * RATE)


def _tone(stage: Stage, at: int) -> int:
    """Play one or two sines in a cadence, or keys."""
    rng = stage.rng
    time = np.arange(int(rng.uniform(1, 5) * RATE)) / RATE
    if rng.random() < 0.3:
        rows, columns = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
        pair = (float(rows[int(rng.integers(4))]), float(columns[int(rng.integers(4))]))
        period, share = float(rng.uniform(0.1, 0.4)), 0.5
    else:
        pair = (float(rng.uniform(330, 500)), float(rng.choice([0, rng.uniform(330, 650)])))
        period, share = float(rng.choice([0.5, 1, 4, 6])), float(rng.uniform(0.2, 0.6))
    tone = np.sin(2 * np.pi * pair[0] * time) + np.sin(2 * np.pi * pair[1] * time)
    tone *= (time % period) < period * share
    tone *= 10 ** (rng.uniform(-30, -12) / 20) / 2
    stage.put(
        at,
        channel.prepare(
            tone.astype(np.float32), channel.draw_source(rng, hard=0.3 * stage.hard), rng
        ),
    )
    return at + len(tone)


def _office(stage: Stage, at: int) -> int:
    """Leave an open line with noise, no person near it."""
    seconds = float(stage.rng.uniform(1, 6))
    noise = _background(stage, seconds, float(stage.rng.uniform(-60, -28)))
    stage.put(at, stage.prepare(noise) if stage.rng.random() < 0.3 else noise)
    return at + len(noise)


_PLAY = {
    "music": _music,
    "song": lambda stage, at: _music(stage, at, sung=True),
    "announcement": _announcement,
    "person": _person,
    "quiet": _quiet,
    "tone": _tone,
    "office": _office,
}
