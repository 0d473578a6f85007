"""Ears and words together: a whole navigator listens to a made call whose words are known.

Speech-to-text is played by the truth: a text comes a set time after the words, as whole as what the ears cut out, early
readings included. What it would mishear is not played, so these figures are the best that words can do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from lab import component
from lab.bench.ears import PACKET, listening, note, vocabulary
from lab.bench.events import Change, Heard, Level
from lab.corpus import RATE
from lab.holdcalls.cache import MadeCall

if TYPE_CHECKING:
    from custom_components.hold_slayer.navigation import (
        acts,
        flow,
        moments,
        navigator,
        plan,
        states,
    )
else:
    acts, flow, moments, navigator, plan, states = (
        component.module(f"navigation.{name}")
        for name in ("acts", "flow", "moments", "navigator", "plan", "states")
    )

#: Time from the last word given to speech-to-text until its text is there, s.
READING = 0.8
#: Lengths at which an utterance is read early, s (`speech/utterance.py`).
EARLY = (2.0, 3.4)
#: Words per second of our own voice.
_PACE = 2.5

_LEVELS = {
    states.CallState.PERSON_SUSPECTED: Level.SUSPECTED,
    states.CallState.PERSON_DETECTED: Level.DETECTED,
    states.CallState.RINGING_YOU: Level.DETECTED,
    states.CallState.CONNECTED: Level.DETECTED,
}


@dataclass(slots=True)
class Caller:
    """The calling side: ears, navigator, a pretended speech-to-text and a pretended voice."""

    call: MadeCall
    ask: bool
    heard: Heard = field(default_factory=Heard)
    _ears: Any = None
    _mind: Any = None
    _now: float = 0.0
    _level: Level = Level.NONE
    _since: float = 0.0
    #: Begin of the utterance that is open, s, and its number.
    _open: tuple[int, float] | None = None
    #: What happens later: time, s, and what to do then.
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def listen(self) -> Heard:
        """Hear the whole call; returns what was thought, by the states of the call."""
        truth = self.call.truth
        self._ears = listening.Listener(RATE, phase=vocabulary.Phase.MENU)
        steps = (flow.Step(action=flow.Action.HOLD),)
        self._mind = navigator.Navigator(
            plan.CallPlan(
                languages=(truth.language,),
                flow=flow.CallFlow(name="hold", steps=steps),
                ask_question=self.ask,
            )
        )
        holding = False
        start = 0
        while start < len(self.call.samples):
            self._now = start / RATE
            if not holding and self._now >= truth.hold:
                holding = True
                self._tell(moments.LineChanged(state=moments.LineState.CALLING))
                self._tell(moments.LineChanged(state=moments.LineState.ANSWERED))
                self._ears.set_phase(vocabulary.Phase.HOLD)
            events = self._ears.hear(self.call.samples[start : start + PACKET])
            start += PACKET
            self._now = start / RATE
            for event in events:
                self._hear(event, told=holding)
            if holding:
                self._time_passes()
        return self.heard

    def _hear(self, event: Any, *, told: bool) -> None:
        """Take an event of the ears."""
        if isinstance(event, vocabulary.VerdictChange):
            self._since = event.since
        else:
            note(self.heard, event)
        if isinstance(event, vocabulary.UtteranceStarted):
            self._open = (event.utterance, event.since)
        if not told:
            return
        wanted = isinstance(event, vocabulary.UtteranceEnded) and self._mind.wants_transcript(event)
        self._tell(moments.Heard(event=event))
        if isinstance(event, vocabulary.UtteranceEnded):
            self._open = None
            if wanted:
                self._read(event.utterance, event.since, event.until, final=True)

    def _read(self, utterance: int, since: float, until: float, *, final: bool) -> None:
        """Let speech-to-text read a stretch; the text comes later."""

        def text() -> None:
            words = self.call.truth.text(since - 0.1, until + 0.2)
            if words or final:
                self._tell(
                    moments.Transcribed(
                        utterance=utterance, text=words, since=since, until=until, final=final
                    )
                )

        self._later.append((self._now + READING, text))

    def _read_early(self, length: float | None) -> None:
        """Read the open utterance now, or when it is so long."""
        if self._open is None:
            return
        number, since = self._open
        if length is None:
            self._read(number, since, self._now, final=False)
            return

        def go() -> None:
            if self._open == (number, since):
                self._read(number, since, since + length, final=False)

        if since + length > self._now - 0.5:
            self._later.append((since + length, go))

    def _time_passes(self) -> None:
        """Do what is due."""
        while due := [one for one in self._later if one[0] <= self._now]:
            for one in due:
                self._later.remove(one)
                one[1]()
        for _ in range(8):
            deadline = self._mind.deadline
            if deadline is None or deadline > self._now:
                break
            self._tell(moments.Tick())

    def _tell(self, moment: Any) -> None:
        """Tell the navigator, and do what it wants."""
        for act in self._mind.handle(moment, self._now):
            match act:
                case acts.EnterState(state=state):
                    level = _LEVELS.get(state, Level.NONE)
                    if level is not self._level:
                        self._level = level
                        self.heard.changes.append(
                            Change(time=self._now, since=self._since, level=level, why=state.value)
                        )
                case acts.SetPhase(phase=phase):
                    self._ears.set_phase(phase)
                case acts.ReadEarly(at_pause=True):
                    self._read_early(None)
                case acts.ReadEarly():
                    for length in EARLY:
                        self._read_early(length)
                case acts.Speak(request=request, text=text):
                    self._say(request, len(text.split()) / _PACE)
                case acts.SendKeys(request=request):
                    self._later.append((self._now, partial(self._sent, request)))

    def _sent(self, request: int) -> None:
        """Tell that keys went out."""
        self._tell(moments.KeysSent(request=request))

    def _say(self, request: int, seconds: float) -> None:
        """Speak; an agent who is there stops and answers, until one was detected."""
        until = self._now + seconds
        self._ears.we_speak(True)
        if self._level < Level.DETECTED:
            self.heard.asked.append(self._now)
            self.call.ask(self._now, until)

        def ends() -> None:
            self._ears.we_speak(False)
            self._tell(moments.SpeakingEnded(request=request))

        self._later.append((until, ends))


def listen(call: MadeCall, *, ask: bool) -> Heard:
    """Hear a call with ears and words; `ask` puts the question when in doubt."""
    return Caller(call, ask).listen()
