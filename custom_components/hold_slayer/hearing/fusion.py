"""The decision from all cues: one sum of log-odds, and thresholds on it.

Each cue adds a weight in nats (natural logarithm of odds) to the prior; the sum is the log-odds of
a living person. The weights were set on hold calls made from development recordings.
"""

from dataclasses import dataclass
from math import exp

from .frames import STEP_SECONDS
from .heard import Cue, Phase, Reason, Repeat, Verdict, VerdictChange
from .liveness import BED_LASTS, MUSIC_BACK, OVER, PAUSE, TURN_PAUSE, UNPROVEN, VOICE_ON, Line, Step, Talk

#: Log-odds of a person before a word was weighed.
PRIOR = {
    Phase.UNKNOWN: -3.0,
    Phase.MENU: -7.0,
    Phase.HOLD: -3.0,
    Phase.PHONE: -3.0,
    Phase.TALKING: 0.0,
}
#: Added before anything was held: the first voices of a call are greetings and menus.
OPENING = -4.0
#: Log-odds once a person was detected: it takes proof to take that back.
STANDING = 2.0
#: Speech that is new: most of the weight after the first, all after the second length, s.
NEW_SPEECH = 4.2
NEW_SPEECH_SOON = 0.7
NEW_SPEECH_MORE = 0.8
NEW_SPEECH_LATE = 2.0
#: Voices that follow music without a gap (s) are mostly sung; fades as speech goes on.
NO_GAP = -2.5
NO_GAP_SECONDS = 0.25
NO_GAP_FADES = 2.5
#: Music under the voice now, on the whole, and after it.
OVER_MUSIC = -7.0
MIXED = -3.5
MUSIC = -6.0
SINGING = -3.0
REPEATED = -9.0
#: Per nat of the model's own log-odds of a live voice, and the least and most it may add.
LIVE = 1.5
LIVE_LEAST = -2.5
LIVE_MOST = 1.5
#: Log-odds below which a voice seems recorded: what comes after a pause is judged afresh.
RECORDED = -0.5
#: A live voice that talks on and on is worth more: the most grows by this, from and to so many seconds.
LIVE_MORE = 1.4
LIVE_MORE_FROM = 6.0
LIVE_MORE_TO = 10.0
#: Waiting for an answer: nothing before the first, most after the second, all after the third, s.
WAITED = 3.2
WAITED_FROM = 1.0
WAITED_SOON = 2.2
WAITED_MORE = 1.0
WAITED_LATE = 3.2
#: Waiting is quiet: how far the level has to fall for none and for all of the weight, dB.
QUIET_FROM = 4.0
QUIET_FULL = 10.0
SHORT_GREETING = 0.6
SHORT_GREETING_SECONDS = 2.5
#: Each pause of somebody who waited and spoke again; less for a voice that seems recorded.
TURN = 2.0
TURN_FROM = 0.9
TURN_FULL = 1.6
TURNS_MOST = 4.0
TURN_RECORDED = 0.4
#: Share of the waiting cues where callers wait in silence, and before anything was held.
SILENT_HOLD = 0.35
#: Talk without an end.
MONOLOGUE_FROM = 7.0
MONOLOGUE_PER_SECOND = -0.25
MONOLOGUE_MOST = -2.0
#: The same on the user's phone, where it is a mailbox greeting.
GREETING_FROM = 4.5
GREETING_PER_SECOND = -1.0
GREETING_MOST = -9.0
#: Probability below which a mailbox is told on the user's phone.
MAILBOX_AT = 0.1
ANSWERED_US = 4.0
TALKED_THROUGH = -4.0
#: A copy may begin this much before the talk and still count as said in it, s.
SAME_TALK = 0.5
#: Nobody is suspected before the prints had time to know a repeat (85 % of them do), s.
SUSPECT_AFTER = 0.65
#: Music that takes a verdict back when nobody talks, s.
MUSIC_ALONE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """What a user may change about the decision."""

    #: Probability of a person from which one is suspected.
    suspect_at: float = 0.5
    #: Probability of a person from which one is detected.
    detect_at: float = 0.985
    #: Probability below which a suspicion is called off.
    cancel_at: float = 0.15


