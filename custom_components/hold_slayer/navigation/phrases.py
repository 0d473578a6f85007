"""The phrase files: what menus and people say in each language, compiled once.

`load` reads a file from disk: call it (or `preload`) off the event loop first; it is cached.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
import re
from typing import Any

import yaml

from . import words
from .patterns import alternatives, compile_phrases
from .words import fold, number_words

FOLDER = Path(__file__).parent / "phrases"
#: A short word that speech-to-text put in, which is no key itself.
_STRAY = r"(?!%s)\b\w{1,4}\b\s+"
#: Language used when a company's language has no phrase file.
FALLBACK = "en"


class Said(StrEnum):
    """What kind of thing was said."""

    GREETING = "greeting"  # as a person answers
    HELLO = "hello"  # a short word of a person
    WHO_CALLS = "who_calls"
    WHAT_ABOUT = "what_about"
    ANNOUNCEMENT = "announcement"
    QUEUE = "queue"
    CLOSED = "closed"
    CALL_LATER = "call_later"
    CALL_BACK_OFFER = "call_back_offer"
    CALL_BACK_DONE = "call_back_done"
    CONFIRM_NUMBER = "confirm_number"
    ENTER_NUMBER = "enter_number"
    INVALID = "invalid"
    TRANSFER = "transfer"
    VOICEMAIL = "voicemail"
    CONFIRM = "confirm"
    CONFIRM_KEYS = "confirm_keys"
    COMMITS = "commits"  # to costs, an order, a contract: never by us
    OPEN_QUESTION = "open_question"
    BOT = "bot"
    INVENTED = "invented"
    STAY_IN_QUEUE = "stay_in_queue"
    WELCOME = "welcome"


class Line(StrEnum):
    """What the assistant can say; `{user_name}`, `{number}`, `{intent}`, `{company}` are filled in."""

    ANNOUNCE = "announce"
    ANNOUNCE_RECORDED = "announce_recorded"
    ANNOUNCE_UNNAMED = "announce_unnamed"
    ANNOUNCE_RECORDED_UNNAMED = "announce_recorded_unnamed"
    RECORDED = "recorded"
    ONE_MOMENT = "one_moment"
    STILL_CONNECTING = "still_connecting"
    CALLED_BACK = "called_back"
    ASK_CALLER = "ask_caller"
    QUESTION = "question"
    GOODBYE = "goodbye"
    GOODBYE_NUMBER = "goodbye_number"
    FALSE_ALARM = "false_alarm"
    WHO = "who"
    WHAT = "what"
    INTENT = "intent"
    OPERATOR = "operator"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of one language, ready to match against folded text."""

    language: str
    said: Mapping[Said, tuple[re.Pattern[str], ...]]
    questions: Mapping[str, tuple[re.Pattern[str], ...]]
    ask_for: tuple[re.Pattern[str], ...]
    #: Asked to be typed in; and followed by the hash key.
    type_in: tuple[re.Pattern[str], ...]
    then_hash: tuple[re.Pattern[str], ...]
    anchors: tuple[re.Pattern[str], ...]
    connectors: re.Pattern[str]
    spoken: tuple[re.Pattern[str], ...]
    stay: tuple[re.Pattern[str], ...]
    fillers: frozenset[str]
    conjunctions: re.Pattern[str]
    conjunction_words: tuple[str, ...]
    keys: Mapping[str, str]
    #: Words that speech-to-text writes for the number on a key, by word; "press" before one of them.
    sound_alike: Mapping[str, str]
    misheard: tuple[re.Pattern[str], ...]
    #: "press", a short word that was not said, and a key: "press yes one".
    stray: tuple[re.Pattern[str], ...]
    #: "press" as the last word: its key was not heard.
    cut_off: tuple[re.Pattern[str], ...]
    position: tuple[re.Pattern[str], ...]
    ahead: tuple[re.Pattern[str], ...]
    next_in_line: tuple[re.Pattern[str], ...]
    wait: tuple[re.Pattern[str], ...]
    units: Mapping[str, int]
    ordinals: Mapping[str, int]
    numbers: Mapping[str, int]
    number_pattern: re.Pattern[str]
    opens: tuple[re.Pattern[str], ...]
    #: Words for the second half of the day ("pm").
    afternoon: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    stop_words: frozenset[str]
    synonyms: Mapping[str, tuple[str, ...]]
    #: Words that speak against a wish, by the group of synonyms that the wish is of.
    opposed: Mapping[str, frozenset[str]]
    operator: tuple[re.Pattern[str], ...]
    repeat: tuple[re.Pattern[str], ...]
    back: tuple[re.Pattern[str], ...]
    other: tuple[re.Pattern[str], ...]
    ask_operator: str
    lines: Mapping[Line, str]

    def says(self, kind: Said, folded: str) -> bool:
        """Whether a folded text contains a phrase of that kind."""
        return any(pattern.search(folded) for pattern in self.said.get(kind, ()))

    def count(self, kind: Said, folded: str) -> int:
        """How many different phrases of that kind a folded text contains."""
        return sum(1 for pattern in self.said.get(kind, ()) if pattern.search(folded))


