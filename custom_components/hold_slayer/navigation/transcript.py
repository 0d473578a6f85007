"""The words of the company leg so far: what was said, and what was said before."""

from dataclasses import replace

from ..hearing.heard import RepeatSource, UtteranceEnded
from .moments import Transcribed
from .phrases import Phrases
from .understanding import Words, understand
from .words import likeness

#: Texts of at least this many words that are this alike are one recording.
_LONG_TEXT, _SAME_TEXT = 6, 0.9
#: Share of an utterance that must be heard again to have said it again: a few words of a menu that a
#: later prompt has, too, are not that menu.
_WHOLE = 0.6


def add(said: list[Words], heard: Transcribed, languages: tuple[Phrases, ...]) -> Words:
    """Understand an utterance, mark it when it was said before, and keep it."""
    words = understand(heard, languages)
    if any(_same(words, earlier) for earlier in said):
        words = replace(words, again=True)
    said.append(words)
    return words


def recall(said: list[Words], event: UtteranceEnded) -> Words | None:
    """The words of repeated audio, from when it was heard first in this call."""
    repeat = event.repeat
    if repeat is None or repeat.source is not RepeatSource.CALL or repeat.first_heard is None:
        return None
    length = event.until - event.since
    middle = repeat.first_heard + length / 2
    for words in said:
        whole = length >= _WHOLE * (words.until - words.since)
        if whole and words.since <= middle <= words.until:
            return replace(
                words,
                again=True,
                utterance=event.utterance,
                since=event.since,
                until=event.until,
            )
    return None


def _same(one: Words, other: Words) -> bool:
    """Whether two utterances say the same at such a length that it is a recording."""
    if min(len(one.folded.split()), len(other.folded.split())) < _LONG_TEXT:
        return False
    return likeness(one.folded, other.folded) >= _SAME_TEXT
