"""Where a menu names its keys: heard well, heard as other words, or with their verb lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
import re

from .patterns import alternatives
from .phrases import Phrases


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a key is named, or the wish to stay on the line."""

    start: int
    end: int
    #: "" = do nothing.
    key: str


def find_anchors(marked: str, phrases: Phrases) -> list[Anchor]:
    """All keys named in a folded text, in order, none within another."""
    found = [
        Anchor(match.start(), match.end(), phrases.keys[match["key"]])
        for pattern in phrases.anchors
        for match in pattern.finditer(marked)
    ]
    if found:
        found += [
            Anchor(match.start(), match.end(), "")
            for pattern in phrases.stay
            for match in pattern.finditer(marked)
        ]
    found += _misheard(marked, phrases)
    found += _with_stray_word(marked, phrases)
    kept = _without_overlaps(found)
    lost = [*_missing(marked, kept, phrases), *_last(marked, kept, phrases)]
    return _without_overlaps([*kept, *lost])


def _without_overlaps(found: Sequence[Anchor]) -> list[Anchor]:
    kept: list[Anchor] = []
    for anchor in sorted(found, key=lambda one: (one.start, one.start - one.end)):
        if not kept or anchor.start >= kept[-1].end:
            kept.append(anchor)
    return kept


def _misheard(marked: str, phrases: Phrases) -> list[Anchor]:
    """Keys that were heard as other words: "press to" before the next option or the end."""
    return [
        Anchor(match.start(), match.end(), phrases.sound_alike[match["key"]])
        for pattern in phrases.misheard
        for match in pattern.finditer(marked)
        if _ends_option(marked[match.end() :], phrases)
    ]


def _with_stray_word(marked: str, phrases: Phrases) -> list[Anchor]:
    """Keys after a word that nobody said: "press yes one" before the next option or the end."""
    return [
        Anchor(match.start(), match.end(), phrases.keys[match["key"]])
        for pattern in phrases.stray
        for match in pattern.finditer(marked)
        if _ends_option(marked[match.end() :], phrases)
    ]


def _missing(marked: str, anchors: Sequence[Anchor], phrases: Phrases) -> list[Anchor]:
    """A key between two others whose verb got lost: "press 1 … for home to for cars press 3"."""
    found = []
    for before, after in pairwise([one for one in anchors if one.key]):
        if not (before.key.isdigit() and after.key.isdigit()):
            continue
        key = int(before.key) + 1
        if int(after.key) != key + 1:
            continue
        names = [word for word, value in phrases.sound_alike.items() if value == str(key)]
        names += [word for word, value in phrases.keys.items() if value == str(key)]
        for match in re.finditer(alternatives(names), marked[before.end : after.start]):
            start, end = before.end + match.start(), before.end + match.end()
            if match.start() > 1 and _ends_option(marked[end : after.end], phrases):
                found.append(Anchor(start, end, str(key)))
    return found


def _last(marked: str, anchors: Sequence[Anchor], phrases: Phrases) -> list[Anchor]:
    """The last key, whose verb got lost: "press 1 … for a stolen card bless two", where the count goes on."""
    if not anchors or not anchors[-1].key.isdigit():
        return []
    before, text = anchors[-1], marked.rstrip(" .,")
    key = str(int(before.key) + 1)
    names = [word for word, value in phrases.keys.items() if value == key]
    match = re.search(f"{alternatives(names)}$", text[before.end :])
    if match is None or not phrases.connectors.search(text[before.end :][: match.start()]):
        return []
    return [Anchor(before.end + match.start(), before.end + match.end(), key)]


def _ends_option(rest: str, phrases: Phrases) -> bool:
    """Whether an option ends here: the next one begins, or nothing more comes."""
    rest = rest.strip()
    return not rest or rest[0] in ".," or phrases.connectors.match(rest) is not None
