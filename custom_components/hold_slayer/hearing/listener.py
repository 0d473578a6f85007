"""The ears of one leg: audio in, dated events out."""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .arrival import Arrival
from .frames import RATE, STEP, STEP_SECONDS, Intake, Offset, Samples, Spectra
from .fusion import SUSPECT_AFTER, Fusion, ListenerSettings
from .heard import NETWORK_TONES, HeardEvent, Hearing, Phase, Reason, Repeated, RepeatEnded, Sound
from .liveness import VOICE_ON, Step
from .notes import Notes
from .prints import PrintBook, PrintMatch, PrintMemory
from .scene import Scene
from .timbre import WEIGHTS, TimbreModel
from .tones import ToneDetector
from .utterances import Utterances
from .waiting import Waiting

_LOGGER = logging.getLogger(__name__)

#: Missing audio is made in pieces of 1 s, samples.
_MOST = RATE
#: Audio is worked on in pieces of 100 ms while somebody begins to talk, of 200 ms after so many
#: seconds or where a recording proved to talk for as long, of 400 ms where both is so or nobody
#: talks, of 800 ms on hold where no key or beep is waited for (samples). On hold it is pieces of
#: twice the length, too, where no verdict is near, and one piece until the first one may come.
_LEAST = 2 * STEP
_LATER = 4 * STEP
_CALM = 8 * STEP
_HOLD = 16 * STEP
_FRESH = 1.2
#: After a tone its echo may ring on for so long, s; so many steps of voice after that are somebody.
_RINGS_ON = 0.2
_ANSWERED = 3
#: Prints that agree to this share of what a repeat takes are waited for.
_UNDECIDED = 0.5
#: Quieter audio is not searched for repeats, dB full scale.
_PRINTED_DB = -60.0


