"""Before anything is said: dialing and ringing."""

from typing import override

from ..hearing.heard import SPOKEN, Hearing, Phase, Sound, UtteranceStarted
from .acts import SetPhase
from .moments import LineChanged, LineState
from .phrases import Said
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome
from .understanding import Words

#: Early media tones that end an attempt, and what they mean.
_REFUSED = {
    Sound.BUSY: (Outcome.BUSY, "The number is busy."),
    Sound.CONGESTION: (Outcome.UNREACHABLE, "The network is congested."),
    Sound.SPECIAL_INFORMATION: (Outcome.NOT_FOUND, "The network says the number can't be reached."),
    Sound.FAX: (Outcome.REJECTED, "A fax machine answered."),
}


class Dialing(Stage):
    """Waits for the company to answer, or for early media that talks."""

    timers = ("dial",)

    @override
    def enter(self, before: CallState) -> Turn:
        if before in (CallState.IDLE, CallState.QUEUED):
            self.call.wait("dial", self.call.plan.limits.dial_s)
        return None

    @override
    def on_line(self, change: LineChanged) -> Turn:
        match change.state:
            case LineState.RINGING:
                return Sign.RINGS
            case LineState.EARLY:
                self.call.do(SetPhase(phase=Phase.MENU))
            case LineState.ANSWERED:
                return Sign.OPENS
        return None

    @override
    def on_sound(self, heard: Hearing) -> Turn:
        if heard.sound is Sound.RINGBACK:
            return Sign.RINGS
        if refused := _REFUSED.get(heard.sound):
            return Finish(*refused)
        return Sign.OPENS if heard.sound in SPOKEN or heard.sound is Sound.MUSIC else None

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        return Sign.OPENS

    @override
    def on_words(self, words: Words) -> Turn:
        return Sign.OPENS if Said.INVENTED not in words else None

    @override
    def on_timer(self, name: str) -> Turn:
        return Finish(Outcome.NO_ANSWER, "Nobody answered.")
