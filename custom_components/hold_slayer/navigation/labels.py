"""Which words of a menu belong to which key.

The words between two keys may describe the one before or the one after: "for billing press
one for claims press two" and "press one for billing press two for claims" differ only in
where they begin. All assignments are scored; neighbours tend to be built alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .phrases import Phrases, Said

#: Longest label in words; longer ones are cut at a connector.
_LONGEST_LABEL = 9
#: What separates clauses.
MARKS = " .,"
#: Weights of the assignment of words to keys: neighbours built alike; a clause or words before the
#: first key that would belong to none; and the lead over the other way that makes it clear.
_AGREE, _UNUSED_CLAUSE, _UNUSED_WORDS, _CLEAR = 0.3, 0.5, 0.25, 0.4
#: What a key without any words counts.
_NO_WORDS = -0.5
#: What a label counts that shares the words between two keys with another.
_SHARED = 0.6


@dataclass(frozen=True, slots=True)
class Labels:
    """Which words belong to which key."""

    #: One for each key, in order.
    labels: tuple[str, ...]
    #: Whether that was clear.
    clear: bool
    #: What is said after the last key and belongs to none: the next option's, if its key was not heard.
    left_over: str = ""


def assign(marked: str, spans: Sequence[tuple[int, int]], phrases: Phrases) -> Labels:
    """Give each key, at its span in the text, its label."""
    edges = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(marked)]
    gaps = [_tied(marked[edge:start], phrases) for edge, start in zip(edges, starts, strict=True)]
    whole = gaps[0]
    gaps[0] = _without_welcome(whole, phrases)
    if gaps[0] != whole and not phrases.connectors.search(gaps[0]):
        gaps[0] = ""  # only the company's name is left
    best, other = _sides(gaps, phrases)
    labels = []
    before = (*best.before, False)
    for index in range(len(spans)):
        if before[index]:
            shared = index > 0 and not before[index - 1]
            label = _label_before(gaps[index], phrases, shared=shared)
        else:
            label = _label_after(gaps[index + 1], phrases, shared=before[index + 1])
        labels.append(label)
    left_over = trim(gaps[-1], phrases, keep_end=False) if best.before[-1] else ""
    return Labels(tuple(labels), best.score - other >= _CLEAR, left_over)


def _tied(gap: str, phrases: Phrases) -> str:
    """A gap whose last full stop is a comma where a key's own words follow: "Invoices? Then press"."""
    head, stop, tail = gap.rpartition(" . ")
    words = tail.replace(",", " ").split()
    if stop and words and all(word in phrases.fillers for word in words):
        return f"{head} , {tail}"
    return gap


@dataclass(frozen=True, slots=True)
class _Sides:
    """For each anchor whether its words stand before it, and how well that fits."""

    score: float
    before: tuple[bool, ...]


def _sides(gaps: Sequence[str], phrases: Phrases) -> tuple[_Sides, float]:
    """Choose sides so that each gap is used once and neighbours agree (dynamic programming).

    Returns the best assignment and the score of the best one that begins on the other side.
    """
    lead = 0.0
    if _content(gaps[0], phrases):
        lead = _UNUSED_CLAUSE if phrases.connectors.search(gaps[0]) else _UNUSED_WORDS
    best: dict[bool, dict[bool, _Sides]] = {}
    for first in (True, False):
        left, right = gaps[0], gaps[1]
        score = (
            _weight(left, phrases, before=True)
            if first
            else (_weight(right, phrases, before=False) - lead)
        )
        paths = {first: _Sides(score, (first,))}
        for left, right in pairwise(gaps[1:]):
            after_paths: dict[bool, _Sides] = {}
            for was, path in paths.items():
                for now in (True, False):
                    gain = _AGREE if was is now else 0.0
                    if not now:
                        gain += _weight(right, phrases, before=False)
                    elif was:  # the gap before is still free
                        gain += _weight(left, phrases, before=True)
                    elif _shareable(left, phrases):
                        gain += _SHARED * _weight(left, phrases, before=True)
                    candidate = _Sides(path.score + gain, (*path.before, now))
                    if now not in after_paths or candidate.score > after_paths[now].score:
                        after_paths[now] = candidate
            paths = after_paths
        best[first] = paths
    tops = {
        first: max(paths.values(), key=lambda path: path.score) for first, paths in best.items()
    }
    winner = tops[True] if tops[True].score >= tops[False].score else tops[False]
    return winner, tops[not winner.before[0]].score


