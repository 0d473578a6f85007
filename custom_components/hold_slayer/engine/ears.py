"""The ears of one leg: the tap's audio into a listener, its events out."""

from collections.abc import Callable
import logging
from typing import Any

import pjsua2 as pj

from ..hearing.fusion import ListenerSettings
from ..hearing.heard import HeardEvent, Phase
from ..hearing.listener import Listener
from ..hearing.printbook import PrintBook, PrintBookError
from ..telephony.messages import ErrorKind, HearingSettings, SpeechAudio
from .endpoint import FRAME_MS
from .prints import LegPrints, readable
from .refusal import RefusalError
from .speech import SpeechStream
from .wiring import Wiring

_LOGGER = logging.getLogger("engine.ears")

#: Rate at which we listen, Hz: a telephone line has nothing above 4 kHz.
RATE = 8000
#: Audio the ring keeps while Python is late, s.
RING_SECONDS = 4
BYTES_PER_SECOND = RATE * 2
#: Audio judged in one go, bytes: when late, other legs and SIP get their turns in between.
MOST_AT_ONCE = BYTES_PER_SECOND // 2


class Ears:
    """Listens to what the far side of a leg says."""

    def __init__(
        self,
        wiring: Wiring,
        *,
        name: str,
        settings: HearingSettings,
        phase: Phase,
        heard: Callable[[HeardEvent], None],
        speech: Callable[[SpeechAudio], None],
        book: bytes = b"",
    ) -> None:
        """Prepare; the clock starts with `begin`."""
        self._wiring = wiring
        self._name = name
        self._settings = settings
        self._phase = phase
        self._heard = heard
        self._send_speech = speech
        known = readable(name, book)
        self._book = PrintBook.from_bytes(known) if known else None
        self._tap: Any = None
        self._listener: Listener | None = None
        self._stream: SpeechStream | None = None
        self._stream_rate = 0
        self._dropped = 0
        self._closed = False

    @property
    def unheard_s(self) -> float:
        """Return how much audio came too late for us, s."""
        return self._dropped / BYTES_PER_SECOND

    @property
    def empty_frames(self) -> int:
        """Return the frames in which nothing arrived."""
        return int(self._tap.noneFrames()) if self._tap is not None else 0

    def begin(self) -> None:
        """Start listening; again is harmless."""
        if self._tap is not None or self._closed:
            return
        self._listener = Listener(
            RATE,
            phase=self._phase,
            settings=_listener_settings(self._settings),
            book=self._book,
        )
        self._tap = pj.AudioTap()
        self._tap.createTap(f"{self._name} ears", RATE, FRAME_MS, RING_SECONDS * BYTES_PER_SECOND)
        self._wiring.add_sink(self._tap)
        if self._stream_rate:
            self.stream(self._stream_rate)

    def tick(self) -> None:
        """Hear what has come in; called every few ms."""
        if self._tap is None or self._listener is None:
            return
        self._tell(self._listener.hear(self._tap.read(MOST_AT_ONCE)))
        dropped = int(self._tap.droppedBytes())
        if dropped > self._dropped:
            missing = (dropped - self._dropped) / BYTES_PER_SECOND
            self._dropped = dropped
            _LOGGER.warning("%s: %.2f s of audio came too late to be heard", self._name, missing)
            self._tell(self._listener.hear_gap(missing))
        if self._stream is not None:
            self._stream.tick()

    def set_phase(self, phase: Phase) -> None:
        """Tell what the call is doing."""
        self._phase = phase
        if self._listener is not None:
            self._listener.set_phase(phase)

    def we_speak(self, active: bool) -> None:
        """Tell that we start or stop speaking."""
        if self._listener is not None:
            self._listener.we_speak(active)

    def cut(self) -> None:
        """End what is being said: keys went out, and what they lead to is another utterance."""
        if self._listener is not None:
            self.tick()
            self._tell(self._listener.cut())

    def set_book(self, payload: bytes) -> None:
        """Take the prints known of this company; before the audio begins."""
        if self._listener is not None:
            text = "the print book must come before the first audio of the leg"
            raise RefusalError(ErrorKind.WRONG_STATE, text)
        try:
            self._book = PrintBook.from_bytes(payload) if payload else None
        except PrintBookError as error:
            text = f"the print book cannot be read: {error}"
            raise RefusalError(ErrorKind.BAD_MESSAGE, text) from error

    def prints(self) -> LegPrints:
        """Return the prints, those given and those learned."""
        memory = None if self._listener is None else self._listener.prints
        return LegPrints(self._book, memory)

    def stream(self, rate: int) -> None:
        """Send utterances at this rate, Hz; 0 = stop."""
        self._stream_rate = rate
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if rate and self._listener is not None:
            late = self._tap.available() / BYTES_PER_SECOND
            self._stream = SpeechStream(
                self._wiring,
                name=self._name,
                rate=rate,
                begins=self._listener.now + late,
                send=self._send_speech,
            )

    def close(self) -> None:
        """End the hearing; what is open gets reported."""
        if self._closed:
            return
        self.tick()
        self._closed = True
        if self._listener is not None:
            self._tell(self._listener.close())
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._tap is not None:
            self._wiring.remove_sink(self._tap)
            self._tap = None

    def _tell(self, events: list[HeardEvent]) -> None:
        """Hand events on, each to the stream first, so that the audio's end is known."""
        for event in events:
            self._heard(event)
            if self._stream is not None:
                # a menu that comes round again is read again: its words decide what to press
                self._stream.heard(event, skip_repeats=self._phase is Phase.HOLD)


def _listener_settings(settings: HearingSettings) -> ListenerSettings:
    """Return the listener's settings with the wishes of the message."""
    wishes = {
        name: value
        for name in ("suspect_at", "detect_at", "cancel_at")
        if (value := getattr(settings, name)) is not None
    }
    return ListenerSettings(**wishes)
