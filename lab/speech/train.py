"""Trains an acoustic model on synthetic speech over a telephone: `python -m lab.speech.train de`.

Needs Debian's sphinxtrain and sphinxbase-utils. The models are in the repository; run this only to make them anew.
"""

import argparse
import asyncio
from collections import Counter
import os
from pathlib import Path
import random
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import soundfile

from ..channel.laws import g711
from ..sounds import Samples, music
from ..voices import FLITE, VOICES, Voice, VoiceError, speak
from .acoustic import MODELS, RATE, narrow
from .numbers import words_of
from .phrases import LANGUAGES, telephone_sentences
from .pronunciation import fitted, joined, phonemes, pronunciations
from .recogniser import dictionary_of

_PHRASES = (
    Path(__file__).parents[2] / "custom_components" / "hold_slayer" / "navigation" / "phrases"
)
#: Music is a filler word; every so many utterances begin with some, of tunes from this number on.
_MUSIC, _MUSIC_EVERY, _FIRST_TUNE = "++MUSIC++", 6, 500
_PROGRAMS = Path("/usr/lib/sphinxtrain")
#: Variants of eSpeak NG's voices that are trained on; the scenarios speak with others (m3, m7, f2).
_VARIANTS = ("", "+m1", "+m2", "+m4", "+m5", "+m6", "+f1", "+f3", "+f4")
#: Vocal tracts of half the speakers, and how many speak by Flite where it has the language.
_TRACTS, _FLITE_SHARE = (0.85, 1.2), 0.4
#: Phones that come less often than this are replaced by their nearest.
_LEAST = 12
#: Speech at these levels and noise at these ratios, dBFS and dB: a telephone, from poor to good.
_LEVELS, _RATIOS = (-16.0, -4.0), (16.0, 60.0)
_SETTINGS = {
    "CFG_WAVFILE_SRATE": "8000.0",
    "CFG_NUM_FILT": "20",
    "CFG_LO_FILT": "200",
    "CFG_HI_FILT": "3500",
    "CFG_CD_TRAIN": "'no'",
    "CFG_CI_MGAU": "'yes'",
    "CFG_VERBOSE": "0",
}


def utterances(language: str, count: int, chance: random.Random) -> list[list[str]]:
    """Things to say: sentences of the telephone, and the words of the phrase file in any order."""
    by_opening: dict[tuple[str, int], list[list[str]]] = {}
    for known in telephone_sentences(language):
        by_opening.setdefault((known[0], len(known)), []).append(known)
    openings = sorted(by_opening)

    def sentence() -> list[str]:
        return chance.choice(by_opening[chance.choice(openings)])

    text = (_PHRASES / f"{language}.yaml").read_text(encoding="utf-8")
    words = sorted({w for w in words_of(re.sub(r"#.*", "", text), language) if len(w) > 2})
    chance.shuffle(words)
    said = [sentence() + sentence() for _ in range(count)]
    return said + [words[start : start + 5] for start in range(0, len(words), 5)]