def _weight(gap: str, phrases: Phrases, *, before: bool) -> float:
    """How much a gap looks like the label of the anchor after (`before`) or before it."""
    clause = gap.rpartition(" . ")[2] if before else gap.partition(" . ")[0]
    if (before and gap.rstrip().endswith(" .")) or (not before and gap.lstrip().startswith(".")):
        # "For billing. Press one.": a full stop between weakens the tie but does not cut it.
        clause = gap.strip(MARKS)
        clause = clause.rpartition(" . ")[2] if before else clause.partition(" . ")[0]
        return 0.4 if _content(clause, phrases) else _NO_WORDS
    if not _content(clause, phrases):
        return _NO_WORDS
    words = clause.strip(MARKS)
    words = _trim_fillers(words, phrases)
    found = phrases.connectors.search(words) if before else phrases.connectors.match(words)
    return 1.0 if found else 0.5


def _shareable(gap: str, phrases: Phrases) -> bool:
    """Whether a gap holds the words of the key before it and of the key after it."""
    inner = gap.strip(MARKS)
    return " . " in inner or len(list(phrases.connectors.finditer(inner))) > 1


def _trim_fillers(text: str, phrases: Phrases) -> str:
    words = text.replace(",", " ").split()
    while words and words[0] in phrases.fillers:
        words.pop(0)
    return " ".join(words)


def _without_welcome(gap: str, phrases: Phrases) -> str:
    ends = [
        match.end()
        for pattern in phrases.said.get(Said.WELCOME, ())
        for match in pattern.finditer(gap)
    ]
    return gap[max(ends, default=0) :]


def _content(gap: str, phrases: Phrases) -> list[str]:
    return [word for word in gap.split() if word not in (".", ",") and word not in phrases.fillers]


def _label_before(gap: str, phrases: Phrases, *, shared: bool = False) -> str:
    """The last clause of a gap, from its first connector on; from its last when shared."""
    clause = gap.strip(MARKS).rpartition(" . ")[2]
    starts = list(phrases.connectors.finditer(clause))
    if starts:
        long = len(clause[starts[0].start() :].split()) > _LONGEST_LABEL
        last = len(starts) > 1 and (long or (shared and " . " not in gap.strip(MARKS)))
        clause = clause[starts[-1 if last else 0].start() :]
    return trim(clause, phrases, keep_end=True)


def _label_after(gap: str, phrases: Phrases, *, shared: bool = False) -> str:
    """The first clause of a gap; up to its last connector when shared."""
    clause, full_stop, _ = gap.strip(MARKS).partition(" . ")
    starts = list(phrases.connectors.finditer(clause))
    if shared and not full_stop and len(starts) > 1:
        clause = clause[: starts[-1].start()]
    return trim(clause, phrases, keep_end=False)


def trim(clause: str, phrases: Phrases, *, keep_end: bool) -> str:
    """Take connectors and fillers off a clause and cut it to a label's length."""
    clause = clause.replace(",", " ").replace(" . ", " ")
    words = clause.split()
    while words and words[-1] in phrases.fillers:
        words.pop()
    while words and words[0] in phrases.fillers:
        words.pop(0)
    text = " ".join(words)
    while (match := phrases.connectors.match(text)) and match.end() < len(text):
        text = text[match.end() :].strip()
    words = text.split()
    words = words[-_LONGEST_LABEL:] if keep_end else words[:_LONGEST_LABEL]
    return " ".join(words)
