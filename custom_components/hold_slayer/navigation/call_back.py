"""The company's offer to call back: take it or not, give the number, know when it is settled."""

from enum import StrEnum
import re

from .acts import NoteKind
from .context import CallContext
from .keys import Keypad
from .menu import Menu, Option, OptionKind, read_menu
from .phrases import Phrases, Said
from .plan import CallBackPolicy
from .stage import Finish, Turn
from .states import Outcome
from .understanding import Words
from .words import fold

#: A number read out has at least this many digits.
_SHORTEST_NUMBER = 6


class Progress(StrEnum):
    """How far the agreement is."""

    NONE = "none"
    ACCEPTED = "accepted"
    ARRANGED = "arranged"


class CallBackOffer:
    """Deals with call-back offers of one call."""

    def __init__(self, call: CallContext, keypad: Keypad) -> None:
        """Nothing offered yet."""
        self._call = call
        self._keypad = keypad
        self.progress = Progress.NONE

    @property
    def wanted(self) -> bool:
        """Whether the policy takes an offer now."""
        rules = self._call.plan.call_back
        if rules.policy is CallBackPolicy.NEVER:
            return False
        if rules.policy is CallBackPolicy.ALWAYS:
            return True
        ahead = self._call.queue.remaining_s(self._call.now) or 0.0
        return ahead > rules.after_s or self._call.holding_s > rules.after_s

    def hear(self, words: Words, text: str) -> tuple[bool, Turn]:
        """Deal with what was said; True when it was about a call-back and is dealt with."""
        if self.progress is Progress.ACCEPTED:
            return self._settle(words, text)
        if Said.CALL_BACK_OFFER not in words:
            return False, None
        menu = read_menu(text, words.phrases)
        offer = self._find(menu, words.phrases)
        if offer is None:
            return False, None
        self._call.note(NoteKind.CALLBACK_OFFERED, words.text)
        if self.wanted:
            if self._take(offer):
                self.progress = Progress.ACCEPTED
            return True, None
        stay = self._stay(menu, words.phrases)
        if stay is not None and stay.kind is not OptionKind.STAY:
            self._take(stay)
        return True, None

    def _find(self, menu: Menu, phrases: Phrases) -> Option | None:
        for option in menu.options:
            if option.kind is not OptionKind.STAY and phrases.says(
                Said.CALL_BACK_OFFER, option.label
            ):
                return option
        pressed = [one for one in menu.options if one.kind is OptionKind.PRESS]
        others = [one for one in pressed if not phrases.says(Said.STAY_IN_QUEUE, one.label)]
        return others[0] if len(others) == 1 else None

    def _stay(self, menu: Menu, phrases: Phrases) -> Option | None:
        return next(
            (one for one in menu.options if phrases.says(Said.STAY_IN_QUEUE, one.label)), None
        )

    def _take(self, option: Option) -> bool:
        if option.kind is OptionKind.PRESS:
            return self._keypad.press(option.key, spoken=option.label)
        return self._call.speak(option.label) is not None

    def _settle(self, words: Words, text: str) -> tuple[bool, Turn]:
        """The offer was taken: confirm the number, and know when it is done."""
        phrases = words.phrases
        if Said.CALL_BACK_DONE in words and Said.CONFIRM_NUMBER not in words:
            self.progress = Progress.ARRANGED
            return True, Finish(Outcome.CALL_BACK_ARRANGED, "The company will call back.")
        if Said.CONFIRM_NUMBER in words or Said.CONFIRM in words:
            right = self._is_ours(text, phrases)
            menu = read_menu(text, phrases)
            option = next(
                (
                    one
                    for one in menu.options
                    if one.kind is OptionKind.PRESS
                    and bool(set(one.label.split()) & (phrases.yes if right else phrases.no))
                ),
                None,
            )
            if option is not None:
                self._take(option)
            elif right:
                self._keypad.press("1")
            return True, None
        if Said.ENTER_NUMBER in words:
            if not self._call.plan.call_back.number:
                self._call.degraded(NoteKind.NOT_STORED, "the number to call back at")
                self.progress = Progress.NONE
                return True, None
            self._keypad.press(re.sub(r"\D", "", self._call.plan.call_back.number))
            self._keypad.then("#")
            return True, None
        return False, None

    def _is_ours(self, text: str, phrases: Phrases) -> bool:
        """Whether a number read out is ours; a number that can't be read is taken as ours."""
        digits = "".join(
            str(phrases.numbers[word]) for word in fold(text).split() if word in phrases.numbers
        )
        mine = re.sub(r"\D", "", self._call.plan.call_back.number)
        if len(digits) < _SHORTEST_NUMBER or not mine:
            return True  # what they see of us is what they read out
        return mine[-_SHORTEST_NUMBER:] in digits
