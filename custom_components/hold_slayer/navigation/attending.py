"""A voice that may be a person: find out, keep them, bring the user."""

from typing import override

from ..hearing.heard import (
    MUSICAL,
    Cue,
    Hearing,
    Phase,
    Repeated,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from .acts import BridgeUser, NoteKind, RingUser, SetPhase, StopRingingUser, StopSpeaking
from .context import CallContext
from .moments import Bridged, Order, PhoneState, SpeakingEnded
from .phrases import Line, Said
from .plan import EarlyRing, Mode
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome
from .understanding import Words

#: Music this long, in s, while somebody is suspected or kept: they are gone, or never were there.
_MUSIC_ENDS = 3.0
#: Without a voice to ask with, doubt ends after this long, s; a missed person costs more than a ring.
_DOUBT_ENDS = 8.0
#: How long to wait for a pause before talking over somebody, s.
_POLITE = 1.0
#: How often the question is asked in one doubt.
_QUESTIONS = 2


class _Attending(Stage):
    """What both stages share: the user may accept early, and music calls it off."""

    def call_off(self, reason: str) -> Turn:
        """Nobody is there: stop ringing quietly and go on as before."""
        call = self.call
        if call.user_ringing or call.user_accepted:
            call.do(StopRingingUser(reason=reason))
        call.user_ringing = call.user_accepted = False
        if call.speaking_request is not None:
            call.do(StopSpeaking())
            call.speaking_request = None
        call.note(NoteKind.FALSE_ALARM, reason, call.judge.probability)
        call.judge.reset()
        return Sign.FALSE_ALARM

    def ring(self, *, early: bool) -> None:
        """Ring the user, or make an early ring a certain one."""
        self.call.user_ringing = True
        self.call.do(RingUser(early=early))

    def bridge(self) -> None:
        """Put the user through, our own voice out of the way."""
        if self.call.speaking_request is not None:
            self.call.do(StopSpeaking())
            self.call.speaking_request = None
        self.call.do(BridgeUser())

    @override
    def on_sound(self, heard: Hearing) -> Turn:
        if heard.sound in MUSICAL:
            if "music" not in self.call.timers:
                self.call.wait("music", _MUSIC_ENDS - (heard.time - heard.since))
        elif heard.sound is Sound.SPEECH:
            self.call.stop("music")
        return None

    @override
    def on_bridged(self, bridged: Bridged) -> Turn:
        return Sign.BRIDGED


class Suspecting(_Attending):
    """Somebody may be there: get ready, look closely, ask when in doubt."""

    timers = ("music", "doubt", "ask", "answer", "give_in")

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
        if plan.auto_connect and (
            plan.early_ring is EarlyRing.ALWAYS
            or (plan.early_ring is EarlyRing.KNOWN_ANNOUNCEMENTS and plan.announcements_known)
        ):
            self.ring(early=True)
        call.wait("doubt", plan.pace.doubt_s)
        call.wait("give_in", _DOUBT_ENDS)
        if not call.line.speaking:
            call.wait("ask", plan.pace.waiting_s - call.line.silent_for(call.now))
        return None

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
        if change.verdict is Verdict.MACHINE and self.call.judge.verdict is not Verdict.PERSON:
            return self.call_off("It was a recording.")
        return self._judge()

    @override
    def on_repeat(self, heard: Repeated) -> Turn:
        self.call.judge.add(Cue.REPEATED)
        return self._judge()

    @override
    def on_words(self, words: Words) -> Turn:
        return self._judge()

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        self.call.stop("ask")
        if self._awaiting_answer:
            self.call.stop("answer")
        return None

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        call = self.call
        if heard.repeat is not None:
            call.judge.add(Cue.REPEATED)
            return self._judge()
        if self._awaiting_answer:
            self._awaiting_answer = False
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
                return self.call_off("You said it is no person.")
        return None

    @override
    def on_timer(self, name: str) -> Turn:
        match name:
            case "music":
                return self.call_off("The music is back.")
            case "ask" | "doubt":
                return self._ask(talk_over=name == "doubt" and self._asked == 0)
            case "answer":
                self._awaiting_answer = False
                if self._asked < _QUESTIONS:
                    return self._ask(talk_over=False)
                return self.call_off("Nobody answered when asked.")
            case "give_in":
                if not (self.call.plan.ask_question and self.call.text_to_speech):
                    return Sign.CONVINCED
        return None

    def _ask(self, *, talk_over: bool) -> Turn:
        call = self.call
        if not call.plan.ask_question or self._question is not None or self._awaiting_answer:
            return None
        if self._asked >= _QUESTIONS:
            return None
        if call.line.speaking and not (talk_over and call.now - call.line.speech_began > 6.0):
            call.wait("doubt", 0.5)
            return None
        self._question = call.say(Line.QUESTION)
        if self._question is not None:
            self._asked += 1
            self._question_began = call.now
        return None


class Keeping(_Attending):
    """A person is there: keep them while the user is brought to the phone."""

    timers = ("music", "moment", "patience", "announce", "leave")

    def __init__(self, call: CallContext) -> None:
        """Nothing said yet."""
        super().__init__(call)
        self._announced = False
        self._moments = 0
        self._leaving: int | None = None
        self._rang_again = False

    @override
    def enter(self, before: CallState) -> Turn:
        call = self.call
        if before is CallState.PERSON_DETECTED:
            return None
        self._announced = call.plan.mode is Mode.DIRECT
        self._moments = 0
        self._leaving = None
        self._rang_again = False
        if not call.user_accepted:
            if call.line.speaking:
                call.wait("announce", _POLITE)
            else:
                self._announce()
            call.wait("patience", call.plan.limits.keep_agent_s)
        call.wait("moment", call.plan.pace.one_moment_s)
        if call.user_accepted or not call.plan.auto_connect:
            return None
        self.ring(early=False)
        return Sign.RINGS_USER

    def _announce(self) -> None:
        self._announced = True
        plan = self.call.plan
        if plan.recording:
            self.call.say(Line.ANNOUNCE_RECORDED)
        else:
            self.call.say(Line.ANNOUNCE if plan.user_name else Line.ANNOUNCE_UNNAMED)

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        if heard.repeat is not None and heard.repeat.score > 0:
            self.call.judge.add(Cue.REPEATED)
            if self.call.judge.dropped:
                return self.call_off("It was a recording.")
        if not self._announced:
            self.call.stop("announce")
            self._announce()
        return None

    @override
    def on_repeat(self, heard: Repeated) -> Turn:
        self.call.judge.add(Cue.REPEATED)
        return self.call_off("It was a recording.") if self.call.judge.dropped else None

    @override
    def on_verdict(self, change: VerdictChange) -> Turn:
        if change.verdict is Verdict.MACHINE and self.call.judge.dropped:
            return self.call_off("It was a recording.")
        return None

    @override
    def on_words(self, words: Words) -> Turn:
        if self.call.judge.dropped and not self.call.user_accepted:
            return self.call_off("It was a recording.")
        if self.call.speaking_request is None and not self.call.user_accepted:
            if Said.WHO_CALLS in words and self.call.plan.user_name:
                self.call.say(Line.WHO)
            elif (
                Said.WHAT_ABOUT in words
                and self.call.plan.mode is Mode.AI_ASSISTED
                and self.call.plan.intent
                and self._moments > 0
            ):
                self.call.say(Line.WHAT)
        return None

    @override
    def on_spoken(self, ended: SpeakingEnded) -> Turn:
        if self._leaving is not None and ended.request == self._leaving:
            return self._gone()
        return None

    @override
    def on_phone(self, state: PhoneState) -> Turn:
        call = self.call
        match state:
            case PhoneState.ACCEPTED:
                call.user_accepted = True
                call.stop("moment", "patience", "announce")
                self.bridge()
            case PhoneState.UNREACHED:
                return self._say_goodbye()
            case PhoneState.HUNG_UP if call.user_accepted:
                call.user_accepted = False
                if self._rang_again:
                    return self._say_goodbye()
                self._rang_again = True
                call.wait("patience", call.plan.limits.keep_agent_s)
                call.wait("moment", 0.5)
                self.ring(early=False)
        return None

    @override
    def on_order(self, order: Order) -> Turn:
        match order:
            case Order.CONNECT_NOW if not self.call.user_ringing:
                self.ring(early=False)
                return Sign.RINGS_USER
            case Order.IS_NO_PERSON:
                return self.call_off("You said it is no person.")
            case Order.KEEP_HOLDING:
                return self.call_off("You want to keep holding.")
        return None

    @override
    def on_timer(self, name: str) -> Turn:
        call = self.call
        match name:
            case "music":
                if call.plan.mode is Mode.DIRECT:
                    return None
                return self.call_off("The music is back.")
            case "announce":
                self._announce()
            case "moment":
                if call.line.speaking or call.speaking_request is not None:
                    call.wait("moment", _POLITE)
                else:
                    line = Line.ONE_MOMENT if self._moments % 2 == 0 else Line.STILL_CONNECTING
                    self._moments += 1
                    call.say(line)
                    call.wait("moment", call.plan.pace.one_moment_s)
            case "patience":
                return self._say_goodbye()
            case "leave":
                return self._gone()
        return None

    def _say_goodbye(self) -> Turn:
        call = self.call
        if self._leaving is not None:
            return None
        if call.user_ringing:
            call.do(StopRingingUser(reason="You could not be reached."))
            call.user_ringing = False
        call.stop("moment", "patience", "announce", "music")
        self._leaving = call.say(Line.GOODBYE_NUMBER if call.plan.leave_number else Line.GOODBYE)
        if self._leaving is None:
            return self._gone()
        call.wait("leave", 20.0)
        return None

    def _gone(self) -> Turn:
        return Finish(Outcome.USER_NOT_REACHED, "A person was there, but you could not be reached.")
