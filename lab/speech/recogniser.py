"""PocketSphinx with a language model of telephone phrases: speech-to-text that does real work on audio."""

from collections.abc import Mapping
from pathlib import Path
import tempfile
from threading import Lock
from typing import Any, Self

import numpy as np
from pocketsphinx import Decoder

from ..sounds import Samples
from .acoustic import MODELS, RATE, narrow, phones
from .language_model import arpa
from .phrases import LANGUAGES, sentences_of, telephone_sentences
from .pronunciation import pronunciations

#: How often each text of a company counts against a sentence of the telephone.
_WEIGHT = 10
#: Every utterance is brought to this peak; noise of this strength is added (shares of full scale): digital silence has
#: no logarithm, and the models were trained with noise of about that much.
_PEAK, _DITHER = 0.5, 0.008
#: Quiet put before and behind every utterance, in samples of the model: as in training.
_QUIET = RATE // 4
#: Silence of this length, in samples of the model, parts two pieces; no piece is shorter than the other.
_PAUSE, _SHORTEST = RATE * 3 // 20, RATE * 3 // 10
#: Quieter than this share of the loudest sample is silence.
_SILENT = 0.02

#: Weights of the language model, widths of the search, means over the whole utterance: chosen on what a caller hears of
#: the lab's scenarios.
_SEARCH = {
    "lw": 10.0,
    "wip": 0.5,
    "beam": 1e-64,
    "pbeam": 1e-64,
    "wbeam": 4e-39,
    "silprob": 0.01,
    "fillprob": 1e-3,
    "cmn": "batch",
}


class Recogniser:
    """Turns speech of the lab's rate into words of one language."""

    def __init__(self, decoder: Any) -> None:
        """`decoder` is a PocketSphinx decoder with its language model or grammar."""
        self._decoder = decoder
        self._lock = Lock()

    @classmethod
    def for_sentences(cls, sentences: list[list[str]], language: str = "en") -> Self:
        """For speech like these sentences; words that the model's phones cannot say are left out."""
        spoken = pronunciations(sentences, language, phones(language))
        usable = [words for s in sentences if (words := [w for w in s if w in spoken])]
        with tempfile.TemporaryDirectory(prefix="hold-slayer-words-") as folder:
            model, dictionary = Path(folder, "words.arpa"), Path(folder, "words.dict")
            model.write_text(arpa(usable), encoding="utf-8")
            dictionary.write_text(dictionary_of(spoken), encoding="utf-8")
            return cls(
                Decoder(
                    hmm=str(MODELS / language),
                    lm=str(model),
                    dict=str(dictionary),
                    loglevel="FATAL",
                    samprate=float(RATE),
                    **_SEARCH,
                )
            )

    def transcribe(self, samples: Samples) -> str:
        """Words heard, lower case; empty when there are none."""
        heard = (self._decode(piece) for piece in _pieces(narrow(samples)))
        return " ".join(words for words in heard if words)

    def _decode(self, piece: Samples) -> str:
        """Words of speech without longer pauses."""
        narrowed = np.pad(piece, _QUIET)
        narrowed *= _PEAK / np.abs(narrowed).max(initial=_DITHER)
        noisy = narrowed + np.random.default_rng(0).normal(0, _DITHER, len(narrowed))
        pcm = (noisy.clip(-1, 1) * 32767).astype(np.int16).tobytes()
        with self._lock:
            self._decoder.start_utt()
            self._decoder.process_raw(pcm, full_utt=True)
            self._decoder.end_utt()
            hypothesis = self._decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""


def dictionary_of(spoken: Mapping[str, list[list[str]]]) -> str:
    """Pronunciations in Sphinx's format: a word's second and further ones are numbered."""
    lines = [
        f"{word}({number}) {' '.join(way)}" if number > 1 else f"{word} {' '.join(way)}"
        for word, ways in sorted(spoken.items())
        for number, way in enumerate(ways, start=1)
    ]
    return "\n".join(lines) + "\n"


def _pieces(samples: Samples) -> list[Samples]:
    """What lies between pauses: the means over a piece are those of its speech, whatever came before it."""
    loud = np.flatnonzero(np.abs(samples) > _SILENT * np.abs(samples).max(initial=0.0))
    if not loud.size or loud[-1] - loud[0] < _SHORTEST:
        return []
    gaps = np.flatnonzero(np.diff(loud) > _PAUSE)
    starts, ends = [loud[0], *loud[gaps + 1]], [*loud[gaps], loud[-1]]
    pieces, start = [], int(starts[0])
    for end, following in zip(ends, [*starts[1:], None], strict=True):
        # a click or a single short sound goes with what follows
        if following is None or end - start >= _SHORTEST:
            pieces.append(samples[start : int(end) + 1])
            start = int(following or 0)
    return pieces


class Recognisers:
    """A recogniser for each language, made when it is first needed."""

    def __init__(self, said: Mapping[str, list[str]]) -> None:
        """`said` are texts that must be understood, by language, besides what telephones say everywhere."""
        self._said = said
        self._made: dict[str, Recogniser] = {}
        self._lock = Lock()

    def get(self, language: str) -> Recogniser:
        """The recogniser of a language (`de`, `de-AT`); English for one that is not known."""
        code = language.partition("-")[0].lower()
        if code not in LANGUAGES:
            code = "en"
        with self._lock:
            if code not in self._made:
                said = sentences_of(list(self._said.get(code, ())), code)
                self._made[code] = Recogniser.for_sentences(
                    telephone_sentences(code) + _WEIGHT * said, code
                )
            return self._made[code]

    def prepare(self) -> None:
        """Make those whose texts were given; takes seconds."""
        for language in self._said:
            self.get(language)
