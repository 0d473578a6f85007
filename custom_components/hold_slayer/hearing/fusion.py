"""The decision from all cues: one sum of log-odds, and two thresholds on it."""

from dataclasses import dataclass
from math import exp

from .frames import STEP_SECONDS
from .heard import Cue, Phase, Reason, Repeat, Verdict, VerdictChange
from .liveness import OVER, PAUSE, VOICE_ON, Line, Talk

#: Log-odds (nats) of a living person before a word was weighed, by phase.
PRIOR = {
    Phase.UNKNOWN: -3.0,
    Phase.MENU: -6.0,
    Phase.HOLD: -3.0,
    Phase.PHONE: -1.0,
    Phase.TALKING: 0.0,
}
#: Weights in nats; each is explained where it is used.
NEW_SPEECH = 4.0
NEW_SPEECH_FULL = 0.55
OVER_MUSIC = -7.0
REPEATED = -8.0
LIVE = 0.8
WAITED = 3.0
WAITED_FROM = 0.8
WAITED_FULL = 2.0
SHORT_GREETING = 0.7
MONOLOGUE_FROM = 7.0
MONOLOGUE_PER_SECOND = -0.25
MONOLOGUE_MOST = -2.0
ANSWERED_US = 4.0
TALKED_THROUGH = -4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """What a user may change about the decision."""

    #: Probability of a person from which one is suspected.
    suspect_at: float = 0.5
    #: Probability of a person from which one is detected.
    detect_at: float = 0.93
    #: Probability below which a suspicion is called off.
    cancel_at: float = 0.2


def weigh(talk: Talk, line: Line, phase: Phase) -> list[Reason]:
    """Return every cue that speaks for or against a person, with its weight."""
    reasons = [
        Reason(
            cue=Cue.NEW_SPEECH,
            weight=NEW_SPEECH * min(1.0, talk.clean / NEW_SPEECH_FULL),
            value=round(talk.clean, 2),
        )
    ]
    if talk.live and talk.voiced > 0.3:
        reasons.append(Reason(cue=Cue.ROOM_NOISE, weight=LIVE * talk.live * min(1.0, talk.voiced)))
    if talk.repeated > 0:
        reasons.append(Reason(cue=Cue.REPEATED, weight=REPEATED * min(1.0, talk.repeated)))
    if talk.bed > 0.2 and talk.talking:
        reasons.append(Reason(cue=Cue.OVER_MUSIC, weight=OVER_MUSIC * talk.bed, value=talk.bed))
    if talk.music_after > 0.1 and not talk.talking:
        reasons.append(Reason(cue=Cue.MUSIC, weight=OVER_MUSIC * min(1.0, talk.music_after)))
    if talk.waiting > WAITED_FROM and talk.voiced > 0.25:
        share = min(1.0, (talk.waiting - WAITED_FROM) / (WAITED_FULL - WAITED_FROM))
        reasons.append(Reason(cue=Cue.WAITED, weight=WAITED * share, value=talk.waiting))
        if talk.voiced < 2.5 and not talk.pauses:
            reasons.append(
                Reason(cue=Cue.SHORT_GREETING, weight=SHORT_GREETING * share, value=talk.voiced)
            )
    if talk.voiced > MONOLOGUE_FROM:
        over = talk.voiced - MONOLOGUE_FROM
        weight = max(MONOLOGUE_MOST, MONOLOGUE_PER_SECOND * over)
        reasons.append(Reason(cue=Cue.LONG_MONOLOGUE, weight=weight, value=talk.voiced))
    if talk.answered_us is not None:
        reasons.append(Reason(cue=Cue.ANSWERED_US, weight=ANSWERED_US, value=talk.answered_us))
    if talk.talked_through > 0.4:
        weight = TALKED_THROUGH * min(1.0, talk.talked_through)
        reasons.append(Reason(cue=Cue.TALKED_THROUGH, weight=weight, value=talk.talked_through))
    return reasons


