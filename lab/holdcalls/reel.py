"""The tape on which a call is put together: sounds at places, what they are, and the mix."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lab.holdcalls.material import Piece
from lab.holdcalls.truth import Kind, Segment

RATE = 8000
type Samples = NDArray[np.float32]


class Reel:
    """Places sounds; `now` is where the next one goes, s."""

    def __init__(self) -> None:
        """An empty tape."""
        self.now = 0.0
        self.segments: list[Segment] = []
        self._sounds: list[tuple[int, Samples]] = []
        self._played: set[tuple[str, str]] = set()

    def add(self, samples: Samples, at: float) -> None:
        """Mix a sound in at a time, s, without a segment."""
        self._sounds.append((round(at * RATE), samples))

    def place(
        self,
        piece: Piece,
        kind: Kind,
        at: float,
        *,
        seconds: float | None = None,
        offset: float = 0.0,
        over_music: bool = False,
        detail: str = "",
    ) -> float:
        """Put (a part of) a piece at a time; returns its end, s. A piece placed before is marked as a repeat."""
        start = int(offset * RATE)
        samples = (
            piece.samples[start:]
            if seconds is None
            else piece.samples[start : start + int(seconds * RATE)]
        )
        end = at + len(samples) / RATE
        self.add(samples, at)
        shift = at - offset
        active = tuple(
            (max(a + shift, at), min(b + shift, end))
            for a, b in piece.active
            if b + shift > at and a + shift < end
        )
        text = piece.text
        words = ((active[0][0], active[-1][1], text),) if text and active and not offset else ()
        self.segments.append(
            Segment(
                start=at,
                end=end,
                kind=kind,
                words=words,
                first=(piece.group, piece.source) not in self._played,
                over_music=over_music,
                source=piece.source,
                group=piece.group,
                active=active,
                detail=detail,
            )
        )
        self._played.add((piece.group, piece.source))
        return end

    def silence(self, seconds: float) -> None:
        """Nothing for a while, from `now` on."""
        if seconds > 0:
            self.segments.append(Segment(start=self.now, end=self.now + seconds, kind=Kind.SILENCE))
            self.now += seconds

    def cut(self, at: float) -> None:
        """Shorten what lies on the tape to a length, s; segments that begin later are dropped."""
        self._sounds = [
            (start, sound[: max(int(at * RATE) - start, 0)])
            for start, sound in self._sounds
            if start < at * RATE
        ]
        self.segments = [
            replace(
                s, end=min(s.end, at), active=tuple((a, min(b, at)) for a, b in s.active if a < at)
            )
            for s in self.segments
            if s.start < at
        ]

    def mix(self, seconds: float | None = None) -> Samples:
        """Everything together, float32; `seconds` long or as long as the tape."""
        count = round((self.now if seconds is None else seconds) * RATE)
        out = np.zeros(count, np.float32)
        for start, sound in self._sounds:
            part = sound[: max(count - start, 0)]
            out[start : start + len(part)] += part
        return out
