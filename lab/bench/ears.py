"""Runs the project's own ears over a made call, faster than real time, in packets as on a line."""

from pathlib import Path
import time
from typing import TYPE_CHECKING

from lab import component
from lab.bench.events import Change, Echo, Heard, Level, Sounding
from lab.corpus import RATE
from lab.holdcalls.cache import MadeCall

if TYPE_CHECKING:
    from custom_components.hold_slayer.hearing import (
        heard as vocabulary,
        listener as listening,
        timbre,
    )
else:
    vocabulary = component.module("hearing.heard")
    listening = component.module("hearing.listener")
    timbre = component.module("hearing.timbre")

__all__ = ["PACKET", "SHIPPED", "listen", "listening", "note", "vocabulary"]

#: Samples per packet: 20 ms.
PACKET = RATE // 50
#: The network that ships with the package.
SHIPPED: Path = timbre.WEIGHTS

_LEVELS = {
    vocabulary.Verdict.NOBODY: Level.NONE,
    vocabulary.Verdict.MACHINE: Level.NONE,
    vocabulary.Verdict.SUSPECTED: Level.SUSPECTED,
    vocabulary.Verdict.PERSON: Level.DETECTED,
}


def listen(
    call: MadeCall,
    *,
    phases: bool = True,
    packets: int = 1,
    ask: bool = False,
    weights: Path = SHIPPED,
) -> Heard:
    """Hear a whole call in blocks of `packets` packets, through the network in `weights`.

    With `phases` the ears are told when the menu is over, as navigation tells them on a real call; without, they take
    it as a recording.
    """
    phase = vocabulary.Phase
    truth = call.truth
    ears = listening.Listener(RATE, phase=phase.MENU if phases else phase.UNKNOWN, weights=weights)
    heard = Heard()
    size = PACKET * packets
    told = not phases
    question = Question()
    start = 0
    begun, clock = time.thread_time(), time.perf_counter()
    while start < len(call.samples):
        if not told and start >= truth.hold * RATE:
            ears.set_phase(phase.HOLD)
            told = True
        for event in ears.hear(call.samples[start : start + size]):
            note(heard, event)
        if ask:
            making, made = time.thread_time(), time.perf_counter()
            question.step(ears, call, heard, start / RATE)
            begun += time.thread_time() - making
            clock += time.perf_counter() - made
        start += size
    for event in ears.close():
        note(heard, event)
    heard.cpu, heard.wall = time.thread_time() - begun, time.perf_counter() - clock
    return heard


class Question:
    """Asks "Hello? Can you hear me?" when a person was suspected for 3 s, as navigation does."""

    #: Suspicion that brings the question up, length of the question, and rest before the next, s.
    after, length, rest = 3.0, 1.6, 15.0

    def __init__(self) -> None:
        """Nothing asked yet."""
        self._until = 0.0
        self._speaking = False

    def step(self, ears: listening.Listener, call: MadeCall, heard: Heard, now: float) -> None:
        """Look once at what is known; starts and ends the question."""
        if self._speaking:
            if now >= self._until:
                ears.we_speak(False)
                self._speaking = False
            return
        last = heard.changes[-1] if heard.changes else None
        if now < call.truth.hold or last is None or last.level is not Level.SUSPECTED:
            return
        if now < last.time + self.after:
            return
        if heard.asked and now < self._until + self.rest:
            return
        self._until = now + self.length
        self._speaking = True
        heard.asked.append(now)
        ears.we_speak(True)
        call.ask(now, self._until)


def note(heard: Heard, event: vocabulary.HeardEvent) -> None:
    """Add an event of the ears to what was heard."""
    if isinstance(event, vocabulary.VerdictChange):
        why = ", ".join(f"{reason.cue} {reason.weight:+.1f}" for reason in event.reasons)
        heard.changes.append(
            Change(time=event.time, since=event.since, level=_LEVELS[event.verdict], why=why)
        )
    elif isinstance(event, vocabulary.Hearing):
        heard.sounds.append(
            Sounding(time=event.time, since=event.since, sound=event.sound.value, digit=event.digit)
        )
    elif isinstance(event, vocabulary.Repeated):
        heard.echoes.append(Echo(time=event.time, since=event.since))
