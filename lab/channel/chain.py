"""A whole telephone channel as plain settings: drawn from a seed, applied to any sound.

Two parts, because a call has two. The *source* part is what happened before the exchange: a prompt was stored by some
codec at some level, an agent sits behind a headset and perhaps a mobile network. The *line* part is the trunk to us and
carries everything of a call. Both are drawn the same way for people, prompts and music: a model that
hears the channel learns nothing about who speaks.
"""

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lab.channel import band, codecs, headset, level, line, network
from lab.channel.laws import g711

type Samples = NDArray[np.float32]

#: Codecs of transcoders on the way: mobile and low-rate trunks.
_MOBILE = ("gsm", "opus8", "opus12", "g7231", "speex")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What happens to a sound before the trunk."""

    #: Active level, dBFS.
    level: float
    band: band.Band
    #: Name of a codec of `codecs`, or "" for none.
    codec: str
    #: Noise of the device, dBFS, and its pole (colour); None for none.
    noise: float | None
    pole: float
    #: Mains hum, dBFS, and its frequency.
    hum: float | None
    mains: float
    #: Target of an automatic gain control, dBFS; None for none.
    agc: float | None
    #: Drive into clipping, dB over full scale of the loudest sample; None for none.
    clip: float | None
    soft: bool
    #: Depth of a headset's noise suppression, dB; None for none.
    suppress: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The trunk from the company to us."""

    #: Gain, dB.
    gain: float
    band: band.Band
    #: G.711 law, "mu" or "a", first hop, and the same again after a transcoder.
    law: str
    second_law: str
    #: A transcoder between the two laws, or "".
    codec: str
    #: Share of packets lost, mean burst in packets, fade of concealment in dB per packet.
    loss: float
    burst: float
    fade: float
    #: Jitter slips per minute; clock drift in millionths.
    slips: float
    ppm: float
    #: Offset as share of full scale.
    offset: float
    noise: float | None
    pole: float
    #: Level of comfort noise in dBFS when the far end stops sending in pauses; None when it always sends.
    comfort: float | None
    #: With `comfort`: pauses are exact digital silence instead.
    zero: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A source and a line, and the seed of their noise."""

    source: Source
    line: Line
    seed: int

    def __call__(self, samples: Samples) -> Samples:
        """The sound as it arrives, float32 in −1..1; nearly the same length (drift, slips)."""
        return self.carry(self.prepare(samples))[0]

    def prepare(self, samples: Samples, seed: int = 0) -> Samples:
        """Apply the source part."""
        return prepare(samples, self.source, np.random.default_rng([self.seed, 1, seed]))

    def carry(self, samples: Samples) -> tuple[Samples, network.TimeMap]:
        """Apply the line part; also says where each instant went."""
        return carry(samples, self.line, np.random.default_rng([self.seed, 2]))

    def settings(self) -> dict[str, object]:
        """Everything as plain values, for truth files."""
        return asdict(self)


def draw(seed: int, *, hard: float = 1.0) -> Channel:
    """A random channel; `hard` from 0 (clean G.711) to 1 (everything that happens)."""
    rng = np.random.default_rng([seed, 0])
    return Channel(source=draw_source(rng, hard=hard), line=draw_line(rng, hard=hard), seed=seed)


def draw_source(rng: np.random.Generator, *, hard: float = 1.0) -> Source:
    """A random source part."""

    def happens(share: float) -> bool:
        return bool(rng.random() < share * hard)

    source = Source(
        level=float(rng.uniform(-30, -14)),
        band=band.draw(rng),
        codec=str(rng.choice(codecs.NAMES)) if happens(0.5) else "",
        noise=float(rng.uniform(-72, -46)) if happens(0.6) else None,
        pole=float(rng.uniform(0, 0.97)),
        hum=float(rng.uniform(-70, -48)) if happens(0.15) else None,
        mains=float(rng.choice([50.0, 60.0])),
        agc=float(rng.uniform(-24, -15)) if happens(0.25) else None,
        clip=float(rng.uniform(2, 14)) if happens(0.1) else None,
        soft=bool(rng.random() < 0.5),
        suppress=float(rng.uniform(10, 50)) if happens(0.3) else None,
    )
    return (
        source
        if hard > 0
        else replace(
            source, band=replace(source.band, shape=band.Shape.ELLIPTIC, low=250.0, high=3450.0)
        )
    )


def draw_line(rng: np.random.Generator, *, hard: float = 1.0) -> Line:
    """A random line part."""

    def happens(share: float) -> bool:
        return bool(rng.random() < share * hard)

    law = str(rng.choice(["mu", "a"]))
    return Line(
        gain=float(rng.uniform(-8, 4)),
        band=band.draw(rng) if happens(0.5) else band.Band(shape=band.Shape.NONE, low=0, high=4000),
        law=law,
        second_law=str(rng.choice(["mu", "a"])) if happens(0.5) else law,
        codec=str(rng.choice(_MOBILE)) if happens(0.2) else "",
        loss=float(rng.choice([0.002, 0.01, 0.02, 0.05])) if happens(0.45) else 0.0,
        burst=float(rng.uniform(1, 3)),
        fade=float(rng.uniform(1, 6)),
        slips=float(rng.uniform(0.2, 4)) if happens(0.3) else 0.0,
        ppm=float(rng.normal(0, 40)) if happens(0.5) else 0.0,
        offset=float(rng.normal(0, 0.004)) if happens(0.15) else 0.0,
        noise=float(rng.uniform(-75, -50)) if happens(0.5) else None,
        pole=float(rng.uniform(0, 0.9)),
        comfort=float(rng.uniform(-75, -55)) if happens(0.2) else None,
        zero=bool(rng.random() < 0.4),
    )


def prepare(samples: Samples, source: Source, rng: np.random.Generator) -> Samples:
    """Apply a source part to one sound, float32 in and out, same length."""
    out = level.set_level(samples, source.level)
    if source.clip is not None:
        peak = float(np.max(np.abs(out), initial=0.0))
        if peak > 0:
            out = level.clip(out, drive=source.clip, ceiling=20 * np.log10(peak), soft=source.soft)
            out = level.set_level(out, source.level)
    if source.agc is not None:
        out = level.agc(out, target=source.agc, most=15, attack=60, release=10)
    if source.suppress is not None:
        out = headset.suppress(out, depth=source.suppress)
    out = band.limit(out, source.band)
    if source.hum is not None:
        out = line.add_hum(
            out, level=source.hum, mains=source.mains, phase=float(rng.uniform(0, 6))
        )
    if source.noise is not None:
        out = line.add_noise(out, rng, level=source.noise, pole=source.pole)
    if source.codec:
        out = codecs.transcode(out, source.codec)
    return np.clip(out, -1, 1)


def carry(
    samples: Samples, trunk: Line, rng: np.random.Generator
) -> tuple[Samples, network.TimeMap]:
    """Apply a line part; also says where each instant went."""
    out = (samples * 10 ** (trunk.gain / 20)).astype(np.float32)
    out = band.limit(out, trunk.band)
    if trunk.noise is not None:
        out = line.add_noise(out, rng, level=trunk.noise, pole=trunk.pole)
    if trunk.comfort is not None:
        out = line.comfort_noise(out, rng, level=trunk.comfort, hang=0.3, exact_zero=trunk.zero)
    if trunk.offset:
        out = out + np.float32(trunk.offset)
    out = g711(out, trunk.law)
    if trunk.codec:
        out = codecs.transcode(out, trunk.codec)
    out, drifted = network.drift(out, ppm=trunk.ppm)
    out = network.lose(out, rng, share=trunk.loss, burst=trunk.burst, fade=trunk.fade)
    out, slipped = network.slip(out, rng, per_minute=trunk.slips)
    moved = network.TimeMap(drifted.before, drifted.after)
    if len(slipped.before) > 2 or trunk.ppm:
        knots = slipped.before * (1 + trunk.ppm * 1e-6)
        moved = network.TimeMap(knots, slipped.after)
    return g711(out, trunk.second_law), moved


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """The samples a decoder hands out."""
    return np.asarray(np.clip(np.rint(samples * 32768.0), -32768, 32767), np.int16)
