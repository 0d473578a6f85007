"""Deciding what to do about what a menu says: by rules, then by the model, then by asking."""

from collections.abc import Sequence

from .acts import NoteKind
from .call_back import CallBackOffer
from .choice import certain, choose, fallback, whole, wording
from .context import CallContext
from .counsel import Advice, Counsel
from .endings import bad_news
from .keys import Keypad
from .menu import Menu, Option, OptionKind, Role, read_menu
from .moments import Consulted
from .phrases import Line, Phrases, Said
from .questions import Questions
from .stage import Finish, Sign, Turn
from .states import Outcome
from .understanding import Words, join
from .words import as_written, fold, likeness

#: Two readings of one menu are at least this alike.
SAME_MENU = 0.85
#: How often we tell a machine what we want before asking for a person.
_TELL_INTENT = 2
#: "Invalid entry" this often means lost.
_INVALID = 3

#: What has to be heard to its end before anything is pressed.
_TO_THE_END = frozenset(
    {
        Said.CLOSED,
        Said.CALL_LATER,
        Said.VOICEMAIL,
        Said.INVALID,
        Said.CALL_BACK_OFFER,
        Said.CONFIRM,
        Said.COMMITS,
        Said.QUEUE,
    }
)
#: What asks for the caller's own words.
_OPEN = frozenset({Said.OPEN_QUESTION, Said.BOT})


