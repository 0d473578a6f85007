"""PocketSphinx with a language model of telephone phrases: speech-to-text that does real work on audio."""

from functools import lru_cache
from pathlib import Path
import tempfile
from threading import Lock
from typing import Any, Self

import numpy as np
from pocketsphinx import Decoder

from ..sounds import Samples
from .language_model import arpa

#: Noise added (share of full scale): digital silence has no logarithm, and the empty bands above 4 kHz of a telephone
#: are nothing the acoustic model has met.
_DITHER = 0.004

#: Weights of the language model, widths of the search, means over the whole utterance: chosen on what a caller hears of
#: the lab's scenarios.
_SEARCH = {
    "lw": 8.0,
    "wip": 0.3,
    "beam": 1e-64,
    "pbeam": 1e-64,
    "wbeam": 4e-39,
    "silprob": 0.1,
    "fillprob": 1e-3,
    "cmn": "batch",
}


class Recogniser:
    """Turns speech at 16 kHz into words."""

    def __init__(self, decoder: Any) -> None:
        """`decoder` is a PocketSphinx decoder with its language model or grammar."""
        self._decoder = decoder
        self._lock = Lock()

    @classmethod
    def for_sentences(cls, sentences: list[list[str]]) -> Self:
        """For speech like these sentences; words that the dictionary lacks are left out."""
        known = _dictionary()
        usable = [words for s in sentences if (words := [w for w in s if known(w)])]
        with tempfile.NamedTemporaryFile("w", suffix=".arpa") as file:
            file.write(arpa(usable))
            file.flush()
            return cls(Decoder(lm=file.name, loglevel="FATAL", samprate=16000.0, **_SEARCH))

    def transcribe(self, samples: Samples) -> str:
        """Words heard, lower case; empty when there are none."""
        noisy = samples + np.random.default_rng(0).normal(0, _DITHER, len(samples))
        pcm = (noisy.clip(-1, 1) * 32767).astype(np.int16).tobytes()
        with self._lock:
            self._decoder.start_utt()
            self._decoder.process_raw(pcm, full_utt=True)
            self._decoder.end_utt()
            hypothesis = self._decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    """Tells whether a word is in PocketSphinx's pronunciation dictionary."""
    from pocketsphinx import get_model_path

    file = Path(get_model_path("en-us/cmudict-en-us.dict"))
    with file.open(encoding="utf-8") as lines:
        words = {line.split(" ", 1)[0] for line in lines}
    return words.__contains__
