"""Choosing among the options of a menu by what the user wants."""

from collections.abc import Sequence
from dataclasses import dataclass

from .menu import Menu, Option, OptionKind, Role
from .phrases import Phrases
from .words import tokens

#: A word of the intent found in the label; one found through the synonym table.
_DIRECT, _SYNONYM = 1.0, 0.8
#: A word that is only part of the other: "Versicherung" in "Hausratversicherung".
_COMPOUND = 0.7
#: Longest ending of an inflected word, letters.
_ENDING = 4
#: Taken off per word of the label that says something else.
_OTHER_WORD = 0.03
#: Taken off per word that speaks against what is wanted: settles a tie, no more.
_OPPOSED = 0.2
#: The best option must score this much, and this much more than the next.
ENOUGH, MARGIN = 0.7, 0.25


@dataclass(frozen=True, slots=True)
class Scored:
    """An option and how well it fits the intent."""

    option: Option
    score: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of choosing: an option if one is clearly best, and all scores."""

    option: Option | None
    ranking: tuple[Scored, ...]


def choose(menu: Menu, intent: str, phrases: Phrases) -> Choice:
    """Find the option that fits the intent; none when nothing fits or two fit alike."""
    wanted = _content(intent, phrases)
    ranking = sorted(
        (Scored(option, score(option.label, wanted, phrases)) for option in menu.options),
        key=lambda scored: scored.score,
        reverse=True,
    )
    pressed = [one for one in ranking if one.option.kind is OptionKind.PRESS]
    # A key is surer than a word: "say refund or press 2".
    keys_fit = bool(pressed) and pressed[0].score >= ENOUGH
    rivals = _distinct(pressed if keys_fit else ranking)
    option = None
    if rivals and rivals[0].score >= ENOUGH:
        runner_up = rivals[1].score if len(rivals) > 1 else 0.0
        if rivals[0].score - runner_up >= MARGIN:
            option = rivals[0].option
    return Choice(option, tuple(ranking))


def certain(
    menu: Menu, intent: str, phrases: Phrases, settled: Sequence[str] = ()
) -> Option | None:
    """The option that no later one could fit better: it says all that is wanted and nothing else.

    `settled` are the labels chosen in earlier menus; what they say need not be said again.
    """
    before = [word for label in settled for word in _content(label, phrases)]
    wanted = _content(intent, phrases)
    open_ = [word for word in wanted if not _meant(word, before, phrases)] or wanted
    found = [
        option
        for option in menu.options
        if option.kind is OptionKind.PRESS
        and (said := _content(option.label, phrases))
        and all(_meant(word, said, phrases) for word in open_)
        and all(_meant(word, wanted, phrases) for word in said)
    ]
    return found[0] if menu.sure and open_ and len(found) == 1 else None


def whole(menu: Menu, phrases: Phrases) -> bool:
    """Whether something was heard of what each key is for, or of whom to ask."""
    return fallback(menu) is not None or all(
        _content(option.label, phrases) or option.roles
        for option in menu.options
        if option.kind is OptionKind.PRESS
    )


def wording(option: Option, intent: str, phrases: Phrases) -> str:
    """What to say for an option: of several in one only the words that are wanted."""
    if not option.run_on:
        return option.label
    wanted, words = _content(intent, phrases), option.label.split()
    fit = [any(alike(word, want) for want in wanted) for word in words]
    if not any(fit):
        fit = [_meant(word, wanted, phrases) for word in words]
    if not any(fit):
        return option.label
    first = fit.index(True)
    end = fit.index(False, first) if False in fit[first:] else len(fit)
    return " ".join(words[first:end])


def _meant(word: str, others: Sequence[str], phrases: Phrases) -> bool:
    """Whether a word, or another word for it, is among others."""
    if any(alike(word, other) for other in others):
        return True
    groups = set(_groups(word, phrases))
    return any(groups & set(_groups(other, phrases)) for other in others)


def _distinct(ranking: list[Scored]) -> list[Scored]:
    """One entry per label: a menu may offer the same thing twice."""
    best: dict[str, Scored] = {}
    for scored in ranking:
        best.setdefault(scored.option.label, scored)
    return list(best.values())


def fallback(menu: Menu) -> Option | None:
    """The option that leads to a person when none fits: operator, then anything else, then stay."""
    for role in (Role.OPERATOR, Role.OTHER):
        for option in menu.options:
            if role in option.roles and not option.roles & {Role.REPEAT, Role.BACK}:
                return option
    return next((option for option in menu.options if option.kind is OptionKind.STAY), None)


def score(label: str, wanted: list[str], phrases: Phrases) -> float:
    """How well a label fits the wanted words."""
    words = _content(label, phrases)
    if not words or not wanted:
        return 0.0
    found = {want: max(similarity(want, word) for word in words) for want in wanted}
    direct = {want for want, similar in found.items() if similar > 0}
    groups = {
        name
        for want in set(wanted) - direct
        for name in _groups(want, phrases)
        if any(name in _groups(word, phrases) for word in words)
    }
    total = _DIRECT * sum(found.values()) + _SYNONYM * len(groups)
    if total == 0.0:
        return 0.0
    strangers = sum(1 for word in words if not any(alike(want, word) for want in wanted))
    wishes = {name for want in wanted for name in _groups(want, phrases)}
    against = frozenset[str]().union(*(phrases.opposed.get(name, ()) for name in wishes))
    opposed = sum(1 for word in words if word in against and word not in wanted)
    return total - _OTHER_WORD * strangers - _OPPOSED * opposed


def alike(one: str, other: str) -> bool:
    """Whether two words are forms of one word, or one is in the other, in any of our languages."""
    return similarity(one, other) > 0


def similarity(one: str, other: str) -> float:
    """How much of the same two words say: 1 = forms of one word, `_COMPOUND` = part of a compound."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) < 4:
        return 0.0
    if long.startswith(short) and len(long) - len(short) <= _ENDING:
        return 1.0
    if _inflected(short, long):
        return 1.0
    return _COMPOUND if long.startswith(short) or (len(short) >= 5 and short in long) else 0.0


def _inflected(short: str, long: str) -> bool:
    if len(long) - len(short) > _ENDING:
        return False
    common = 0
    for a, b in zip(short, long, strict=False):
        if a != b:
            break
        common += 1
    if common < 5:
        return False
    close = len(long) - len(short) <= 2
    return common >= 0.85 * len(short) or (close and common >= 0.7 * len(short))


def _content(text: str, phrases: Phrases) -> list[str]:
    return [word for word in tokens(text) if word not in phrases.stop_words]


def _groups(word: str, phrases: Phrases) -> list[str]:
    return [
        name
        for name, group in phrases.synonyms.items()
        if any(similarity(word, other) >= 1.0 for other in group)
    ]