def ramp(value: float, low: float, high: float) -> float:
    """Return 0 below `low`, 1 above `high`, straight in between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def prior(phase: Phase, line: Line, verdict: Verdict) -> float:
    """Return the log-odds of a person before the present words are weighed."""
    if verdict is Verdict.PERSON:
        return STANDING
    opening = phase is Phase.UNKNOWN and not line.holding
    return PRIOR[phase] + (OPENING if opening else 0.0)


#: A cue, its weight in nats, and the figure it was weighed by.
type Weighed = tuple[Cue, float, float]


def weigh(talk: Talk, line: Line, phase: Phase) -> list[Weighed]:
    """Return every cue that speaks for or against a person."""
    phone = phase is Phase.PHONE
    return [
        *_sound(talk, phone=phone),
        *_music(talk),
        *_waiting(talk, SILENT_HOLD if line.silent_hold and not phone else 1.0),
        _monologue(talk, phone=phone),
        *_exchange(talk),
    ]


def reasons_of(found: list[Weighed]) -> tuple[Reason, ...]:
    """Return what counts, as it is told to others."""
    return tuple(
        Reason(cue=cue, weight=round(weight, 2), value=round(value, 2))
        for cue, weight, value in found
        if abs(weight) >= 0.05
    )


def _sound(talk: Talk, *, phone: bool) -> list[Weighed]:
    """Weigh what the voice is like, and whether it was heard before; any voice may be the user's."""
    new = NEW_SPEECH * ramp(talk.clean, 0, NEW_SPEECH_SOON)
    new += NEW_SPEECH_MORE * ramp(talk.clean, NEW_SPEECH_SOON, NEW_SPEECH_LATE)
    most = LIVE_MOST + LIVE_MORE * ramp(talk.turn, LIVE_MORE_FROM, LIVE_MORE_TO)
    live = 0.0 if phone else max(LIVE_LEAST, min(most, LIVE * talk.live))
    return [
        (Cue.NEW_SPEECH, new, talk.clean),
        (Cue.ROOM_NOISE, live, talk.live),
        (Cue.REPEATED, REPEATED * ramp(talk.repeated, 0, 0.5), talk.repeated),
    ]


def _music(talk: Talk) -> list[Weighed]:
    """Weigh the music before, under and after the voice."""
    sung = SINGING * talk.singing + MIXED * ramp(talk.music, 0.1, 0.5)
    if talk.after_music < NO_GAP_SECONDS:
        sung += NO_GAP * (1 - ramp(talk.clean, 0, NO_GAP_FADES))
    found: list[Weighed] = [(Cue.MUSIC, sung, talk.music)]
    if talk.talking:
        found.append((Cue.OVER_MUSIC, OVER_MUSIC * ramp(talk.bed, 0.2, 0.8), talk.bed))
    else:
        found.append((Cue.MUSIC, MUSIC * ramp(talk.music_after, 0.1, 0.6), talk.music_after))
    return found


def _waiting(talk: Talk, silence: float) -> list[Weighed]:
    """Weigh pauses: persons stop and wait for an answer. `silence` says how much that tells here."""
    found: list[Weighed] = []
    if talk.voiced > 0.2:
        trust = silence * ramp(talk.drop, QUIET_FROM, QUIET_FULL)
        waited = WAITED * ramp(talk.waiting, WAITED_FROM, WAITED_SOON)
        waited += WAITED_MORE * ramp(talk.waiting, WAITED_SOON, WAITED_LATE)
        found.append((Cue.WAITED, trust * waited, talk.waiting))
        if talk.turn < SHORT_GREETING_SECONDS:
            short = SHORT_GREETING * ramp(talk.waiting, WAITED_FROM, WAITED_SOON)
            found.append((Cue.SHORT_GREETING, trust * short, talk.turn))
    turns = sum(ramp(pause, TURN_FROM, TURN_FULL) for pause in talk.pauses)
    trust = silence * (TURN_RECORDED + (1 - TURN_RECORDED) * ramp(talk.live, -0.5, 0.5))
    found.append((Cue.HESITATION, trust * min(TURNS_MOST, TURN * turns), turns))
    return found


def _monologue(talk: Talk, *, phone: bool) -> Weighed:
    """Weigh talk without an end: a recording, or on the user's phone a mailbox."""
    if phone:
        weight = max(GREETING_MOST, GREETING_PER_SECOND * max(0.0, talk.voiced - GREETING_FROM))
    elif talk.live < 0:
        weight = max(MONOLOGUE_MOST, MONOLOGUE_PER_SECOND * max(0.0, talk.turn - MONOLOGUE_FROM))
    else:
        weight = 0.0
    return (Cue.LONG_MONOLOGUE, weight, talk.turn)


