"""Understanding one of a few phrases: the spoken menu of the simulated company."""

from functools import lru_cache

from ..parties.manners import manners
from ..sounds import Samples
from ..speech.numbers import number_words, words_of
from ..speech.phrases import telephone_sentences
from ..speech.recogniser import Recogniser

#: How often each phrase counts against a sentence of the telephone.
_WEIGHT = 20


@lru_cache(maxsize=16)
def prepare(phrases: tuple[str, ...], language: str = "en") -> Recogniser:
    """Make the recogniser of these phrases (takes a second, so do it before the call)."""
    spoken = [
        words_of(carrier % phrase, language)
        for phrase in phrases
        for carrier in manners(language).carriers
    ]
    return Recogniser.for_sentences(telephone_sentences(language) + _WEIGHT * spoken, language)


def recognise(samples: Samples, phrases: tuple[str, ...], language: str = "en") -> str:
    """The phrase that was said, or the empty string."""
    heard = prepare(phrases, language).transcribe(samples)
    return next((p for p in phrases if " ".join(words_of(p, language)) in heard), "")


@lru_cache(maxsize=16)
def prepare_digits(language: str = "en") -> Recogniser:
    """Make the recogniser of single digits."""
    digits = [number_words(digit, language) for digit in range(10)]
    pairs = [[one, other] for one in digits for other in digits]
    return Recogniser.for_sentences(
        [[*pair, *other] for pair in pairs for other in pairs], language
    )


def digits_in(samples: Samples, language: str = "en") -> str:
    """Digits that were spoken one by one."""
    values = {number_words(digit, language): str(digit) for digit in range(10)}
    heard = prepare_digits(language).transcribe(samples)
    return "".join(values.get(word, "") for word in heard.split())
