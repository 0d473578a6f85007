"""PocketSphinx with a language model of telephone phrases: speech-to-text that does real work on audio."""

from functools import lru_cache
from pathlib import Path
import tempfile
from threading import Lock
from typing import Any

import numpy as np
from pocketsphinx import Decoder

from ..sounds import Samples
from .language_model import arpa
from .numbers import words_of

#: Silence put around the audio, in samples: the decoder wants to hear where speech begins and ends.
_MARGIN = np.zeros(4000, np.float32)

#: Weights of the language model and widths of the search, chosen on eSpeak prompts after G.711.
_SEARCH = {"lw": 8.0, "wip": 0.3, "beam": 1e-64, "pbeam": 1e-64, "wbeam": 4e-39}


class Recogniser:
    """Turns speech at 16 kHz into words of the sentences it was made with."""

    def __init__(self, sentences: list[list[str]]) -> None:
        """Sentences with a word that the dictionary lacks are used without that word."""
        self._lock = Lock()
        known = _dictionary()
        usable = [words for s in sentences if (words := [w for w in s if known(w)])]
        with tempfile.NamedTemporaryFile("w", suffix=".arpa") as file:
            file.write(arpa(usable))
            file.flush()
            self._decoder: Any = Decoder(
                lm=file.name, loglevel="FATAL", samprate=16000.0, **_SEARCH
            )

    @classmethod
    @lru_cache(maxsize=16)
    def for_phrases(cls, phrases: tuple[str, ...]) -> Recogniser:
        """The recogniser of a few phrases and nothing else; made once."""
        return cls([words_of(phrase) for phrase in phrases])

    def transcribe(self, samples: Samples) -> str:
        """Words heard, lower case; empty when there are none."""
        padded = np.concatenate((_MARGIN, samples, _MARGIN))
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
