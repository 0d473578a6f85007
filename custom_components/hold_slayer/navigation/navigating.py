"""In the phone menu: follow the flow while it fits, else read what is offered."""

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
from .flow import Action, OnTimeout
from .keys import Keypad
from .moments import Consulted, KeysSent, LineChanged, LineState, Order, SpeakingEnded
from .phrases import Line, Said
from .reading import SAME_MENU, MenuReader
from .runner import Fit, FlowRunner, describe
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome
from .understanding import Words, join
from .words import likeness

#: Music this long, in s, is hold even if the flow expects more keys first.
_LONG_MUSIC = 20.0
#: Speech shorter than this, in s, is no prompt.
_SHORTEST_PROMPT = 0.8
#: How often something is tried when nothing is understood.
_PUZZLED = 3


class Navigating(Stage):
    """Follows the flow while it fits, else reads the menu."""

    timers = (
        "prompt_end",
        "key_effect",
        "step",
        "pause",
        "silence",
        "music",
        "consult",
        "puzzled",
    )

    def __init__(self, call: CallContext, keypad: Keypad, reader: MenuReader) -> None:
        """Start at the first step of the flow."""
        super().__init__(call)
        self.keypad = keypad
        self.reader = reader
        self.runner = FlowRunner(call.plan.flow) if call.plan.flow else None
        #: What was said since the last thing we did.
        self.heard: list[Words] = []
        self._speech_s = 0.0
        self._spoke = False
        self._again = False
        self._puzzled = 0
        #: How many utterances of the line are in `heard` or done with.
        self._taken = 0

    @override
    def enter(self, before: CallState) -> Turn:
        self.call.do(SetPhase(phase=Phase.MENU if self._readable else Phase.UNKNOWN))
        self.call.wait("silence", self.call.plan.limits.silence_s)
        said = self.call.line.said
        if before is CallState.ON_HOLD:
            self._taken = max(self._taken, len(said) - 1)
        if self._taken < len(said):  # said while another stage listened
            self.heard += said[self._taken :]
            self._taken = len(said)
            self._spoke = True
            self.call.wait("prompt_end", self.call.plan.pace.menu_end_s)
        return self._next_step()

    @property
    def _deaf(self) -> bool:
        return not self.call.speech_to_text

    @property
    def _readable(self) -> bool:
        return self.runner is not None or not self._deaf

    @property
    def _text(self) -> str:
        return join(self.heard)

    def _start_over(self) -> None:
        self.heard.clear()
        self._taken = len(self.call.line.said)
        self._speech_s = 0.0
        self._spoke = self._again = False
        self.call.stop("prompt_end", "puzzled")

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
            call.stop("silence", "puzzled")
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
        self.call.stop("prompt_end", "silence", "key_effect", "music", "puzzled")
        return None

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        self._spoke = True
        self._speech_s += max(0.0, heard.until - heard.since)
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
        if not heard.cut:
            self.call.wait("prompt_end", quiet - (heard.time - heard.until))
        self.call.wait("silence", self.call.plan.limits.silence_s)
        return None

    @override
    def on_words(self, words: Words) -> Turn:
        if Said.INVENTED in words:
            return None
        if self.call.judge.verdict in _MAYBE:
            return Sign.SUSPECTS
        self.heard.append(words)
        self._taken = len(self.call.line.said)
        if Said.TRANSFER in words:
            self.call.note(NoteKind.TRANSFER, words.text)
        if self.runner is not None:
            match = self.runner.compare(self._text, words.phrases, ended=False)
            if match.fit is Fit.FITS:
                self.keypad.worked()
                return self._fire()
        return self._decide_when_quiet()

    @override
    def on_partial(self, words: Words) -> Turn:
        step = self.runner.step if self.runner is not None else None
        if step is None or not step.barge_in or self.runner is None:
            return None
        heard = f"{self._text} {words.text}"
        if self.runner.compare(heard, words.phrases, ended=False).fit is Fit.FITS:
            return self._fire()
        return None

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
        self.keypad.sent(sent.request, ok=sent.ok)
        return None

    @override
    def on_spoken(self, ended: SpeakingEnded) -> Turn:
        if not ended.completed and ended.error:
            self.call.note(NoteKind.DEGRADED, f"Could not speak: {ended.error[:200]}")
        return None

    @override
    def on_consulted(self, answer: Consulted) -> Turn:
        turn = self.reader.consulted(answer)
        self._start_over()
        return turn

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
            case "consult":
                turn = self.reader.give_up_model()
                self._start_over()
                return turn
            case "prompt_end":
                return self._prompt_ended()
            case "puzzled":
                return self._try_something()
        return None

    # ── what to do ───────────────────────────────────────────────────────────────

    def _prompt_ended(self) -> Turn:
        call = self.call
        if call.line.awaited or not self._spoke or self.reader.waiting:
            return None
        if self._key_was_lost():
            self._start_over()
            if not self.keypad.again():
                return Finish(Outcome.MENU_LOST, "The menu did not take any key.")
            return None
        if self.runner is not None and self.runner.step is not None:
            return self._follow()
        return self._read()

    def _key_was_lost(self) -> bool:
        """The prompt after our key is the one before it: the key did not arrive."""
        last = self.keypad.last
        if last is None:
            return False
        if self._again:
            return True
        same = bool(last.prompt) and likeness(last.prompt, self._text) >= SAME_MENU
        if not same and self.heard:
            self.keypad.worked()
        return same

    def _follow(self) -> Turn:
        """The flow's step is due: does the prompt fit it?"""
        assert self.runner is not None
        step = self.runner.step
        assert step is not None
        texts = any(prompt.text for prompt in step.prompts)
        if not self.heard or not texts:
            # Nothing to compare with: the end of a prompt long enough is all there is.
            if self._speech_s < max(_SHORTEST_PROMPT, 0.7 * step.prompt.seconds):
                return None
            return self._fire() if not self.heard or not step.prompts else None
        phrases = self.heard[-1].phrases
        match = self.runner.compare(self._text, phrases, ended=True)
        if match.fit is Fit.FITS:
            return self._fire()
        if match.fit is Fit.NOT_YET and not self._matters():
            return None
        self._stale(f"step {self.runner.index + 1} ({describe(step)})")
        if match.option is not None:
            turn = self.reader.take(match.option, self._text)
            self.runner.done()
            self._start_over()
            return turn or self._next_step()
        if match.fit is Fit.CHANGED:
            self.runner = None
            self.call.stop("step")
        return self._read()

    def _matters(self) -> bool:
        """Whether something was said that no flow foresees: closed, invalid, call later."""
        return any(words.kinds & _UNFORESEEN for words in self.heard)

    def _stale(self, where: str) -> None:
        self.call.flow_stale = True
        self.call.note(NoteKind.FLOW_STALE, f"{where}: heard {self._text!r}")

    def _read(self) -> Turn:
        if self._deaf or not self.heard:
            # Only a prompt that came round again surely waits for a key.
            return self._try_something() if self._again else None
        done, turn = self.reader.decide(self.heard)
        if done:
            self._puzzled = 0
            if not self.reader.waiting:
                self._start_over()
            return turn
        self.call.wait("puzzled", self.call.plan.pace.puzzled_s)
        return None

    def _try_something(self) -> Turn:
        """A prompt waits and nothing about it is known: ask for a person."""
        self._puzzled += 1
        again = self._again
        self._start_over()
        if self._puzzled > _PUZZLED:
            return Finish(Outcome.MENU_LOST, "Nothing in this menu could be understood.")
        if self._puzzled == 1 and not again and self.call.plan.ask_question:
            self.call.say(Line.QUESTION)  # it may be a person, who must not hear a key
        else:
            self.reader.ask_operator()
        return None

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
                self._done()
                return Sign.WAITS
            case Action.CONNECT:
                self._done()
                return Sign.CONVINCED
        return self._done()

    def _done(self) -> Turn:
        if self.runner is None or (step := self.runner.step) is None:
            return None
        self.call.note(NoteKind.STEP_DONE, describe(step), self.runner.index + 1)
        self.runner.done()
        self._start_over()
        return self._next_step()

    def _next_step(self) -> Turn:
        self.call.stop("step")
        if self.runner is None or (step := self.runner.step) is None:
            return None
        self.call.note(NoteKind.STEP_STARTED, describe(step), self.runner.index + 1)
        if self.runner.fires_at_once:
            return self._fire()
        self.call.wait("step", step.time_limit)
        return None

    def _step_timed_out(self) -> Turn:
        if self.runner is None or (step := self.runner.step) is None:
            return None
        match step.on_timeout:
            case OnTimeout.PROCEED:
                return self._fire()
            case OnTimeout.SKIP:
                return self._done()
            case OnTimeout.HOLD:
                return Sign.WAITS
            case OnTimeout.GIVE_UP:
                return Finish(Outcome.MENU_LOST, f"The prompt for {describe(step)!r} did not come.")
        self._stale(f"step {self.runner.index + 1} ({describe(step)}) timed out")
        self.runner = None
        return self._read() if not self.call.line.speaking else None


_MAYBE = (Verdict.SUSPECTED, Verdict.PERSON)
_UNFORESEEN = frozenset(
    {Said.CLOSED, Said.CALL_LATER, Said.VOICEMAIL, Said.INVALID, Said.CALL_BACK_OFFER}
)