async def speech(words: list[str], language: str, chance: random.Random) -> Samples:
    """One utterance at `RATE` as a telephone carries it."""
    others = [f"flite/{name}" for name in FLITE] if language == "en" else []
    flite = bool(others) and chance.random() < _FLITE_SHARE
    voice = Voice(
        name=chance.choice(others) if flite else VOICES[language] + chance.choice(_VARIANTS),
        speed=chance.randint(135, 180),
        pitch=chance.randint(30, 70),
        level=chance.uniform(*_LEVELS),
        tract=chance.choice((1.0, chance.uniform(*_TRACTS))),
    )
    quiet = np.zeros(RATE // 4, np.float32)
    clean = np.concatenate([quiet, narrow(await speak(" ".join(words), voice)), quiet])
    noise = np.random.default_rng(chance.getrandbits(32)).normal(size=len(clean))
    loud = 10 ** ((voice.level - 15 - chance.uniform(*_RATIOS)) / 20)
    return g711((clean + loud * noise).astype(np.float32), chance.choice(("a", "mu")))


def tune(chance: random.Random) -> Samples:
    """A stretch of hold music at `RATE` as a telephone carries it; none that a scenario plays."""
    whole = narrow(music(_FIRST_TUNE + chance.randrange(40)))
    seconds, level = chance.uniform(0.5, 3.0), 10 ** (chance.uniform(-12, 0) / 20)
    start = chance.randrange(len(whole) - round(3.0 * RATE))
    piece = level * whole[start : start + round(seconds * RATE)]
    return g711(np.asarray(piece, np.float32), chance.choice(("a", "mu")))


async def prepare(folder: Path, language: str, count: int) -> None:
    """Write recordings, transcripts, dictionary and list of phones as sphinxtrain wants them."""
    chance = random.Random(language)
    said = utterances(language, count, chance)
    spoken = phonemes({word for words in said for word in words}, language)
    often = Counter(phone for words in said for word in words for phone in spoken[word])
    phones = sorted(phone for phone, times in often.items() if times >= _LEAST)
    words = pronunciations(said, language, phones)
    said = [usable for line in said if (usable := [word for word in line if word in words])]
    labels = [
        _labels(line, together, words, phones)
        for line, together in zip(said, joined(said, language), strict=True)
    ]
    etc, wav = folder / "etc", folder / "wav"
    wav.mkdir()
    names = [f"{index:04}" for index in range(len(said))]
    made = await asyncio.gather(
        *(
            speech(line, language, random.Random(f"{language} {name}"))
            for name, line in zip(names, said, strict=True)
        )
    )
    for index, name in enumerate(names):
        samples = made[index]
        if index % _MUSIC_EVERY == 0:
            # what an utterance on hold begins with
            samples = np.concatenate([await asyncio.to_thread(tune, chance), samples])
            labels[index] = [_MUSIC, *labels[index]]
        soundfile.write(wav / f"{name}.wav", samples, RATE, "PCM_16")

    def write(ending: str, lines: list[str]) -> None:
        (etc / f"{language}{ending}").write_text("\n".join(lines) + "\n", encoding="utf-8")

    write("_train.fileids", names)
    write(
        "_train.transcription",
        [f"<s> {' '.join(line)} </s> ({n})" for n, line in zip(names, labels, strict=True)],
    )
    write("_test.fileids", names[:1])
    write("_test.transcription", [f"<s> {' '.join(said[0])} </s> (0000)"])
    write(".dic", dictionary_of(words).splitlines())
    write(".phone", [*phones, "SIL", "+MUSIC+"])
    write(".filler", ["<s> SIL", "</s> SIL", "<sil> SIL", f"{_MUSIC} +MUSIC+"])


def _labels(
    line: list[str],
    together: list[list[str]] | None,
    words: dict[str, list[list[str]]],
    phones: list[str],
) -> list[str]:
    """The words of an utterance, each with the number of the way in which it is said here."""
    if together is None:
        return line
    labels = []
    for word, spoken in zip(line, together, strict=True):
        way = fitted(spoken, phones)
        number = words[word].index(way) + 1 if way in words[word] else 1
        labels.append(f"{word}({number})" if number > 1 else word)
    return labels


def configure(folder: Path, language: str, densities: int) -> None:
    """Set sphinxtrain up for context-independent models of 8 kHz speech."""
    places = {"DB_NAME": language, "BASE_DIR": folder, "SPHINXTRAIN_DIR": _scripts()}
    places["SPHINXTRAIN_BIN_DIR"] = _PROGRAMS
    for name in ("sphinx_train.cfg", "feat.params"):
        text = (_scripts() / "etc" / name).read_text(encoding="utf-8")
        for place, value in places.items():
            text = text.replace(f"___{place}___", str(value))
        for setting, value in {**_SETTINGS, "CFG_FINAL_NUM_DENSITIES": densities}.items():
            text = re.sub(
                rf"^(\s*)\${setting}\s*=.*$",
                rf"\g<1>${setting} = {value};",
                text,
                flags=re.MULTILINE,
            )
        (folder / "etc" / name).write_text(text, encoding="utf-8")


def _scripts() -> Path:
    """Where Debian puts sphinxtrain's scripts (its own starter looks elsewhere)."""
    for found in Path("/usr/lib").glob("*/sphinxtrain/scripts"):
        return found.parent
    raise FileNotFoundError("sphinxtrain")


def train(language: str, count: int, densities: int) -> Path:
    """Train a model and put it into the repository; raises CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="hold-slayer-train-") as name:
        folder = Path(name)
        (folder / "etc").mkdir()
        configure(folder, language, densities)
        asyncio.run(prepare(folder, language, count))
        for step in ("000.comp_feat/slave_feat.pl", "20.ci_hmm/slave_convg.pl"):
            subprocess.run(
                ["perl", _scripts() / "scripts" / step],
                cwd=folder,
                check=True,
                # its scripts are older than Perl's care about the current folder
                env={**os.environ, "PERL_USE_UNSAFE_INC": "1"},
            )
        made = folder / "model_parameters" / f"{language}.ci_cont"
        into = MODELS / language
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(made, into)
        return into


def main() -> int:
    """Command line of `python -m lab.speech.train`."""
    parser = argparse.ArgumentParser(prog="python -m lab.speech.train", description=__doc__)
    parser.add_argument("language", choices=LANGUAGES)
    parser.add_argument("--utterances", type=int, default=900)
    parser.add_argument("--densities", type=int, default=8, help="Gaussians of a state")
    given = parser.parse_args()
    try:
        print(train(given.language, given.utterances, given.densities))
    except FileNotFoundError:
        print("sphinxtrain is missing: apt-get install sphinxtrain sphinxbase-utils")
        return 1
    except (subprocess.CalledProcessError, VoiceError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
