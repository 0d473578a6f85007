"""What a queue plays: patterns of music, songs, ringback, silence, adverts and announcements."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.channel.level import set_level
from lab.holdcalls.material import Material, Piece, Voice
from lab.holdcalls.reel import RATE, Reel
from lab.holdcalls.truth import Kind, Segment
from lab.synth.tones import TONES, cadenced, queue_beep

type Samples = NDArray[np.float32]

#: What lies under the announcements, and how often.
PATTERNS = {"music": 0.42, "song": 0.22, "ringback": 0.08, "silence": 0.08, "playlist": 0.20}


@dataclass(slots=True, kw_only=True)
class Queue:
    """One queue of a company: its voice, its announcements in rotation, its bed of sound."""

    material: Material
    rng: np.random.Generator
    voice: Voice
    pattern: str

    def fill(self, reel: Reel, seconds: float) -> None:
        """Let the queue play on the reel from `now` for about `seconds`."""
        end = reel.now + seconds
        announcements = [
            self._announcement()
            for _ in range(int(self.rng.choice([0, 1, 2, 3, 5], p=[0.1, 0.25, 0.3, 0.2, 0.15])))
        ]
        interval = float(self.rng.uniform(12, 50))
        if self.pattern == "playlist":
            self._playlist(reel, end, announcements)
        elif announcements and self.pattern in ("music", "song") and self.rng.random() < 0.5:
            self._ducked(reel, end, announcements, interval)
        else:
            self._alternating(reel, end, announcements, interval)

    def _announcement(self) -> list[Piece]:
        """The pieces of one announcement; some queues put the same pieces together anew."""
        return [
            self.material.piece(sound, self.voice.channel, source, group)
            for sound, source, group in self.voice.announcement()
        ]

    def _bed(self, kind: str, seconds: float) -> tuple[Piece, Kind]:
        """Music or a song through a source channel, faded at its ends in half of the cases."""
        sound, source, group = (
            self.material.song(seconds) if kind == "song" else self.material.music(seconds)
        )
        piece = self.material.piece(sound, self.material.channel(), source, group)
        if self.rng.random() < 0.5:
            _fade(piece.samples, float(self.rng.uniform(0.2, 4)))
        # music plays from its first to its last sample: rests are part of it
        whole = Piece(
            samples=piece.samples, active=((0.0, piece.seconds),), source=source, group=group
        )
        return whole, Kind.SONG if kind == "song" and "music" not in source else Kind.MUSIC

    def _track(self) -> tuple[Piece, Kind]:
        """A track of 15 to 60 s, sung or not."""
        kind = str(self.rng.choice(["music", "song"]))
        return self._bed(kind, float(self.rng.uniform(15, 60)))

    def _say(
        self,
        reel: Reel,
        pieces: list[Piece],
        at: float,
        *,
        over_music: bool,
        kind: Kind = Kind.ANNOUNCEMENT,
    ) -> float:
        """Place the pieces of an announcement one after another; returns the end, s."""
        for piece in pieces:
            at = reel.place(piece, kind, at, over_music=over_music) + float(
                self.rng.uniform(0.05, 0.4)
            )
        return at

    def _order(self, announcements: list[list[Piece]]) -> _Rotation:
        return _Rotation(announcements, self.rng, shuffled=bool(self.rng.random() < 0.4))

    def _ducked(
        self, reel: Reel, end: float, announcements: list[list[Piece]], interval: float
    ) -> None:
        """Music goes on under the announcements, 8 to 20 dB weaker."""
        bed, kind = self._bed(self.pattern, float(self.rng.uniform(25, 180)))
        begin = reel.now
        order = self._order(announcements)
        spans: list[tuple[float, float]] = []
        at = begin + (interval if self.rng.random() < 0.6 else float(self.rng.uniform(0, 3)))
        while at < end - 3:
            stop = self._say(reel, order.next(), at, over_music=True)
            spans.append((at, stop))
            at = stop + interval * float(self.rng.uniform(0.8, 1.2))
        end = max([end, *(stop for _, stop in spans)])
        loops, at = [], begin
        while at < end:
            loops.append((at, min(at + bed.seconds, end)))
            at += bed.seconds + float(self.rng.choice([0.0, self.rng.uniform(0.1, 2)]))
        track = np.zeros(int((end - begin) * RATE) + 1, np.float32)
        for a, b in loops:
            start = int((a - begin) * RATE)
            part = bed.samples[: min(int((b - a) * RATE), len(track) - start)]
            track[start : start + len(part)] = part
            reel.segments.append(
                Segment(
                    start=a,
                    end=b,
                    kind=kind,
                    first=a == begin,
                    source=bed.source,
                    group=bed.group,
                    active=((a, b),),
                )
            )
        depth = float(self.rng.uniform(8, 20))
        knots, gains = [0.0], [0.0]
        for a, b in spans:
            knots += [a - begin - 0.3, a - begin, b - begin, b - begin + 0.5]
            gains += [0.0, -depth, -depth, 0.0]
        curve = np.interp(np.arange(len(track)) / RATE, knots, gains)
        reel.add((track * 10 ** (curve / 20)).astype(np.float32), begin)
        reel.now = end

    def _alternating(
        self, reel: Reel, end: float, announcements: list[list[Piece]], interval: float
    ) -> None:
        """Music, ringback or silence stops for each announcement and then resumes, restarts or goes on."""
        bed: Piece | None = None
        kind = Kind.SILENCE
        if self.pattern in ("music", "song"):
            bed, kind = self._bed(self.pattern, float(self.rng.uniform(15, 180)))
        elif self.pattern == "ringback":
            kind = Kind.RINGBACK
            country = str(self.rng.choice(list(TONES["ringback"])))
            bed = ringback(country, 60.0, float(self.rng.uniform(-26, -14)))
        order = self._order(announcements)
        restart = bool(self.rng.random() < 0.4)
        position = 0.0
        say_first = bool(announcements) and self.rng.random() < 0.4
        while reel.now < end:
            if announcements and (say_first or reel.now > end - interval * 3):
                reel.now = self._say(reel, order.next(), reel.now, over_music=False)
            say_first = bool(announcements)
            reel.silence(float(self.rng.uniform(0.05, 1.0)))
            stretch = (
                interval * float(self.rng.uniform(0.8, 1.2)) if announcements else end - reel.now
            )
            if bed is None:
                reel.silence(min(stretch, 30))
                continue
            stop = min(reel.now + stretch, end)
            position = 0.0 if restart or kind is Kind.RINGBACK else position
            while reel.now < stop - 0.2:
                position = 0.0 if position >= bed.seconds - 0.5 else position
                length = min(stop - reel.now, bed.seconds - position)
                reel.now = reel.place(bed, kind, reel.now, seconds=length, offset=position)
                position += length
            reel.silence(float(self.rng.uniform(0.0, 0.6)))

    def _playlist(self, reel: Reel, end: float, announcements: list[list[Piece]]) -> None:
        """Tracks, adverts over music with a jingle, announcements and beeps in a random order, each now and then again."""
        order = self._order(announcements)
        items = [("track", [self._track()]) for _ in range(int(self.rng.integers(2, 5)))]
        items += [("advert", self._advert()) for _ in range(int(self.rng.integers(1, 3)))]
        while reel.now < end:
            name, parts = items[self.rng.integers(len(items))]
            for piece, kind in parts:
                reel.now = reel.place(
                    piece, kind, reel.now, over_music=name == "advert" and kind is Kind.ADVERT
                )
            reel.silence(float(self.rng.uniform(0.1, 1.5)))
            if announcements and self.rng.random() < 0.6:
                reel.now = self._say(reel, order.next(), reel.now, over_music=False)
                reel.silence(float(self.rng.uniform(0.1, 1.0)))
            if self.rng.random() < 0.1:
                beep = Piece(
                    samples=queue_beep(self.rng) * np.float32(0.3),
                    active=((0.0, 0.2),),
                    source="synth beep",
                    group="synth/beep",
                )
                reel.now = reel.place(beep, Kind.TONE, reel.now, detail="beep")
                reel.silence(0.3)

    def _advert(self) -> list[tuple[Piece, Kind]]:
        """Speech over music, with a jingle before it in half of the cases."""
        parts = self.voice.advert()
        channel = self.material.channel()
        gap = np.zeros(int(0.2 * RATE), np.float32)
        speech = set_level(
            np.concatenate([np.concatenate([sound, gap]) for sound, _, _ in parts]), -20
        )
        bed = self.material.music(len(speech) / RATE + 1)[0]
        bed = np.resize(bed, len(speech)) * 1.0
        mixed = speech + set_level(
            np.asarray(bed, np.float32), -20 - float(self.rng.uniform(4, 16))
        )
        # only the same parts again are the same advert
        name, group = " + ".join(source for _, source, _ in parts), parts[0][2]
        spoken = self.material.piece(speech, channel, name, group)
        piece = self.material.piece(mixed.astype(np.float32), channel, name, group)
        advert = Piece(
            samples=piece.samples, active=spoken.active, source=piece.source, group=piece.group
        )
        made = [(advert, Kind.ADVERT)]
        if self.rng.random() < 0.5:
            jingle, source, theirs = self.material.music(4)
            jingle = jingle[: int(self.rng.uniform(1.5, 4) * RATE)].copy()
            _fade(jingle, 0.2)
            made.insert(
                0, (self.material.piece(jingle, channel, f"jingle {source}", theirs), Kind.MUSIC)
            )
        return made


class _Rotation:
    """Announcements in order or in any order."""

    def __init__(
        self, items: list[list[Piece]], rng: np.random.Generator, *, shuffled: bool
    ) -> None:
        """Go through `items`."""
        self._items, self._rng, self._shuffled = items, rng, shuffled
        self._next = 0

    def next(self) -> list[Piece]:
        """The one whose turn it is."""
        if self._shuffled:
            return self._items[self._rng.integers(len(self._items))]
        self._next += 1
        return self._items[(self._next - 1) % len(self._items)]


def ringback(country: str, seconds: float, level: float) -> Piece:
    """A country's ringback tone at a level, dBFS; it comes from the exchange, so it has no source channel."""
    tone = TONES["ringback"][country]
    sound = set_level(cadenced(tone, seconds), level)
    bursts, at, number = [], 0.0, 0
    while at < seconds:
        length = tone.cadence[number % len(tone.cadence)]
        if number % 2 == 0:
            bursts.append((at, min(at + length, seconds)))
        at += length
        number += 1
    return Piece(
        samples=sound,
        active=tuple(bursts),
        source=f"synth ringback {country}",
        group="synth/ringback",
    )


def _fade(samples: Samples, seconds: float) -> None:
    """Fade a sound in and out in place."""
    count = min(int(seconds * RATE), len(samples) // 3)
    if count:
        ramp = np.linspace(0, 1, count, dtype=np.float32)
        samples[:count] *= ramp
        samples[-count:] *= ramp[::-1]
