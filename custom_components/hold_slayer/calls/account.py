"""An account at run time: registration, lines, contacts and phones of one config entry."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..account_form import account_settings
from ..const import SubentryType
from ..issues import raise_issue, withdraw_issue
from ..navigation import phrases
from ..navigation.plan import CallPlan
from ..navigation.states import Outcome
from ..reach.escalation import EscalationPlan
from ..reach.phone import Phone
from ..records.outlook import Outlooks
from ..speech.choice import SpeechChoice, speech_choice
from ..speech.decide import Adviser
from ..speech.listen import Result, Transcriber
from ..speech.speak import Voice
from ..telephony.errors import EngineError
from ..telephony.messages import (
    PHONES_ACCOUNT,
    AddAccount,
    EngineEvent,
    ErrorKind,
    IncomingCall,
    Registration,
    RegistrationState,
    RemoveAccount,
)
from ..telephony.supervision import LinkState
from .call import Call
from .call_backs import CallBacks
from .changes import Change, ChangeKind
from .contact import Contact
from .contact_prints import ContactPrints
from .dialling import Dialling
from .engine import SharedEngine
from .exploring import Explorations
from .job import Job
from .learning import Learning
from .line import Line
from .menus import Menus
from .phone_places import places, policy_of, ringable, serve_phones
from .phrasebook import company_phrases, user_phrases
from .problems import dial_refused
from .redials import Redials
from .request import CallRequest
from .resolve import resolve
from .schedule import Schedule
from .settings import Settings
from .straight_through import put_through
from .switchboard import Switchboard
from .tools import CallTools

_LOGGER = logging.getLogger(__name__)

#: Questions to the model in one call.
MODEL_BUDGET = 12
#: SIP answers that mean the password is wrong.
_WRONG_PASSWORD = (401, 403, 407)

type HoldSlayerConfigEntry = ConfigEntry[Account]


class Account:
    """One SIP account in use."""

    def __init__(
        self, hass: HomeAssistant, entry: HoldSlayerConfigEntry, engine: SharedEngine
    ) -> None:
        """Read the entry; `start` registers."""
        self.hass = hass
        self.entry = entry
        self.engine = engine
        self.settings = Settings.from_options(entry.options)
        self.switchboard = Switchboard(hass, engine, self.settings.lines)
        self.schedule = Schedule(hass, self)
        self.dialling = Dialling(self)
        #: Takes the call of a test that calls the account itself.
        self.expect_own_call: Callable[[IncomingCall], None] | None = None
        self.call_backs = CallBacks(hass, self)
        self.redials = Redials(self)
        self.prints = ContactPrints(self)
        self.menus = Menus(hass)
        self.learning = Learning(hass, self)
        self.explorations = Explorations(self)
        self.outlooks = Outlooks(hass, self)
        self.registration = RegistrationState.REGISTERING
        self.registration_text = ""
        self.contacts: dict[str, Contact] = {}
        self.phones: dict[str, Phone] = {}
        #: What is dialled for phones that are tried before they are saved.
        self.on_trial: set[str] = set()
        #: Ids of phones that are not to be disturbed.
        self.quiet_phones: set[str] = set()
        self._voice = Voice(hass, None)
        self._spoken_with = SpeechChoice()
        self._data = dict(entry.data)
        self._watchers: set[Callable[[], None]] = set()
        self._unwatch: list[CALLBACK_TYPE] = []
        self.read_subentries()

    @property
    def language(self) -> str:
        """The user's language."""
        return self.settings.language or self.hass.config.language

    @property
    def voice(self) -> Voice:
        """The voice as it is chosen now; phrases it keeps last as long as the choice."""
        chosen = speech_choice(self.hass, self.settings)
        if chosen != self._spoken_with:
            self._spoken_with = chosen
            self._voice = Voice(self.hass, chosen.tts_engine, chosen.tts_voice)
        return self._voice

    @property
    def registered(self) -> bool:
        """Tell whether calls can be made."""
        return self.engine.running and self.registration in (
            RegistrationState.REGISTERED,
            RegistrationState.STATIC,
        )

    async def start(self) -> None:
        """Register; raises `EngineError` when the registrar does not take us."""
        self._unwatch = [
            self.learning.start(),
            self.engine.watch_account(self.entry.entry_id, self._handle),
            self.engine.watch_state(self._engine_changed),
            self.engine.before_stop(self._home_stops),
        ]
        try:
            settings = account_settings(self.entry.entry_id, self.entry.data)
            await self.engine.link.request(AddAccount(account=settings))
        except EngineError:
            self._stop_watching()
            raise
        if self.registration is RegistrationState.REGISTERING:
            self.registration = RegistrationState.REGISTERED
        await self.send_policy()
        await serve_phones(self)
        await self.dialling.start()
        await self.schedule.load()
        await self.call_backs.start()
        self.prepare_voice()

    async def stop(self, reason: str) -> None:
        """End all calls and unregister."""
        self.schedule.stop()
        await self.switchboard.end_all(Outcome.HUNG_UP, reason)
        await self.prints.settle()
        await self.call_backs.stop()
        await self.dialling.stop()
        self._stop_watching()
        try:
            await self.engine.set_policy(self.entry.entry_id, None)
            await self.engine.phones.serve(self.entry.entry_id, (), 0)
            await self.engine.link.request(RemoveAccount(account_id=self.entry.entry_id))
        except EngineError as err:
            _LOGGER.debug("The account was gone already: %s", err)

    async def _home_stops(self) -> None:
        """Hang up in good order: both sides and the history learn that it is over."""
        await self.switchboard.end_all(Outcome.HUNG_UP, "Home Assistant is stopping")

    @callback
    def read_subentries(self) -> None:
        """Take over contacts and phones as they are now; calls keep what they started with."""
        subentries = self.entry.subentries.items()
        self.contacts = {
            key: Contact.from_subentry(key, subentry.title, subentry.data)
            for key, subentry in subentries
            if subentry.subentry_type == SubentryType.CONTACT
        }
        self.phones = {
            key: Phone.from_subentry(key, subentry.title, subentry.data)
            for key, subentry in subentries
            if subentry.subentry_type == SubentryType.PHONE
        }
        if self.phones:
            withdraw_issue(self.hass, self.entry, "no_phone")

    async def send_policy(self) -> None:
        """Tell the engine what may be dialled: what is saved, at home, and what the options allow."""
        try:
            await self.engine.set_policy(self.entry.entry_id, policy_of(self))
        except EngineError as err:
            _LOGGER.warning("The dial policy could not be set: %s", err)

    @callback
    def apply_changes(self) -> None:
        """Take over changed options and subentries while calls go on."""
        self.settings = Settings.from_options(self.entry.options)
        self.switchboard.set_lines(self.settings.lines)
        before = set(self.contacts)
        self.read_subentries()
        if gone := before - set(self.contacts):
            self.entry.async_create_task(
                self.hass, self.prints.books.remove(gone), "hold_slayer forget prints"
            )
            self.entry.async_create_task(
                self.hass, self.menus.remove(gone), "hold_slayer forget menus"
            )
        self.prepare_voice()
        self.entry.async_create_background_task(
            self.hass, self.send_policy(), "hold_slayer dial policy"
        )
        self.entry.async_create_background_task(self.hass, serve_phones(self), "hold_slayer phones")
        self.tell()
        if dict(self.entry.data) != self._data:
            self._register_anew()

    @callback
    def _register_anew(self) -> None:
        """Reload with new credentials, once the last call is over."""
        if not self.switchboard.active:
            self.hass.config_entries.async_schedule_reload(self.entry.entry_id)
            return

        @callback
        def when_free(_line: Line, _call: Call, change: Change) -> None:
            if change.kind is ChangeKind.ENDED and not self.switchboard.active:
                unwatch()
                self.hass.config_entries.async_schedule_reload(self.entry.entry_id)

        unwatch = self.switchboard.watch(when_free)

    @callback
    def prepare_voice(self, job: Job | None = None) -> None:
        """Make phrases before they are needed: those of a call, or those of all contacts."""
        if job is not None:
            wanted = user_phrases(self.language, job.name) + company_phrases(job.plan)
        else:
            names = [contact.name for contact in self.contacts.values()]
            wanted = [each for name in names[:8] for each in user_phrases(self.language, name)]
        self.entry.async_create_background_task(
            self.hass, self.voice.prepare(wanted), "hold_slayer phrases"
        )

    async def start_call(
        self, request: CallRequest, *, change: Callable[[CallPlan], CallPlan] | None = None
    ) -> Call:
        """Begin a call, its plan changed if need be; raises a translated error when it cannot be."""
        job, _ = resolve(self, request)
        if change is not None:
            job = replace(job, plan=change(job.plan))
        call = await self._begin(job, request.line)
        if job.contact is not None and not job.plan.explore:
            self.redials.forget(job.contact.id)
        refusal = await call.placed()
        if refusal is not None and refusal.error is ErrorKind.REFUSED_BY_POLICY:
            raise dial_refused(refusal, job.target)
        return call

    async def answer_call_back(self, request: CallRequest, leg: str, *, known: bool) -> Call:
        """Take a call that a company arranged; raises a translated error when it cannot be.

        `known` says that the number is the company's; else the caller is asked.
        """
        job, _ = resolve(self, request)
        plan = replace(job.plan, called_back=True, caller_known=known)
        return await self._begin(replace(job, plan=plan, incoming=leg), None)

    async def _begin(self, job: Job, line_number: int | None) -> Call:
        """Put a job on a line; raises a translated error when none is free."""
        # Files are read first: a line is taken after it.
        await self.hass.async_add_executor_job(phrases.preload, job.plan.languages)
        if job.contact is not None:
            book = await self.prints.books.load(job.contact.id)
            plan = replace(job.plan, announcements_known=book.announcements > 0)
            job = replace(job, plan=plan, book=book.data)
        line = self.switchboard.free_line(line_number)
        self.dialling.admit(job)
        self.prepare_voice(job)
        return self.switchboard.start(job, self.tools(), line)

    def tools(self) -> CallTools:
        """Return what a call works with."""
        settings = self.settings
        return CallTools(
            link=self.engine.link,
            account_id=self.entry.entry_id,
            voice=self.voice,
            adviser=Adviser(self.hass, settings.ai_task, MODEL_BUDGET),
            make_transcriber=self._make_transcriber,
            escalation=EscalationPlan(together=settings.ring_together, rounds=settings.ring_rounds),
            keep_prints=self.prints.keep,
            redial=self.redials.plan,
            recording_failed=self.recording_failed,
            ringable=partial(ringable, self),
            phone_places=partial(places, self),
        )

    @callback
    def recording_failed(self, reason: str) -> None:
        """Say that a call goes on without being recorded; "" = recording works again."""
        if not reason:
            withdraw_issue(self.hass, self.entry, "recording_failed")
            return
        _LOGGER.warning("Recording of %s stopped: %s", self.entry.title, reason)
        raise_issue(self.hass, self.entry, "recording_failed", {"reason": reason})

    @callback
    def watch(self, watcher: Callable[[], None]) -> CALLBACK_TYPE:
        """Tell `watcher` when registration, engine, contacts or phones change."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    @callback
    def tell(self) -> None:
        """Tell everybody who watches the account."""
        for watcher in tuple(self._watchers):
            watcher()
        for line in self.switchboard.lines:
            line.tell()

    def _make_transcriber(self, language: str, on_result: Callable[[Result], None]) -> Transcriber:
        """Build the reader of one call."""
        engine = speech_choice(self.hass, self.settings).stt_engine
        return Transcriber(self.hass, engine, language, on_result)

    @callback
    def _handle(self, event: EngineEvent) -> None:
        """Take what concerns the account."""
        match event:
            case Registration():
                self._registration_changed(event)
            case IncomingCall(account_id=account_id) if account_id == PHONES_ACCOUNT:
                self.entry.async_create_background_task(
                    self.hass, put_through(self, event), "hold_slayer call of a phone"
                )
            case IncomingCall() if self.expect_own_call is not None:
                self.expect_own_call(event)
            case IncomingCall():
                self.entry.async_create_background_task(
                    self.hass, self.call_backs.take(event), "hold_slayer incoming call"
                )

    @callback
    def _registration_changed(self, event: Registration) -> None:
        """Follow the registration: one log line on loss, one on recovery."""
        before, self.registration = self.registered, event.state
        self.registration_text = event.text
        if before and not self.registered and event.state is RegistrationState.FAILED:
            _LOGGER.warning("%s is no longer registered: %s", self.entry.title, event.text)
            if event.sip_code in _WRONG_PASSWORD:
                self.entry.async_start_reauth(self.hass)
        elif not before and self.registered:
            _LOGGER.info("%s is registered", self.entry.title)
        self.tell()

    @callback
    def _engine_changed(self, state: LinkState) -> None:
        """Follow the engine."""
        if state is not LinkState.RUNNING:
            self.registration = RegistrationState.REGISTERING
        self.tell()

    @callback
    def _stop_watching(self) -> None:
        """Be told nothing any more."""
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch = []
