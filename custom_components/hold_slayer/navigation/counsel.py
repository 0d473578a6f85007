"""Asking the model which of the options heard is meant: it names a key, nothing else."""

from dataclasses import dataclass

from .acts import Consult, NoteKind
from .context import CallContext
from .menu import Menu, Option
from .moments import Consulted
from .phrases import Phrases

_OPERATOR = "representative"
_REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What came of a question."""

    #: The menu it was about, and the phrases of its language.
    menu: Menu
    phrases: Phrases
    #: The option to take; None = go on by rules.
    option: Option | None = None
    #: Ask for a person; or let the menu be said again.
    operator: bool = False
    again: bool = False


class Counsel:
    """One question to the model at a time, and not more of them than the plan allows."""

    def __init__(self, call: CallContext) -> None:
        """Nothing asked yet."""
        self._call = call
        self._consults = 0
        #: The question before the model, and the options it may choose from.
        self._asked: tuple[int, Menu, Phrases] | None = None

    @property
    def waiting(self) -> bool:
        """Whether an answer of the model is awaited."""
        return self._asked is not None

    def ask(self, menu: Menu, heard: str, phrases: Phrases) -> bool:
        """Ask about a menu; False when there is no model, no wish, or no question left."""
        plan = self._call.plan
        if not plan.model or not plan.intent or self._consults >= plan.limits.consults:
            return False
        self._consults += 1
        request = self._call.request()
        self._asked = (request, menu, phrases)
        options = {_key(option): option.label for option in menu.options if option.label}
        options |= {_OPERATOR: "speak to a person", _REPEAT: "hear the menu again"}
        self._call.do(Consult(request=request, heard=heard, intent=plan.intent, options=options))
        self._call.wait("consult", plan.pace.consult_s)
        return True

    def answered(self, answer: Consulted) -> Advice | None:
        """Take the answer, if it is one of the keys offered; None when nobody asked."""
        if self._asked is None or answer.request != self._asked[0]:
            return None
        _, menu, phrases = self._asked
        self._asked = None
        self._call.stop("consult")
        if answer.error:
            self._call.note(NoteKind.MODEL_AWAY, answer.error[:200])
        chosen = (one for one in menu.options if answer.choice and answer.choice == _key(one))
        return Advice(
            menu=menu,
            phrases=phrases,
            option=next(chosen, None),
            operator=answer.choice == _OPERATOR,
            again=answer.choice == _REPEAT,
        )

    def give_up(self) -> Advice | None:
        """The model took too long."""
        if self._asked is None:
            return None
        self._call.note(NoteKind.MODEL_AWAY, "timeout")
        return self.answered(Consulted(request=self._asked[0]))


def _key(option: Option) -> str:
    return option.key or "wait"
