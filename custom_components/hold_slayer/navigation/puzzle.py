"""A prompt waits and nothing about it is known: ask who is there, then for a person, then give up."""

from .context import CallContext
from .phrases import Line
from .prompt import PromptSoFar
from .reading import MenuReader
from .stage import Finish, Sign, Turn
from .states import Outcome

#: How often something is tried when nothing is understood.
_TRIES = 3


class Puzzle:
    """What is tried in a menu that cannot be read."""

    def __init__(self, call: CallContext, reader: MenuReader, prompt: PromptSoFar) -> None:
        """Nothing tried yet."""
        self._call = call
        self._reader = reader
        self._prompt = prompt
        self._tried = 0
        #: Who is there was asked last.
        self._asked = False

    def solved(self) -> None:
        """Something was understood after all."""
        self._tried = 0
        self._asked = False

    def wait(self) -> None:
        """Nothing is known about this prompt: more may be said, or something is tried in a while."""
        self._call.wait("puzzled", self._call.plan.pace.puzzled_s)

    def try_something(self) -> Turn:
        """Ask for a person; exploring, leave."""
        if self._call.plan.explore:
            return Finish(Outcome.EXPLORED, "This way ends without a menu.")
        self._tried += 1
        again = self._prompt.again
        self._prompt.start_over()
        if self._tried > _TRIES:
            return Finish(Outcome.MENU_LOST, "Nothing in this menu could be understood.")
        asked, self._asked = self._asked, False
        if self._tried == 1 and not again and self._call.plan.ask_question:
            # it may be a person, who must not hear a key
            self._asked = self._call.say(Line.QUESTION) is not None
        elif asked and not again:
            return Sign.SUSPECTS  # whoever talks after that, and not as before, may be answering
        else:
            self._reader.ask_operator()
        return None
