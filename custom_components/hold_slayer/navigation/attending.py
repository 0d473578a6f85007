"""A voice that may be a person: find out, keep them, bring the user."""

from typing import override

from ..hearing.heard import MUSICAL, Cue, Hearing, Repeated, Sound, Verdict
from .acts import BridgeUser, NoteKind, RingUser, StopRingingUser, StopSpeaking
from .moments import Bridged
from .stage import Sign, Stage, Turn


class Attending(Stage):
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
        call.judge.dismiss()
        call.line.verdict = Verdict.MACHINE
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

    #: Music this long, in s, means that nobody is there.
    music_ends = 3.0
    #: A copy of what was heard before that lasts so long, in s, is a recording; the same few words
    #: can sound the same from two people.
    copy_proves = 1.6

    @override
    def on_sound(self, heard: Hearing) -> Turn:
        if heard.sound in MUSICAL:
            if "music" not in self.call.timers:
                self.call.wait("music", self.music_ends - (heard.time - heard.since))
        elif heard.sound is Sound.SPEECH:
            self.call.stop("music")
        return None

    @override
    def on_repeat(self, heard: Repeated) -> Turn:
        self.call.wait("copy", self.copy_proves - (heard.time - heard.since))
        return None

    @override
    def on_repeat_end(self) -> Turn:
        self.call.stop("copy")
        return None

    def it_repeats(self) -> Turn:
        """What was said is proven to be a copy."""
        self.call.judge.add(Cue.REPEATED)
        dropped = self.call.judge.dropped and not self.call.user_accepted
        return self.call_off("It was a recording.") if dropped else None

    @override
    def on_bridged(self, bridged: Bridged) -> Turn:
        return Sign.BRIDGED
