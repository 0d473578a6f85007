"""Questions of a menu: "is that correct?", and for data that may be stored with the contact."""

from .acts import NoteKind
from .choice import choose
from .context import CallContext
from .keys import Keypad
from .menu import Menu, Option, OptionKind
from .phrases import Line, Phrases, Said
from .understanding import Words

#: A confirmation is only answered this long after we did something, s.
_CONFIRM_S = 30.0


class Questions:
    """Answers what is asked; remembers what was last said or pressed, as that is what gets confirmed."""

    def __init__(self, call: CallContext, keypad: Keypad) -> None:
        """Nothing said yet."""
        self._call = call
        self._keypad = keypad
        self._acted_at = float("-inf")
        self._said = ""

    def acted(self, said: str = "") -> None:
        """Something was said or pressed, which stands for these words."""
        self._acted_at = self._call.now
        self._said = said

    def confirm(self, words: Words, menu: Menu) -> bool:
        """Answer "is that correct?" after something we said or pressed; never out of the blue."""
        recent = self._call.now - self._acted_at <= _CONFIRM_S
        if not recent or Said.CONFIRM not in words or Said.COMMITS in words:
            return False
        self._acted_at = float("-inf")
        phrases = words.phrases
        right = not self._said or _mentions(words.folded, self._said, phrases)
        for pattern in phrases.said.get(Said.CONFIRM_KEYS, ()):
            if right and (match := pattern.search(words.folded)):
                return self._keypad.press(
                    phrases.keys[match["key"]], spoken=phrases.lines[Line.YES]
                )
        for option in menu.options:
            denies = not right and set(option.label.split()) & phrases.no
            if denies and option.kind is OptionKind.PRESS:
                return self._keypad.press(option.key, spoken=phrases.lines[Line.NO])
        yes_or_no = self._call.line_text(Line.YES if right else Line.NO)
        return self._call.answer(yes_or_no) is not None

    def give(self, words: Words) -> bool:
        """Give a secret that is asked for by name, if the contact has it."""
        for name in _asked_for(words):
            if name not in self._call.plan.secrets:
                continue
            given = self._hand_over(f"{{{name}}}", words)
            if given:
                self.acted()
            return given
        return False

    def _hand_over(self, placeholder: str, words: Words) -> bool:
        """Type a secret or say it, whatever is asked for; False when it may not or cannot be given."""
        phrases, text = words.phrases, words.folded
        typed = any(pattern.search(text) for pattern in phrases.type_in)
        if typed or not self._call.text_to_speech:
            if not self._keypad.press(placeholder):
                return False
            if any(pattern.search(text) for pattern in phrases.then_hash):
                self._keypad.then("#")
            return True
        allowed = self._keypad.allowed and self._call.may_give(placeholder)
        return allowed and self._call.answer(placeholder) is not None

    def not_stored(self, words: Words) -> int:
        """How often something was asked for that is not stored, this time included; 0 = it was not."""
        for name in _asked_for(words):
            self._call.missing[name] += 1
            if self._call.missing[name] == 1:
                self._call.note(NoteKind.NOT_STORED, name)
            return self._call.missing[name]
        return 0


def _asked_for(words: Words) -> list[str]:
    """Names of the data that are asked for ("account_number")."""
    phrases, text = words.phrases, words.folded
    if not any(pattern.search(text) for pattern in phrases.ask_for):
        return []
    return [
        name
        for name, patterns in phrases.questions.items()
        if any(pattern.search(text) for pattern in patterns)
    ]


def _mentions(folded: str, said: str, phrases: Phrases) -> bool:
    """Whether an echo holds a word of what we said."""
    menu = Menu((Option(kind=OptionKind.SAY, key="", label=folded),))
    return choose(menu, said, phrases).ranking[0].score > 0
