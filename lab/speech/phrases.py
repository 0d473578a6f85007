"""Example sentences for the language model: what telephones say everywhere, and what the lab's companies say."""

from itertools import product
from pathlib import Path
import re

from .numbers import words_of

_FILE = Path(__file__).parent / "telephone.txt"
_SLOT = re.compile(r"\{(\w+)\}")
_PAUSE = re.compile(r"[.!?;:,]+\s+|[.!?]$")


def telephone_sentences() -> list[list[str]]:
    """The sentences of telephone.txt with every slot filled in every way."""
    lists: dict[str, list[str]] = {}
    sentences: list[list[str]] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, values = line[1:].partition(" ")
            lists[name] = values.split("|")
        elif line and not line.startswith("#"):
            slots = _SLOT.findall(line)
            for fillings in product(*(lists[slot] for slot in slots)):
                filled = _SLOT.sub("%s", line) % fillings
                sentences.append(words_of(filled))
    return sentences


def sentences_of(texts: list[str]) -> list[list[str]]:
    """Sentences and clauses of texts, each clause on its own and whole sentences too."""
    found: list[list[str]] = []
    for text in texts:
        found += [words for clause in _PAUSE.split(text) if (words := words_of(clause))]
        if words := words_of(text):
            found.append(words)
    return found
