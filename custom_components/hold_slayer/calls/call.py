"""One call: owns a navigator, tells it what happens and does what it orders."""

import asyncio
from collections.abc import Callable, Coroutine
import logging
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..hearing.heard import Hearing, Repeated, UtteranceEnded, VerdictChange
from ..navigation.acts import (
    Act,
    BridgeUser,
    Consult,
    EndCall,
    EnterState,
    MarkPrompt,
    Note,
    ReadEarly,
    RingUser,
    SendKeys,
    SetPhase,
    Speak,
    StopRingingUser,
    StopSpeaking,
    UnbridgeUser,
)
from ..navigation.moments import EndedBy, Heard, LineChanged, LineState, Moment, Order, Ordered
from ..navigation.navigator import Navigator
from ..navigation.states import FINAL_STATES, CallState, Outcome, final_state
from ..reach.phone import Phone
from ..speech.listen import Result
from ..speech.speak import SpeechUnavailable
from ..telephony.errors import EngineError, EngineLost, EngineRefused
from ..telephony.messages import (
    EngineEvent,
    HeardOnLeg,
    IncomingCall,
    LegChanged,
    LegState,
    LegStatistics,
    PhoneRegistration,
    Played,
    RecordingEnded,
    Registration,
    SpeechAudio,
)
from .changes import Change, ChangeKind
from .company import Company
from .driver import Driver
from .job import Job
from .problems import engine_failed, failed
from .progress import CallProgress
from .recorder import CallRecorder
from .tools import CallTools
from .user_side import UserSide

_LOGGER = logging.getLogger(__name__)

_LINE_STATES = {
    LegState.CALLING: LineState.CALLING,
    LegState.RINGING: LineState.RINGING,
    LegState.EARLY: LineState.EARLY,
    LegState.CONFIRMED: LineState.ANSWERED,
    LegState.DISCONNECTED: LineState.ENDED,
}
#: Longest wait for the engine to dial (it may have to look up a server), s.
LONGEST_DIALLING_S = 5.0

type ChangeHandler = Callable[["Call", Change], None]


