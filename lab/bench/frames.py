"""What half a second of a call is, truly and as heard, and how the two are confused."""

from dataclasses import dataclass, field
import math

from lab.bench.events import Sounding
from lab.holdcalls.truth import SPOKEN, Kind, Segment, Truth

#: Length of a frame, s.
FRAME = 0.5
#: Classes of the table. `quiet` is silence and noise; `tone` every tone of a network or key.
CLASSES = ("quiet", "tone", "music", "song", "speech", "speech_over_music")

_HEARD = {
    "silence": "quiet",
    "noise": "quiet",
    "music": "music",
    "song": "song",
    "speech": "speech",
    "speech_over_music": "speech_over_music",
}
_MOMENTARY = frozenset({"dtmf", "beep"})


@dataclass(slots=True)
class Confusion:
    """Counts of frames by true and heard class."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, true: str, heard: str, count: int = 1) -> None:
        """Count frames."""
        self.counts[true, heard] = self.counts.get((true, heard), 0) + count

    def join(self, other: Confusion) -> None:
        """Add another table."""
        for (true, heard), count in other.counts.items():
            self.add(true, heard, count)

    def row(self, true: str) -> int:
        """How many frames truly are of a class."""
        return sum(count for (t, _), count in self.counts.items() if t == true)

    def f1(self) -> dict[str, float]:
        """F1 of each class; music and song are one, since a song has stretches without a voice."""
        merged: dict[tuple[str, str], int] = {}
        for (true, heard), count in self.counts.items():
            pair = ("music" if true == "song" else true, "music" if heard == "song" else heard)
            merged[pair] = merged.get(pair, 0) + count
        scores = {}
        for name in (c for c in CLASSES if c != "song"):
            right = merged.get((name, name), 0)
            wrong = sum(count for (t, h), count in merged.items() if (t == name) != (h == name))
            if right or wrong:
                scores[name] = 2 * right / (2 * right + wrong)
        return scores

    def macro_f1(self) -> float:
        """Mean F1 over the classes."""
        scores = self.f1()
        return sum(scores.values()) / len(scores) if scores else 0.0


def true_frames(truth: Truth) -> list[str | None]:
    """The true class of each frame; None where a frame is mixed or its truth unsure.

    A frame of a voice, and of a tone with a cadence, counts when it fills at least half of it. Between the words of an
    agent in an office it is unsure. Frames in which a stretch begins or ends are left out.
    """
    frames: list[str | None] = []
    for number in range(int(truth.seconds / FRAME)):
        start, end = number * FRAME, (number + 1) * FRAME
        touching = [s for s in truth.segments if s.start < end and s.end > start]
        voice = next((s for s in touching if s.kind in SPOKEN), None)
        beds = [s for s in touching if s.kind not in SPOKEN]
        bed = beds[0].kind if len(beds) == 1 else None
        if voice is not None:
            filled = _filled(voice, start, end)
            if filled >= FRAME / 2:
                frames.append("speech_over_music" if voice.over_music else "speech")
            elif (
                filled == 0
                and voice.start <= start
                and voice.end >= end
                and not (
                    voice.kind is Kind.ADVERT
                    or (voice.kind is Kind.AGENT and truth.office is not None)
                )
            ):
                frames.append(
                    "quiet" if bed is None and not voice.over_music else bed and bed.value
                )
            else:
                frames.append(None)
        elif bed is None or beds[0].start > start or beds[0].end < end:
            frames.append(None)
        else:
            named = {Kind.MUSIC: "music", Kind.SONG: "song", Kind.SILENCE: "quiet"}
            if bed in named:
                frames.append(named[bed])
            else:  # between the bursts of a cadence, tone and silence are both right
                frames.append("tone" if _filled(beds[0], start, end) >= FRAME / 2 else None)
    return frames


def _filled(segment: Segment, start: float, end: float) -> float:
    """How much of a stretch of time a segment is active in, s."""
    return sum(max(min(b, end) - max(a, start), 0) for a, b in segment.active)


def heard_frames(sounds: list[Sounding], count: int, *, live: bool) -> list[str]:
    """The class heard in each frame: as known in the end (by `since`), or live, when it was said.

    A later report overrules what earlier ones said about the time since it began.
    """
    frames = ["quiet"] * count
    for sound in sorted(sounds, key=lambda s: s.time):
        if sound.sound not in _MOMENTARY:
            begin = max(math.ceil((sound.time if live else sound.since) / FRAME - 0.5), 0)
            frames[begin:] = [_HEARD.get(sound.sound, "tone")] * max(count - begin, 0)
    return frames


def confuse(truth: Truth, sounds: list[Sounding], *, live: bool) -> Confusion:
    """The table of one call."""
    table = Confusion()
    true = true_frames(truth)
    for is_true, is_heard in zip(true, heard_frames(sounds, len(true), live=live), strict=True):
        if is_true is not None:
            table.add(is_true, is_heard)
    return table
