"""Example sentences for the language model: what telephones say everywhere, and what the lab's companies say."""

from itertools import product
from pathlib import Path
import re

from .numbers import words_of

_FOLDER = Path(__file__).parent / "telephone"
_SLOT = re.compile(r"\{(\w+)\}")
_PAUSE = re.compile(r"[.!?;:,]+\s+|[.!?]$")

#: Languages that can be understood: those of the navigation's phrase files.
LANGUAGES = tuple(sorted(file.stem for file in _FOLDER.glob("*.txt")))


def telephone_sentences(language: str = "en") -> list[list[str]]:
    """The sentences of telephone/<language>.txt with every slot filled in every way."""
    lists: dict[str, list[str]] = {}
    sentences: list[list[str]] = []
    for line in (_FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, values = line[1:].partition(" ")
            lists[name] = values.split("|")
        elif line and not line.startswith("#"):
            slots = _SLOT.findall(line)
            for fillings in product(*(lists[slot] for slot in slots)):
                filled = _SLOT.sub("%s", line) % fillings
                sentences.append(words_of(filled, language))
    return sentences


def sentences_of(texts: list[str], language: str = "en") -> list[list[str]]:
    """Sentences and clauses of texts, each clause on its own and whole sentences too."""
    found: list[list[str]] = []
    for text in texts:
        clauses = (words_of(clause, language) for clause in _PAUSE.split(text))
        found += [words for words in clauses if words]
        if words := words_of(text, language):
            found.append(words)
    return found
