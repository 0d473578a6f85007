"""From the words of a phone menu to its options, by rules alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
import re

from .anchors import Anchor, find_anchors
from .labels import MARKS, assign, trim
from .phrases import Phrases, Said
from .words import fold

#: Longest option to be said, in words.
_LONGEST_SAID = 5


class OptionKind(StrEnum):
    """How an option is taken."""

    PRESS = "press"
    SAY = "say"
    STAY = "stay"  # by doing nothing


class Role(StrEnum):
    """Options that are there in many menus."""

    OPERATOR = "operator"
    REPEAT = "repeat"
    BACK = "back"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing a menu offers."""

    kind: OptionKind
    #: The key for `PRESS`, the words for `SAY`, "" for `STAY`.
    key: str
    #: What it is for, folded.
    label: str
    roles: frozenset[Role] = frozenset()
    #: To be said, and perhaps several options in one: listed without a comma that speech-to-text wrote.
    run_on: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """What a menu offers, in the order heard, each key once."""

    options: tuple[Option, ...] = ()
    #: False when the words could belong to the keys in two ways, or the last key is missing; hear it once more.
    sure: bool = True
    #: What was said after the last key and belongs to none.
    left_over: str = ""

    def __bool__(self) -> bool:
        """Whether anything is offered."""
        return bool(self.options)

    @property
    def spoken(self) -> bool:
        """Whether it can only be answered by voice."""
        return any(option.kind is OptionKind.SAY for option in self.options) and not any(
            option.kind is OptionKind.PRESS for option in self.options
        )

    @property
    def outline(self) -> str:
        """The menu in one line, for history."""
        return "; ".join(
            f"{option.key or 'stay'}: {option.label}"
            if option.kind is not OptionKind.SAY
            else f"say {option.label}"
            for option in self.options
        )

    def by_key(self, key: str) -> Option | None:
        """The option on a key."""
        return next(
            (one for one in self.options if one.kind is OptionKind.PRESS and one.key == key), None
        )


def read_menu(text: str, phrases: Phrases) -> Menu:
    """Read the options out of a transcript of one or several utterances."""
    marked, options = _say_or_press(fold(text, punctuation=True), phrases)
    anchors = find_anchors(marked, phrases)
    spoken, marked = _spoken(marked, anchors, phrases)
    sure, left_over = True, ""
    if anchors := find_anchors(marked, phrases):
        spans = [(anchor.start, anchor.end) for anchor in anchors]
        found = assign(marked, spans, phrases)
        sure, left_over = found.clear, found.left_over
        options = [
            _option(OptionKind.PRESS if anchor.key else OptionKind.STAY, anchor.key, label, phrases)
            for anchor, label in zip(anchors, found.labels, strict=True)
        ] + options
    elif not spoken:
        options += _enumerated(marked, phrases)
    options += spoken
    if not any(option.kind is not OptionKind.STAY for option in options):
        return Menu()
    sure = sure and not any(cut.search(marked.rstrip(MARKS)) for cut in phrases.cut_off)
    # A menu read twice, or read again with a clearer start: the later wording wins.
    merged: dict[tuple[OptionKind, str], Option] = {}
    for option in options:
        if phrases.says(Said.COMMITS, option.label):
            continue  # accepting costs or an order is not ours to choose
        slot = (option.kind, option.key)
        if slot not in merged or option.label:
            merged[slot] = option
    return Menu(tuple(merged.values()), sure, left_over)


def roles_of(label: str, phrases: Phrases) -> frozenset[Role]:
    """Whether a label is one of those found in many menus."""
    groups = {
        Role.OPERATOR: phrases.operator,
        Role.REPEAT: phrases.repeat,
        Role.BACK: phrases.back,
        Role.OTHER: phrases.other,
    }
    return frozenset(
        role
        for role, patterns in groups.items()
        if any(pattern.search(label) for pattern in patterns)
    )


def _option(kind: OptionKind, key: str, label: str, phrases: Phrases) -> Option:
    roles = roles_of(label, phrases)
    if kind is OptionKind.STAY and not label:
        roles |= {Role.OTHER}
    return Option(kind=kind, key=key, label=label, roles=roles)


