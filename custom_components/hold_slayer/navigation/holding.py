"""On hold: wait, for hours if need be, until a person is there."""

from typing import override

from ..hearing.heard import (
    Hearing,
    Phase,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from .acts import NoteKind, SetPhase
from .context import CallContext
from .moments import Order
from .phrases import Line, Said
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome
from .understanding import Words


class Holding(Stage):
    """Waits for a person; everything else is kept for history."""

    timers = ("hold_limit", "silence", "ask_silence")

    def __init__(self, call: CallContext) -> None:
        """Not holding yet."""
        super().__init__(call)
        self._began = 0.0

    @override
    def enter(self, before: CallState) -> Turn:
        call = self.call
        self._began = call.now
        call.do(SetPhase(phase=Phase.HOLD))
        if call.plan.limits.hold_s is not None:
            call.wait("hold_limit", call.plan.limits.hold_s - call.held_s)
        return None

    @override
    def leave(self) -> None:
        self.call.held_s += max(0.0, self.call.now - self._began)
        super().leave()

    @override
    def on_sound(self, heard: Hearing) -> Turn:
        call = self.call
        if heard.sound in (Sound.SILENCE, Sound.NOISE):
            if "silence" not in call.timers:
                call.wait("silence", call.plan.limits.hold_silence_s)
                call.wait("ask_silence", call.plan.limits.silence_s)
        else:
            call.stop("silence", "ask_silence")
        return None

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        self.call.stop("silence", "ask_silence")
        return None

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        return None

    @override
    def on_words(self, words: Words) -> Turn:
        if words.kinds & {Said.ANNOUNCEMENT, Said.QUEUE} and not words.again:
            self.call.note(NoteKind.ANNOUNCEMENT, words.text)
        return self._look()

    @override
    def on_verdict(self, change: VerdictChange) -> Turn:
        return self._look()

    def _look(self) -> Turn:
        maybe = self.call.judge.verdict in (Verdict.SUSPECTED, Verdict.PERSON)
        return Sign.SUSPECTS if maybe else None

    @override
    def on_order(self, order: Order) -> Turn:
        return Sign.CONVINCED if order in (Order.IS_PERSON, Order.CONNECT_NOW) else None

    @override
    def on_timer(self, name: str) -> Turn:
        match name:
            case "hold_limit":
                return Finish(Outcome.TIME_LIMIT, "The longest waiting time is over.")
            case "silence":
                return Finish(Outcome.LINE_DEAD, "Nothing was heard on hold for too long.")
            case "ask_silence":
                if self.call.plan.ask_question:
                    self.call.say(Line.QUESTION)
        return None
