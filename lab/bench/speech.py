"""`scripts/bench speech`: word errors of the lab's speech-to-text on what its companies say, through G.711."""

import argparse
import asyncio
from dataclasses import dataclass
import time

import numpy as np
from scipy.signal import resample_poly

from ..channel.laws import g711
from ..company.scenario import SCENARIOS, load, texts
from ..sounds import RATE, Samples
from ..speech.acoustic import RATE as NARROW, narrow
from ..speech.numbers import words_of
from ..speech.phrases import LANGUAGES
from ..speech.recogniser import Recognisers
from ..voices import speak


@dataclass(slots=True, kw_only=True)
class Errors:
    """Sums over the texts of one language."""

    texts: int = 0
    words: int = 0
    wrong: int = 0
    audio_s: float = 0.0
    took_s: float = 0.0


def distance(said: list[str], heard: list[str]) -> int:
    """Words to insert, delete or replace until both are the same (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(said, start=1):
        before, row[0] = row[0], index
        for place, other in enumerate(heard, start=1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (word != other)),
            )
    return row[-1]


def over_the_telephone(samples: Samples, law: str) -> Samples:
    """Speech as a caller's side gets it: 8 kHz, G.711, brought back to the lab's rate."""
    return np.asarray(resample_poly(g711(narrow(samples), law), RATE, NARROW), np.float32)


async def measure(language: str, *, show: int) -> Errors:
    """Let everything be said that a language's companies say, and understand it."""
    spoken = [
        pair
        for file in sorted(SCENARIOS.glob("*.yaml"))
        if (scenario := load(file)).language == language
        for pair in texts(scenario)
    ]
    recogniser = Recognisers({language: [text for text, _ in spoken]}).get(language)
    errors = Errors()
    for index, (text, voice) in enumerate(spoken):
        samples = over_the_telephone(await speak(text, voice), ("a", "mu")[index % 2])
        began = time.perf_counter()
        heard = recogniser.transcribe(samples).split()
        errors.took_s += time.perf_counter() - began
        said = words_of(text, language)
        wrong = distance(said, heard)
        errors.texts += 1
        errors.words += len(said)
        errors.wrong += wrong
        errors.audio_s += len(samples) / RATE
        if wrong and show > 0:
            show -= 1
            print(f"  {wrong}  {' '.join(said)}\n   → {' '.join(heard)}")
    return errors


def main(argv: list[str]) -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench speech", description=__doc__)
    parser.add_argument("language", nargs="*", choices=[[], *LANGUAGES], default=[])
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print the first N errors")
    given = parser.parse_args(argv)
    print("language  texts  words  wrong  word errors  times real time")
    for language in given.language or LANGUAGES:
        errors = asyncio.run(measure(language, show=given.show))
        print(
            f"{language:8} {errors.texts:6} {errors.words:6} {errors.wrong:6} "
            f"{100 * errors.wrong / errors.words:9.1f} % {errors.audio_s / errors.took_s:12.0f}",
            flush=True,
        )
    return 0