def _say_or_press(marked: str, phrases: Phrases) -> tuple[str, list[Option]]:
    """Take "say billing or" out of "say billing or press 1", and keep it as a spoken option."""
    options: list[Option] = []
    place = 0
    while match := next(
        (found for pattern in phrases.spoken if (found := pattern.search(marked, place))), None
    ):
        label, rest = match["label"], ""
        for word in phrases.conjunction_words:
            head, between, tail = match["label"].partition(f" {word} ")
            if between and len(head) < len(label):
                label, rest = head, tail
        place = match.start("label")
        if len(label.split()) <= 4 and any(anchor.match(rest) for anchor in phrases.anchors):
            options.append(_option(OptionKind.SAY, label, label, phrases))
            marked = marked[: match.start()] + rest
            place = match.start()
    return marked, options


# ── other ways to list options ───────────────────────────────────────────────────


def _enumerated(marked: str, phrases: Phrases) -> list[Option]:
    """Options that are only counted up: "One, billing. Two, claims." or the other way round."""
    words = marked.split()
    places = [
        (index, phrases.keys[word]) for index, word in enumerate(words) if word in phrases.keys
    ]
    run: list[tuple[int, str]] = []
    for index, key in places:
        if key == str(len(run) + 1):
            run.append((index, key))
    if len(run) < 2:
        return []
    firsts = [index for index, _ in run]
    tail = " ".join(words[firsts[-1] + 1 :]).strip(MARKS)
    options = []
    for number, (index, key) in enumerate(run):
        if tail:
            end = firsts[number + 1] if number + 1 < len(run) else len(words)
            gap = " ".join(words[index + 1 : end]).strip(MARKS).partition(" . ")[0]
        else:
            start = firsts[number - 1] + 1 if number else 0
            gap = " ".join(words[start:index]).strip(MARKS).rpartition(" . ")[2]
        label = trim(gap, phrases, keep_end=not tail)
        if not label or len(label.split()) > 6:
            return []
        options.append(_option(OptionKind.PRESS, key, label, phrases))
    return options


def _everywhere(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """All matches of a pattern whose label takes in the rest of the text."""
    place = 0
    while match := pattern.search(text, place):
        yield match
        place = match.start("label")


def _spoken(marked: str, anchors: Sequence[Anchor], phrases: Phrases) -> tuple[list[Option], str]:
    """Options to be said ("you can say billing, claims or technical support").

    Also returns the text with their clauses cut out: they are nobody's label.
    """
    options: list[Option] = []
    rest = marked
    matches = sorted(
        (match for pattern in phrases.spoken for match in _everywhere(pattern, marked)),
        key=lambda match: match.start("label"),
    )
    stops = [anchor.start for anchor in anchors] + [match.start() for match in matches]
    taken = 0
    for match in matches:
        start = match.start("label")
        if start < taken or any(anchor.start <= start < anchor.end for anchor in anchors):
            continue
        end = min((stop for stop in stops if stop >= start), default=len(marked))
        text = marked[start:end].partition(" .")[0]
        taken = start + len(text)
        said = False
        for part in text.split(","):
            choices = phrases.conjunctions.split(part)
            for choice in choices:
                connector = phrases.connectors.search(choice)
                label = trim(
                    choice[: connector.start()] if connector else choice, phrases, keep_end=False
                )
                label = " ".join(word for word in label.split() if word not in phrases.numbers)
                if label and len(label.split()) <= _LONGEST_SAID:
                    # "billing claims or support": the comma would stand before the conjunction
                    listed = choice is choices[0] and len(choices) > 1 and " " in label
                    option = _option(OptionKind.SAY, label, label, phrases)
                    options.append(replace(option, run_on=listed and "," not in text))
                    said = True
        if said:
            # The same length, so that the places of the anchors stay right.
            blank = " ." + " " * (taken - match.start() - 2)
            rest = rest[: match.start()] + blank + rest[taken:]
    return options, rest
