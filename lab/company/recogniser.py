"""Understanding one of a few phrases: the spoken menu of the simulated company."""

from functools import lru_cache

from ..sounds import Samples
from ..speech.numbers import words_of
from ..speech.phrases import telephone_sentences
from ..speech.recogniser import Recogniser

#: How callers put what they want.
_CARRIERS = (
    "%s",
    "%s please",
    "i want %s",
    "i need %s",
    "i would like %s",
    "a %s",
    "i have a question about %s",
)


@lru_cache(maxsize=8)
def prepare(phrases: tuple[str, ...]) -> Recogniser:
    """Make the recogniser of these phrases (takes seconds, so do it before the call)."""
    spoken = [words_of(carrier % phrase) for phrase in phrases for carrier in _CARRIERS]
    return Recogniser.for_sentences(telephone_sentences() + 20 * spoken)


def recognise(samples: Samples, phrases: tuple[str, ...]) -> str:
    """The phrase that was said, or the empty string."""
    heard = prepare(phrases).transcribe(samples)
    return next((phrase for phrase in phrases if " ".join(words_of(phrase)) in heard), "")
