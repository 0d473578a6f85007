"""Synthetic voices of eSpeak NG: announcements, menus and adverts that no corpus holds.

A synthetic voice is a recording even when first heard. Voices are divided between the splits, so that a model trained on
some is judged on others.
"""

from functools import lru_cache
import io
import shutil
import subprocess

import numpy as np
from numpy.typing import NDArray

from lab.corpus import RATE, Split, decode

type Samples = NDArray[np.float32]

#: eSpeak's voice variants by split.
VARIANTS: dict[Split, tuple[str, ...]] = {
    Split.TRAIN: ("m1", "m3", "m5", "m7", "f1", "f4", "klatt2", "Alex", "Annie", "Diogo", "Gene"),
    Split.DEV: ("m2", "f3", "klatt4", "Andy", "Henrique"),
    Split.TEST: ("m4", "m6", "f2", "f5", "klatt3", "Denis", "Michael", "steph"),
}
#: eSpeak's voice for each language of `lab.synth.phrases`.
LANGUAGES = {
    "en": ("en-us", "en-gb", "en-gb-scotland"), "de": ("de",), "fr": ("fr-fr",), "es": ("es", "es-419"), "it": ("it",), "nl": ("nl",), "pt": ("pt-br", "pt"),
}  # fmt: skip


def installed() -> bool:
    """Whether the espeak-ng program is here."""
    return shutil.which("espeak-ng") is not None


@lru_cache(maxsize=256)
def speak(text: str, voice: str, *, words_per_minute: int = 150, pitch: int = 50) -> Samples:
    """Say a text with an eSpeak voice such as "de+f3"; float32 at 8 kHz. `pitch` is eSpeak's 0–99."""
    command = ["espeak-ng", "-v", voice, "-s", str(words_per_minute), "-p", str(pitch), "--stdout"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode or len(done.stdout) < 100:
        raise RuntimeError(
            f"espeak-ng could not speak with voice {voice!r}: {done.stderr.decode(errors='replace').strip()}"
        )
    return decode(io.BytesIO(done.stdout), RATE)


def draw(rng: np.random.Generator, language: str, split: Split | None) -> tuple[str, int, int]:
    """A random voice for a language: its eSpeak name, words per minute and pitch."""
    variants = VARIANTS[split] if split else tuple(v for some in VARIANTS.values() for v in some)
    base = LANGUAGES[language][rng.integers(len(LANGUAGES[language]))]
    return (
        f"{base}+{variants[rng.integers(len(variants))]}",
        int(rng.integers(125, 185)),
        int(rng.integers(25, 75)),
    )
