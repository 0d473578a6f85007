"""Somebody may be there: get ready, look closely, ask when in doubt."""

from typing import override

from ..hearing.heard import (
    MUSICAL,
    Cue,
    Phase,
    RepeatSource,
    UtteranceEnded,
    UtterancePaused,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from .acts import ReadEarly, SetPhase
from .attending import Attending
from .context import CallContext
from .menu import read_menu
from .moments import Order, PhoneState, SpeakingEnded
from .person import greets, is_proof
from .phrases import Line, Said
from .plan import EarlyRing
from .stage import Sign, Turn
from .states import CallState
from .understanding import Words

#: Doubt is ended after this long, s: at once where nothing can be asked, else after the answers.
#: Then a person is assumed; a missed one costs more than a ring.
_DOUBT_ENDS, _DOUBT_ENDS_ASKED = 8.0, 18.0
#: Somebody who talks on is interrupted with the question after this long, s.
_INTERRUPT = 6.0
#: How long after the last word its text is waited for before asking, s.
_WORDS_FIRST = 1.2
#: How often the question is asked in one doubt.
_QUESTIONS = 2
#: How long a suspicion outlives the ears' second thoughts, s; words take about that long.
_FADE = 3.0
#: While words are still being said or read it lives on; looked at again after this long, s.
_FADE_AGAIN = 0.5
#: Only machines say these; they are talked to as a menu.
_MACHINE_TALK = frozenset({Said.BOT, Said.OPEN_QUESTION, Said.INVALID, Said.WELCOME})


class Suspecting(Attending):
    """Somebody may be there: get ready, look closely, ask when in doubt."""

    timers = ("music", "copy", "fade", "doubt", "ask", "answer", "give_in")

    def __init__(self, call: CallContext) -> None:
        """Nothing asked yet."""
        super().__init__(call)
        self._asked = 0
        self._question: int | None = None
        self._question_began = 0.0
        self._awaiting_answer = False

    @override
    def enter(self, before: CallState) -> Turn:
        call = self.call
        self._asked = 0
        self._question = None
        self._awaiting_answer = False
        call.do(SetPhase(phase=Phase.HOLD))
        if call.user_accepted:
            self.bridge()
            return Sign.CONVINCED
        if call.judge.verdict is Verdict.PERSON:
            return Sign.CONVINCED
        plan = call.plan
        likely = call.judge.verdict is Verdict.SUSPECTED
        if (
            plan.auto_connect
            and likely
            and (
                plan.early_ring is EarlyRing.ALWAYS
                or (plan.early_ring is EarlyRing.KNOWN_ANNOUNCEMENTS and plan.announcements_known)
            )
        ):
            self.ring(early=True)
        call.wait("doubt", plan.pace.doubt_s)
        can_ask = plan.ask_question and call.text_to_speech
        call.wait("give_in", _DOUBT_ENDS_ASKED if can_ask else _DOUBT_ENDS)
        if call.line.speaking:
            self._read_early()
        else:
            call.wait("ask", plan.pace.waiting_s)
        return None

    def _read_early(self) -> None:
        if self.call.speech_to_text:
            self.call.do(ReadEarly())

    def _judge(self) -> Turn:
        verdict = self.call.judge.verdict
        if verdict is Verdict.PERSON:
            return Sign.CONVINCED
        if self.call.judge.dropped:
            return self.call_off("It was a recording.")
        return None

    @override
    def on_verdict(self, change: VerdictChange) -> Turn:
        if change.verdict is Verdict.NOBODY:
            return None
        if change.verdict is not Verdict.MACHINE:
            self.call.stop("fade")
            return self._judge()
        if self.call.judge.verdict is Verdict.PERSON:
            return self._judge()
        if is_proof(change):
            return self.call_off("It was a recording.")
        # Mere doubt of the ears: words or an answer may still come.
        if "fade" not in self.call.timers:
            self.call.wait("fade", _FADE)
        return None

    @override
    def on_words(self, words: Words) -> Turn:
        if words.kinds & _MACHINE_TALK and Said.GREETING not in words:
            self.call.came_from = CallState.NAVIGATING
            return self.call_off("It was a talking machine.")
        if Said.GREETING not in words and read_menu(words.text, words.phrases):
            return self.call_off("It was a menu.")
        return self._judge()

    @override
    def on_partial(self, words: Words) -> Turn:
        if not greets(words):
            return None  # recordings begin with "good morning", too
        self.call.judge.read(words)
        return Sign.CONVINCED if self.call.judge.verdict is Verdict.PERSON else None

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        self.call.stop("ask")
        if self._awaiting_answer:
            self.call.stop("answer")
        self._read_early()
        return None

    @override
    def on_pause(self, heard: UtterancePaused) -> Turn:
        if not self.call.line.repeating:
            self.call.do(ReadEarly(at_pause=True))
        return None

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        call = self.call
        copy = heard.repeat
        # "Hello?" said twice by one person may sound the same: no proof, and no answer either
        long = heard.until - heard.since >= self.copy_proves
        if copy is not None and (long or copy.source is not RepeatSource.CALL):
            return self.it_repeats()
        asked, self._awaiting_answer = self._awaiting_answer, False
        if asked and copy is None:
            began = call.now - (heard.time - heard.since)
            if began < self._question_began and not heard.cut:
                call.judge.add(Cue.TALKED_THROUGH)
            else:
                call.judge.add(Cue.ANSWERED_US)
            if (turn := self._judge()) is not None:
                return turn
        call.wait("ask", call.plan.pace.waiting_s - (heard.time - heard.until))
        return None

    @override
    def on_spoken(self, ended: SpeakingEnded) -> Turn:
        if ended.request != self._question:
            return None
        self._question = None
        if not ended.completed:
            if ended.error:  # no voice to ask with: doubt ends by itself
                self.call.wait("give_in", self.call.plan.pace.doubt_s)
            return None
        self._awaiting_answer = True
        if not self.call.line.speaking:
            self.call.wait("answer", self.call.plan.pace.answer_s)
        return None

    @override
    def on_phone(self, state: PhoneState) -> Turn:
        if state is PhoneState.ACCEPTED:
            self.call.user_accepted = True
            self.bridge()
        elif state in (PhoneState.UNREACHED, PhoneState.HUNG_UP):
            self.call.user_ringing = self.call.user_accepted = False
        return None

    @override
    def on_order(self, order: Order) -> Turn:
        match order:
            case Order.IS_PERSON | Order.CONNECT_NOW:
                self.call.judge.add(Cue.USER_SAID)
                return Sign.CONVINCED
            case Order.IS_NO_PERSON | Order.KEEP_HOLDING:
                self.call.judge.add(Cue.USER_SAID, sign=-1.0)
                return self.call_off("You said it is no person.")
        return None

    @override
    def on_timer(self, name: str) -> Turn:
        match name:
            case "copy":
                # short words that are over were not a copy for so long
                return self.it_repeats() if self.call.line.speaking else None
            case "music":
                return self.call_off("The music is back.")
            case "fade":
                if self.call.line.speaking or self.call.line.awaited:
                    self.call.wait("fade", _FADE_AGAIN)  # the words of it may bring it back
                    return None
                return self._judge()
            case "ask" | "doubt":
                return self._ask(talk_over=name == "doubt" and self._asked == 0)
            case "answer":
                self._awaiting_answer = False
                if self._asked < _QUESTIONS:
                    return self._ask(talk_over=False)
                return self.call_off("Nobody answered when asked.")
            case "give_in":
                doubted = "fade" in self.call.timers
                return (self._judge() if doubted else None) or Sign.CONVINCED
        return None

    def _ask(self, *, talk_over: bool) -> Turn:
        call = self.call
        if not call.plan.ask_question or self._question is not None or self._awaiting_answer:
            return None
        if self._asked >= _QUESTIONS or call.line.sound in MUSICAL:
            return None
        if call.line.speaking and not (
            talk_over and call.now - call.line.speech_began > _INTERRUPT
        ):
            call.wait("doubt", 0.5)
            return None
        if call.line.awaited and call.now - (call.line.speech_ended or 0.0) < _WORDS_FIRST:
            call.wait("ask", 0.3)  # the words are on their way and may settle it
            return None
        self._question = call.say(Line.QUESTION)
        if self._question is not None:
            self._asked += 1
            self._question_began = call.now
        return None