class Fusion:
    """Decides who is there, one step of 50 ms at a time, and can say why."""

    def __init__(self, phase: Phase, settings: ListenerSettings) -> None:
        """Start with nobody."""
        self.phase = phase
        self.verdict = Verdict.NOBODY
        self.line = Line()
        self.talk: Talk | None = None
        self.probability = 0.0
        self.reasons: tuple[Reason, ...] = ()
        self._settings = settings
        self._run = 0.0
        self._we_speak = False
        self._we_ended = float("-inf")

    def set_phase(self, phase: Phase) -> None:
        """Weigh from now on by what the call is doing; what was heard stays."""
        self.phase = phase

    def we_speak(self, time: float, *, active: bool) -> None:
        """Take note that our own voice starts or stops on this leg."""
        if self._we_speak and not active:
            self._we_ended = time
        self._we_speak = active

    def repeated(self, since: float, until: float, repeat: Repeat) -> None:
        """Take note of a proof that `since` to `until` (s) was heard before."""
        if self.talk is None:
            return
        inside = until - max(since, self.talk.onset - 0.3)
        if inside > 0:
            self.talk.repeat = repeat
            self.talk.repeated = max(self.talk.repeated, inside)

    def step(
        self, time: float, voice: float, music: float, live: float, level: float, tone: bool
    ) -> VerdictChange | None:
        """Take the step that ends at `time`; return the new verdict when it changes."""
        if tone:
            voice = music = 0.0
        talk = self.talk
        if talk is None:
            talk = self._begin(time, voice)
        if talk is not None:
            talk.step(time, voice, music, live, level)
            self._turn(talk, time)
        self.line.step(time, voice, music, level)
        if talk is None:
            return None
        self.reasons = tuple(weigh(talk, self.line, self.phase))
        odds = PRIOR[self.phase] + sum(reason.weight for reason in self.reasons)
        self.probability = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
        change = self._decide(time, talk)
        if self._is_over(talk, tone):
            change = change or self._end(time, talk)
            self.talk = None
        return change

    def _begin(self, time: float, voice: float) -> Talk | None:
        """Open a stretch of talking at the second step of voice in a row."""
        self._run = self._run + STEP_SECONDS if voice >= VOICE_ON else 0.0
        if self._run < 2 * STEP_SECONDS - 1e-6:
            return None
        self._run = 0.0
        onset = time - 2 * STEP_SECONDS
        self.talk = Talk(
            onset=onset,
            quiet_before=self.line.quiet,
            floor_before=self.line.floor,
            voiced=STEP_SECONDS,
            last_word=time,
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
        settings = self._settings
        if self.probability >= settings.detect_at and self.verdict is not Verdict.PERSON:
            return self._change(time, talk, Verdict.PERSON)
        waiting = self.verdict in (Verdict.NOBODY, Verdict.MACHINE)
        if waiting and talk.talking and self.probability >= settings.suspect_at:
            return self._change(time, talk, Verdict.SUSPECTED)
        if not waiting and self.probability < settings.cancel_at:
            return self._change(time, talk, self._other(talk))
        return None

    def _other(self, talk: Talk) -> Verdict:
        """Return what it was instead of a person."""
        return Verdict.MACHINE if talk.repeated or talk.music_after or talk.bed else Verdict.NOBODY

    def _is_over(self, talk: Talk, tone: bool) -> bool:
        """Tell whether something else took the place of the talking."""
        back = talk.music_after >= 0.8 and talk.waiting >= 2 * PAUSE
        return back or talk.waiting >= OVER or (tone and talk.waiting >= 0.3)

    def _end(self, time: float, talk: Talk) -> VerdictChange | None:
        """Drop a mere suspicion when the talking is over; a person stays detected."""
        self.probability = 0.0
        self.reasons = ()
        if self.verdict is Verdict.SUSPECTED:
            return self._change(time, talk, self._other(talk))
        return None

    def _change(self, time: float, talk: Talk, verdict: Verdict) -> VerdictChange:
        """Take the new verdict and say it."""
        self.verdict = verdict
        return VerdictChange(
            time=time,
            verdict=verdict,
            probability=round(self.probability, 4),
            since=talk.onset,
            reasons=self.reasons,
        )
