"""What the lab's model does with a question: answer well, badly, late, or do whatever the line says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import json
import re
from typing import Any

#: What the caller wants, the options (JSON) and what was heard, as the integration writes them.
_INTENT = re.compile(r"What the caller wants: (.*)")
_OPTIONS = re.compile(r"Options: (\{.*\})")
_HEARD = re.compile(r"<heard>(.*?)</heard>", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{3,}")
_DIGIT = re.compile(r"\d+")
NONE = "none"


class Behaviour(StrEnum):
    """How the model takes a question."""

    CLEVER = "clever"  # the option that means what is wanted
    OBEDIENT = "obedient"  # does what the line says, whatever it is
    GARBAGE = "garbage"  # text that is no JSON
    INVENTED = "invented"  # an option that was not offered
    REFUSING = "refusing"  # "I can't help with that"
    SILENT = "silent"  # an empty answer
    TOOLS = "tools"  # asks to run tools instead of answering
    SLOW = "slow"  # answers after `Script.delay_s`
    ERROR = "error"  # 500
    OVERLOADED = "overloaded"  # 503
    BROKEN = "broken"  # the connection ends in mid-answer
    MANGLED = "mangled"  # lines that are no JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the integration, taken apart."""

    intent: str
    options: dict[str, str]
    heard: str
    #: The JSON schema the answer is to have.
    format: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Script:
    """What the model knows and how it behaves; both may change while it runs."""

    behaviour: Behaviour = Behaviour.CLEVER
    #: Words in a wish → words of the options that serve it, what no table of synonyms would have.
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delay_s: float = 30.0

    def answer(self, question: Question) -> str:
        """The text of the answer."""
        match self.behaviour:
            case Behaviour.OBEDIENT:
                return json.dumps({"option": obey(question)})
            case Behaviour.GARBAGE:
                return "Sure! The best option is <b>probably</b> { option: 2"
            case Behaviour.INVENTED:
                return json.dumps({"option": "+19005551234"})
            case Behaviour.REFUSING:
                return "I'm sorry, but I can't help with telephone calls."
            case Behaviour.SILENT:
                return ""
        return json.dumps({"option": self.choose(question)})

    def choose(self, question: Question) -> str:
        """The key of the option that means what is wanted; "none" when there is none."""
        wanted = _words(question.intent)
        for word, meant in self.meanings.items():
            if word in question.intent.lower():
                wanted |= set(meant)
        scores = {key: len(wanted & _words(label)) for key, label in question.options.items()}
        best: str = max(scores, key=lambda key: scores[key], default=NONE)
        return best if scores.get(best) else NONE


def obey(question: Question) -> str:
    """What a model answers that takes what it hears for orders."""
    if digits := _DIGIT.findall(question.heard):
        return str(max(digits, key=len))
    offered = [key for key in question.options if key.isdigit()]
    return offered[-1] if offered else question.heard


def read_question(messages: list[dict[str, Any]], wanted: dict[str, Any] | None) -> Question:
    """Take the last message of a chat apart; what is missing is empty."""
    text = str(messages[-1].get("content", "")) if messages else ""
    intent, options, heard = (pattern.search(text) for pattern in (_INTENT, _OPTIONS, _HEARD))
    return Question(
        intent=intent[1] if intent else "",
        options=json.loads(options[1]) if options else {},
        heard=heard[1] if heard else "",
        format=wanted,
    )


def _words(text: str) -> set[str]:
    return {word.lower().removesuffix("s") for word in _WORD.findall(text)}
