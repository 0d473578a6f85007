"""A pretended call: things are heard and said, time passes, orders are kept."""

from dataclasses import dataclass, field
from typing import Any

from custom_components.hold_slayer.hearing.heard import (
    HeardEvent,
    Hearing,
    Repeat,
    Repeated,
    RepeatSource,
    Sound,
    UtteranceEnded,
    UtterancePaused,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.acts import (
    Act,
    BridgeUser,
    Consult,
    EndCall,
    EnterState,
    MarkPrompt,
    Note,
    NoteKind,
    SendKeys,
    Speak,
    StopSpeaking,
)
from custom_components.hold_slayer.navigation.moments import (
    Bridged,
    Consulted,
    EndedBy,
    Heard,
    KeysSent,
    LineChanged,
    LineState,
    Moment,
    Order,
    Ordered,
    PhoneChanged,
    PhoneState,
    PromptMarked,
    SpeakingEnded,
    Tick,
    Transcribed,
    TranscriptUnavailable,
)
from custom_components.hold_slayer.navigation.navigator import Navigator
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.states import CallState

#: Words per second of a speaker.
_PACE = 2.5
#: The call is answered at this time of its clock; leg audio starts there.
_ANSWERED_AT = 5.0


@dataclass
class Drive:
    """Drives a navigator as the call would; every order is kept with its time."""

    plan: CallPlan
    #: Seconds between the end of an utterance and its text.
    reading_s: float = 0.3
    #: Seconds of silence after which the ears end an utterance.
    hangover_s: float = 0.3
    now: float = 0.0
    orders: list[tuple[float, Act]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.navigator = Navigator(self.plan)
        self._utterance = 0
        self._speaking: list[tuple[float, Speak]] = []

    # ── the world ────────────────────────────────────────────────────────────────

    def tell(self, moment: Moment) -> list[Act]:
        acts = self.navigator.handle(moment, self.now)
        for act in acts:
            self.orders.append((self.now, act))
            if isinstance(act, Speak):
                self._speaking.append((self.now + len(act.text.split()) / _PACE, act))
            elif isinstance(act, StopSpeaking):
                self._speaking.clear()
        for act in acts:
            if isinstance(act, SendKeys):
                self.tell(KeysSent(request=act.request))
            elif isinstance(act, MarkPrompt):
                self.tell(PromptMarked(request=act.request, print_id=f"{act.request:012x}"))
            elif isinstance(act, BridgeUser):
                self.tell(Bridged())
        return acts

    def heard(self, event: HeardEvent) -> list[Act]:
        return self.tell(Heard(event=event))

    def wait(self, seconds: float) -> None:
        """Let time pass; ticks come when asked for, our own words end in time."""
        end = self.now + seconds
        while True:
            due = [at for at, _ in self._speaking]
            if self.navigator.deadline is not None:
                due.append(self.navigator.deadline)
            at = min((max(self.now, one) for one in due), default=end + 1)
            if at > end:
                self.now = end
                return
            self.now = at
            ended = [one for one in self._speaking if one[0] <= at]
            for one in ended:
                self._speaking.remove(one)
                self.tell(SpeakingEnded(request=one[1].request))
            if not ended:
                before = self.navigator.deadline
                self.tell(Tick())
                assert self.navigator.deadline != before or before is None, "a tick did nothing"

    @property
    def audio(self) -> float:
        return self.now - _ANSWERED_AT

    def answer(self) -> None:
        self.tell(LineChanged(state=LineState.CALLING))
        self.now = 2.0
        self.tell(LineChanged(state=LineState.RINGING))
        self.now = _ANSWERED_AT
        self.tell(LineChanged(state=LineState.ANSWERED))

    def say(
        self,
        text: str,
        *,
        after: float = 0.5,
        unreadable: bool = False,
        repeat_of: float | None = None,
        known: tuple[str, float] | None = None,
        verdict: Verdict | None = None,
        probability: float = 0.6,
        doubt: bool = False,
        early: str = "",
    ) -> float:
        """The company says something; returns the leg time at which it began.

        `verdict` comes after a second, the ears' second thoughts (`doubt`) half a second later, and
        with them the `early` words of what goes on. `known` is a print in the company's book and where in
        it this begins, s.
        """
        self.wait(after)
        self._utterance += 1
        utterance = self._utterance
        since = self.audio
        length = max(0.5, len(text.split()) / _PACE)
        self.wait(0.2)
        self.heard(Hearing(time=self.audio, since=since, sound=Sound.SPEECH))
        self.heard(UtteranceStarted(time=self.audio, utterance=utterance, since=since))
        if verdict is not None:
            self.wait(min(1.0, length - 0.2))
            self.verdict(verdict, probability, since=since)
        if doubt:
            self.wait(0.5)
            self.verdict(Verdict.MACHINE, 0.05, since=since)
        if early:
            self.tell(Transcribed(utterance=utterance, text=early, final=False))
        repeat = None
        if repeat_of is not None:
            repeat = Repeat(source=RepeatSource.CALL, first_heard=repeat_of, score=0.95)
        if known is not None:
            repeat = Repeat(
                source=RepeatSource.BOOK, score=0.95, print_id=known[0], offset=known[1]
            )
            self.wait(0.3)
            self.heard(Repeated(time=self.audio, since=since, sound=Sound.SPEECH, repeat=repeat))
        until = since + length
        self.wait(until - self.audio)
        self.wait(self.hangover_s)
        event = UtteranceEnded(
            time=self.audio, utterance=utterance, since=since, until=until, repeat=repeat
        )
        wanted = self.navigator.wants_transcript(event)
        self.heard(event)
        if wanted:
            self.wait(self.reading_s)
            self.tell(
                TranscriptUnavailable(utterance=utterance, reason="away", away=True)
                if unreadable
                else Transcribed(utterance=utterance, text=text, since=since, until=until)
            )
        return since

    def menu(
        self, *sentences: str, after: float = 0.5, known: str = "", deaf: bool = False
    ) -> float:
        """The company reads out sentences with short pauses, all one utterance.

        After each the words so far arrive, unless `deaf`; `known` is a print in the company's book
        that begins here. Returns the leg time at which it began.
        """
        self.wait(after)
        self._utterance += 1
        utterance, since, so_far = self._utterance, self.audio, ""
        self.wait(0.2)
        self.heard(Hearing(time=self.audio, since=since, sound=Sound.SPEECH))
        self.heard(UtteranceStarted(time=self.audio, utterance=utterance, since=since))
        repeat = None
        if known:
            repeat = Repeat(source=RepeatSource.BOOK, score=0.95, print_id=known, offset=0.0)
            self.wait(0.3)
            self.heard(Repeated(time=self.audio, since=since, sound=Sound.SPEECH, repeat=repeat))
        until, length = since, 0.0
        for sentence in sentences:
            so_far = f"{so_far} {sentence}".strip()
            length += len(sentence.split()) / _PACE
            until = since + length
            self.wait(until - self.audio)
            self.wait(0.3)
            self.heard(
                UtterancePaused(time=self.audio, utterance=utterance, since=since, until=until)
            )
            length += 0.4
            if not deaf:
                self.wait(0.1)
                self.tell(Transcribed(utterance=utterance, text=so_far, final=False))
        self.wait(until + 0.6 - self.audio)
        event = UtteranceEnded(
            time=self.audio, utterance=utterance, since=since, until=until, repeat=repeat
        )
        self.heard(event)
        if deaf:
            self.tell(TranscriptUnavailable(utterance=utterance, reason="away", away=True))
        else:
            self.tell(Transcribed(utterance=utterance, text=so_far, since=since, until=until))
        return since

    def verdict(self, verdict: Verdict, probability: float, since: float | None = None) -> None:
        self.heard(
            VerdictChange(
                time=self.audio,
                verdict=verdict,
                probability=probability,
                since=self.audio if since is None else since,
            )
        )

    def sound(self, sound: Sound, seconds: float) -> None:
        self.heard(Hearing(time=self.audio, since=self.audio, sound=sound))
        self.wait(seconds)

    def music(self, seconds: float) -> None:
        self.sound(Sound.MUSIC, seconds)

    def silence(self, seconds: float) -> None:
        self.sound(Sound.SILENCE, seconds)

    def person(self, text: str, *, after: float = 0.5, probability: float = 0.93) -> None:
        self.say(text, after=after, verdict=Verdict.PERSON, probability=probability)

    def phone(self, state: PhoneState) -> None:
        self.tell(PhoneChanged(state=state))

    def order(self, order: Order) -> None:
        self.tell(Ordered(order=order))

    def company_hangs_up(self) -> None:
        self.tell(LineChanged(state=LineState.ENDED, ended_by=EndedBy.THEM))

    def model(self, choice: str, error: str = "") -> None:
        """The model answers the last question."""
        consult = self.all(Consult)[-1]
        self.tell(Consulted(request=consult.request, choice=choice, error=error))

    # ── what came of it ──────────────────────────────────────────────────────────

    def all[T: Act](self, kind: type[T]) -> list[T]:
        return [act for _, act in self.orders if isinstance(act, kind)]

    def times(self, kind: type[Any]) -> list[float]:
        return [at for at, act in self.orders if isinstance(act, kind)]

    @property
    def state(self) -> CallState:
        return self.navigator.state

    @property
    def states(self) -> list[CallState]:
        return [act.state for act in self.all(EnterState)]

    @property
    def keys(self) -> list[str]:
        return [act.keys for act in self.all(SendKeys)]

    @property
    def spoken(self) -> list[str]:
        return [act.text for act in self.all(Speak)]

    @property
    def end(self) -> EndCall:
        ends = self.all(EndCall)
        assert len(ends) == 1, f"the call ended {len(ends)} times"
        return ends[0]

    def notes(self, kind: NoteKind) -> list[Note]:
        return [note for note in self.all(Note) if note.kind is kind]
