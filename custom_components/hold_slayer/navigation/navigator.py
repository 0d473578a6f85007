"""The navigator: everything that happens to a call goes in, orders come out.

It knows no clock, no network and no Home Assistant. `turns.py` says which state follows which.
"""

from dataclasses import replace

from ..hearing.heard import (
    NETWORK_TONES,
    AudioResumed,
    AudioStopped,
    HeardEvent,
    Hearing,
    Repeated,
    RepeatEnded,
    RepeatSource,
    Sound,
    UtteranceEnded,
    UtterancePaused,
    UtteranceStarted,
    VerdictChange,
)
from . import transcript
from .acts import Act, EndCall, EnterState, StopRingingUser
from .call_back import CallBackOffer, Progress
from .connected import Connected
from .context import CallContext
from .dialing import Dialing
from .endings import ended_here, hung_up, limit_reached, outcome_of
from .following import FlowFollower
from .holding import Holding
from .journal import Deed
from .keeping import Keeping
from .keys import Keypad
from .last_words import LastWords
from .learner import Lesson, learn
from .moments import (
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
    PromptMarked,
    SpeakingEnded,
    Transcribed,
    TranscriptUnavailable,
)
from .navigating import Navigating
from .phrases import Phrases
from .plan import CallPlan
from .prompt import PromptSoFar
from .reading import MenuReader
from .stage import Finish, Sign, Stage, Turn
from .states import FINAL_STATES, CallState, Outcome, final_state
from .suspecting import Suspecting
from .tail import MenuTail
from .transcript import recall
from .turns import BEFORE, LEAVES, next_state
from .understanding import understand

_S = CallState
#: States in which a person is there.
_WITH_SOMEBODY = frozenset({_S.PERSON_DETECTED, _S.RINGING_YOU, _S.CONNECTED})
#: States in which each utterance is judged by itself.
_ALONE = frozenset({_S.DIALING, _S.RINGING, _S.NAVIGATING, _S.ON_HOLD})
#: A busy tone this long, in s, in a call that was up: the company is gone.
_TONE_ENDS = 4.0
#: More turns than this for one moment would be a circle in the table.
_MOST_TURNS = 6


