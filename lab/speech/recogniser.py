"""PocketSphinx with a grammar: speech-to-text that does real work and is good at telephone phrases."""

from functools import lru_cache
import re
from threading import Lock
from typing import Any

import numpy as np
from pocketsphinx import Decoder

from ..sounds import Samples

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
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")


def number_words(number: int) -> str:
    """A number in English words as it is spoken; digit by digit from 1000 on."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        return _TENS[number // 10 - 2] + (f" {_UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" {number_words(number % 100)}" if number % 100 else ""
        return f"{_UNITS[number // 100]} hundred{rest}"
    return " ".join(_UNITS[int(digit)] for digit in str(number))


def words_of(text: str) -> list[str]:
    """Spoken words of a text: lower case, no punctuation, numbers in words."""
    words: list[str] = []
    for word in _WORD.findall(text.lower().replace("’", "'")):
        words += number_words(int(word)).split() if word.isdigit() else [word]
    return words


class Recogniser:
    """Hears sentences of a grammar, one after another in any order; 16 kHz."""

    def __init__(self, phrases: tuple[str, ...]) -> None:
        """`phrases` are what can be said; words that the dictionary lacks are left out."""
        self._decoder: Any = Decoder(
            lm=None, loglevel="FATAL", samprate=16000.0, bestpath=False, beam=1e-60, wbeam=1e-40
        )
        self._lock = Lock()
        sentences = {
            " ".join(w for w in words_of(p) if self._decoder.lookup_word(w)) for p in phrases
        }
        alternatives = " | ".join(f"( {sentence} )" for sentence in sorted(sentences) if sentence)
        grammar = f"#JSGF V1.0;\ngrammar telephone;\npublic <all> = ( {alternatives} )+ ;\n"
        self._decoder.add_jsgf_string("telephone", grammar)
        self._decoder.activate_search("telephone")

    @classmethod
    @lru_cache(maxsize=16)
    def for_phrases(cls, phrases: tuple[str, ...]) -> Recogniser:
        """The recogniser of these phrases; made once."""
        return cls(phrases)

    def transcribe(self, samples: Samples) -> str:
        """Words heard in float samples at 16 kHz, lower case; empty when nothing fits."""
        pcm = (samples.clip(-1, 1) * 32767).astype(np.int16).tobytes()
        with self._lock:
            self._decoder.start_utt()
            self._decoder.process_raw(pcm, full_utt=True)
            self._decoder.end_utt()
            hypothesis = self._decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""
