"""What is truly on the line of a made call, and when."""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
import json
from typing import Any

from lab.channel.network import TimeMap


class Kind(StrEnum):
    """What a stretch of a call is."""

    RINGBACK = "ringback"
    MENU = "menu"
    ANNOUNCEMENT = "announcement"
    ADVERT = "advert"
    MUSIC = "music"
    SONG = "song"
    SILENCE = "silence"
    TONE = "tone"
    AGENT = "agent"


#: Kinds in which a recording or a person talks.
SPOKEN = frozenset({Kind.MENU, Kind.ANNOUNCEMENT, Kind.ADVERT, Kind.AGENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of one kind. Music runs on under an announcement that is ducked into it, so segments may overlap."""

    #: Seconds from the begin of the call, as received.
    start: float
    end: float
    kind: Kind
    #: For recordings: False when the same piece was played before in this call.
    first: bool = True
    #: Music or a song plays underneath.
    over_music: bool = False
    #: File of the corpus, or how the lab made it ("espeak en-us+f3: …", "synth lounge 17").
    source: str = ""
    group: str = ""
    #: Where sound above its own floor is, s: words of speech, bursts of tones.
    active: tuple[tuple[float, float], ...] = ()
    #: Keys pressed or which tone, for `Kind.TONE` and `Kind.RINGBACK`.
    detail: str = ""
    #: What is said, where that is known: first word's begin, last word's end, s, and the text.
    words: tuple[tuple[float, float, str], ...] = ()

    def moved(self, where: TimeMap) -> Segment:
        """The same stretch after the line has shifted time."""
        active = tuple((where(a), where(b)) for a, b in self.active)
        words = tuple((where(a), where(b), text) for a, b, text in self.words)
        return replace(
            self, start=where(self.start), end=where(self.end), active=active, words=words
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything about a call that the ears have to find out."""

    seed: int
    #: Length of the call, s.
    seconds: float
    segments: tuple[Segment, ...]
    #: When holding begins (after ringing and menu), s.
    hold: float
    #: When the agent's line opens, s; None when nobody comes.
    agent: float | None = None
    #: Begin of the agent's first word, s.
    first_word: float | None = None
    #: How the agent behaves: greets, hello, talks.
    manner: str = ""
    #: Signal-to-noise ratio of the agent's office, dB; None for a quiet one.
    office: float | None = None
    #: Language of everything that is said, where that is known, else empty.
    language: str = ""
    channel: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """As text, one key per field."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Truth:
        """From the text of `to_json`."""
        raw = json.loads(text)
        segments = tuple(
            Segment(
                **{
                    **part,
                    "kind": Kind(part["kind"]),
                    "active": tuple((a, b) for a, b in part["active"]),
                    "words": tuple((a, b, text) for a, b, text in part.get("words", ())),
                }
            )
            for part in raw.pop("segments")
        )
        return cls(segments=segments, **raw)

    def plays(self) -> list[Segment]:
        """Spoken recordings as a listener takes them: neighbouring pieces of one kind joined.

        Pieces less than 0.6 s apart are one play; it is a repeat when most of its words were heard before.
        """
        joined: list[list[Segment]] = []
        for part in sorted(
            (s for s in self.segments if s.kind in SPOKEN and s.kind is not Kind.AGENT),
            key=lambda s: s.start,
        ):
            last = joined[-1][-1] if joined else None
            if last is not None and last.kind is part.kind and part.start - last.end < 0.6:
                joined[-1].append(part)
            else:
                joined.append([part])
        plays = []
        for parts in joined:
            new = sum(p.end - p.start for p in parts if p.first)
            plays.append(
                replace(
                    parts[0],
                    end=parts[-1].end,
                    first=new * 2 > sum(p.end - p.start for p in parts),
                    source=" + ".join(p.source for p in parts),
                    active=tuple(span for p in parts for span in p.active),
                )
            )
        return plays

    def text(self, since: float, until: float) -> str:
        """What is said between two times, s, as far as it is known."""
        found: list[tuple[float, str]] = []
        for segment in self.segments:
            for begin, end, text in segment.words:
                said = text.split()
                for number, word in enumerate(said):
                    at = begin + (number + 0.7) / len(said) * (end - begin)
                    if since <= at <= until:
                        found.append((at, word))
        return " ".join(word for _, word in sorted(found))

    def at(self, time: float) -> Segment | None:
        """What is heard at a time: the voice when one talks over music, else what plays."""
        here = [s for s in self.segments if s.start <= time < s.end]
        return next((s for s in here if s.kind in SPOKEN), here[-1] if here else None)
