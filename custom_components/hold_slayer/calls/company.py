"""The company's side of a call: dialling, keys, words in both directions, the model."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..hearing.heard import (
    HeardEvent,
    Phase,
    PrintKind,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
    VerdictChange,
)
from ..navigation.acts import (
    Consult,
    MarkPrompt,
    Note,
    NoteKind,
    ReadEarly,
    SendKeys,
    SetPhase,
    Speak,
    StopSpeaking,
)
from ..navigation.moments import (
    Consulted,
    KeysSent,
    Order,
    PromptMarked,
    SpeakingEnded,
    TranscriptUnavailable,
)
from ..speech.listen import Result
from ..speech.speak import SpeechUnavailable
from ..telephony.errors import EngineError
from ..telephony.messages import SpeechAudio
from .changes import ChangeKind
from .leg import Leg
from .progress import Speaker, TranscriptLine
from .tools import CallTools

if TYPE_CHECKING:
    from .call import Call

#: Utterances whose times are kept until their text comes.
MOST_SPANS = 32
#: What is kept of a stretch that may be taught about when the call is long over, s: enough to know a
#: recording by, 3.8 kB.
LONGEST_JUDGED_S = 20.0

#: Notes that stand among the words: what explains why a call went on as it did.
_TOLD = frozenset(
    {
        NoteKind.FALSE_ALARM,
        NoteKind.CALLBACK_OFFERED,
        NoteKind.FLOW_STALE,
        NoteKind.TRANSFER,
        NoteKind.SPEECH_TO_TEXT_AWAY,
        NoteKind.TEXT_TO_SPEECH_AWAY,
        NoteKind.MODEL_AWAY,
        NoteKind.NOT_STORED,
    }
)

type CompanyAct = SendKeys | Speak | StopSpeaking | ReadEarly | SetPhase | Consult | MarkPrompt


class Company:
    """The company leg with its voice, its reader and the adviser."""

    def __init__(self, hass: HomeAssistant, call: Call, tools: CallTools) -> None:
        """Prepare the leg."""
        leg_id = call.job.incoming or f"{call.job.id}.company"
        self.leg = Leg(tools.link, leg_id, tools.account_id)
        self._hass = hass
        self._call = call
        self._voice = tools.voice
        self._adviser = tools.adviser
        self._keep_prints = tools.keep_prints
        self._transcriber = tools.make_transcriber(call.job.language, call.hear_text)
        #: Utterance -> leg times of its first and last word, s.
        self._spans: dict[int, tuple[float, float]] = {}
        #: Utterance -> when its first word was said.
        self._said_at: dict[int, datetime] = {}
        #: Leg times of what the ears reported last, and of the speech they last took a stand on, s.
        self._heard_at = 0.0
        self._judged_since = 0.0

    def noticed(self, heard: HeardEvent) -> None:
        """Keep when the ears noticed something."""
        self._heard_at = max(self._heard_at, heard.time)
        if isinstance(heard, UtteranceStarted):
            self._said_at[heard.utterance] = dt_util.utcnow() - timedelta(
                seconds=max(0.0, heard.time - heard.since)
            )
            while len(self._said_at) > MOST_SPANS:
                del self._said_at[next(iter(self._said_at))]
        if isinstance(heard, VerdictChange) and heard.verdict is not Verdict.NOBODY:
            self._judged_since = heard.since

    async def teach(self, *, person: bool) -> None:
        """Tell the print book who was heard last, a person or a recording, then the navigator."""
        since, until = self._judged()
        kind = None if person else PrintKind.ANNOUNCEMENT
        print_id = await self.leg.mark_print(since, until, kind) if since < until else ""
        facts = {"person": person, "since": since, "until": until, "print_id": print_id}
        self._call.changed(ChangeKind.TAUGHT, **facts)
        # last, as it may end what the ears were listening to
        if self._call.active:
            self._call.order(Order.IS_PERSON if person else Order.IS_NO_PERSON)
        elif (contact := self._call.job.contact) is not None:
            self._keep_prints(contact.id, self.leg)

    def _judged(self) -> tuple[float, float]:
        """Return the leg times between which the ears heard what they judged last, s."""
        since, until = self._judged_since, self._heard_at
        if self._spans:
            spoken = list(self._spans.values())[-1]
            since, until = since or spoken[0], max(until, spoken[1])
        return since, until

    async def place(self) -> None:
        """Dial or answer, and have the words sent here when somebody can read them."""
        job = self._call.job
        if job.incoming:
            await self.leg.answer(phase=Phase.UNKNOWN, book=job.book)
        else:
            await self.leg.place(job.target, phase=Phase.UNKNOWN, book=job.book)
        if self._transcriber.available:
            await self.leg.stream_speech()

    def read(self, audio: SpeechAudio) -> None:
        """Give a piece of an utterance to speech-to-text."""
        self._transcriber.feed(audio)

    def utterance_ended(self, heard: UtteranceEnded, *, wanted: bool) -> None:
        """Keep when it was said; say at once that no words will come, where they are wanted."""
        self._spans[heard.utterance] = (heard.since, heard.until)
        while len(self._spans) > MOST_SPANS:
            del self._spans[next(iter(self._spans))]
        if wanted and not self._transcriber.knows(heard.utterance):
            away = not self._transcriber.available
            self._call.tell(
                TranscriptUnavailable(
                    utterance=heard.utterance,
                    reason="no_engine" if away else "no_audio",
                    away=away,
                )
            )

    def dated(self, result: Result) -> Result:
        """Return a text with the times of its first and last word."""
        if isinstance(result, TranscriptUnavailable) or result.utterance not in self._spans:
            return result
        since, until = self._spans[result.utterance]
        return replace(result, since=since, until=until)

    def note_text(self, result: Result) -> None:
        """Keep what was read."""
        progress = self._call.progress
        if isinstance(result, TranscriptUnavailable) or not result.text:
            return
        progress.say(
            TranscriptLine(
                time=self._said_at.get(result.utterance) or dt_util.utcnow(),
                speaker=Speaker.COMPANY,
                text=result.text,
                utterance=result.utterance,
                final=result.final,
            )
        )
        self._call.changed(ChangeKind.TRANSCRIPT if result.final else ChangeKind.PARTIAL)

    def note(self, note: Note) -> None:
        """Keep what the navigator noted in the call's progress."""
        progress = self._call.progress
        match note.kind:
            case NoteKind.QUEUE_POSITION if note.value is not None:
                progress.queue_position = int(note.value)
            case NoteKind.ESTIMATED_WAIT if note.value is not None:
                progress.estimated_wait_s = note.value
            case NoteKind.STEP_STARTED:
                progress.step = note.text
        progress.notes.append(f"{note.kind}: {note.text}" if note.text else note.kind.value)
        if note.kind in _TOLD:
            progress.remark(note.kind.value, dt_util.utcnow())
            self._call.changed(ChangeKind.TRANSCRIPT)

    def do(self, act: CompanyAct) -> None:
        """Carry out an order that concerns the company."""
        match act:
            case SendKeys():
                self._call.run(self._send_keys(act), "send keys")
            case Speak():
                self._call.run(self._speak(act), "speak")
            case StopSpeaking():
                self._call.run(self.leg.stop_playing(), "stop speaking")
            case ReadEarly(at_pause=at_pause):
                self._transcriber.read_early(at_pause=at_pause)
            case SetPhase(phase=phase):
                self._transcriber.patient = phase is Phase.HOLD
                self._call.run(self.leg.set_phase(phase), "set phase")
            case Consult():
                self._call.run(self._consult(act), "consult")
            case MarkPrompt():
                self._call.run(self._mark(act), "mark a prompt")

    async def close(self, reason: str) -> None:
        """Hang up, stop reading and keep what was learned."""
        await self.leg.hang_up(reason)
        await self._transcriber.close()
        if (contact := self._call.job.contact) is None:
            return
        since, until = self._judged()
        until = min(until, since + LONGEST_JUDGED_S)
        if since < until and (judged := await self.leg.print_between(since, until)):
            self._call.changed(ChangeKind.JUDGED, print=judged)
        self._keep_prints(contact.id, self.leg)

    async def press(self, keys: str) -> None:
        """Press keys by order of the user; raises `EngineError`."""
        await self.leg.send_keys(keys)
        self._note_keys(keys)

    async def say(self, text: str, language: str) -> bool:
        """Say something by order of the user; raises `SpeechUnavailable` or `EngineError`."""
        self._note_words(text)
        return await self.leg.play(self._voice.speak(text, language))

    async def _send_keys(self, act: SendKeys) -> None:
        """Press keys and report."""
        keys = self._call.job.keys(act.keys)
        if not keys or "{" in keys:
            self._call.tell(KeysSent(request=act.request, ok=False, error="unknown_placeholder"))
            return
        try:
            await self.leg.send_keys(keys, act.method, act.tone_ms, act.pause_ms)
        except EngineError as err:
            self._call.tell(KeysSent(request=act.request, ok=False, error=str(err)))
            return
        self._note_keys(act.keys)
        self._call.tell(KeysSent(request=act.request))

    async def _speak(self, act: Speak) -> None:
        """Say something and report."""
        text = self._call.job.fill(act.text)
        self._note_words(act.text)
        try:
            completed = await self.leg.play(
                self._audio(text, act.language, secret=text != act.text)
            )
        except (SpeechUnavailable, EngineError) as err:
            self._call.tell(SpeakingEnded(request=act.request, completed=False, error=str(err)))
            return
        if completed:
            self._call.recorder.said(act.text)
        self._call.tell(SpeakingEnded(request=act.request, completed=completed))

    async def _audio(self, text: str, language: str, *, secret: bool) -> AsyncIterator[bytes]:
        """Yield a text as audio."""
        async for chunk in self._voice.speak(
            text, language or self._call.job.language, secret=secret
        ):
            yield chunk

    async def _consult(self, act: Consult) -> None:
        """Ask the model and report."""
        choice, error = await self._adviser.choose(act.heard, act.intent, act.options)
        self._call.tell(Consulted(request=act.request, choice=choice, error=error))

    async def _mark(self, act: MarkPrompt) -> None:
        """Have the print of a prompt named, so that a flow can wait for it."""
        print_id = await self.leg.mark_print(act.since, act.until, PrintKind.MENU)
        self._call.tell(PromptMarked(request=act.request, print_id=print_id))

    def _note_keys(self, keys: str) -> None:
        """Keep which keys were pressed, with placeholders instead of secrets."""
        self._call.progress.keys.append(keys)
        self._call.progress.say(
            TranscriptLine(time=dt_util.utcnow(), speaker=Speaker.KEYS, text=keys)
        )
        self._call.changed(ChangeKind.KEYS, keys=keys)

    def _note_words(self, text: str) -> None:
        """Keep what we say, with placeholders instead of secrets."""
        self._call.progress.say(
            TranscriptLine(time=dt_util.utcnow(), speaker=Speaker.ASSISTANT, text=text)
        )
        self._call.changed(ChangeKind.TRANSCRIPT)
