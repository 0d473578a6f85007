"""How words sound, in the phonemes of eSpeak NG: the phones of the lab's acoustic models."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import pairwise
import re
import subprocess

from ..voices import VOICES, VoiceError

#: Stress and length; no model tells them apart.
_MARKS = re.compile(r"[ˈˌː-]")
#: eSpeak NG changes to another language within a word, or does not know a phoneme.
_SWITCH = re.compile(r"\(\w+(?:-\w+)*\)|\?\?")
#: Languages whose words change with the word that follows.
_LIAISON = frozenset({"fr"})
#: Pronunciations kept of a word.
_MOST_WAYS = 3
#: What stands in for a phone that a model lacks, the nearest first.
_NEAREST = {
    "θ": "s", "ð": "dz", "ɹ": "rʁɾ", "r": "ɾʁ", "ɾ": "rdɹ", "ʁ": "rɹx", "x": "hʁk", "ç": "ʃx", "ɣ": "ɡx", "β": "bv", "ʋ": "vw",
    "w": "uv", "ŋ": "n", "ɲ": "n", "ʎ": "lj", "ʝ": "j", "ʒ": "ʃz", "h": "xʁ", "z": "s", "v": "fb",
    "a": "ɑɐæ", "ɑ": "aɒ", "ɐ": "aə", "æ": "ɛa", "e": "ɛ", "ɛ": "e", "ə": "ɐɛeø", "ɜ": "əœø", "i": "ɪ", "ɪ": "i", "o": "ɔ",
    "ɔ": "o", "ɒ": "ɔ", "u": "ʊ", "ʊ": "u", "y": "iu", "ø": "œəe", "œ": "øɛ", "ʌ": "aɐɑ", "ɨ": "əɪi", "ɵ": "ʊə", "ɚ": "ɜə", "ᵻ": "ɪ",
}  # fmt: skip


def phonemes(words: Iterable[str], language: str) -> dict[str, list[str]]:
    """Phonemes of each word as eSpeak NG speaks it alone; raises VoiceError."""
    ordered = sorted(set(words))
    return {
        word: _phonemes(ipa)
        for word, ipa in zip(ordered, _transcribe(ordered, language), strict=True)
    }


def joined(sentences: list[list[str]], language: str) -> list[list[list[str]] | None]:
    """Phonemes of each word of each sentence as they are spoken together; None where words melt into one."""
    if language not in _LIAISON:
        return [None] * len(sentences)
    found: list[list[list[str]] | None] = []
    lines = _transcribe([" ".join(words) for words in sentences], language)
    for words, line in zip(sentences, lines, strict=True):
        groups = [_phonemes(group) for group in line.split()]
        found.append(groups if len(groups) == len(words) else None)
    return found


def pronunciations(
    sentences: list[list[str]], language: str, phones: Collection[str]
) -> dict[str, list[list[str]]]:
    """Ways to say each word, in phones that a model has; words that cannot be said with them are left out."""
    alone = phonemes({word for words in sentences for word in words}, language)
    ways = {word: Counter([tuple(spoken)]) for word, spoken in alone.items()}
    telling = _telling(sentences)
    for words, together in zip(telling, joined(telling, language), strict=True):
        for word, spoken in zip(words, together or (), strict=False):
            ways[word][tuple(spoken)] += 1
    found: dict[str, list[list[str]]] = {}
    for word, counted in ways.items():
        for way_spoken, _ in counted.most_common(_MOST_WAYS):
            if (way := fitted(way_spoken, phones)) and way not in found.get(word, ()):
                found.setdefault(word, []).append(way)
    return found


def _telling(sentences: list[list[str]]) -> list[list[str]]:
    """Those sentences in which two words meet that have not met before."""
    met: set[tuple[str, str]] = set()
    found = []
    for words in sentences:
        meetings = set(pairwise(words))
        if not meetings <= met:
            met |= meetings
            found.append(words)
    return found


def fitted(spoken: Iterable[str], phones: Collection[str]) -> list[str]:
    """Phonemes in the phones of a model; nothing when one of them has no likeness there."""
    fits = [_fit(phoneme, phones) for phoneme in spoken]
    return [phone for fit in fits for phone in fit] if all(fits) else []


def _transcribe(lines: list[str], language: str) -> list[str]:
    """IPA of each line; raises VoiceError."""
    if not lines:
        return []
    try:
        spoken = subprocess.run(
            ["espeak-ng", "-v", VOICES[language], "-q", "--ipa", "--sep=_"],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise VoiceError(
            f"eSpeak NG cannot pronounce words of language {language!r}: {error}"
        ) from error
    return spoken.stdout.splitlines()


def _phonemes(ipa: str) -> list[str]:
    return [p for p in re.split(r"[_\s]+", _SWITCH.sub("", _MARKS.sub("", ipa))) if p]


def _fit(phoneme: str, phones: Collection[str]) -> list[str]:
    """The phoneme itself, or what comes nearest; nothing when nothing does."""
    if phoneme in phones:
        return [phoneme]
    for near in _NEAREST.get(phoneme, ""):
        if near in phones:
            return [near]
    if len(phoneme) == 1:
        return []
    # a diphthong, an affricate or a nasal vowel: its parts, without what is no phone by itself
    return [fit for part in phoneme for fit in _fit(part, phones)]
