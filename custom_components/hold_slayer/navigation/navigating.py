"""In the phone menu: follow the flow while it fits, else read what is offered."""

from dataclasses import replace
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
    UtterancePaused,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from .acts import NoteKind, ReadEarly, SetPhase
from .context import CallContext
from .following import FlowFollower
from .keys import Keypad
from .menu import read_menu
from .moments import Consulted, KeysSent, LineChanged, LineState, Order
from .phrases import Said
from .prompt import PromptSoFar
from .puzzle import Puzzle
from .reading import SAME_MENU, MenuReader
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome
from .tail import MenuTail
from .understanding import Words, join
from .words import likeness

#: Silence after a greeting that only its words make one, s: menus pause for less.
_GREETED_S = 2.5
#: Less speech than this after our last key, s, is no prompt.
_A_WORD_S = 0.6


class Navigating(Stage):
    """Follows the flow while it fits, else reads the menu."""

    timers = (
        "prompt_end",
        "known_prompt",
        "greeted",
        "key_effect",
        "step",
        "pause",
        "silence",
        "music",
        "consult",
        "puzzled",
    )

    def __init__(
        self,
        call: CallContext,
        keypad: Keypad,
        reader: MenuReader,
        prompt: PromptSoFar,
        flow: FlowFollower,
        tail: MenuTail,
    ) -> None:
        """Start at the first step of the flow."""
        super().__init__(call)
        self._keypad = keypad
        self._reader = reader
        self._prompt = prompt
        self._flow = flow
        self._tail = tail
        self._puzzle = Puzzle(call, reader, prompt)
        #: The last pause within an utterance.
        self._paused: UtterancePaused | None = None

    @override
    def enter(self, before: CallState) -> Turn:
        readable = self._flow.step is not None or not self._deaf
        self.call.do(SetPhase(phase=Phase.MENU if readable else Phase.UNKNOWN))
        self.call.wait("silence", self.call.plan.limits.silence_s)
        if self._prompt.catch_up(last_only=before is CallState.ON_HOLD) or self._prompt.spoke:
            self.call.wait("prompt_end", self.call.plan.pace.menu_end_s)
            self._remember()
        turn = self._flow.begin()
        if turn is None and self._prompt.words:
            _, turn = self._flow.hear(self._prompt.words[-1])
        return turn

    @property
    def _deaf(self) -> bool:
        return not self.call.speech_to_text

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
            self._keypad.worked()
            self._tail.forget()
            call.stop("silence", "puzzled")
            if "music" not in call.timers:
                call.wait("music", call.plan.pace.music_is_hold_s - (heard.time - heard.since))
        elif heard.sound is Sound.RINGBACK:
            self._keypad.worked()
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
        fresh = heard.since >= self.call.acted_at
        if fresh and heard.sound in SPOKEN and heard.repeat.source is RepeatSource.CALL:
            self._prompt.again = True
        return self._flow.repeated(heard)[1] if fresh else None

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        self.call.stop("prompt_end", "silence", "key_effect", "music", "puzzled", "greeted")
        return None

    @override
    def on_pause(self, heard: UtterancePaused) -> Turn:
        self._paused = heard
        self.call.do(ReadEarly(at_pause=True))
        return None

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        self.call.wait("silence", self.call.plan.limits.silence_s)
        if self.call.is_past(heard.since, heard.until) or heard.until - heard.since < _A_WORD_S:
            return None
        self._prompt.spoken(heard.since, heard.until)
        self._prompt.again = heard.repeat is not None and heard.repeat.source is RepeatSource.CALL
        if self._keypad.last is not None and not self._prompt.again and self._deaf:
            self._keypad.worked()
        pace = self.call.plan.pace
        quiet = pace.prompt_end_deaf_s if self._deaf else pace.menu_end_s
        if not heard.cut:
            self.call.wait("prompt_end", quiet - (heard.time - heard.until))
        return self._flow.spoken(heard)[1]

    @override
    def on_words(self, words: Words) -> Turn:
        if Said.INVENTED in words or self.call.is_past(words.since, words.until):
            return None
        if self.call.judge.verdict in _MAYBE:
            if self.call.line.verdict in _MAYBE:
                return Sign.SUSPECTS
            # A greeting to the ears of a machine: a person waits for an answer, a menu goes on.
            quiet = self.call.now - (self.call.line.speech_ended or self.call.now)
            self.call.wait("greeted", _GREETED_S - quiet)
        if not self._flow.expects(words) and self._tail.goes_on(words):
            return self._decide_when_quiet()
        self._prompt.add(words)
        self._remember()
        if Said.TRANSFER in words:
            self.call.note(NoteKind.TRANSFER, words.text)
        text = self._prompt.text
        fired, turn = self._flow.hear(words)
        if not fired and self._flow.step is None:
            fired, turn = self._reader.early(self._prompt.words)
            if fired:
                self._prompt.start_over()
        if fired:
            self._tail.pressed(words, text)
            return turn
        if Said.QUEUE in words and not read_menu(self._prompt.text, words.phrases):
            return Sign.WAITS
        return self._decide_when_quiet()

    @override
    def on_partial(self, words: Words) -> Turn:
        """Words so far: at a pause they hold whole options."""
        paused = self._paused
        whole = paused is not None and paused.utterance == words.utterance
        if paused is not None and whole:
            words = replace(words, since=max(paused.since, self.call.acted_at), until=paused.until)
        if Said.INVENTED in words or self.call.judge.verdict in _MAYBE:
            return None
        if not self._flow.expects(words) and self._tail.would_go_on(words):
            return None
        prompt = self._prompt
        heard = [*prompt.words, words]
        text = join(heard)
        span = (prompt.span[0] if prompt.spoke else words.since, words.until)
        self.call.heard_prompt(heard, text, prompt.speech_s + words.until - words.since, span)
        fired, turn = self._flow.hear(words, partial=True, whole=whole)
        if not fired and whole and self._flow.step is None:
            fired, turn = self._reader.early(heard)
            if fired:
                prompt.start_over()
        if fired:
            self._tail.pressed(words, text)
        return turn

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
        self._keypad.sent(sent.request, ok=sent.ok)
        return None

    @override
    def on_consulted(self, answer: Consulted) -> Turn:
        turn = self._reader.consulted(answer)
        self._prompt.start_over()
        return turn

    @override
    def on_order(self, order: Order) -> Turn:
        match order:
            case Order.IS_PERSON | Order.CONNECT_NOW:
                return Sign.CONVINCED
            case Order.REPEAT_STEP:
                self._keypad.again()
        return None

    @override
    def on_timer(self, name: str) -> Turn:
        match name:
            case "music":
                return Sign.WAITS
            case "silence":
                return Finish(Outcome.LINE_DEAD, "Nothing was heard for too long.")
            case "key_effect":
                if not self._keypad.again():
                    self._keypad.worked()
            case "pause":
                return self._flow.done()
            case "step":
                done, turn = self._flow.timed_out()
                return turn if done or self.call.line.speaking else self._read()
            case "consult":
                turn = self._reader.give_up_model()
                self._prompt.start_over()
                return turn
            case "prompt_end":
                return self._prompt_ended()
            case "greeted":
                return Sign.SUSPECTS if self.call.judge.verdict in _MAYBE else None
            case "known_prompt":
                return self._flow.passed()[1]
            case "puzzled":
                return self._puzzle.try_something()
        return None

    # ── what to do ───────────────────────────────────────────────────────────────

    def _prompt_ended(self) -> Turn:
        if self.call.line.awaited or not self._prompt.spoke or self._reader.waiting:
            return None
        if self._tail.heard:
            return self._press_after_menu()
        self._tail.forget()
        self._remember()
        if self._key_was_lost():
            self._prompt.start_over()
            if not self._keypad.again():
                return Finish(Outcome.MENU_LOST, "The menu did not take any key.")
            return None
        if self._flow.step is not None:
            done, turn = self._flow.prompt_ended()
            if done:
                return turn
        return self._read()

    def _remember(self) -> None:
        """Let what is done next be filed under the prompt it answers."""
        prompt = self._prompt
        self.call.heard_prompt(prompt.words, prompt.text, prompt.speech_s, prompt.span)

    def _press_after_menu(self) -> Turn:
        """The menu went on as if no key had been pressed in it: press again, now that it is over."""
        self._tail.forget()
        self._prompt.start_over()
        self.call.key_was_ignored()
        self._keypad.repeat()
        return None

    def _key_was_lost(self) -> bool:
        """The prompt after our key is the one before it: the key did not arrive."""
        last = self._keypad.last
        if last is None:
            return False
        if self._prompt.again:
            return True
        same = bool(last.prompt) and likeness(last.prompt, self._prompt.text) >= SAME_MENU
        if not same and self._prompt.words:
            self._keypad.worked()
        return same

    def _read(self) -> Turn:
        if self._deaf or not self._prompt.words:
            # Only a prompt that came round again surely waits for a key.
            return self._puzzle.try_something() if self._prompt.again else None
        if self.call.plan.explore:
            return self._explored()
        done, turn = self._reader.decide(self._prompt.words)
        if done:
            self._puzzle.solved()
            if not self._reader.waiting:
                self._prompt.start_over()
            return turn
        self._puzzle.wait()
        return None

    def _explored(self) -> Turn:
        """Exploring: note the menu and leave, before anybody is bothered."""
        menu = read_menu(self._prompt.text, self._prompt.words[-1].phrases)
        if any(words.kinds & {Said.QUEUE, Said.TRANSFER} for words in self._prompt.words):
            return Sign.WAITS
        if not menu:
            self._puzzle.wait()
            return None
        self.call.note(NoteKind.MENU_HEARD, menu.outline)
        self.call.explored = self._prompt.text
        return Finish(Outcome.EXPLORED, "The menu was explored.")


_MAYBE = (Verdict.SUSPECTED, Verdict.PERSON)
