"""What the ears last said about the company leg, on the call's clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..hearing.heard import (
    HeardEvent,
    Hearing,
    Repeated,
    RepeatEnded,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from .understanding import Words


@dataclass(slots=True)
class CompanyLine:
    """The company leg as it sounds; times on the call's clock, in s, where nothing else is said."""

    answered: bool = False
    sound: Sound = Sound.SILENCE
    sound_since: float = 0.0
    speaking: bool = False
    #: Number of the utterance that goes on, or ended last.
    utterance: int = 0
    speech_began: float = 0.0
    #: When the last word ended; None before the first.
    speech_ended: float | None = None
    #: The speech now playing, or that just ended, was heard before.
    repeating: bool = False
    verdict: Verdict = Verdict.NOBODY
    #: Utterances whose text is still to come -> when to go on without it.
    awaited: dict[int, float] = field(default_factory=dict)
    #: What was said, in order.
    said: list[Words] = field(default_factory=list)
    #: First and last word of each utterance, leg time in s.
    spans: dict[int, tuple[float, float]] = field(default_factory=dict)
    #: Call clock minus leg time, s.
    offset: float = 0.0

    def audio_now(self, now: float) -> float:
        """The leg time of a call time, s."""
        return now - self.offset

    def given_up(self, now: float) -> Iterator[int]:
        """Utterances whose text takes too long, each forgotten as it is told."""
        for utterance in [key for key, due in self.awaited.items() if due <= now]:
            if self.awaited.pop(utterance, None) is not None:
                yield utterance

    def hear(self, event: HeardEvent, now: float) -> None:
        """Take in what the ears report at `now`."""
        self.offset = now - event.time
        match event:
            case Hearing():
                self.sound = event.sound
                self.sound_since = event.since + self.offset
            case Repeated():
                self.repeating = True
            case RepeatEnded():
                self.repeating = False
            case UtteranceStarted():
                self.speaking = True
                self.utterance = event.utterance
                self.speech_began = event.since + self.offset
            case UtteranceEnded():
                self.speaking = event.cut
                self.spans[event.utterance] = (event.since, event.until)
                self.speech_ended = event.until + self.offset
            case VerdictChange():
                self.verdict = event.verdict
