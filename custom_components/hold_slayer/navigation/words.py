"""Words as text: folding, number words and likeness, the same for all languages."""

from difflib import SequenceMatcher
from functools import lru_cache
import re
import unicodedata

from unicode_rbnf import RbnfEngine

_CONTRACTION = re.compile(r"['’](?=(?:m|s|ll|re|ve|d|t)\b)")
_SENTENCE_END = re.compile(r"[.;:!?…]+(?=\s|$)")
_COMMA = re.compile(r",(?=\s|$)")
_NOT_WORD = re.compile(r"[^\w*#\x01\x02]+")


def fold(text: str, *, punctuation: bool = False) -> str:
    """Lower case without accents and punctuation, words separated by single spaces.

    With `punctuation`, " . " stands for the end of a sentence and " , " for a comma.
    """
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = _CONTRACTION.sub("", text)
    if punctuation:
        text = _COMMA.sub("\x02", _SENTENCE_END.sub("\x01", text))
    text = _NOT_WORD.sub(" ", text).replace("_", " ")
    text = re.sub(r"([*#\x01\x02])", r" \1 ", text)
    return " ".join(text.split()).replace("\x01", ".").replace("\x02", ",")


#: Numbers that are written out in words: positions, minutes and keys go no higher.
_COUNT = 121


@lru_cache(maxsize=16)
def number_words(language: str) -> dict[str, int]:
    """Folded number words of a language up to 120, digits included, by value."""
    words = {str(number): number for number in range(_COUNT)}
    try:
        engine = RbnfEngine.for_language(language)
    except ValueError:
        return words
    for number in range(_COUNT):
        for rule_set, text in engine.format_number(number).text_by_ruleset.items():
            if "year" in rule_set or "verbose" in rule_set:
                continue
            folded = fold(text)
            words.setdefault(folded, number)
            words.setdefault(folded.replace(" ", ""), number)
    return words


def tokens(text: str) -> list[str]:
    """The words of a text, folded."""
    return fold(text).split()


def as_written(folded: str, text: str) -> str:
    """Folded words as a text writes them, with accents and capitals; as they are where it has them not."""
    written = {" ".join(tokens(word)): word.strip('.,;:!?¿¡"') for word in text.split()}
    return " ".join(written.get(word, word) for word in folded.split())


@lru_cache(maxsize=1)
def _small_numbers() -> dict[str, str]:
    """Number words of all our languages up to nine that mean nothing else, by digit."""
    small: dict[str, set[int]] = {}
    for language in ("en", "de", "fr", "es", "it", "nl", "pt"):
        for word, value in number_words(language).items():
            if value < 10 and " " not in word:
                small.setdefault(word, set()).add(value)
    return {word: str(min(values)) for word, values in small.items() if len(values) == 1}


def preload() -> None:
    """Read the number words of all languages from disk (blocking), once."""
    _small_numbers()


def canonical(text: str) -> str:
    """Folded text with small numbers as digits, so that "press two" is "press 2"."""
    digits = _small_numbers()
    return " ".join(digits.get(word, word) for word in tokens(text))


def covered(expected: str, heard: str) -> float:
    """Share of the expected words found in what was heard in their order, 0 to 1.

    Longest common subsequence of words over the length of the expected text, so that a
    prompt inside a longer utterance counts in full and a cut-off start costs little.
    """
    want = tokens(expected)
    have = tokens(heard)
    if not want or not have:
        return 0.0
    row = [0] * (len(have) + 1)
    for word in want:
        diagonal = 0
        for column, other in enumerate(have, start=1):
            above = row[column]
            row[column] = diagonal + 1 if word == other else max(above, row[column - 1])
            diagonal = above
    return row[-1] / len(want)


def rest_after(said: str, text: str) -> str:
    """What a text says after words that were read before, perhaps in other words.

    Speech-to-text reads the same audio a little differently when more of it is there.
    """
    before, now = tokens(said), text.split()
    folded = [" ".join(tokens(word)) for word in now]
    if not before:
        return text
    blocks = SequenceMatcher(None, before, folded, autojunk=False).get_matching_blocks()
    found = [block for block in blocks if block.size]
    if not found:
        return " ".join(now[len(before) :])
    last = found[-1]
    return " ".join(now[last.b + last.size + (len(before) - last.a - last.size) :])


def likeness(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1; symmetric."""
    return min(covered(one, other), covered(other, one))
