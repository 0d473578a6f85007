"""Words of a text as they are spoken."""

import re

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")


def number_words(number: int) -> str:
    """A number in English words; digit by digit from 1000 on."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        return _TENS[number // 10 - 2] + (f" {_UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" {number_words(number % 100)}" if number % 100 else ""
        return f"{_UNITS[number // 100]} hundred{rest}"
    return " ".join(_UNITS[int(digit)] for digit in str(number))


def words_of(text: str) -> list[str]:
    """Spoken words of an English text: lower case, no punctuation, numbers in words."""
    words: list[str] = []
    for word in _WORD.findall(text.lower().replace("’", "'")):
        words += number_words(int(word)).split() if word.isdigit() else [word]
    return words