def available() -> tuple[str, ...]:
    """Languages that have a phrase file."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def preload(languages: Iterable[str]) -> None:
    """Read the phrase files of some languages into the cache (blocking)."""
    for language in languages:
        load(language)
    words.preload()


def load(language: str) -> Phrases:
    """The phrases of a language ("de", "de-AT"); English where there is no file."""
    return _load(language.casefold().replace("_", "-").partition("-")[0])


@lru_cache(maxsize=16)
def _load(language: str) -> Phrases:
    path = FOLDER / f"{language}.yaml"
    if not re.fullmatch(r"[a-z]{2,3}", language) or not path.is_file():
        return load(FALLBACK)
    with path.open(encoding="utf-8") as file:
        # BaseLoader leaves every scalar a string, so that "yes", "no" and "1" stay words.
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        return read(yaml.load(file, Loader=loader))  # noqa: S506 makes nothing but strings


def read(data: Mapping[str, Any]) -> Phrases:
    """Compile the content of a phrase file."""
    language = str(data["language"])
    numbers = dict(number_words(language))
    keys = {fold(str(word)): str(key) for word, key in data["keys"].items()}
    articles = {fold(str(word)) for word in data["words"]["article"]}
    keys |= {
        word: str(value) for word, value in numbers.items() if value < 10 and word not in articles
    } | {key: key for key in "*#"}
    ordinals = {fold(str(word)): int(value) for word, value in data["ordinals"].items()}
    units = {fold(str(word)): int(value) for word, value in data["queue"]["units"].items()}
    key = alternatives(keys)
    number = alternatives(numbers)
    unit = alternatives(units)
    between = alternatives(data["queue"]["range"])
    article = alternatives(articles)
    half_day = alternatives(data["hours"]["half_day"])
    o_clock = alternatives(data["hours"]["o_clock"])
    slots = {
        "key": f"(?P<key>{key})",
        "n": f"(?P<n>{number})",
        "ordinal": f"(?P<ordinal>{alternatives(ordinals)})",
        "time": f"(?P<time>(?:{number}\\s*{between}\\s*)?(?:(?:{number}|{article})\\s*)?{unit})",
        "label": r"(?P<label>\S.*)",
        "name": r"\b\w+(?:\s+\w+){0,2}?",
        "clock": (
            f"(?P<clock>{number}(?:\\s*{o_clock})?(?:\\s*(?:\\b00\\b|{number}))?"
            f"(?:\\s*{half_day})?)"
        ),
        "day": r"\b\w+",
        "any": r"(?:\b\w+\s*){0,4}?",
    }
    alike = {fold(str(word)): str(key) for word, key in data["sound_alike"].items()}
    menu = data["menu"]
    queue = data["queue"]
    word_lists = data["words"]

    def patterns(phrases: Iterable[str]) -> tuple[re.Pattern[str], ...]:
        return compile_phrases(phrases, slots)

    def folded(phrases: Iterable[str]) -> tuple[str, ...]:
        return tuple(fold(str(phrase)) for phrase in phrases)

    return Phrases(
        language=language,
        said={Said(kind): patterns(phrases) for kind, phrases in data["said"].items()},
        questions={name: patterns(phrases) for name, phrases in data["questions"].items()},
        ask_for=patterns(data["ask_for"]),
        type_in=patterns(data["type_in"]),
        then_hash=patterns(data["then_hash"]),
        anchors=patterns(menu["anchors"]),
        connectors=re.compile(alternatives(menu["connectors"])),
        spoken=patterns(menu["spoken"]),
        stay=patterns(menu["stay"]),
        fillers=frozenset(folded(menu["fillers"])),
        conjunctions=re.compile(alternatives(menu["or"])),
        conjunction_words=folded(menu["or"]),
        keys=keys,
        sound_alike=alike,
        misheard=compile_phrases(
            menu["anchors"], slots | {"key": f"(?P<key>{alternatives(alike)})"}
        ),
        stray=compile_phrases(menu["anchors"], slots | {"key": f"{_STRAY % key}{slots['key']}"}),
        cut_off=compile_phrases(menu["anchors"], slots | {"key": "$"}),
        position=patterns(queue["position"]),
        ahead=patterns(queue["ahead"]),
        next_in_line=patterns(queue["next"]),
        wait=patterns(queue["wait"]),
        units=units,
        ordinals=ordinals,
        numbers=numbers,
        number_pattern=re.compile(number),
        opens=patterns(data["hours"]["opens"]),
        afternoon=frozenset(folded(data["hours"]["afternoon"])),
        yes=frozenset(folded(word_lists["yes"])),
        no=frozenset(folded(word_lists["no"])),
        stop_words=frozenset(folded(word_lists["stop"])),
        synonyms={name: folded(group) for name, group in data["synonyms"].items()},
        opposed={name: frozenset(folded(group)) for name, group in data["opposed"].items()},
        operator=patterns(data["operator"]),
        repeat=patterns(data["repeat"]),
        back=patterns(data["back"]),
        other=patterns(data["other"]),
        ask_operator=str(data["ask_operator"]),
        lines={Line(name): str(text) for name, text in data["lines"].items()},
    )