class MenuReader:
    """Answers menus and questions; remembers which were heard before."""

    def __init__(self, call: CallContext, keypad: Keypad, call_back: CallBackOffer) -> None:
        """Nothing read yet."""
        self._call = call
        self._keypad = keypad
        self._call_back = call_back
        self._menus: list[str] = []
        self._told = 0
        self._invalid = 0
        self._unsure = False
        #: Labels of the options taken so far.
        self._settled: list[str] = []
        self._questions = Questions(call, keypad)
        self._counsel = Counsel(call)

    @property
    def waiting(self) -> bool:
        """Whether an answer of the model is awaited."""
        return self._counsel.waiting

    def decide(self, heard: Sequence[Words]) -> tuple[bool, Turn]:
        """Act on a prompt that has ended; True when something was done about it."""
        words = _joined(heard)
        text, phrases = words.text, words.phrases
        menu = read_menu(text, phrases)
        if (end := self._ends(words, menu)) is not None:
            return True, end
        if Said.INVALID in words:
            return self._take_invalid(words, menu)
        dealt, turn = self._call_back.hear(words, text)
        if dealt:
            return True, turn
        if self._questions.confirm(words, menu) or self._questions.give(words):
            return True, None
        if not menu and (times := self._questions.not_stored(words)):
            if times > 1:  # it was asked for once more: only a person can help
                self.ask_operator()
            return True, None
        open_question = bool(words.kinds & _OPEN)
        examples = all(option.kind is OptionKind.SAY for option in menu.options)
        if menu and not (open_question and examples and not self._fitting(menu, phrases)):
            return self._answer(menu, text, phrases)
        if open_question:
            return self.tell()
        if words.kinds & {Said.QUEUE, Said.TRANSFER}:
            return True, Sign.WAITS
        return False, None

    def early(self, heard: Sequence[Words]) -> tuple[bool, Turn]:
        """Take an option that is certain while the menu goes on; True when one was taken."""
        if self.waiting or self._call.keys_wait or self._call.plan.explore:
            return False, None
        words = _joined(heard)
        if words.kinds & _TO_THE_END:
            return False, None
        menu = read_menu(words.text, words.phrases)
        option = certain(menu, self._call.plan.intent, words.phrases, self._settled)
        if option is None or option.label in self._settled:
            return False, None
        self._call.note(NoteKind.MENU_HEARD, menu.outline)
        return True, self.take(option)

    # ── ends ─────────────────────────────────────────────────────────────────────

    def _ends(self, words: Words, menu: Menu) -> Turn:
        if menu and Said.CLOSED not in words:
            return None  # "to leave a message, press 2" is an option, not an end
        return bad_news(words, self._call)

    def _take_invalid(self, words: Words, menu: Menu) -> tuple[bool, Turn]:
        self._invalid += 1
        if self._invalid >= _INVALID:
            return True, Finish(
                Outcome.MENU_LOST, "The menu called our answers invalid several times."
            )
        if self._keypad.last is not None and self._keypad.again():
            return True, None
        if self._questions.give(words):
            return True, None  # misheard, or mistyped: it is asked for once more
        if menu:
            return self._answer(menu, "", words.phrases)
        return self.tell() if words.kinds & _OPEN else (False, None)

    def tell(self) -> tuple[bool, Turn]:
        """Say what we want to a machine that asks openly; a representative after two tries."""
        intent = bool(self._call.plan.intent) and self._told < _TELL_INTENT
        self._told += 1
        line = Line.INTENT if intent else Line.OPERATOR
        if self._call.answer(self._call.line_text(line)) is None:
            return False, None
        self._questions.acted(
            self._call.plan.intent if intent else self._call.line_text(Line.OPERATOR)
        )
        return True, None

    # ── options ──────────────────────────────────────────────────────────────────

    def _fitting(self, menu: Menu, phrases: Phrases) -> bool:
        """Whether an option clearly fits what is wanted."""
        return choose(menu, self._call.plan.intent, phrases).option is not None

    def _answer(self, menu: Menu, text: str, phrases: Phrases) -> tuple[bool, Turn]:
        choice = choose(menu, self._call.plan.intent, phrases)
        heard = choice.option or (whole(menu, phrases) and not self._lost_key(menu, phrases))
        if not self._unsure and not (menu.sure and heard):
            self._unsure = True  # hear it once more
            return False, None
        self._unsure = False
        if (stay := self._stays(menu, text, phrases)) is not None:
            return True, self.take(stay)
        seen = self._seen(text)
        if seen >= self._call.plan.limits.same_menu:
            return True, Finish(Outcome.MENU_LOST, f"The same menu came {seen} times.")
        self._call.note(NoteKind.MENU_HEARD, menu.outline)
        if choice.option is not None and seen < 2:
            return True, self.take(choice.option)
        if seen < 2 and self._counsel.ask(menu, text, phrases):
            return True, None
        return True, self._without_model(menu, phrases)

    def _lost_key(self, menu: Menu, phrases: Phrases) -> bool:
        """Whether what is wanted was named last, and its key not heard."""
        rest = Menu((Option(kind=OptionKind.SAY, key="", label=menu.left_over),))
        return choose(rest, self._call.plan.intent, phrases).option is not None

    def _stays(self, menu: Menu, text: str, phrases: Phrases) -> Option | None:
        """The option to go on waiting: a queue that sounds like a menu asks for it again and again."""
        active = [one for one in menu.options if one.kind is not OptionKind.STAY]
        if self._fitting(menu, phrases):
            return None
        if len(active) == 1 and phrases.says(Said.STAY_IN_QUEUE, fold(text)):
            return active[0]
        said = (one for one in active if phrases.says(Said.STAY_IN_QUEUE, one.label))
        return next(said, None)

    def _seen(self, text: str) -> int:
        """How often this menu has been heard, this time included."""
        if not text:
            return 1
        self._menus.append(text)
        return sum(1 for other in self._menus if likeness(other, text) >= SAME_MENU)

    def consulted(self, answer: Consulted) -> Turn:
        """Take the model's answer, if it is one of the keys offered."""
        return self._advised(self._counsel.answered(answer))

    def give_up_model(self) -> Turn:
        """The model took too long: go on by rules."""
        return self._advised(self._counsel.give_up())

    def _advised(self, advice: Advice | None) -> Turn:
        if advice is None or advice.again:
            return None
        if advice.option is not None:
            return self.take(advice.option)
        return self._without_model(advice.menu, advice.phrases, operator=advice.operator)

    def _without_model(self, menu: Menu, phrases: Phrases, *, operator: bool = False) -> Turn:
        """Take the best guess, else what leads to a person, else ask for one."""
        ranking = choose(menu, self._call.plan.intent, phrases).ranking
        if ranking and ranking[0].score > 0 and not operator and self._told == 0:
            return self.take(ranking[0].option)
        if (option := fallback(menu)) is not None:
            return self.take(option)
        self.ask_operator(menu)
        return None

    def ask_operator(self, menu: Menu | None = None) -> None:
        """Ask for a person: by voice where the menu listens, else by 0."""
        if menu is not None and menu.spoken:
            self._told += 1
            self._call.answer(self._call.line_text(Line.OPERATOR))
            self._questions.acted(self._call.line_text(Line.OPERATOR))
        else:
            self._keypad.press("0", spoken=self._call.line_text(Line.OPERATOR))
            self._questions.acted()

    def take(self, option: Option) -> Turn:
        """Take an option of a menu."""
        match option.kind:
            case OptionKind.PRESS:
                pressed = self._keypad.press(option.key, spoken=option.label)
                if not pressed:
                    return Sign.SUSPECTS
                self._settled.append(option.label)
                self._questions.acted(option.label)
            case OptionKind.SAY:
                # heard as one option, it may be several: told apart first, said as a whole if that was wrong
                known = option.label in self._settled
                text = (
                    option.label
                    if known
                    else wording(option, self._call.plan.intent, self._call.phrases)
                )
                self._settled.append(option.label)
                self._call.answer(as_written(text, self._call.prompt))
                self._questions.acted(text)
            case OptionKind.STAY:
                return Sign.WAITS if Role.OTHER in option.roles else None
        return None


def _joined(heard: Sequence[Words]) -> Words:
    """Several utterances as one."""
    last = heard[-1]
    return Words(
        text=join(heard),
        folded=" ".join(words.folded for words in heard),
        kinds=frozenset().union(*(words.kinds for words in heard)),
        phrases=last.phrases,
        utterance=last.utterance,
        since=heard[0].since,
        until=last.until,
    )