class Call:
    """A job from its first digit until both sides are done."""

    def __init__(
        self, hass: HomeAssistant, job: Job, tools: CallTools, on_change: ChangeHandler
    ) -> None:
        """Prepare the call; `start` dials."""
        self.hass = hass
        self.job = job
        now = dt_util.utcnow()
        self.progress = CallProgress(started=now, since=now)
        self.ended = asyncio.Event()
        self._on_change = on_change
        self._driver = Driver(hass, job.id, job.plan, do=self._do, is_active=lambda: self.active)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = False
        self._placing: asyncio.Task[None] | None = None
        self._refusal: EngineRefused | None = None
        self._redial = tools.redial
        self._company = Company(hass, self, tools)
        self._user = UserSide(hass, self, tools)
        self.recorder = CallRecorder(hass, self, self._company.leg, tools)

    @property
    def id(self) -> str:
        """The id by which actions and events name this call."""
        return self.job.id

    @property
    def company_leg(self) -> str:
        """The id of the leg to the company."""
        return self._company.leg.id

    @property
    def state(self) -> CallState:
        """Where the call is."""
        return self.progress.state

    @property
    def active(self) -> bool:
        """Tell whether there is still something to do or to end."""
        return not self._ending and self.state not in FINAL_STATES

    @callback
    def start(self) -> None:
        """Dial the company, or answer it."""
        self.progress.draw(self.progress.started)
        self.changed(ChangeKind.STATE)
        self.tell(LineChanged(state=LineState.CALLING))
        self._placing = self.run(self._place(), "dial")

    async def placed(self) -> EngineRefused | None:
        """Wait until the engine has dialled; return why it refused to."""
        if self._placing is not None:
            await asyncio.wait({self._placing}, timeout=LONGEST_DIALLING_S)
        return self._refusal

    @callback
    def order(self, order: Order) -> None:
        """Take an order of the user."""
        self.tell(Ordered(order=order))

    async def teach(self, *, person: bool) -> None:
        """Take to heart whether what is heard now is a person: for this call and the next ones."""
        await self._company.teach(person=person)

    @callback
    def tell(self, moment: Moment) -> None:
        """Tell the navigator that something happened, and do what it orders."""
        self._driver.tell(moment)

    @callback
    def handle(self, event: EngineEvent) -> None:
        """Take an event of one of this call's legs."""
        if isinstance(event, Registration | IncomingCall | PhoneRegistration):
            return
        if event.leg != self._company.leg.id:
            self._user.handle(event)
            return
        match event:
            case LegChanged():
                self._line_changed(event)
            case HeardOnLeg(heard=heard):
                self._heard(heard)
            case SpeechAudio():
                self._company.read(event)
            case Played():
                self._company.leg.played(event)
            case RecordingEnded():
                self.recorder.ended(event)

    @callback
    def changed(self, kind: ChangeKind, **facts: Any) -> None:
        """Let everybody who shows this call know."""
        self._on_change(self, Change(kind=kind, facts=facts))

    @callback
    def run(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Do something in the background for as long as the call lives."""
        task = self.hass.async_create_background_task(
            self._guard(work, name), f"hold_slayer call {self.id} {name}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @callback
    def hear_text(self, result: Result) -> None:
        """Take what speech-to-text made of an utterance."""
        result = self._company.dated(result)
        self._company.note_text(result)
        self.tell(result)

    async def press(self, keys: str) -> None:
        """Press keys by order of the user; raises a translated error."""
        try:
            await self._company.press(keys)
        except EngineError as err:
            raise engine_failed(err) from err

    async def say(self, text: str, language: str | None = None) -> bool:
        """Say something by order of the user; return whether it was said to the end."""
        try:
            return await self._company.say(text, language or self.job.language)
        except EngineError as err:
            raise engine_failed(err) from err
        except SpeechUnavailable as err:
            raise failed("speech_unavailable", reason=err) from err

    async def statistics(self) -> LegStatistics | None:
        """Return the media figures of the company leg; None when there are none."""
        return await self._company.leg.statistics()

    @property
    def navigator(self) -> Navigator:
        """Return what decides in this call: it keeps the journal and the lesson."""
        return self._driver.navigator

    async def listen_in(self, phone: Phone) -> bool:
        """Let a phone hear the company; return whether it was picked up."""
        return await self._user.listen_in(phone)

    @callback
    def accept(self) -> None:
        """The user said that they take the call: picking up any phone is enough now."""
        self._user.vouch()
        self.order(Order.CONNECT_NOW)

    async def end(self, outcome: Outcome, reason: str = "") -> None:
        """End the call whatever it is doing, leaving no leg up."""
        if self._ending:
            await self.ended.wait()
            return
        self._ending = True
        self._driver.stop()
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        await asyncio.gather(self.recorder.close(), self._company.close(reason), self._user.close())
        self.progress.outcome = outcome
        self.progress.reason = reason
        self.progress.redial_at = self._redial(self)
        talked = self.progress.connected is not None
        final = CallState.ENDED if talked else final_state(outcome)
        self.progress.enter(final, dt_util.utcnow())
        self.ended.set()
        self.changed(ChangeKind.STATE)
        self.changed(ChangeKind.ENDED)

    async def _place(self) -> None:
        """Dial; a refusal of the engine is told like a failed leg."""
        try:
            await self._company.place()
        except EngineRefused as err:
            self._refusal = err
            failure = err.error.value if err.error.value in Outcome else Outcome.FAILED.value
            self.tell(
                LineChanged(
                    state=LineState.ENDED,
                    ended_by=EndedBy.FAILURE,
                    failure=failure,
                    sip_code=err.sip_code,
                    text=err.text,
                )
            )
        except EngineLost as err:
            self.tell(
                LineChanged(
                    state=LineState.ENDED,
                    ended_by=EndedBy.FAILURE,
                    failure=Outcome.ENGINE_LOST.value,
                    text=str(err),
                )
            )

    async def _guard(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Keep an engine's refusal from ending more than the one thing it refused."""
        try:
            await work
        except EngineError as err:
            _LOGGER.warning("Call %s: %s: %s", self.id, name, err)

    def _line_changed(self, event: LegChanged) -> None:
        """Follow the company leg."""
        self._company.leg.changed(event)
        if event.state is LegState.CONFIRMED and self.progress.answered is None:
            self.progress.answered = dt_util.utcnow()
        if (state := _LINE_STATES.get(event.state)) is None:
            return
        self.tell(
            LineChanged(
                state=state,
                ended_by=EndedBy(event.ended_by.value) if event.ended_by else None,
                failure=event.failure.value if event.failure else "",
                sip_code=event.sip_code,
                text=event.text,
            )
        )
        if state is LineState.ENDED and self.active and not self.navigator.waits_for_words:
            # Whatever the navigator makes of it, a call without a company leg is over.
            self.run(self.end(Outcome.COMPANY_HUNG_UP, event.text), "end")

    def _heard(self, heard: Any) -> None:
        """Note what the ears report, and tell the navigator."""
        self._company.noticed(heard)
        match heard:
            case Hearing(sound=sound):
                self.progress.hear(sound, dt_util.utcnow())
                self.changed(ChangeKind.SOUND)
            case Repeated():
                self.progress.repeated()
                self.changed(ChangeKind.SOUND)
            case VerdictChange():
                self.progress.verdict = heard.verdict
                self.progress.probability = heard.probability
                self.progress.reasons = heard.reasons
                self.changed(ChangeKind.VERDICT)
        self.tell(Heard(event=heard))
        if isinstance(heard, UtteranceEnded):
            wanted = self.navigator.wants_transcript(heard)
            self._company.utterance_ended(heard, wanted=wanted)

    def _do(self, act: Act) -> None:
        """Carry out one order."""
        match act:
            case EnterState():
                self._enter(act)
            case EndCall(outcome=outcome, reason=reason):
                self.progress.opens_at = act.opens_at
                self.run(self.end(outcome, reason), "end")
            case SendKeys() | Speak() | StopSpeaking() | ReadEarly() | SetPhase():
                self._company.do(act)
            case Consult() | MarkPrompt():
                self._company.do(act)
            case RingUser() | StopRingingUser() | BridgeUser() | UnbridgeUser():
                self._user.do(act)
            case Note():
                self._note(act)

    def _enter(self, act: EnterState) -> None:
        """Be in a new state."""
        if act.probability is not None:
            self.progress.probability = act.probability
            self.progress.reasons = act.reasons
        before = self.state
        if act.state in FINAL_STATES or act.state is before:
            return
        self.progress.enter(act.state, dt_util.utcnow())
        self.recorder.entered(act.state)
        self.changed(ChangeKind.STATE, before=before)

    def _note(self, note: Note) -> None:
        """Keep what the navigator finds worth keeping."""
        self._company.note(note)
        self.changed(ChangeKind.NOTE, note=note)
