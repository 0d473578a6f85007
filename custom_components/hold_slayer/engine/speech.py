"""Sends the audio of utterances, for speech-to-text."""

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from ..hearing.heard import HeardEvent, UtteranceEnded, UtteranceStarted
from ..telephony.messages import ErrorKind, SpeechAudio
from .endpoint import FRAME_MS
from .refusal import RefusalError
from .wiring import Wiring

#: Audio sent from before the first word and after the last, s: recognisers want a run-up.
RUN_UP_S = 0.25
RUN_OUT_S = 0.25
#: Audio kept for an utterance that is reported late, s.
KEPT_S = 6.0
#: Length of a piece, s.
PIECE_S = 0.1
RING_SECONDS = 2
RATES = (8000, 16000)


class SpeechStream:
    """The audio of one leg's utterances at one rate; times are the listener's, in s."""

    def __init__(
        self,
        wiring: Wiring,
        *,
        name: str,
        rate: int,
        begins: float,
        send: Callable[[SpeechAudio], None],
    ) -> None:
        """Start to collect; the first sample belongs to the listener's time `begins`."""
        if rate not in RATES:
            raise RefusalError(ErrorKind.UNSUPPORTED, f"speech at {rate} Hz: 8000 and 16000 are")
        self._wiring = wiring
        self._leg = name
        self._rate = rate
        self._begins = begins
        self._send = send
        self._kept = bytearray()
        #: Samples that have left `_kept` at its front.
        self._forgotten = 0
        self._utterance: int | None = None
        #: Next sample to send.
        self._next = 0
        #: Sample after the last word that was sent as somebody's whole utterance.
        self._said = 0
        self._tap: Any = pj.AudioTap()
        self._tap.createTap(f"{name} speech", rate, FRAME_MS, RING_SECONDS * rate * 2)
        wiring.add_sink(self._tap)
        self._dropped = 0

    def heard(self, event: HeardEvent, *, skip_repeats: bool) -> None:
        """Follow what the listener reports; `skip_repeats` marks what needs no second reading.

        That is known at the utterance's end only: "you are number three" begins as it did before.
        """
        match event:
            case UtteranceStarted():
                self._end(self._next)
                self._utterance = event.utterance
                run_up = self._sample(event.since - RUN_UP_S)
                self._next = max(self._forgotten, self._said, run_up)
                self.tick()
            case UtteranceEnded() if event.utterance == self._utterance:
                self._collect()
                self._said = 0 if event.cut else self._sample(event.until)
                repeated = skip_repeats and event.repeat is not None
                self._end(self._sample(event.until + RUN_OUT_S), repeated=repeated)

    def tick(self) -> None:
        """Collect audio, and send what belongs to an utterance."""
        self._collect()
        if self._utterance is not None:
            end = self._end_of_kept()
            if end - self._next >= PIECE_S * self._rate:
                self._send_until(end, last=False)
        surplus = len(self._kept) // 2 - int(KEPT_S * self._rate)
        if surplus > 0:
            del self._kept[: surplus * 2]
            self._forgotten += surplus

    def close(self) -> None:
        """End an open utterance and stop collecting."""
        if self._tap is None:
            return
        self._collect()
        self._end(self._end_of_kept())
        self._wiring.remove_sink(self._tap)
        self._tap = None

    def _collect(self) -> None:
        """Take audio out of the tap, gaps as silence."""
        if self._tap is None:
            return
        self._kept += self._tap.read(RING_SECONDS * self._rate * 2)
        dropped = int(self._tap.droppedBytes())
        self._kept += bytes(dropped - self._dropped)
        self._dropped = dropped

    def _sample(self, time: float) -> int:
        """Return the sample at a time of the listener."""
        return max(0, round((time - self._begins) * self._rate))

    def _end_of_kept(self) -> int:
        """Return the sample after the last collected one."""
        return self._forgotten + len(self._kept) // 2

    def _end(self, sample: int, *, repeated: bool = False) -> None:
        """Send the rest of the utterance up to `sample`, and its end."""
        if self._utterance is not None:
            self._send_until(min(sample, self._end_of_kept()), last=True, repeated=repeated)
            self._utterance = None

    def _send_until(self, sample: int, *, last: bool, repeated: bool = False) -> None:
        """Send from the next sample up to `sample`."""
        first = max(self._next, self._forgotten) - self._forgotten
        pcm = bytes(self._kept[first * 2 : max(first, sample - self._forgotten) * 2])
        self._next = max(self._next, sample)
        assert self._utterance is not None
        self._send(
            SpeechAudio(
                leg=self._leg,
                utterance=self._utterance,
                rate=self._rate,
                last=last,
                repeated=repeated,
                payload=pcm,
            )
        )
