"""Phrase patterns: the small syntax of the phrase files, compiled to regular expressions.

`(a|b)` one of, `[a]` or `(a)?` optional, `word~` any ending, `$` the end, `{key}` `{n}` `{label}`
and so on are slots. Words stand for themselves; accents, case and punctuation are ignored on both sides.
"""

from collections.abc import Iterable, Mapping
import re

from .words import fold

_TOKEN = re.compile(r"\{(\w+)\}|([()\[\]|?$])|([^\s()\[\]|?{}$]+)|\s+")


class PatternError(ValueError):
    """A phrase that can't be read."""


def alternatives(words: Iterable[str]) -> str:
    """A group that matches any of the words, longest first, as whole words."""
    folded = {fold(word) for word in words}
    ordered = sorted((word for word in folded if word), key=len, reverse=True)
    return "(?:" + "|".join(_whole(word) for word in ordered) + ")"


def _whole(words: str) -> str:
    return r"\s+".join(
        re.escape(word) if not word[0].isalnum() else rf"\b{re.escape(word)}\b"
        for word in words.split()
    )


def expand(phrase: str, slots: Mapping[str, str]) -> str:
    """Turn a phrase into the source of a regular expression."""
    parts: list[str] = []
    position = 0
    while position < len(phrase):
        match = _TOKEN.match(phrase, position)
        if match is None:
            raise PatternError(f"can't read {phrase[position:]!r} in the phrase {phrase!r}")
        position = match.end()
        slot, mark, word = match.groups()
        if slot is not None:
            if slot not in slots:
                raise PatternError(f"unknown slot {{{slot}}} in the phrase {phrase!r}")
            parts.append(slots[slot])
        elif mark is not None:
            parts.append({"(": "(?:", "[": "(?:", ")": ")", "]": ")?"}.get(mark, mark))
        elif word is not None:
            open_ended = word.endswith("~")
            folded = fold(word.rstrip("~"))
            if folded:
                source = _whole(folded)
                parts.append(
                    source.removesuffix(r"\b") + (r"\w*" if open_ended else r"\b")
                    if folded[-1].isalnum()
                    else source
                )
        else:
            parts.append(r"\s*")
    return "".join(parts)


def compile_phrases(
    phrases: Iterable[str], slots: Mapping[str, str]
) -> tuple[re.Pattern[str], ...]:
    """Compile phrases; slots with a name become groups of that name."""
    compiled = []
    for phrase in phrases:
        try:
            compiled.append(re.compile(expand(phrase, slots)))
        except re.error as error:
            raise PatternError(f"can't read the phrase {phrase!r}: {error}") from error
    return tuple(compiled)
