"""Speech for the scenes: clips of the corpus, and announcements read by eSpeak NG and flite in many voices."""

from functools import cache
from pathlib import Path
import shutil
import subprocess
import tempfile

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from lab.channel.level import frame_levels
from lab.corpus import RATE, Clip, Split, read
from lab.synth import phrases, voice

type Samples = NDArray[np.float32]

#: Share of each language among the announcements.
_LANGUAGES = {"en": 0.34, "de": 0.2, "fr": 0.12, "es": 0.12, "it": 0.08, "nl": 0.07, "pt": 0.07}
#: Voices of flite, which read English: of the split they belong to.
_FLITE = {Split.TRAIN: ("rms", "kal16"), Split.DEV: ("awb",), Split.TEST: ("slt",)}


@cache
def load(clip: Clip) -> Samples:
    """Read a clip of the corpus once."""
    return read(clip.path)


@cache
def _read_by_flite(name: str, text: str, stretch: float) -> Samples:
    """Let flite read a text; `stretch` is the length of its sounds, of 1."""
    command = ["flite", "-voice", name, "--setf", f"duration_stretch={stretch}", "-t", text, "-o"]
    with tempfile.NamedTemporaryFile(suffix=".wav") as out:
        subprocess.run([*command, out.name], capture_output=True, check=True)
        return read(Path(out.name))


def synthetic(rng: np.random.Generator, split: Split | None) -> Samples:
    """Return an announcement or two read by a machine, in a voice of the split."""
    language = str(rng.choice(list(_LANGUAGES), p=list(_LANGUAGES.values())))
    texts = (
        *phrases.ANNOUNCEMENTS[language],
        *phrases.MENUS[language],
        *phrases.ADVERTS[language],
    )
    text = texts[int(rng.integers(len(texts)))].format(n=int(rng.integers(1, 20)))
    names = _FLITE[split] if split else tuple(name for some in _FLITE.values() for name in some)
    if language == "en" and rng.random() < 0.5 and shutil.which("flite"):
        return _read_by_flite(str(rng.choice(names)), text, float(rng.choice([0.9, 1.0, 1.15])))
    name, speed, pitch = voice.draw(rng, language, split)
    return voice.speak(text, name, words_per_minute=speed, pitch=pitch)


def respeed(rng: np.random.Generator, samples: Samples, most: float = 0.12) -> Samples:
    """Play faster or slower by up to `most`: another voice, another tempo."""
    rate = float(rng.uniform(1 - most, 1 + most))
    at = np.arange(0, len(samples) - 1, rate)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float32)


def in_room(rng: np.random.Generator, samples: Samples) -> Samples:
    """Put the talker into a small to middling room."""
    time = np.arange(int(rng.uniform(0.1, 0.5) * RATE)) / RATE
    room = rng.standard_normal(len(time)) * 10 ** (-3 * time / time[-1])
    room *= rng.uniform(0.05, 0.35) / np.sqrt(np.sum(room**2))
    room[0] += 1
    return np.asarray(fftconvolve(samples, room)[: len(samples)], np.float32)


def activity(samples: Samples, count: int) -> NDArray[np.bool_]:
    """Tell for `count` steps of 50 ms whether somebody talks in a fairly clean clip; short gaps are filled."""
    levels = frame_levels(samples)
    if not len(levels):
        return np.zeros(count, bool)
    loud = np.percentile(levels, 95)
    floor = np.percentile(levels, 5)
    threshold = max(loud - 32, min(floor + 8, loud - 12))
    on = levels > threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[1], on.astype(np.int8), [1]])))
    for begin, end in zip(edges[::2], edges[1::2], strict=False):
        if end - begin <= 10 and begin > 0 and end < len(on):  # 200 ms
            on[begin:end] = True
    at = np.minimum((np.arange(count) * 2.5).astype(int), len(on) - 1)
    return np.asarray(on[at] | on[np.minimum(at + 1, len(on) - 1)]) & (
        np.arange(count) * 2.5 < len(on)
    )
