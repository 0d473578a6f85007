"""A call that comes in: greet first, and ask who it is where the number does not tell."""

from .context import CallContext
from .phrases import Line
from .stage import Finish, Turn
from .states import Outcome
from .understanding import Words
from .words import tokens

#: Who calls expects the one called to speak first; announcements begin within this, s.
_FIRST_S = 0.8
#: How long an answer to the question may take, s, and how often it is asked.
_ANSWER_S, _TIMES = 10.0, 2
#: Shorter words of a company's name say nothing.
_LEAST = 4
_STRANGER = Finish(Outcome.HUNG_UP, "Somebody else called.")


class Caller:
    """Greets whoever calls back, and finds out whether it is the company."""

    def __init__(self, call: CallContext) -> None:
        """Nothing said yet."""
        plan = call.plan
        self._call = call
        self._greeted = not plan.called_back
        asks = plan.called_back and not plan.caller_known
        #: Nobody else can be meant, or they said so.
        self.sure = not (asks and call.speech_to_text and call.text_to_speech)
        self._asked = 0
        self._names = frozenset(
            word for name in plan.company_names for word in tokens(name) if len(word) >= _LEAST
        )

    def begin(self) -> None:
        """The call was taken: greet, unless they speak first."""
        if not self._greeted:
            self._call.wait("greet", _FIRST_S)

    def spoke(self) -> None:
        """They speak: who is known need not be greeted any more."""
        if self.sure:
            self._greeted = True
            self._call.stop("greet")

    def greet(self) -> Turn:
        """Say hello, or ask who it is; a stranger is left after two questions."""
        call = self._call
        if self.sure and self._greeted:
            return None
        if call.line.speaking:
            call.wait("greet", _FIRST_S)
            return None
        self._greeted = True
        if self.sure:
            call.say(Line.CALLED_BACK)
            return None
        if self._asked >= _TIMES:
            return _STRANGER
        self._asked += 1
        call.say(Line.ASK_CALLER)
        call.wait("greet", _ANSWER_S)
        return None

    def hear(self, words: Words) -> Turn:
        """Words of somebody who is not known: the company's name, or yes or no to the question."""
        if self.sure:
            return None
        said = frozenset(words.folded.split())
        if said & self._names or (self._asked and said & words.phrases.yes):
            self.sure = True
            self._call.stop("greet")
        elif self._asked and said & words.phrases.no:
            return _STRANGER
        return None