def _exchange(talk: Talk) -> list[Weighed]:
    """Weigh how the talk takes turns with our own words."""
    found: list[Weighed] = []
    if talk.answered_us is not None:
        found.append((Cue.ANSWERED_US, ANSWERED_US, talk.answered_us))
    if talk.talked_through > 0.4:
        weight = TALKED_THROUGH * ramp(talk.talked_through, 0, 1)
        found.append((Cue.TALKED_THROUGH, weight, talk.talked_through))
    return found


class Fusion:
    """Decides who is there, one step of 50 ms at a time, and can say why."""

    def __init__(self, phase: Phase, settings: ListenerSettings) -> None:
        """Start with nobody."""
        self.phase = phase
        self.verdict = Verdict.NOBODY
        self.line = Line()
        self.talk: Talk | None = None
        self.probability = 0.0
        self._found: list[Weighed] = []
        self._settings = settings
        self._run = 0.0
        self._we_speak = False
        self._we_ended = float("-inf")
        #: Onset of the talk in which a person was detected.
        self._person_since = float("inf")

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Return the cues that count now."""
        return reasons_of(self._found)

    def set_phase(self, phase: Phase) -> None:
        """Weigh from now on by what the call is doing; words of a menu don't count on hold."""
        if phase is Phase.HOLD and self.phase in (Phase.MENU, Phase.UNKNOWN):
            self.talk = None
            self._run = 0.0
            self.verdict = Verdict.NOBODY if self.verdict is Verdict.SUSPECTED else self.verdict
        self.phase = phase

    def we_speak(self, time: float, *, active: bool) -> None:
        """Take note that our own voice starts or stops on this leg."""
        if self._we_speak and not active:
            self._we_ended = time
        self._we_speak = active

    def repeated(self, since: float, until: float, repeat: Repeat) -> None:
        """Take note of a proof that `since` to `until` (s) was heard before.

        What somebody says twice in one go proves nothing: recordings come back later.
        """
        if self.talk is None:
            return
        anchor = min(self.talk.onset, self._person_since)
        if repeat.first_heard is not None and repeat.first_heard >= anchor - SAME_TALK:
            return
        inside = until - max(since, self.talk.onset - 0.3)
        if inside > 0:
            self.talk.repeat = repeat
            self.talk.unproven = 0.0
            self.talk.repeated = max(self.talk.repeated, inside)

    def beep(self, time: float) -> VerdictChange | None:
        """Take note of a beep: on the user's phone, that of a mailbox."""
        if self.phase is not Phase.PHONE or self.verdict is Verdict.MACHINE:
            return None
        self.verdict = Verdict.MACHINE
        self.probability = 0.0
        reason = Reason(cue=Cue.LONG_MONOLOGUE, weight=GREETING_MOST)
        since = self.talk.onset if self.talk is not None else time
        self.talk = None
        return VerdictChange(
            time=time, verdict=self.verdict, probability=0.0, since=since, reasons=(reason,)
        )

    def step(self, step: Step) -> VerdictChange | None:
        """Take the next step; return the new verdict when it changes."""
        change = None
        if self.talk is not None and self._is_somebody_else(self.talk, step):
            change = self._end(step.time, self.talk)
        talk = self.talk or self._begin(step)
        if talk is not None:
            talk.step(step)
            self._turn(talk, step.time)
        self.line.step(step, talking=talk is not None)
        if talk is None:
            return change or self._forget(step.time)
        self._found = weigh(talk, self.line, self.phase)
        odds = prior(self.phase, self.line, self.verdict)
        odds += sum(weight for _, weight, _ in self._found)
        self.probability = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
        change = self._decide(step.time, talk) or change
        if self._is_over(talk, step.tone):
            change = self._end(step.time, talk) or change
        return change

    def _forget(self, time: float) -> VerdictChange | None:
        """Take a person back when music plays and nobody talks."""
        standing = self.verdict in (Verdict.PERSON, Verdict.SUSPECTED)
        if not standing or self.line.music_run < MUSIC_ALONE:
            return None
        self.verdict = Verdict.MACHINE
        self._person_since = float("inf")
        return VerdictChange(
            time=time,
            verdict=self.verdict,
            probability=0.0,
            since=round(time - self.line.music_run, 3),
            reasons=(Reason(cue=Cue.MUSIC, weight=MUSIC, value=round(self.line.music_run, 1)),),
        )

    def _begin(self, step: Step) -> Talk | None:
        """Open a stretch of talking at the second step of voice in a row."""
        self._run = self._run + STEP_SECONDS if step.voice >= VOICE_ON and not step.tone else 0.0
        if self._run < 2 * STEP_SECONDS - 1e-6:
            return None
        self._run = 0.0
        onset = step.time - 2 * STEP_SECONDS
        self.talk = Talk(
            onset=onset,
            after_music=onset - self.line.music_last,
            floor_before=self.line.floor if self.line.quiet else None,
            bed=step.music,
        )
        if onset - self._we_ended < 4.0:
            self.talk.answered_us = onset - self._we_ended
        return self.talk

    def _turn(self, talk: Talk, time: float) -> None:
        """Watch how the talking and our own voice take turns."""
        if self._we_speak and talk.talking:
            talk.talked_through += STEP_SECONDS
        elif (
            talk.pauses
            and talk.waiting == 0
            and talk.answered_us is None
            and time - talk.pauses[-1] < self._we_ended < time
        ):
            talk.answered_us = time - self._we_ended

    def _decide(self, time: float, talk: Talk) -> VerdictChange | None:
        """Compare the probability with the thresholds."""
        if time - talk.onset < SUSPECT_AFTER:
            return None
        settings = self._settings
        waiting = self.verdict in (Verdict.NOBODY, Verdict.MACHINE)
        if self.probability >= settings.detect_at and self.verdict is not Verdict.PERSON:
            return self._change(time, talk, Verdict.PERSON)
        if waiting and self.probability >= settings.suspect_at:
            return self._change(time, talk, Verdict.SUSPECTED)
        if self.phase is Phase.PHONE and self.verdict is Verdict.NOBODY:
            mailbox = self.probability < MAILBOX_AT and talk.voiced > GREETING_FROM
            return self._change(time, talk, Verdict.MACHINE) if mailbox else None
        if not waiting and self.probability < settings.cancel_at:
            return self._change(time, talk, self._other(talk))
        return None

    def _other(self, talk: Talk) -> Verdict:
        """Return what it was instead of a person."""
        machine = self.phase is Phase.PHONE or talk.repeated or talk.music_after or talk.bed > 0.5
        return Verdict.MACHINE if machine else Verdict.NOBODY

    def _is_somebody_else(self, talk: Talk, step: Step) -> bool:
        """Tell whether words after what was, or sounded like, a recording may be a new voice."""
        again = talk.waiting >= TURN_PAUSE and step.voice >= VOICE_ON
        if talk.repeated:
            return again or talk.unproven >= UNPROVEN
        doubtful = self.verdict in (Verdict.NOBODY, Verdict.MACHINE)
        return again and doubtful and talk.live < RECORDED

    def _is_over(self, talk: Talk, tone: bool) -> bool:
        """Tell whether something else took the place of the talking."""
        music = talk.music_after >= MUSIC_BACK and talk.waiting >= 2 * PAUSE
        sung = talk.bed_lasts >= BED_LASTS
        return music or sung or talk.waiting >= OVER or (tone and talk.waiting >= PAUSE)

    def _end(self, time: float, talk: Talk) -> VerdictChange | None:
        """Drop a mere suspicion when the talking is over; a person stays detected."""
        self.talk = None
        self.probability = 0.0
        self._found = []
        music = talk.music_after >= MUSIC_BACK
        if talk.repeated or (music and self.verdict is not Verdict.PERSON):
            self.line.recording(talk)
        if talk.repeated:
            self.line.repeats += 1
        if self.verdict is Verdict.SUSPECTED or (
            self.verdict is Verdict.PERSON and (music or talk.bed_lasts >= BED_LASTS)
        ):
            return self._change(time, talk, self._other(talk))
        return None

    def _change(self, time: float, talk: Talk, verdict: Verdict) -> VerdictChange:
        """Take the new verdict and say it."""
        self.verdict = verdict
        self._person_since = talk.onset if verdict is Verdict.PERSON else float("inf")
        return VerdictChange(
            time=time,
            verdict=verdict,
            probability=round(self.probability, 4),
            since=round(talk.onset, 3),
            reasons=self.reasons,
        )
