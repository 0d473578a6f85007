"""A call summed up in words: who, what about, what was said, what next; by rules, pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
import re
from typing import Any, Final

from ..calls.progress import Speaker
from ..navigation.states import Outcome

#: Calling again is what comes next.
_AGAIN: Final = frozenset(
    {
        Outcome.BUSY,
        Outcome.NO_ANSWER,
        Outcome.CLOSED,
        Outcome.CALL_LATER,
        Outcome.DROPPED_IN_QUEUE,
        Outcome.COMPANY_HUNG_UP,
        Outcome.LINE_DEAD,
        Outcome.MENU_LOST,
        Outcome.VOICEMAIL,
        Outcome.USER_NOT_REACHED,
        Outcome.TIME_LIMIT,
        Outcome.UNREACHABLE,
        Outcome.TIMEOUT,
        Outcome.ENGINE_LOST,
        Outcome.NO_RESOURCES,
    }
)
#: What is worth writing down in any language: amounts, times, dates, numbers of cases and policies.
_NOTABLE: Final = re.compile(
    r"(?:\b\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})\b|[€$£]\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|\$|£|euros?|dollars?|pounds?|francs?)\b"
    r"|\b\d{1,2}[:.]\d{2}\b"
    r"|\b(?=[A-Z0-9/-]*\d[A-Z0-9/-]*\d)[A-Z0-9][A-Z0-9/-]{3,}\b)",
    re.IGNORECASE,
)
_MOST_NOTABLE: Final = 8
#: Of the person's words, characters.
_LONGEST_SAID: Final = 400

type Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A call in words."""

    who: str
    about: str = ""
    said: str = ""
    next: str = ""
    #: All of it as sentences.
    text: str = ""
    by_model: bool = False


def summarise(call: Mapping[str, Any], texts: Texts, outcomes: Texts, zone: tzinfo) -> Summary:
    """Sum up a call of the history (`query.whole_call`) with the texts of one language."""
    who = call["contact"] or call["number"]
    begun = datetime.fromisoformat(call["started"]).astimezone(zone)
    said = _said(call)
    notable = _notable(call)
    outcome = call["outcome"]
    following = _next(outcome, texts)
    sentences = [
        texts["called"].format(who=who, day=f"{begun:%Y-%m-%d}", time=f"{begun:%H:%M}"),
        texts["about"].format(intent=call["intent"]) if call["intent"] else "",
        _waited(call, texts),
        texts["keys"].format(keys=", ".join(keys)) if (keys := _keys(call)) else "",
        texts["said"].format(words=said) if said else "",
        texts["mentioned"].format(items=", ".join(notable)) if notable else "",
        texts["ended"].format(outcome=outcomes.get(outcome, outcome)) if outcome else "",
        following,
    ]
    return Summary(
        who=who,
        about=call["intent"],
        said=said,
        next=following,
        text=" ".join(each for each in sentences if each),
    )


def company_words(call: Mapping[str, Any]) -> list[str]:
    """Return what a person said, or all that the company said where no person came."""
    since = call["person_since"]
    return [
        line["text"]
        for line in call["transcript"]
        if line["speaker"] == Speaker.COMPANY and (since is None or line["time"] >= since)
    ]


def _said(call: Mapping[str, Any]) -> str:
    """Return the person's words, shortened in the middle; nothing of recordings."""
    if call["person_since"] is None:
        return ""
    words = " ".join(company_words(call))
    if len(words) <= _LONGEST_SAID:
        return words
    half = _LONGEST_SAID // 2
    return f"{words[:half].rpartition(' ')[0]} … {words[-half:].partition(' ')[2]}"


def _notable(call: Mapping[str, Any]) -> list[str]:
    """Return amounts, dates, times and numbers that a person said."""
    if call["person_since"] is None:
        return []
    found = dict.fromkeys(
        match.strip(".,")
        for words in company_words(call)
        for match in _NOTABLE.findall(words)
        if any(char.isdigit() for char in match)
    )
    return list(found)[:_MOST_NOTABLE]


def _waited(call: Mapping[str, Any], texts: Texts) -> str:
    """Say how long it took and whether a person came."""
    minutes = round(call["hold_time"] / 60)
    if call["person_since"] is not None:
        return texts["person"].format(minutes=minutes)
    if call["hold_started"] is not None:
        return texts["nobody"].format(minutes=minutes)
    return texts["no_hold"]


def _keys(call: Mapping[str, Any]) -> Sequence[str]:
    """Return the keys that were pressed, placeholders for secrets."""
    return [each["keys"] for each in call["events"] if each["kind"] == "keys"]


def _next(outcome: str | None, texts: Texts) -> str:
    """Say what is to be done."""
    if outcome == Outcome.CALL_BACK_ARRANGED:
        return texts["they_call_back"]
    if outcome == Outcome.USER_NOT_REACHED:
        return texts["not_reached"]
    if outcome is not None and outcome in _AGAIN:
        return texts["again"]
    return ""
