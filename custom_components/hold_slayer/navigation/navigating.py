"""In the phone menu: follow the flow, or read what is offered."""

from typing import override

from ..hearing.heard import (
    MUSICAL,
    SPOKEN,
    Hearing,
    Phase,
    Repeated,
    RepeatSource,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from .acts import NoteKind, SetPhase
from .context import CallContext
from .flow import Action, OnTimeout, Step
from .keys import Keypad
from .moments import KeysSent, LineChanged, LineState, Order, SpeakingEnded
from .phrases import Said
from .runner import Fit, FlowRunner
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome
from .understanding import Words

#: Music this long, in s, is hold even if the flow expects more keys first.
_LONG_MUSIC = 20.0


class Navigating(Stage):
    """Follows the flow while it fits, else reads the menu."""

    timers = ("prompt_end", "key_effect", "step", "pause", "silence", "music")

    def __init__(self, call: CallContext) -> None:
        """Start at the first step of the flow."""
        super().__init__(call)
        self.keypad = Keypad(call)
        self.runner = FlowRunner(call.plan.flow) if call.plan.flow else None
        #: What was said since the last thing we did.
        self.heard: list[Words] = []
        self._spoke = False
        self._again = False

    @override
    def enter(self, before: CallState) -> Turn:
        deaf = not self.call.speech_to_text and self.runner is None
        self.call.do(SetPhase(phase=Phase.UNKNOWN if deaf else Phase.MENU))
        self.call.wait("silence", self.call.plan.limits.silence_s)
        return self._next_step()

    @property
    def _deaf(self) -> bool:
        return not self.call.speech_to_text

    @property
    def _text(self) -> str:
        return " ".join(words.text for words in self.heard)

    def _start_over(self) -> None:
        self.heard.clear()
        self._spoke = self._again = False
        self.call.stop("prompt_end")

    # ── what is heard ────────────────────────────────────────────────────────────

    @override
    def on_line(self, change: LineChanged) -> Turn:
        if change.state is LineState.ANSWERED:
            self.call.wait("silence", self.call.plan.limits.silence_s)
        return None

    @override
    def on_sound(self, heard: Hearing) -> Turn:
        call = self.call
        if heard.sound in MUSICAL and heard.sound not in SPOKEN:
            self.keypad.worked()
            call.stop("silence")
            if "music" not in call.timers:
                more = self.runner is not None and self.runner.upcoming(Action.PRESS)
                limit = _LONG_MUSIC if more else call.plan.pace.music_is_hold_s
                call.wait("music", limit - (heard.time - heard.since))
        elif heard.sound is Sound.RINGBACK:
            self.keypad.worked()
            call.wait("silence", call.plan.limits.silence_s)
        elif heard.sound in (Sound.SILENCE, Sound.NOISE):
            call.stop("music")
            if "silence" not in call.timers:
                call.wait("silence", call.plan.limits.silence_s)
        elif heard.sound in SPOKEN:
            call.stop("music")
        return None

    @override
    def on_repeat(self, heard: Repeated) -> Turn:
        if heard.sound in SPOKEN and heard.repeat.source is RepeatSource.CALL:
            self._again = True
        return None

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        self.call.stop("prompt_end", "silence", "key_effect", "music")
        return None

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        self._spoke = True
        self._again = heard.repeat is not None and heard.repeat.source is RepeatSource.CALL
        if self.keypad.last is not None and not self._again and self._deaf:
            self.keypad.worked()
        pace = self.call.plan.pace
        if self._deaf:
            quiet = pace.prompt_end_deaf_s
        elif self.runner is not None:
            quiet = pace.prompt_end_s
        else:
            quiet = pace.menu_end_s
        self.call.wait("prompt_end", quiet - (heard.time - heard.until))
        self.call.wait("silence", self.call.plan.limits.silence_s)
        return None

    @override
    def on_words(self, words: Words) -> Turn:
        if Said.INVENTED in words:
            return None
        self.heard.append(words)
        if (turn := self._take_kinds(words)) is not None:
            return turn
        if self.runner is not None and self.runner.fit(self._text) is Fit.FITS:
            self.keypad.worked()
            return self._fire()
        return self._decide_when_quiet()

    def _take_kinds(self, words: Words) -> Turn:
        if Said.TRANSFER in words:
            self.call.note(NoteKind.TRANSFER, words.text)
            self.keypad.worked()
        if Said.QUEUE in words and self._ready_to_hold():
            return Sign.WAITS
        return None

    def _ready_to_hold(self) -> bool:
        return self.runner is None or not self.runner.upcoming(Action.PRESS)

    @override
    def on_unreadable(self, utterance: int) -> Turn:
        return self._decide_when_quiet()

    def _decide_when_quiet(self) -> Turn:
        if "prompt_end" not in self.call.timers and not self.call.line.speaking:
            return self._prompt_ended()
        return None

    @override
    def on_verdict(self, change: VerdictChange) -> Turn:
        return Sign.SUSPECTS if self.call.judge.verdict in _MAYBE else None

    @override
    def on_keys_sent(self, sent: KeysSent) -> Turn:
        if (
            not sent.ok
            and self.keypad.last is not None
            and self.keypad.last.request == sent.request
        ):
            self.keypad.again()
        return None

    @override
    def on_spoken(self, ended: SpeakingEnded) -> Turn:
        return None

    @override
    def on_order(self, order: Order) -> Turn:
        match order:
            case Order.IS_PERSON | Order.CONNECT_NOW:
                return Sign.CONVINCED
            case Order.REPEAT_STEP:
                self.keypad.again()
        return None

    @override
    def on_timer(self, name: str) -> Turn:
        match name:
            case "music":
                return Sign.WAITS
            case "silence":
                return Finish(Outcome.LINE_DEAD, "Nothing was heard for too long.")
            case "key_effect":
                if not self.keypad.again():
                    self.keypad.worked()
            case "pause":
                return self._done()
            case "step":
                return self._step_timed_out()
            case "prompt_end":
                return self._prompt_ended()
        return None

    # ── what to do ───────────────────────────────────────────────────────────────

    def _prompt_ended(self) -> Turn:
        if self.call.line.awaited or not self._spoke:
            return None
        if self.keypad.last is not None and self._again:
            self._start_over()
            if not self.keypad.again():
                return Finish(Outcome.MENU_LOST, "The menu did not take any key.")
            return None
        step = self.runner.step if self.runner is not None else None
        if step is not None and (self._deaf or not step.prompts):
            if not self._long_enough(step):
                return None
            return self._fire()
        return None

    def _long_enough(self, step: Step) -> bool:
        """Without words only the length tells a greeting from the menu after it."""
        return True

    def _fire(self) -> Turn:
        """The step's prompt was heard: act."""
        assert self.runner is not None
        step = self.runner.step
        if step is None:
            return None
        match step.action:
            case Action.PRESS:
                if not self.keypad.press(step.keys, prompt=self._text):
                    return Sign.SUSPECTS
            case Action.SAY:
                self.call.speak(step.text)
            case Action.WAIT:
                self.call.wait("pause", step.seconds)
                return None
            case Action.HOLD:
                self.runner.done()
                return Sign.WAITS
            case Action.CONNECT:
                self.runner.done()
                return Sign.CONVINCED
        return self._done()

    def _done(self) -> Turn:
        assert self.runner is not None
        step = self.runner.step
        if step is not None:
            self.call.note(NoteKind.STEP_DONE, _describe(step), self.runner.index + 1)
        self.runner.done()
        self._start_over()
        return self._next_step()

    def _next_step(self) -> Turn:
        self.call.stop("step")
        if self.runner is None or (step := self.runner.step) is None:
            return None
        self.call.note(NoteKind.STEP_STARTED, _describe(step), self.runner.index + 1)
        if self.runner.fires_at_once:
            return self._fire()
        self.call.wait("step", step.time_limit)
        return None

    def _step_timed_out(self) -> Turn:
        assert self.runner is not None
        step = self.runner.step
        if step is None:
            return None
        match step.on_timeout:
            case OnTimeout.PROCEED:
                return self._fire()
            case OnTimeout.SKIP:
                return self._done()
            case OnTimeout.HOLD:
                return Sign.WAITS
            case OnTimeout.GIVE_UP:
                return Finish(Outcome.MENU_LOST, f"{_describe(step)}: its prompt was not heard.")
        return None


_MAYBE = (Verdict.SUSPECTED, Verdict.PERSON)


def _describe(step: Step) -> str:
    return " ".join(part for part in (step.action.value, step.keys or step.text) if part)
