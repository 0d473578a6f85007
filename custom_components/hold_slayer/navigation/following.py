"""Following a call flow: each step fires when its prompt is heard, and is checked against it."""

from ..hearing.heard import Repeated, UtteranceEnded
from .acts import NoteKind
from .context import CallContext
from .flow import Action, OnTimeout, Prompt, Step
from .keys import Keypad
from .menu import read_menu
from .phrases import Said
from .prompt import PromptSoFar
from .reading import MenuReader
from .recognising import PromptPrints
from .runner import Fit, FlowRunner, describe
from .stage import Finish, Sign, Turn
from .states import Outcome
from .understanding import Words

#: Speech shorter than this, in s, is no prompt.
_SHORTEST_PROMPT = 0.8
#: Share of a prompt's known length that must have been heard.
_LONG_ENOUGH = 0.7
#: A step without an expected prompt waits this long, in s, when no menu names its key.
_NO_MENU_S = 3.0
#: What no flow foresees and must not be waited out.
_UNFORESEEN = frozenset(
    {Said.CLOSED, Said.CALL_LATER, Said.VOICEMAIL, Said.INVALID, Said.CALL_BACK_OFFER}
)


class FlowFollower:
    """Takes the steps of a flow one after the other; gives up the flow when it is stale."""

    def __init__(
        self, call: CallContext, keypad: Keypad, reader: MenuReader, prompt: PromptSoFar
    ) -> None:
        """Start at the first step of the plan's flow."""
        self._call = call
        self._keypad = keypad
        self._reader = reader
        self._prompt = prompt
        self._runner = FlowRunner(call.plan.flow) if call.plan.flow else None
        self._prints = PromptPrints(call)

    @property
    def step(self) -> Step | None:
        """The step whose turn it is; None without a flow or after its end."""
        return self._runner.step if self._runner is not None else None

    def expects(self, words: Words) -> bool:
        """Whether this is the prompt of the step whose turn it is."""
        if self._runner is None:
            return False
        match = self._runner.compare(words.text, words.phrases, ended=False)
        return match.fit is Fit.FITS

    def meet(self, words: Words) -> None:
        """The prompt of the step whose turn it is was heard elsewhere, perhaps not for the first time."""
        self._prompt.start_over()
        self._prompt.spoken(words.since, words.until)
        self._prompt.add(words)

    def begin(self) -> Turn:
        """Start the step whose turn it is."""
        self._call.stop("step")
        self._prints.expect(self.step)
        if self._runner is None or (step := self._runner.step) is None:
            return None
        self._call.note(NoteKind.STEP_STARTED, describe(step), self._runner.index + 1)
        if self._runner.fires_at_once:
            return self.fire()
        self._call.wait("step", step.time_limit)
        return None

    def hear(
        self, words: Words, *, partial: bool = False, whole: bool = False
    ) -> tuple[bool, Turn]:
        """Words of the prompt arrived; True when they made the step fire.

        `partial` words go on; they are `whole` where the speaker paused, as after an option.
        """
        step = self.step
        if self._runner is None or step is None:
            return False, None
        if partial and not (step.barge_in or whole):
            return False, None
        if self._waits_for_silence(step):
            return False, None
        heard = f"{self._prompt.text}. {words.text}" if partial else self._prompt.text
        if self._runner.compare(heard, words.phrases, ended=False).fit is not Fit.FITS:
            return False, None
        self._keypad.worked()
        return True, self.fire()

    def _waits_for_silence(self, step: Step) -> bool:
        """Whether the company takes nothing before it has finished."""
        return step.barge_in is False or (self._call.keys_wait and step.barge_in is None)

    def repeated(self, heard: Repeated) -> tuple[bool, Turn]:
        """A recording plays again; True when that made the step fire."""
        known = self._prints.began(heard)
        if known is None or (step := self.step) is None or not step.barge_in:
            return False, None
        return True, self._fire_known(known)

    def spoken(self, heard: UtteranceEnded) -> tuple[bool, Turn]:
        """An utterance ended; True when it was the prompt by its print, and the step fired."""
        known = self._prints.ended(heard)
        if known is None or (step := self.step) is None or self._waits_for_silence(step):
            return False, None
        return True, self._fire_known(known)

    def passed(self) -> tuple[bool, Turn]:
        """The option of a known prompt has been said; True when the step fired."""
        known = self._prints.passed()
        if known is None or (step := self.step) is None or self._waits_for_silence(step):
            return False, None
        return True, self._fire_known(known)

    def _fire_known(self, known: Prompt) -> Turn:
        self._call.heard_prompt((), known.text, known.seconds, (0.0, 0.0))
        self._call.prompt_print = known
        self._keypad.worked()
        return self.fire()

    def prompt_ended(self) -> tuple[bool, Turn]:
        """The prompt is over; False when the menu has to be read instead."""
        assert self._runner is not None
        step = self._runner.step
        assert step is not None
        prompt = self._prompt
        if not prompt.words:
            # Nothing to compare with: the end of a prompt long enough is all there is.
            least = max(_SHORTEST_PROMPT, _LONG_ENOUGH * step.prompt.seconds)
            return True, self.fire() if prompt.speech_s >= least else None
        if not any(expected.text for expected in step.prompts):
            return self._without_expectation(step)
        match = self._runner.compare(prompt.text, prompt.words[-1].phrases, ended=True)
        if match.fit is Fit.FITS:
            return True, self.fire()
        if match.fit is Fit.NOT_YET and not self._unforeseen:
            return True, None
        if match.fit is not Fit.NOT_YET:
            self._stale(f"step {self._runner.index + 1} ({describe(step)})")
        if match.option is not None:
            turn = self._reader.take(match.option)
            self._runner.done()
            self._prompt.start_over()
            return True, turn or self.begin()
        if match.fit is Fit.CHANGED:
            self._give_up()
        return False, None

    @property
    def _unforeseen(self) -> bool:
        return any(words.kinds & _UNFORESEEN for words in self._prompt.words)

    def _without_expectation(self, step: Step) -> tuple[bool, Turn]:
        """A key without an expected prompt: when a menu names it, or nothing more is said."""
        if self._unforeseen:
            return False, None
        if step.action is not Action.PRESS:
            return True, self.fire()
        menu = read_menu(self._prompt.text, self._prompt.words[-1].phrases)
        quiet = self._call.now - (self._call.line.speech_ended or self._call.now)
        if menu.by_key(step.keys) is not None or quiet >= _NO_MENU_S:
            return True, self.fire()
        self._call.wait("prompt_end", _NO_MENU_S - quiet)
        return True, None

    def fire(self) -> Turn:
        """The step's prompt was heard: act."""
        step = self.step
        if self._runner is None or step is None:
            return None
        match step.action:
            case Action.PRESS:
                if not self._keypad.allowed:
                    return Sign.SUSPECTS
                if not self._keypad.press(step.keys):
                    return Finish(Outcome.MENU_LOST, f"{step.keys} was asked for too often.")
            case Action.SAY:
                self._call.answer(step.text)
            case Action.WAIT:
                self._call.wait("pause", step.seconds)
                return None
            case Action.HOLD:
                self.done()
                return Sign.WAITS
            case Action.CONNECT:
                self.done()
                return Sign.CONVINCED
        return self.done()

    def done(self) -> Turn:
        """The step is done: start the next."""
        if self._runner is None or (step := self._runner.step) is None:
            return None
        self._call.note(NoteKind.STEP_DONE, describe(step), self._runner.index + 1)
        self._runner.done()
        self._prompt.start_over()
        return self.begin()

    def timed_out(self) -> tuple[bool, Turn]:
        """The step's prompt did not come; False when the menu has to be read instead."""
        if self._runner is None or (step := self._runner.step) is None:
            return True, None
        match step.on_timeout:
            case OnTimeout.PROCEED:
                return True, self.fire()
            case OnTimeout.SKIP:
                return True, self.done()
            case OnTimeout.HOLD:
                return True, Sign.WAITS
            case OnTimeout.GIVE_UP:
                reason = f"The prompt for {describe(step)!r} did not come."
                return True, Finish(Outcome.MENU_LOST, reason)
        self._stale(f"step {self._runner.index + 1} ({describe(step)}) timed out")
        self._give_up()
        return False, None

    def _give_up(self) -> None:
        """Go on without the flow."""
        self._runner = None
        self._prints.expect(None)
        self._call.stop("step")

    def _stale(self, where: str) -> None:
        self._call.flow_stale = True
        self._call.note(NoteKind.FLOW_STALE, f"{where}: heard {self._prompt.text!r}")
