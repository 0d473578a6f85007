"""Runs the project's own ears over a made call, faster than real time, in packets as on a line."""

import time
from typing import TYPE_CHECKING

from lab import component
from lab.bench.events import Change, Echo, Heard, Level, Sounding
from lab.corpus import RATE
from lab.holdcalls.cache import MadeCall

if TYPE_CHECKING:
    from custom_components.hold_slayer.hearing import heard as vocabulary, listener as listening
else:
    vocabulary = component.module("hearing.heard")
    listening = component.module("hearing.listener")

__all__ = ["PACKET", "listen", "listening", "note", "vocabulary"]

#: Samples per packet: 20 ms.
PACKET = RATE // 50

_LEVELS = {
    vocabulary.Verdict.NOBODY: Level.NONE,
    vocabulary.Verdict.MACHINE: Level.NONE,
    vocabulary.Verdict.SUSPECTED: Level.SUSPECTED,
    vocabulary.Verdict.PERSON: Level.DETECTED,
}


def listen(call: MadeCall, *, phases: bool = True, packets: int = 1) -> Heard:
    """Hear a whole call in blocks of `packets` packets.

    With `phases` the ears are told when the menu is over, as navigation tells them on a real call; without, they take
    it as a recording.
    """
    phase = vocabulary.Phase
    truth = call.truth
    ears = listening.Listener(RATE, phase=phase.MENU if phases else phase.UNKNOWN)
    heard = Heard()
    size = PACKET * packets
    told = not phases
    for start in range(0, len(call.samples), size):
        if not told and start >= truth.hold * RATE:
            ears.set_phase(phase.HOLD)
            told = True
        begun = time.thread_time()
        events = ears.hear(call.samples[start : start + size])
        heard.cpu += time.thread_time() - begun
        for event in events:
            note(heard, event)
    for event in ears.close():
        note(heard, event)
    return heard


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
