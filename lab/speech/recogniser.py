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

#: Silence put around the audio, in samples: the decoder wants to hear where speech begins and ends.
_MARGIN = np.zeros(4000, np.float32)
#: Noise added (amplitude of full scale): digital silence has no logarithm and confuses the decoder.
_DITHER = 0.001

#: Weights of the language model and widths of the search, chosen on eSpeak prompts after G.711.
_SEARCH = {"lw": 8.0, "wip": 0.3, "beam": 1e-64, "pbeam": 1e-64, "wbeam": 4e-39}


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
        padded = np.concatenate((_MARGIN, samples, _MARGIN))
        padded += np.random.default_rng(0).normal(0, _DITHER, len(padded)).astype(np.float32)
        pcm = (padded.clip(-1, 1) * 32767).astype(np.int16).tobytes()
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
