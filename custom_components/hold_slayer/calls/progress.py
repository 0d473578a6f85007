"""What is known of a running call: for entities, the card, events and history."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from ..hearing.heard import MUSICAL, NETWORK_TONES, SPOKEN, Reason, Sound, Verdict
from ..navigation.states import CallState, Outcome

#: Segments kept; a three-hour hold with an announcement a minute makes 360.
MOST_SEGMENTS = 1000
#: Transcript lines kept, and the last ones, among which half-read ones are looked for.
MOST_LINES = 2000
_LATEST = 50


_MOMENTARY = frozenset({Sound.BEEP, Sound.DTMF, Sound.FAX})


class SegmentKind(StrEnum):
    """What a stretch of a call was, as drawn in the timeline."""

    RINGING = "ringing"
    MENU = "menu"
    MUSIC = "music"
    ANNOUNCEMENT = "announcement"
    SILENCE = "silence"
    TONE = "tone"
    PERSON = "person"
    YOU = "you"  # the user's phone rings
    CONNECTED = "connected"


class Speaker(StrEnum):
    """Who said a transcript line."""

    COMPANY = "company"
    ASSISTANT = "assistant"
    KEYS = "keys"
    NOTE = "note"


@dataclass(slots=True, kw_only=True)
class Segment:
    """A stretch of a call; `end` is None while it lasts."""

    kind: SegmentKind
    start: datetime
    end: datetime | None = None
    #: Heard before: a recording.
    repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLine:
    """Something that was said."""

    time: datetime
    speaker: Speaker
    text: str
    utterance: int = 0
    #: False while it may still change.
    final: bool = True


@dataclass(slots=True, kw_only=True)
class PhoneProgress:
    """How ringing one phone goes."""

    id: str
    name: str
    state: str


@dataclass(slots=True, kw_only=True)
class CallProgress:
    """The visible side of a call; times are aware and in UTC."""

    started: datetime
    state: CallState = CallState.DIALING
    #: When this state began.
    since: datetime
    answered: datetime | None = None
    hold_started: datetime | None = None
    person_since: datetime | None = None
    connected: datetime | None = None
    ended: datetime | None = None
    outcome: Outcome | None = None
    reason: str = ""
    #: When the company opens ("09:00"), if it said so.
    opens_at: str = ""
    #: When it is tried again by itself.
    redial_at: datetime | None = None
    sound: Sound | None = None
    verdict: Verdict = Verdict.NOBODY
    #: Of a living person, 0 to 1.
    probability: float | None = None
    reasons: tuple[Reason, ...] = ()
    queue_position: int | None = None
    #: Estimated by the company, s.
    estimated_wait_s: float | None = None
    #: Key presses that went out, placeholders unfilled.
    keys: list[str] = field(default_factory=list)
    step: str = ""
    segments: list[Segment] = field(default_factory=list)
    transcript: list[TranscriptLine] = field(default_factory=list)
    phones: dict[str, PhoneProgress] = field(default_factory=dict)
    #: Leg -> the phone it rings.
    legs: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    #: Seconds on hold in stretches that are over.
    held_s: float = 0.0

    def enter(self, state: CallState, now: datetime) -> None:
        """Note a new state."""
        if self.state is CallState.ON_HOLD and self.hold_started is not None:
            self.held_s += (now - self.since).total_seconds()
        self.state = state
        self.since = now
        match state:
            case CallState.ON_HOLD if self.hold_started is None:
                self.hold_started = now
            case CallState.PERSON_DETECTED:
                self.person_since = now
            case CallState.CONNECTED:
                self.connected = now
            case CallState.ENDED | CallState.FAILED:
                self.ended = now
                self.settle()
        self.draw(now)

    def hear(self, sound: Sound, now: datetime) -> None:
        """Note what the line sounds like now."""
        self.sound = sound
        self.draw(now)

    def repeated(self) -> None:
        """Note that what plays was heard before."""
        if self.segments and self.segments[-1].end is None:
            self.segments[-1].repeat = True

    def say(self, line: TranscriptLine) -> None:
        """Add a transcript line, in place of what was not final of the same utterance."""
        if line.speaker is Speaker.COMPANY:
            for index in self._unfinished():
                if self.transcript[index].utterance == line.utterance:
                    self.transcript[index] = line
                    return
            self.settle()
        self.transcript.append(line)
        # Indices in the card's feed stay true: a full transcript drops what is new.
        del self.transcript[MOST_LINES:]

    def settle(self) -> None:
        """Let what was half read stand: no more will come of it."""
        for index in self._unfinished():
            self.transcript[index] = replace(self.transcript[index], final=True)

    def _unfinished(self) -> list[int]:
        """Return where lines are that may still change; they are among the last."""
        last = range(max(0, len(self.transcript) - _LATEST), len(self.transcript))
        return [index for index in last if not self.transcript[index].final]

    def remark(self, kind: str, now: datetime) -> None:
        """Add a note between the words; `kind` names it, whoever shows it says it in words."""
        line = TranscriptLine(time=now, speaker=Speaker.NOTE, text=kind)
        # what is still being read stays last: it is replaced by its final text
        partial = bool(self.transcript) and not self.transcript[-1].final
        self.transcript.insert(len(self.transcript) - partial, line)
        del self.transcript[MOST_LINES:]

    @property
    def last_words(self) -> str:
        """The last thing the company said."""
        for line in reversed(self.transcript):
            if line.speaker is Speaker.COMPANY and line.final:
                return line.text
        return ""

    def draw(self, now: datetime) -> None:
        """Let the timeline go on with what is the case now."""
        kind = self._kind()
        last = self.segments[-1] if self.segments else None
        if kind is not None and last is not None and last.kind is kind and last.end is None:
            return
        if last is not None and last.end is None:
            last.end = now
        if kind is not None:
            self.segments.append(Segment(kind=kind, start=now))
            del self.segments[MOST_SEGMENTS:]

    def _kind(self) -> SegmentKind | None:
        """Return how this moment is drawn."""
        match self.state:
            case CallState.DIALING | CallState.RINGING:
                return SegmentKind.RINGING
            case CallState.NAVIGATING:
                return SegmentKind.MENU
            case CallState.ON_HOLD:
                return self._hold_kind()
            case CallState.PERSON_SUSPECTED | CallState.PERSON_DETECTED:
                return SegmentKind.PERSON
            case CallState.RINGING_YOU:
                return SegmentKind.YOU
            case CallState.CONNECTED:
                return SegmentKind.CONNECTED
        return None

    def _hold_kind(self) -> SegmentKind:
        """Tell music, announcements and silence apart."""
        if self.sound in SPOKEN:
            return SegmentKind.ANNOUNCEMENT
        if self.sound in MUSICAL:
            return SegmentKind.MUSIC
        if self.sound is Sound.RINGBACK:
            return SegmentKind.RINGING
        if self.sound in NETWORK_TONES or self.sound in _MOMENTARY:
            return SegmentKind.TONE
        return SegmentKind.SILENCE
