"""The recording of a call: begun when the other side has been told, ended when it is over or unwanted."""

import asyncio
from collections.abc import Coroutine
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..navigation.context import CallContext
from ..navigation.phrases import Line
from ..navigation.states import CallState
from ..recording.files import RATE, recording_files
from ..recording.sidecar import AnnouncedBy, Sidecar
from ..recording.wish import RecordingWish
from ..speech.speak import SpeechUnavailable
from ..telephony.errors import EngineError
from ..telephony.messages import Record, RecordingEnded, StopRecording, Tone
from .changes import ChangeKind
from .leg import Leg
from .tools import CallTools

if TYPE_CHECKING:
    from .call import Call

_LOGGER = logging.getLogger(__name__)

#: Length of a file while recording, s: what a power cut may cost.
SEGMENT_S = 30.0
#: Between two beeps that say that the call is recorded, s (47 CFR 64.501 names about 15).
BEEP_S = 15.0
#: How long the engine may take to finish a recording, s.
FINISH_S = 3.0
#: A conversation with a person: only then is something recorded.
_TALKING = frozenset({CallState.PERSON_DETECTED, CallState.RINGING_YOU, CallState.CONNECTED})
#: Waiting goes on: the next person has to be told anew.
_WAITING = frozenset({CallState.ON_HOLD, CallState.NAVIGATING})


class CallRecorder:
    """Records the company leg while people talk."""

    def __init__(
        self,
        hass: HomeAssistant,
        call: Call,
        leg: Leg,
        tools: CallTools,
    ) -> None:
        """Prepare to record the leg of the company."""
        self._hass = hass
        self._call = call
        self._leg = leg
        self._link = tools.link
        self._voice = tools.voice
        self._failed = tools.recording_failed
        self._entry_id = tools.account_id
        self._files = recording_files(hass)
        #: How to record; None = not at all.
        self._wish: RecordingWish | None = call.job.recording
        self._folder: Path | None = None
        self._error = ""
        #: Whether anything was recorded: there may be something to play when the call is over.
        self.made = False
        self._over = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self._beeping: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Tell whether something is being recorded."""
        return self._folder is not None

    @property
    def wanted(self) -> bool:
        """Tell whether the call is, or will be, recorded."""
        return self._wish is not None

    @callback
    def want(self, wish: RecordingWish | None) -> None:
        """Record from now on, or stop; None = stop."""
        self._wish = wish
        if wish is None:
            self._run(self._stop())
        elif self._call.state is CallState.CONNECTED and not self.active:
            self._run(self._announce_and_begin(wish))
        self._call.changed(ChangeKind.RECORDING)

    @callback
    def said(self, text: str) -> None:
        """Something was said to the end: perhaps that the call is recorded."""
        wish = self._wish
        told = text in (
            self._text(Line.ANNOUNCE_RECORDED),
            self._text(Line.ANNOUNCE_RECORDED_UNNAMED),
        )
        if wish is not None and told and not self.active and self._call.state in _TALKING:
            self._run(self._begin(wish, AnnouncedBy.WORDS, text))

    @callback
    def entered(self, state: CallState) -> None:
        """The call is in a new state."""
        if state is CallState.CONNECTED and self._wish is not None and not self.active:
            self._run(self._announce_and_begin(self._wish))
        elif state in _WAITING and self.active:
            self._run(self._stop())

    @callback
    def ended(self, event: RecordingEnded) -> None:
        """The engine finished a recording, or could not go on."""
        if self._folder is None or event.path != str(self._folder):
            return
        self._error = event.error
        self._over.set()
        if event.error:
            self._failed(event.error)
            self._run(self._stop())

    async def close(self) -> None:
        """Finish what is being recorded; the leg is about to end, or gone."""
        self._wish = None
        if self._work is not None:
            await asyncio.wait({self._work}, timeout=FINISH_S)
        await self._stop()

    @callback
    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do one thing after the other, in the background."""
        before, self._work = self._work, None

        async def in_turn() -> None:
            if before is not None and not before.done():
                await asyncio.wait({before})
            await work

        self._work = self._hass.async_create_background_task(
            in_turn(), f"hold_slayer call {self._call.id} recording"
        )

    async def _announce_and_begin(self, wish: RecordingWish) -> None:
        """Tell the other side, then record; nothing is recorded when telling fails."""
        if self.active or self._wish is None:
            return
        text = ""
        try:
            if wish.announce is AnnouncedBy.WORDS and self._voice.available:
                text = await self._say()
            if not text and not await self._leg.play_tone(Tone.BEEP):
                return
        except EngineError as err:
            self._failed(str(err))
            return
        if self._call.state in _TALKING and self._wish is not None:
            await self._begin(wish, AnnouncedBy.WORDS if text else AnnouncedBy.TONE, text)

    async def _say(self) -> str:
        """Say that the call is recorded; return the words, "" when they were not said to the end."""
        text = self._text(Line.RECORDED)
        try:
            spoken = await self._leg.play(self._voice.speak(text, self._call.job.language))
        except SpeechUnavailable as err:
            _LOGGER.warning("A beep announces the recording: %s", err)
            return ""
        return text if spoken else ""

    async def _begin(self, wish: RecordingWish, how: AnnouncedBy, text: str) -> None:
        """Record; what cannot be recorded costs no call."""
        if self.active:
            return
        job, now = self._call.job, dt_util.utcnow()
        sidecar = Sidecar(
            call_id=self._call.id,
            entry_id=self._entry_id,
            contact_id=job.contact.id if job.contact else "",
            contact=job.contact.name if job.contact else "",
            started=now,
            kind=wish.kind,
            format=wish.format,
            rate=RATE,
            language=job.language,
            announced_by=how,
            announced=text,
            announced_at=now,
        )
        try:
            folder = await self._files.begin(sidecar)
        except OSError as err:
            self._failed(str(err))
            return
        self._over.clear()
        self._folder, self._error, self.made = folder, "", True
        try:
            await self._link.request(
                Record(leg=self._leg.id, path=str(folder), kind=wish.kind, segment_s=SEGMENT_S)
            )
        except EngineError as err:
            self._folder = None
            self._files.finish(folder)
            if self._call.active:
                self._failed(str(err))
            return
        self._failed("")
        if how is AnnouncedBy.TONE:
            self._beeping = self._call.run(self._beep(), "recording beeps")
        self._call.changed(ChangeKind.RECORDING)

    async def _beep(self) -> None:
        """Remind everybody of the recording for as long as it lasts."""
        while self.active:
            await asyncio.sleep(BEEP_S)
            await self._leg.play_tone(Tone.BEEP)

    async def _stop(self) -> None:
        """End the recording and have the file made."""
        if (folder := self._folder) is None:
            return
        if self._beeping is not None:
            self._beeping.cancel()
            self._beeping = None
        try:
            async with asyncio.timeout(FINISH_S):
                if not self._over.is_set():
                    await self._link.request(StopRecording(leg=self._leg.id, path=str(folder)))
                await self._over.wait()
        except (EngineError, TimeoutError) as err:
            # the leg or the engine is gone: what was written is there
            _LOGGER.debug("Recording of call %s: %s", self._call.id, err)
        self._folder = None
        self._files.finish(folder, self._error)
        self._call.changed(ChangeKind.RECORDING)

    def _text(self, line: Line) -> str:
        """Return what the other side is told."""
        return CallContext(self._call.job.plan).line_text(line)
