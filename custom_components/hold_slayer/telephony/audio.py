"""Messages that carry or start audio: playing, streamed speech, recording, print books."""

from dataclasses import dataclass
from enum import StrEnum

from ..hearing.heard import PrintKind
from .answers import Done
from .message import Answer, Report, Request


class Tone(StrEnum):
    """Tones the engine can play."""

    RINGBACK = "ringback"  # 425 Hz, 1 s on, 4 s off (ITU-T E.180)
    BUSY = "busy"  # 425 Hz, 0.48 s on, 0.48 s off
    BEEP = "beep"  # 1400 Hz, 0.2 s: "this call is recorded" (ITU-T E.180 annex)
    CONFIRM = "confirm"  # two short rising tones
    ERROR = "error"  # three falling tones


class RecordingKind(StrEnum):
    """Which sides of a leg are recorded."""

    COMPANY = "company"  # what the far side says
    USER = "user"  # what the far side is sent
    MIXED = "mixed"
    STEREO = "stereo"  # left: far side, right: what it is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Request[Done]):
    """Play PCM into a leg, in as many pieces as needed; then `Played` is reported.

    A piece with a new `playback` number waits until the one before has been played.
    """

    leg: str
    playback: int
    #: Samples per second of the payload.
    rate: int
    #: True for the last piece, which may be empty.
    last: bool
    #: PCM16 little-endian mono.
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayTone(Request[Done]):
    """Play a tone into a leg; reported by `Played` like `Play`."""

    leg: str
    playback: int
    tone: Tone
    #: How often; 0 = until stopped.
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlaying(Request[Done]):
    """Stop everything that plays or waits to play into a leg, at once."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Played(Report):
    """A playback ended."""

    leg: str
    playback: int
    #: False when it was stopped or the leg ended.
    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSpeech(Request[Done]):
    """Start or stop sending a leg's utterances as `SpeechAudio`."""

    leg: str
    active: bool
    rate: int = 16000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechAudio(Report):
    """A piece of an utterance; begins 0.2 to 0.3 s before the first word."""

    leg: str
    utterance: int
    rate: int
    last: bool
    #: True with `last` when the stretch was recognised as heard before and cut off.
    repeated: bool = False
    #: PCM16 little-endian mono; may be empty in the last piece.
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Request[Done]):
    """Record a leg into WAV files (PCM16)."""

    leg: str
    #: A file that must not exist yet; with `segment_s` an empty folder for 0001.wav, 0002.wav ….
    path: str
    kind: RecordingKind
    #: Length of a file, s; 0 = one file. A finished file is safe from a power cut.
    segment_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording(Request[Done]):
    """Finish the file(s) of a leg; "" = all of them."""

    leg: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded(Report):
    """A recording is finished, or cannot go on, and may be read."""

    leg: str
    path: str
    seconds: float
    #: Why it ended early; "" when it did not.
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPrintBook(Request[Done]):
    """Give the ears of a leg the prints known of this company."""

    leg: str
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintBookData(Answer):
    """Prints, to be stored with the contact or the call."""

    #: The leg they are of; "" = none.
    leg: str = ""
    #: Recorded announcements in the book, music not counted.
    announcements: int = 0
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPrintBook(Request[PrintBookData]):
    """Ask for the prints of a leg, those given and those learned, as one book; also after its end."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintMarked(Answer):
    """A stretch of a leg has a name in the print book."""

    leg: str
    #: The name; "" when the stretch holds too little sound to know it again, or was a person.
    print_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPrint(Request[PrintMarked]):
    """Say what a stretch of a leg was, also shortly after its end.

    A recording goes into the print book. What was a person never does, and recordings that the
    stretch was taken for leave the book.
    """

    leg: str
    #: Leg times between which it was heard, s.
    since: float
    until: float
    #: What it is; None = a person.
    kind: PrintKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPrint(Request[PrintBookData]):
    """Ask for the print of a stretch of a leg as a book of its own, also shortly after the leg's end."""

    leg: str
    #: Leg times between which it was heard, s.
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachPrintBook(Request[PrintBookData]):
    """Say what a stretch of a past call was: a recording goes into the book, a person leaves it."""

    person: bool
    #: Length of the book in the payload.
    book_bytes: int
    #: The stored book, then the print of the stretch as `GetPrint` gave it.
    payload: bytes
