"""The user and the company talk: watch for being put on hold again."""

from typing import override

from ..hearing.heard import MUSICAL, Hearing, Phase, Sound, UtteranceStarted
from .acts import SetPhase, UnbridgeUser
from .moments import Order, PhoneState
from .stage import Finish, Sign, Stage, Turn
from .states import CallState, Outcome


class Connected(Stage):
    """Both parties are people, until music says otherwise."""

    timers = ("rehold",)

    @override
    def enter(self, before: CallState) -> Turn:
        self.call.do(SetPhase(phase=Phase.TALKING))
        self.call.user_ringing = False
        self.call.judge.reset()
        return None

    @override
    def on_sound(self, heard: Hearing) -> Turn:
        limit = self.call.plan.limits.rehold_s
        if heard.sound in MUSICAL and limit is not None:
            if "rehold" not in self.call.timers:
                self.call.wait("rehold", limit - (heard.time - heard.since))
        elif heard.sound in (Sound.SPEECH, Sound.BUSY):
            self.call.stop("rehold")
        return None

    @override
    def on_speech(self, heard: UtteranceStarted) -> Turn:
        if self.call.line.sound not in MUSICAL:
            self.call.stop("rehold")
        return None

    @override
    def on_phone(self, state: PhoneState) -> Turn:
        if state is PhoneState.HUNG_UP:
            return Finish(Outcome.CONNECTED, "You hung up.")
        return None

    @override
    def on_order(self, order: Order) -> Turn:
        return self._hand_back() if order is Order.RESUME_HOLD else None

    @override
    def on_timer(self, name: str) -> Turn:
        return self._hand_back()

    def _hand_back(self) -> Turn:
        self.call.do(UnbridgeUser())
        self.call.user_accepted = False
        return Sign.HANDED_BACK
