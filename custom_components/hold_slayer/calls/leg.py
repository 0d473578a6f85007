"""One leg of a call, seen from Home Assistant: orders to the engine and what becomes of them."""

import asyncio
from collections.abc import AsyncIterable
from itertools import count
import logging

from ..hearing.heard import Phase, PrintKind
from ..navigation.acts import KeyMethod as WantedMethod
from ..telephony.errors import EngineError
from ..telephony.link import EngineLink
from ..telephony.messages import (
    AnswerCall,
    GetPrint,
    GetPrintBook,
    GetStatistics,
    HangUp,
    HearingSettings,
    KeyMethod,
    LegChanged,
    LegState,
    LegStatistics,
    MarkPrint,
    PlaceCall,
    Play,
    Played,
    PlayTone,
    PrintBookData,
    SendKeys,
    SetPhase,
    StopPlaying,
    StreamSpeech,
    Tone,
)

_LOGGER = logging.getLogger(__name__)

#: Samples per second of everything played into a leg.
RATE = 16000
#: How long the engine may take to hang up before the leg is given up for lost, s.
HANG_UP_S = 5.0


class Leg:
    """A SIP dialog at the far end of the link."""

    def __init__(self, link: EngineLink, leg_id: str, account_id: str) -> None:
        """Name a leg that is not there yet."""
        self.id = leg_id
        self.state: LegState | None = None
        #: Somebody said that a person was heard, whatever the print book says.
        self.was_person = False
        self._link = link
        self._account_id = account_id
        self._playbacks = count(1)
        self._playing: dict[int, asyncio.Future[bool]] = {}

    @property
    def up(self) -> bool:
        """Tell whether there is anything to hang up."""
        return self.state not in (None, LegState.DISCONNECTED)

    async def place(
        self, target: str, *, phase: Phase, ring_s: float = 0.0, book: bytes = b""
    ) -> None:
        """Dial, with the prints known of the far side; raises `EngineError` when refused."""
        self.state = LegState.CALLING
        await self._begin(
            PlaceCall(
                leg=self.id,
                account_id=self._account_id,
                target=target,
                hearing=HearingSettings(),
                phase=phase,
                ring_time_s=ring_s,
                payload=book,
            )
        )

    async def answer(self, *, phase: Phase, book: bytes = b"") -> None:
        """Take a call that comes in; raises `EngineError` when it is gone."""
        self.state = LegState.INCOMING
        await self._begin(
            AnswerCall(leg=self.id, hearing=HearingSettings(), phase=phase, payload=book)
        )

    async def _begin(self, request: PlaceCall | AnswerCall) -> None:
        """Have the leg set up; there is none when that is refused."""
        try:
            await self._link.request(request)
        except EngineError:
            self.state = LegState.DISCONNECTED
            raise

    def changed(self, message: LegChanged) -> None:
        """Note the leg's new state; when it is over nothing plays any more."""
        self.state = message.state
        if message.state is LegState.DISCONNECTED:
            self._stop_waiting()

    def played(self, message: Played) -> None:
        """Note that a playback ended."""
        if (waiting := self._playing.pop(message.playback, None)) and not waiting.done():
            waiting.set_result(message.completed)

    async def play(self, pcm: AsyncIterable[bytes]) -> bool:
        """Play PCM16 mono at `RATE`; return whether it was played to the end."""
        playback = next(self._playbacks)
        ended = self._expect(playback)
        async for chunk in pcm:
            if ended.done():
                return ended.result()
            await self._link.request(
                Play(leg=self.id, playback=playback, rate=RATE, last=False, payload=chunk)
            )
        await self._link.request(Play(leg=self.id, playback=playback, rate=RATE, last=True))
        return await ended

    async def play_tone(self, tone: Tone) -> bool:
        """Play a tone once; return whether it was played to the end."""
        playback = next(self._playbacks)
        ended = self._expect(playback)
        await self._link.request(PlayTone(leg=self.id, playback=playback, tone=tone))
        return await ended

    async def stop_playing(self) -> None:
        """Be silent at once."""
        self._stop_waiting()
        if self.up:
            await self._link.request(StopPlaying(leg=self.id))

    async def send_keys(
        self,
        keys: str,
        method: WantedMethod = WantedMethod.AUTO,
        tone_ms: int = 0,
        pause_ms: int = 0,
    ) -> None:
        """Press keys; returns when they are out."""
        await self._link.request(
            SendKeys(
                leg=self.id,
                keys=keys,
                method=KeyMethod(method.value),
                tone_ms=tone_ms,
                pause_ms=pause_ms,
            )
        )

    async def set_phase(self, phase: Phase) -> None:
        """Tell the ears what the call is doing."""
        if self.up:
            await self._link.request(SetPhase(leg=self.id, phase=phase))

    async def stream_speech(self) -> None:
        """Have utterances sent here, for speech-to-text."""
        await self._link.request(StreamSpeech(leg=self.id, active=True, rate=RATE))

    async def statistics(self) -> LegStatistics | None:
        """Return the figures of the leg's media; None when there are none."""
        if not self.up:
            return None
        try:
            return await self._link.request(GetStatistics(leg=self.id))
        except EngineError as err:
            _LOGGER.debug("No statistics of leg %s: %s", self.id, err)
            return None

    async def print_book(self) -> PrintBookData | None:
        """Return the prints of the far side, also after the leg's end; None when there are none."""
        if self.state is None:
            return None
        try:
            return await self._link.request(GetPrintBook(leg=self.id))
        except EngineError as err:
            _LOGGER.debug("No prints of leg %s: %s", self.id, err)
            return None

    async def print_between(self, since: float, until: float) -> bytes:
        """Return the print of a stretch (leg times, s), also after the leg's end; empty without one."""
        if self.state is None:
            return b""
        try:
            request = GetPrint(leg=self.id, since=since, until=until)
            return (await self._link.request(request)).payload
        except EngineError as err:
            _LOGGER.debug("No print of a stretch of leg %s: %s", self.id, err)
            return b""

    async def mark_print(self, since: float, until: float, kind: PrintKind | None) -> str:
        """Say what was heard between two leg times (s), also after the leg's end; None = a person.

        Returns the name of the recording in the print book, "" when it has none.
        """
        if self.state is None:
            return ""
        self.was_person |= kind is None
        try:
            request = MarkPrint(leg=self.id, since=since, until=until, kind=kind)
            return (await self._link.request(request)).print_id
        except EngineError as err:
            _LOGGER.debug("A stretch of leg %s could not be marked: %s", self.id, err)
            return ""

    async def hang_up(self, reason: str = "") -> None:
        """End the leg whatever its state; never raises."""
        if not self.up:
            return
        self._stop_waiting()
        try:
            async with asyncio.timeout(HANG_UP_S):
                await self._link.request(HangUp(leg=self.id, reason=reason))
        except EngineError as err:
            _LOGGER.debug("Leg %s was gone already: %s", self.id, err)
        except TimeoutError:
            _LOGGER.warning("The engine did not confirm hanging up leg %s", self.id)
        self.state = LegState.DISCONNECTED

    def _expect(self, playback: int) -> asyncio.Future[bool]:
        """Return a future for the end of a playback."""
        self._playing[playback] = future = asyncio.get_running_loop().create_future()
        return future

    def _stop_waiting(self) -> None:
        """Take everything that still plays as stopped."""
        for waiting in self._playing.values():
            if not waiting.done():
                waiting.set_result(False)
        self._playing.clear()
