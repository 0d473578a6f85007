"""Runs a call flow: which step is next, and whether what is heard fits it."""

from enum import StrEnum

from .flow import Action, CallFlow, Prompt, Step
from .words import covered

#: Share of a prompt's words that must be heard for it to be that prompt.
FITS = 0.7


class Fit(StrEnum):
    """How what was heard fits the step."""

    FITS = "fits"
    NOT_YET = "not_yet"


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

    def fit(self, heard: str) -> Fit:
        """Compare what was heard since the last step with what is expected."""
        step = self.step
        if step is None or not step.prompts:
            return Fit.NOT_YET
        return Fit.FITS if any(fits(prompt, heard) for prompt in step.prompts) else Fit.NOT_YET

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
    return bool(prompt.text) and covered(prompt.text, heard) >= FITS
