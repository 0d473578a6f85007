"""A person is there: keep them while the user is brought to the phone."""

from typing import override

from ..hearing.heard import Cue, UtteranceEnded
from .acts import StopRingingUser
from .attending import Attending
from .context import CallContext
from .moments import Order, PhoneState, SpeakingEnded
from .phrases import Line, Said
from .plan import Mode
from .stage import Finish, Sign, Turn
from .states import CallState, Outcome
from .understanding import Words

#: How long somebody who is still greeting is let speak before being talked over, s. They are
#: answered as soon as they stop: agents hang up on about five seconds of silence.
_LET_SPEAK = 6.0
#: How long to wait for a pause before the next "one moment", s.
_POLITE = 1.0
#: Somebody who talks on for longer, in s, is talked over.
_MONOLOGUE = 15.0
#: Longest goodbye, s.
_GOODBYE = 20.0


class Keeping(Attending):
    """A person is there: keep them while the user is brought to the phone.

    A person who waits is silent, so a verdict that fades means nothing here: only a repeat, the
    words of an announcement, music, or the user call it off.
    """

    #: An office can sound like music for a while; a person lost costs more than a ring too long.
    music_ends = 6.0
    timers = ("music", "copy", "moment", "patience", "announce", "leave")

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
        self._announced = False
        self._moments = 0
        self._leaving = None
        self._rang_again = False
        if not call.user_accepted:
            if call.plan.mode is Mode.DIRECT:
                pass  # nobody has spoken yet
            elif call.line.speaking:
                call.wait("announce", _LET_SPEAK)
            else:
                self._announce()
            call.wait("patience", call.plan.limits.keep_agent_s)
        if call.user_accepted or not call.plan.auto_connect:
            return None
        self.ring(early=False)
        return Sign.RINGS_USER

    def _announce(self) -> None:
        self._announced = True
        self.call.wait("moment", self.call.plan.pace.one_moment_s)
        plan = self.call.plan
        if plan.recording:
            named = Line.ANNOUNCE_RECORDED
            self.call.say(named if plan.user_name else Line.ANNOUNCE_RECORDED_UNNAMED)
        else:
            self.call.say(Line.ANNOUNCE if plan.user_name else Line.ANNOUNCE_UNNAMED)

    @override
    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        if heard.repeat is not None and (turn := self.it_repeats()) is not None:
            return turn
        if not self._announced and not self.call.user_accepted:
            self.call.stop("announce")
            self._announce()
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
                self.call.judge.add(Cue.USER_SAID, sign=-1.0)
                return self.call_off("You said it is no person.")
            case Order.KEEP_HOLDING:
                turn = self.call_off("You want to keep holding.")
                self.call.say(Line.FALSE_ALARM)  # whoever is there must not wait for nothing
                return turn
        return None

    @override
    def on_timer(self, name: str) -> Turn:
        call = self.call
        match name:
            case "copy":
                return self.it_repeats()
            case "music":
                if call.plan.mode is Mode.DIRECT or call.user_accepted:
                    return None
                return self.call_off("The music is back.")
            case "announce":
                self._announce()
            case "moment":
                talking = call.line.speaking and call.now - call.line.speech_began < _MONOLOGUE
                if talking or call.speaking_request is not None:
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
        call.wait("leave", _GOODBYE)
        return None

    def _gone(self) -> Turn:
        return Finish(Outcome.USER_NOT_REACHED, "A person was there, but you could not be reached.")
