"""A stage: what is done in one state of a call, and the signs it gives to move on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from ..hearing.heard import (
    Hearing,
    Repeated,
    UtteranceEnded,
    UtterancePaused,
    UtteranceStarted,
    VerdictChange,
)
from .context import CallContext
from .moments import Bridged, Consulted, KeysSent, LineChanged, Order, PhoneState, SpeakingEnded
from .states import CallState, Outcome
from .understanding import Words


class Sign(StrEnum):
    """Something that may move the call to another state; the navigator's table says where."""

    DIALS = "dials"
    RINGS = "rings"
    OPENS = "opens"  # answered, or early media talks
    WAITS = "waits"  # a queue, music, "please hold"
    MENU = "menu"  # a menu after all
    SUSPECTS = "suspects"
    CONVINCED = "convinced"
    FALSE_ALARM = "false_alarm"
    RINGS_USER = "rings_user"
    BRIDGED = "bridged"
    HANDED_BACK = "handed_back"


@dataclass(frozen=True, slots=True)
class Finish:
    """The call is over."""

    outcome: Outcome
    reason: str = ""


type Turn = Sign | Finish | None


class Stage:
    """Does nothing about anything; each state overrides what it cares for."""

    #: Timers that end with the stage.
    timers: ClassVar[tuple[str, ...]] = ()

    def __init__(self, call: CallContext) -> None:
        """Work at the desk of a call."""
        self.call = call

    def enter(self, before: CallState) -> Turn:
        """The state was entered."""
        return None

    def leave(self) -> None:
        """The state is being left."""
        self.call.stop(*self.timers)

    def on_line(self, change: LineChanged) -> Turn:
        """The company leg changed."""
        return None

    def on_sound(self, heard: Hearing) -> Turn:
        """Another sound began."""
        return None

    def on_repeat(self, heard: Repeated) -> Turn:
        """What is playing was heard before."""
        return None

    def on_repeat_end(self) -> Turn:
        """What plays is no longer the copy of something heard before."""
        return None

    def on_speech(self, heard: UtteranceStarted) -> Turn:
        """Somebody, living or recorded, began to talk."""
        return None

    def on_pause(self, heard: UtterancePaused) -> Turn:
        """The talking paused, as between sentences."""
        return None

    def on_speech_end(self, heard: UtteranceEnded) -> Turn:
        """The talking stopped."""
        return None

    def on_words(self, words: Words) -> Turn:
        """The words of an utterance are known."""
        return None

    def on_partial(self, words: Words) -> Turn:
        """The words so far of an utterance that goes on."""
        return None

    def on_unreadable(self, utterance: int) -> Turn:
        """The words of an utterance will not be known."""
        return None

    def on_verdict(self, change: VerdictChange) -> Turn:
        """The ears changed their mind; the judge knows already."""
        return None

    def on_keys_sent(self, sent: KeysSent) -> Turn:
        """Keys went out."""
        return None

    def on_spoken(self, ended: SpeakingEnded) -> Turn:
        """We stopped talking."""
        return None

    def on_phone(self, state: PhoneState) -> Turn:
        """The user's side changed."""
        return None

    def on_consulted(self, answer: Consulted) -> Turn:
        """The model answered."""
        return None

    def on_bridged(self, bridged: Bridged) -> Turn:
        """Company and user hear each other."""
        return None

    def on_order(self, order: Order) -> Turn:
        """The user ordered something that is not the same in every state."""
        return None

    def on_timer(self, name: str) -> Turn:
        """One of the stage's timers ran out."""
        return None
