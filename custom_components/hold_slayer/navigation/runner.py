"""Runs a call flow: which step is next, and whether what is heard fits it."""

from dataclasses import dataclass
from enum import StrEnum

from .choice import choose
from .flow import Action, CallFlow, Prompt, Step
from .menu import Menu, Option, OptionKind, read_menu
from .phrases import Phrases
from .words import canonical, covered, fold

#: Share of a prompt's words that must be heard for it to be that prompt.
FITS = 0.7
#: So many words after an option and none of them its key: speech-to-text has lost it.
_KEY_LOST_WORDS = 3


class Fit(StrEnum):
    """How what was heard fits the step."""

    FITS = "fits"
    NOT_YET = "not_yet"  # a greeting, half a menu
    MOVED = "moved"  # the option is on another key now
    CHANGED = "changed"  # a menu without the option


@dataclass(frozen=True, slots=True)
class Match:
    """The result of a comparison."""

    fit: Fit
    #: Where the option is now, for `MOVED`.
    option: Option | None = None


_NOT_YET = Match(Fit.NOT_YET)


class FlowRunner:
    """Keeps the place in a call flow."""

    def __init__(self, flow: CallFlow) -> None:
        """Start at the first step."""
        self.flow = flow
        self.index = 0
        self._listened = False

    @property
    def step(self) -> Step | None:
        """The step whose turn it is; None after the last."""
        return self.flow.steps[self.index] if self.index < len(self.flow.steps) else None

    @property
    def fires_at_once(self) -> bool:
        """Whether the step needs no prompt of its own."""
        step = self.step
        if step is None:
            return False
        if step.action in (Action.HOLD, Action.CONNECT, Action.WAIT):
            return not step.prompts
        return self._listened and not step.prompts

    def compare(self, heard: str, phrases: Phrases, *, ended: bool) -> Match:
        """Compare what was heard since the last step with what is expected.

        Only a prompt that has `ended` can be a changed one; before that, more may come.
        """
        step = self.step
        if step is None or not any(prompt.text for prompt in step.prompts):
            return _NOT_YET
        menu = read_menu(heard, phrases)
        if step.action is Action.PRESS and menu:
            moved = self._moved(step, menu, phrases)
            if moved is not None:
                return moved if ended else _NOT_YET
        if (
            not ended
            and step.action is Action.PRESS
            and self._key_ahead(step, heard, menu, phrases)
        ):
            return _NOT_YET
        if any(fits(prompt, heard) for prompt in step.prompts):
            return Match(Fit.FITS)
        if step.action is Action.PRESS and any(
            self._names(prompt, step, heard, phrases, ended=ended) for prompt in step.prompts
        ):
            return Match(Fit.FITS)
        if ended and step.action is Action.PRESS and len(menu.options) > 1:
            return Match(Fit.CHANGED)
        return _NOT_YET

    @staticmethod
    def _key_ahead(step: Step, heard: str, menu: Menu, phrases: Phrases) -> bool:
        """Whether the option goes on: its key, which may be another one now, is still to be said."""
        ahead = False
        for prompt in step.prompts:
            expected = read_menu(prompt.text, phrases).by_key(step.keys)
            if expected is None or not expected.label:
                continue
            said = menu.by_key(step.keys)
            label = canonical(said.label) if said is not None else ""
            if covered(canonical(expected.label), label) >= FITS:
                return False
            _, found, after = fold(heard).rpartition(expected.label)
            if found and said is None and len(after.split()) >= _KEY_LOST_WORDS:
                return False
            ahead = True
        return ahead

    @staticmethod
    def _names(prompt: Prompt, step: Step, heard: str, phrases: Phrases, *, ended: bool) -> bool:
        """Whether the option's name was heard, though its key was lost by speech-to-text."""
        expected = read_menu(prompt.text, phrases).by_key(step.keys)
        if expected is None or not expected.label:
            return False
        single = len(expected.label.split()) == 1
        return (ended or not single) and f" {expected.label} " in f" {fold(heard)} "

    def _moved(self, step: Step, menu: Menu, phrases: Phrases) -> Match | None:
        """Whether the menu offers what the step wants on another key."""
        for prompt in step.prompts:
            expected = read_menu(prompt.text, phrases).by_key(step.keys)
            if expected is None or not expected.label:
                continue
            pressed = [one for one in menu.options if one.kind is OptionKind.PRESS]
            found = choose(Menu(tuple(pressed)), expected.label, phrases).option
            if found is None:
                continue
            return None if found.key == step.keys else Match(Fit.MOVED, found)
        return None

    def done(self) -> None:
        """Go to the next step."""
        step = self.step
        self._listened = step is not None and step.action is Action.LISTEN
        self.index += 1

    def upcoming(self, action: Action) -> bool:
        """Whether a step of that kind is still to come."""
        return any(step.action is action for step in self.flow.steps[self.index :])


def fits(prompt: Prompt, heard: str) -> bool:
    """Whether a prompt was heard."""
    return bool(prompt.text) and covered(canonical(prompt.text), canonical(heard)) >= FITS


def describe(step: Step) -> str:
    """A step in a few words, for history; placeholders stay placeholders."""
    return " ".join(part for part in (step.action.value, step.keys or step.text) if part)