class Listener:
    """Hears what is on one leg and judges whether a living person talks.

    Times in the events are seconds of audio since the listener began. No audio, however broken,
    makes `hear` raise.
    """

    def __init__(
        self,
        rate: int = RATE,
        *,
        phase: Phase = Phase.UNKNOWN,
        settings: ListenerSettings | None = None,
        book: PrintBook | None = None,
        weights: Path = WEIGHTS,
    ) -> None:
        """Start for mono PCM of `rate` Hz; `book` holds the company's known prints, `weights` the network."""
        self._intake = Intake(rate)
        self._arrival = Arrival()
        self._offset = Offset()
        self._spectra = Spectra()
        self._timbre = TimbreModel(weights)
        self._notes = Notes()
        self._tones = ToneDetector()
        self._prints = PrintMemory(book)
        #: The copy that went on a moment ago.
        self._copy: PrintMatch | None = None
        self._scene = Scene()
        self._utterances = Utterances()
        self._fusion = Fusion(phase, settings or ListenerSettings())
        self._waiting = Waiting()
        #: Samples that are worked on at once from now on.
        self._size = _CALM
        self._steps = 0
        self._closed = False

    @property
    def now(self) -> float:
        """Return how much audio was judged so far, s."""
        return round(self._steps * STEP_SECONDS, 3)

    @property
    def probability(self) -> float:
        """Return the chance that a living person is there now, 0 to 1."""
        return self._fusion.probability

    @property
    def book(self) -> PrintBook:
        """Return the prints of what proved to be recordings in this call."""
        return self._prints.book

    @property
    def prints(self) -> PrintMemory:
        """Return the prints of the call, to mark stretches and to save them."""
        return self._prints

    def explain(self) -> tuple[Reason, ...]:
        """Return the cues that count at this moment, with their weights."""
        return self._fusion.reasons

    def set_phase(self, phase: Phase) -> None:
        """Tell the ears what the call is doing from now on."""
        self._fusion.set_phase(phase)
        self._size = self._look()

    def set_rate(self, rate: int) -> None:
        """Go on with audio of another sampling rate, Hz."""
        if rate != self._intake.rate:
            self._intake = Intake(rate)

    def we_speak(self, active: bool) -> None:
        """Tell the ears that our own voice starts or stops on this leg."""
        self._fusion.we_speak(self.now + self._waiting.count / RATE, active=active)

    def cut(self) -> list[HeardEvent]:
        """Take note that something was done that may change what is said from now on."""
        return [*self._utterances.cut(self.now)]

    def hear(self, pcm: bytes | NDArray[np.generic]) -> list[HeardEvent]:
        """Take the next block of audio, of any length; return what it brought, in time order."""
        try:
            plain = self._intake.plain(pcm)
            samples = self._intake.take(pcm) if plain is None else plain
            self._waiting.add(samples)
            if self._waiting.count < self._size:
                self._arrival.came()
                return []
            return self._feed(missing=False)
        except Exception:
            _LOGGER.exception("A block of audio could not be judged and counts as silence")
            self._waiting.clear()
            return []

    def hear_gap(self, seconds: float) -> list[HeardEvent]:
        """Take note that `seconds` of audio are missing; they count as silence."""
        if not 0 < seconds < float("inf"):
            return []
        events: list[HeardEvent] = []
        left = int(min(seconds, 3600.0) * RATE)
        while left > 0:
            piece = min(left, _MOST)
            self._waiting.add(np.zeros(piece, np.int16))
            events += self._feed(missing=True)
            left -= piece
        return events

    def close(self) -> list[HeardEvent]:
        """End the hearing: what is open gets closed."""
        if self._closed:
            return []
        self._closed = True
        rest = self._waiting.take(self._waiting.count)
        events: list[HeardEvent] = []
        if len(rest) >= STEP:
            events += self._work(rest[: len(rest) // STEP * STEP], missing=False)
        return [*events, *self._utterances.close(self.now)]

    def _feed(self, *, missing: bool) -> list[HeardEvent]:
        """Work on what waits, as far as it is enough."""
        if not missing:
            self._arrival.came()
        events: list[HeardEvent] = []
        while self._waiting.count >= self._size:
            events += self._work(self._waiting.take(self._size), missing=missing)
            self._size = self._look()
        return events

    def _look(self) -> int:
        """Return how many samples to work on at once: few while somebody talks, else more."""
        talk = self._fusion.talk
        if talk is not None:
            fresh = self.now < talk.onset + _FRESH
            if self._copy is not None and self.now >= self._copy.since + _FRESH:
                return _LATER if fresh else _CALM
            size = _LEAST if fresh else _LATER
            if self._fusion.phase is not Phase.HOLD:
                return size
            early = round((talk.onset + SUSPECT_AFTER - self.now) / STEP_SECONDS)
            return max(2 * size if self._fusion.is_settled else size, early * STEP)
        if self._utterances.active:
            return _LEAST
        ringing = self._tones.silent_since is not None
        return _HOLD if self._fusion.phase is Phase.HOLD and not ringing else _CALM

    def _work(self, chunk: Samples, *, missing: bool) -> list[HeardEvent]:
        """Run every detector over a chunk and join what they say."""
        start = self.now
        events: list[HeardEvent] = list(self._arrival.watch(chunk, start, missing=missing))
        chunk = self._offset.remove(chunk)
        frames = self._spectra.process(chunk)
        timbre, held = self._timbre.process(frames), self._notes.process(frames).tolist()
        voice, music = timbre.voice.tolist(), timbre.music.tolist()
        singing, live, levels = timbre.singing.tolist(), timbre.live.tolist(), timbre.level.tolist()
        events += self._tell_tones(self._tones.process(chunk, start))
        tone = self._tones.active is not None
        if tone and self._talks(voice, start):
            self._tones.answered()
            tone = self._tones.active is not None
        loud = not tone and max(levels) > _PRINTED_DB
        speech = self._fusion.talk is not None or max(voice) >= VOICE_ON
        events += self._remember(chunk, loud, speech=speech)
        for index in range(len(voice)):
            self._steps += 1
            talking = self._fusion.talk is not None
            events += self._step(
                Step(
                    time=self.now,
                    voice=0.0 if tone else voice[index],
                    music=0.0 if tone else music[index],
                    singing=singing[index],
                    held=held[index],
                    live=live[index],
                    level=levels[index],
                    mel=timbre.mel[index],
                    tone=tone,
                )
            )
            if not talking and self._copy is not None:
                self._prove(self._copy, start + len(chunk) / RATE - self._prints.unsure)
        if len(events) > 1:
            events.sort(key=lambda event: event.time)
        return events

    def _talks(self, voice: list[float], start: float) -> bool:
        """Tell whether somebody talks between the bursts of a tone: the chance of each step from `start` s."""
        since = self._tones.silent_since
        if since is None:
            return False
        first = max(0, int((since + _RINGS_ON - start) / STEP_SECONDS + 1))
        return sum(chance >= VOICE_ON for chance in voice[first:]) >= _ANSWERED

    def _step(self, step: Step) -> list[HeardEvent]:
        """Let scene, utterances and fusion take one step."""
        events: list[HeardEvent] = []
        change = self._scene.step(step)
        if change is not None:
            events.append(change)
        events += self._utterances.step(step.time, step.voice)
        verdict = self._fusion.step(step)
        if verdict is not None:
            events.append(verdict)
        return events

    def _tell_tones(self, heard: list[Hearing]) -> list[HeardEvent]:
        """Pass tones on, a standing tone only when it changes."""
        events: list[HeardEvent] = []
        for tone in heard:
            if tone.sound in NETWORK_TONES and tone.sound is self._scene.reported:
                continue
            if tone.sound in NETWORK_TONES:
                self._scene.tone_began(tone.sound)
            events.append(tone)
            if tone.sound is Sound.BEEP and (verdict := self._fusion.beep(tone.time)):
                events.append(verdict)
        return events

    def _remember(self, chunk: Samples, loud: bool, *, speech: bool) -> list[HeardEvent]:
        """Print a chunk and tell when it begins to repeat what was heard before."""
        found = self._prints.process(chunk, loud, speech=speech)
        current = self._prints.current
        self._fusion.undecided = current is None and self._prints.hint >= _UNDECIDED
        if current is not None:
            until = self.now + len(chunk) / RATE - self._prints.unsure
            self._utterances.repeated(current.since, until, current.repeat)
            self._prove(current, until)
        left: list[HeardEvent] = []
        if current is None and self._copy is not None:
            left = [RepeatEnded(time=self.now, since=round(self._copy.since, 3))]
        self._copy = current
        return left + [
            Repeated(
                time=round(match.time, 3),
                since=round(match.since, 3),
                sound=self._scene.reported or Sound.SILENCE,
                repeat=match.repeat,
                loop_period=match.loop_period,
            )
            for match in found
            if not self._utterances.holds(match.first_heard)
        ]

    def _prove(self, copy: PrintMatch, until: float) -> None:
        """Tell the fusion of a repeat that goes on until a time, s."""
        self._fusion.repeated(copy.since, until, copy.repeat)
