"""Words of a text as they are spoken."""

from functools import lru_cache
import re

from unicode_rbnf import RbnfEngine

#: Letters of any alphabet; an apostrophe or hyphen between letters belongs to the word.
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+")
#: From here on numbers are spoken digit by digit, as telephones do.
_LONG = 1000


@lru_cache(maxsize=16)
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)


def number_words(number: int, language: str = "en") -> str:
    """A number in words of a language; digit by digit from 1000 on."""
    if number >= _LONG:
        return " ".join(number_words(int(digit), language) for digit in str(number))
    return _engine(language).format_number(number).text.replace("-", " ").replace("\xad", "")


def words_of(text: str, language: str = "en") -> list[str]:
    """Spoken words of a text: lower case, no punctuation, numbers in words."""
    words: list[str] = []
    for word in _WORD.findall(text.lower().replace("’", "'")):
        words += number_words(int(word), language).split() if word.isdigit() else [word]
    return words
