"""Where talking begins and ends, so that speech-to-text gets whole phrases."""

from dataclasses import replace

from .frames import STEP_SECONDS
from .heard import Repeat, UtteranceEnded, UtterancePaused, UtteranceStarted

type UtteranceEvent = UtteranceStarted | UtterancePaused | UtteranceEnded

#: Kept before the first word, s.
LEAD = 0.2
#: Talking that starts an utterance, s.
START = 0.15
#: Not talking that ends one, s.
END = 0.6
#: A pause within one that is told, s: a menu's options and a person's greeting come in sentences.
#: Speakers and synthetic voices leave 0.35 s and more between them, of which the end of one word and
#: the beginning of the next take some.
SENTENCE_END = 0.2
#: An utterance is cut here, s.
LONGEST = 12.0
#: Share of an utterance that must have been heard before to call it a repeat: a spliced number
#: ("you are number three") is a tenth of its announcement, and it is the news.
MOST = 0.9


class Utterances:
    """Finds utterances, one step of 50 ms at a time."""

    def __init__(self) -> None:
        """Start outside any utterance."""
        self._count = 0
        self._talked = 0.0
        self._onset = 0.0
        self._since = 0.0
        self._until = 0.0
        self._open = False
        self._repeat: Repeat | None = None
        self._repeated_until = 0.0
        self._repeated = 0.0
        #: The pause that goes on was told.
        self._paused = False

    @property
    def active(self) -> bool:
        """Tell whether an utterance is open."""
        return self._open

    def holds(self, first_heard: float | None) -> bool:
        """Tell whether the open utterance repeats itself, from a time on (s).

        Synthetic voices say a word twice in one sentence with the very same samples.
        """
        return self._open and first_heard is not None and first_heard >= self._since

    def repeated(self, since: float, until: float, repeat: Repeat) -> None:
        """Take note that what was heard from `since` to `until` (s) is a repeat."""
        if not self._open:
            return
        if self.holds(repeat.first_heard):
            return
        begin = max(since, self._repeated_until, self._since)
        if until > begin:
            self._repeated += until - begin
            self._repeated_until = until
            if self._repeat is None or repeat.score >= self._repeat.score:
                self._repeat = _moved(repeat, self._since - since)

    def step(self, time: float, voice: float) -> list[UtteranceEvent]:
        """Take the chance of a voice in the step that ends at `time`."""
        if not self._open:
            return self._wait(time, voice)
        if voice >= 0.4:
            self._until = time
            self._paused = False
        quiet = time - self._until
        if quiet >= END - 1e-6:
            return [self._end(time, cut=False)]
        if time - self._since >= LONGEST:
            ended = self._end(time, cut=True)
            return [ended, self._start(time, since=time)]
        if quiet >= SENTENCE_END - 1e-6 and not self._paused:
            self._paused = True
            return [self._pause(time)]
        return []

    def cut(self, time: float) -> list[UtteranceEnded]:
        """End the utterance that is open, if any: what is said from now on is another."""
        ended = self.close(time)
        self._until = time
        return ended

    def close(self, time: float) -> list[UtteranceEnded]:
        """End the utterance that is open, if any."""
        return [self._end(time, cut=False)] if self._open else []

    def _wait(self, time: float, voice: float) -> list[UtteranceEvent]:
        """Look for the first word."""
        if voice >= 0.5:
            if self._talked <= 0:
                self._onset = time - STEP_SECONDS
            self._talked += STEP_SECONDS
        else:
            self._talked = max(0.0, self._talked - STEP_SECONDS)
        if self._talked < START - 1e-6:
            return []
        return [self._start(time, since=max(0.0, self._onset - LEAD, self._until))]

    def _start(self, time: float, *, since: float) -> UtteranceStarted:
        """Open an utterance."""
        self._count += 1
        self._open = True
        self._since = since
        self._until = time
        self._paused = False
        self._repeat = None
        self._repeated = 0.0
        self._repeated_until = 0.0
        return UtteranceStarted(time=time, utterance=self._count, since=since)

    def _pause(self, time: float) -> UtterancePaused:
        """Tell of the pause."""
        return UtterancePaused(
            time=time, utterance=self._count, since=self._since, until=self._until
        )

    def _end(self, time: float, *, cut: bool) -> UtteranceEnded:
        """Close the open utterance."""
        self._open = False
        self._talked = 0.0
        most = self._repeated > MOST * max(self._until - self._since - LEAD, 0.5)
        return UtteranceEnded(
            time=time,
            utterance=self._count,
            since=self._since,
            until=self._until,
            repeat=self._repeat if most else None,
            cut=cut,
        )


def _moved(repeat: Repeat, seconds: float) -> Repeat:
    """A repeat seen from so much later, s: what was heard before may have begun before the utterance."""
    first, offset = repeat.first_heard, repeat.offset
    return replace(
        repeat,
        first_heard=None if first is None else round(first + seconds, 3),
        offset=None if offset is None else round(offset + seconds, 3),
    )