class Navigator:
    """Takes a call from dialing to the bridge."""

    def __init__(self, plan: CallPlan) -> None:
        """Plan a call; nothing happens before the first moment."""
        self._call = CallContext(plan)
        self._state = CallState.IDLE
        self._reached = False
        self._last_words = LastWords(self._call)
        keypad = Keypad(self._call)
        call_back = CallBackOffer(self._call, keypad)
        reader = MenuReader(self._call, keypad, call_back)
        prompt = PromptSoFar(self._call)
        flow = FlowFollower(self._call, keypad, reader, prompt)
        tail = MenuTail()
        self._call_back = call_back
        keeping = Keeping(self._call)
        dialing = Dialing(self._call)
        self._stages: dict[CallState, Stage] = {
            _S.IDLE: Stage(self._call),
            _S.QUEUED: Stage(self._call),
            _S.DIALING: dialing,
            _S.RINGING: dialing,
            _S.NAVIGATING: Navigating(self._call, keypad, reader, prompt, flow, tail),
            _S.ON_HOLD: Holding(self._call, keypad, call_back, flow, tail),
            _S.PERSON_SUSPECTED: Suspecting(self._call),
            _S.PERSON_DETECTED: keeping,
            _S.RINGING_YOU: keeping,
            _S.CONNECTED: Connected(self._call),
        }

    @property
    def state(self) -> CallState:
        """Where the call is."""
        return self._state

    @property
    def deadline(self) -> float | None:
        """When a `Tick` is wanted, on the clock of `now`."""
        if self._state in FINAL_STATES:
            return None
        call = self._call
        return min((*call.timers.values(), *call.line.awaited.values()), default=None)

    @property
    def waits_for_words(self) -> bool:
        """Whether the company is gone and only its last words are waited for."""
        return self._last_words.waiting

    @property
    def journal(self) -> tuple[Deed, ...]:
        """What was done in menus, and upon hearing what: for the learner."""
        return tuple(self._call.journal)

    @property
    def explored(self) -> str:
        """The menu found at the end of an explored path; "" when it led elsewhere."""
        return self._call.explored

    @property
    def phrases(self) -> Phrases:
        """The phrases of the company's language."""
        return self._call.phrases

    @property
    def flow_stale(self) -> bool:
        """Whether what was heard did not fit the call flow."""
        return self._call.flow_stale

    def lesson(self, name: str) -> Lesson | None:
        """What the call taught: a flow proposed under that name, refined or corrected."""
        return learn(
            self._call.plan.flow,
            self._call.journal,
            reached=self._reached,
            held_s=self.held_s,
            name=name,
            phrases=self._call.phrases,
        )

    @property
    def held_s(self) -> float:
        """Seconds spent on hold."""
        return self._call.holding_s

    def wants_transcript(self, event: UtteranceStarted | UtteranceEnded) -> bool:
        """Whether an utterance deserves speech-to-text: new speech, while words can matter."""
        if not self._call.speech_to_text or self._state in FINAL_STATES | {_S.CONNECTED}:
            return False
        if isinstance(event, UtteranceStarted) or event.repeat is None:
            return True
        # A menu known from an earlier call is read all the same: its words fire the flow's steps.
        known = recall(self._call.line.said, event) is not None or self._state is not _S.NAVIGATING
        return event.repeat.source is RepeatSource.BOOK and not known

    def handle(self, moment: Moment, now: float) -> list[Act]:
        """Take in what happened at `now` (s, monotonic) and say what is to be done."""
        if self._state in FINAL_STATES:
            return []
        call = self._call
        call.now = max(call.now, now)  # a clock that jumps back moves nothing
        call.acts = []
        self._follow(self._take(moment))
        self._run_timers()
        ended = self._last_words.over
        if ended is not None and self._state not in FINAL_STATES:
            self._follow(self._line_ended(ended))
        return call.acts

    # ── one moment ───────────────────────────────────────────────────────────────

    @property
    def _stage(self) -> Stage:
        return self._stages[_S.IDLE if self._last_words.waiting else self._state]

    def _take(self, moment: Moment) -> Turn:
        stage = self._stage
        match moment:
            case Heard(event=event):
                return self._hear(event)
            case Transcribed():
                return self._read(moment)
            case TranscriptUnavailable(utterance=utterance):
                self._call.line.awaited.pop(utterance, None)
                if moment.away:
                    self._call.unread(moment.reason)
                return stage.on_unreadable(utterance)
            case LineChanged():
                return self._line(moment)
            case KeysSent():
                return stage.on_keys_sent(moment)
            case SpeakingEnded():
                if moment.request == self._call.speaking_request:
                    self._call.speaking_request = None
                if moment.error:
                    self._call.unspoken(moment.error)
                return stage.on_spoken(moment)
            case PhoneChanged(state=state):
                return stage.on_phone(state)
            case Consulted():
                return stage.on_consulted(moment)
            case PromptMarked(request=request, print_id=print_id):
                self._call.marked(request, print_id)
                return None
            case Bridged():
                return stage.on_bridged(moment)
            case Ordered(order=Order.HANG_UP):
                return Finish(ended_here(self._state), "You ended the call.")
            case Ordered(order=order):
                return stage.on_order(order)
        return None  # a Tick only lets the timers run

    def _hear(self, event: HeardEvent) -> Turn:
        call = self._call
        stage = self._stage
        if isinstance(event, UtteranceEnded):
            event = call.without_handled(event)
        call.line.hear(event, call.now)
        match event:
            case Hearing():
                self._mind_tone(event.sound)
                return stage.on_sound(event)
            case Repeated():
                return stage.on_repeat(event)
            case UtteranceStarted():
                if self._state in _ALONE:
                    call.judge.new_voice(event.utterance)
                return stage.on_speech(event)
            case RepeatEnded():
                return stage.on_repeat_end()
            case UtterancePaused():
                return stage.on_pause(event) if call.speech_to_text else None
            case UtteranceEnded():
                if self.wants_transcript(event):
                    call.line.awaited[event.utterance] = call.now + call.plan.pace.transcript_s
                turn = stage.on_speech_end(event)
                if turn is None and (words := recall(call.line.said, event)) is not None:
                    turn = stage.on_words(words)
                return turn
            case VerdictChange():
                call.judge.hear(event)
                return stage.on_verdict(event)
            case AudioStopped():
                call.no_audio(event.time - event.since, menu=self._state is _S.NAVIGATING)
            case AudioResumed():
                call.stop("dead_line")
        return None

    def _mind_tone(self, sound: Sound) -> None:
        """Watch a tone of the network that lasts: the company is gone."""
        if sound not in NETWORK_TONES - {Sound.RINGBACK, Sound.CALL_WAITING}:
            self._call.stop("tone")
        elif self._state not in BEFORE and "tone" not in self._call.timers:
            self._call.wait("tone", _TONE_ENDS)

    def _read(self, heard: Transcribed) -> Turn:
        call = self._call
        if self._state is _S.CONNECTED:
            return None
        if heard.until <= 0 and heard.utterance in call.line.spans:
            since, until = call.line.spans[heard.utterance]
            heard = replace(heard, since=since, until=until)
        heard = call.unhandled(heard)
        if not heard.final:
            fresh = heard.text.strip()
            return self._stage.on_partial(understand(heard, call.languages)) if fresh else None
        call.line.awaited.pop(heard.utterance, None)
        if not heard.text.strip():
            return self._stage.on_unreadable(heard.utterance)
        words = transcript.add(call.line.said, heard, call.languages)
        call.judge.read(words, repeated=words.again)
        turn = self._stage.on_words(words)
        if turn is Sign.FALSE_ALARM:
            self._follow(turn)
            # An announcement that passed for a person is an announcement all the same.
            return self._stage.on_words(words) if self._state is _S.ON_HOLD else None
        return turn

    def _line(self, change: LineChanged) -> Turn:
        call = self._call
        match change.state:
            case LineState.CALLING:
                return Sign.DIALS
            case LineState.ANSWERED:
                call.was_answered()
                if self._state in (_S.IDLE, _S.QUEUED):
                    self._follow(Sign.DIALS)
            case LineState.ENDED:
                return self._line_ended(change)
        return self._stage.on_line(change)

    def _line_ended(self, change: LineChanged) -> Turn:
        if self._last_words.hold_back(change, self._state):
            return None
        if change.ended_by is EndedBy.FAILURE or (change.failure and self._state in BEFORE):
            outcome = outcome_of(change.failure)
            return Finish(outcome, change.text or f"The call failed: {outcome.value}.")
        if change.ended_by is EndedBy.US:
            return Finish(ended_here(self._state), "The call was ended here.")
        arranged = self._call_back.progress is not Progress.NONE
        return hung_up(self._state, self._call, arranged=arranged)

    # ── timers ───────────────────────────────────────────────────────────────────

    def _run_timers(self) -> None:
        # at the end of a call nothing is awaited and no timer runs any more
        for utterance in self._call.line.given_up(self._call.now):
            self._follow(self._stage.on_unreadable(utterance))
        for name in self._call.due():
            self._follow(self._timer(name))

    def _timer(self, name: str) -> Turn:
        match name:
            case "call_limit" | "cost_limit":
                return None if self._state is _S.CONNECTED else limit_reached(name)
            case "dead_line":
                return Finish(Outcome.LINE_DEAD, "No sound arrives from the company any more.")
            case "tone":
                return self._line_ended(LineChanged(state=LineState.ENDED, ended_by=EndedBy.THEM))
        return self._stage.on_timer(name)

    # ── moving on ────────────────────────────────────────────────────────────────

    def _follow(self, turn: Turn) -> None:
        for _ in range(_MOST_TURNS):
            if turn is None:
                return
            if self._call.plan.explore and turn in LEAVES:
                turn = Finish(Outcome.EXPLORED, "The way was explored up to the queue.")
            if isinstance(turn, Finish):
                self._finish(turn)
                return
            after = next_state(self._state, turn, self._call)
            if after is None or after is self._state:
                return
            turn = self._go(after)

    def _go(self, state: CallState) -> Turn:
        before, self._state = self._state, state
        if state in _WITH_SOMEBODY:
            self._reached = True
        elif before in _WITH_SOMEBODY and before is not _S.CONNECTED:
            self._reached = False  # a false alarm
        stage, old = self._stages[state], self._stages[before]
        if stage is not old:
            old.leave()
        judge = self._call.judge
        suspicious = state in (_S.PERSON_SUSPECTED, _S.PERSON_DETECTED)
        self._call.do(
            EnterState(
                state=state,
                probability=judge.probability if suspicious else None,
                reasons=judge.reasons if suspicious else (),
            )
        )
        return stage.enter(before)

    def _finish(self, finish: Finish) -> None:
        call = self._call
        if call.user_ringing and finish.outcome is not Outcome.CONNECTED:
            call.do(StopRingingUser(reason=finish.reason))
        self._state = final_state(finish.outcome)
        call.timers.clear()
        call.line.awaited.clear()
        call.do(EnterState(state=self._state))
        call.do(EndCall(outcome=finish.outcome, reason=finish.reason, opens_at=call.opens_at))
