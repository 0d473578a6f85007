"""The decision who is there: the cues' log-odds in one sum, and thresholds on it."""

from dataclasses import dataclass
from math import exp

from .cues import EXCHANGE, GREETING_FROM, GREETING_MOST, MUSIC, Weighed, prior, reasons_of, weigh
from .frames import STEP_SECONDS
from .heard import Cue, Phase, Reason, Repeat, Verdict, VerdictChange
from .line import Line
from .liveness import BED_LASTS, MUSIC_BACK, OVER, PAUSE, TURN_PAUSE, UNPROVEN, VOICE_ON, Step, Talk

#: Probability below which a mailbox is told on the user's phone.
MAILBOX_AT = 0.1
#: A copy may begin this much before the talk and still count as said in it, s.
SAME_TALK = 0.5
#: Nobody is suspected before the prints had time to know a repeat (85 % of them do), s.
SUSPECT_AFTER = 0.65
#: While the prints are about to know a repeat, so much longer, s.
UNDECIDED_FOR = 0.4
#: Least weight of waiting, turns and answers for a detection: looks alone never suffice.
EXCHANGE_LEAST = 1.0
#: The same for a voice that seems recorded, where pauses between its pieces may look like waiting.
EXCHANGE_RECORDED = 2.5
#: Music that takes a verdict back when nobody talks, s.
MUSIC_ALONE = 2.5
#: A network tone, and quiet, that do the same, s.
TONE_ALONE = 0.8
QUIET_ALONE = 25.0
#: A chance so far from certainty, either way, is far from a change of the verdict.
FAR = 0.03
#: Log-odds below which a voice seems recorded: what comes after a pause is judged afresh.
RECORDED = -0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """What a user may change about the decision."""

    #: Probability of a person from which one is suspected.
    suspect_at: float = 0.5
    #: Probability of a person from which one is detected.
    detect_at: float = 0.998
    #: Probability below which a suspicion is called off.
    cancel_at: float = 0.06


class Fusion:
    """Decides who is there, one step of 50 ms at a time, and can say why."""

    def __init__(self, phase: Phase, settings: ListenerSettings) -> None:
        """Start with nobody."""
        self.phase = phase
        self.verdict = Verdict.NOBODY
        self.line = Line()
        self.talk: Talk | None = None
        self.probability = 0.0
        #: The prints have a candidate, but no proof yet.
        self.undecided = False
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

    @property
    def is_settled(self) -> bool:
        """Tell whether no change of the verdict is near: it takes seconds of cues, or proof."""
        if self.verdict in (Verdict.NOBODY, Verdict.MACHINE):
            return self.probability < FAR
        return self.verdict is Verdict.PERSON and self.probability > 1 - FAR

    def set_phase(self, phase: Phase) -> None:
        """Weigh from now on by what the call is doing; words of a menu don't count on hold."""
        if phase is Phase.HOLD and self.phase in (Phase.MENU, Phase.UNKNOWN):
            if self.talk is not None:
                self.line.recording(self.talk)
            self.talk = None
            self._run = 0.0
            self.verdict = Verdict.NOBODY
            self._person_since = float("inf")
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
            if talk.waiting == 0.0:
                self.line.compare(talk)
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
        """Take a person back when music or a tone plays, or nobody talks for long."""
        line = self.line
        if self.verdict not in (Verdict.PERSON, Verdict.SUSPECTED) or self.phase is Phase.TALKING:
            return None
        music = line.music_run >= MUSIC_ALONE
        if not music and line.tone_run < TONE_ALONE and line.quiet < QUIET_ALONE:
            return None
        gone = max(line.music_run, line.tone_run, line.quiet)
        self.verdict = Verdict.MACHINE if music else Verdict.NOBODY
        self._person_since = float("inf")
        return VerdictChange(
            time=time,
            verdict=self.verdict,
            probability=0.0,
            since=round(time - gone, 3),
            reasons=(Reason(cue=Cue.MUSIC if music else Cue.WAITED, weight=MUSIC, value=gone),),
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
            room_before=self.line.room_before,
            floor=self.line.floor,
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
        if time - talk.onset < SUSPECT_AFTER + UNDECIDED_FOR * self.undecided:
            return None
        settings = self._settings
        waiting = self.verdict in (Verdict.NOBODY, Verdict.MACHINE)
        if self.verdict is not Verdict.PERSON and self.probability >= settings.detect_at:
            exchange = sum(weight for cue, weight, _ in self._found if cue in EXCHANGE)
            if exchange >= (EXCHANGE_LEAST if talk.live > RECORDED else EXCHANGE_RECORDED):
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
        unsuspected = self.verdict in (Verdict.NOBODY, Verdict.MACHINE)
        if talk.repeated or unsuspected or (music and self.verdict is Verdict.SUSPECTED):
            self.line.recording(talk)
        if self.verdict is not Verdict.PERSON and talk.still_level is not None:
            self.line.note_floor(talk.still_level)
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
