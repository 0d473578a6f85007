"""One call of a simulated party: state, audio in and out, keys."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, override

import pjsua2 as pj

from ..sounds import RATE, keys_tone
from .ear import Ear
from .player import FRAME_MS, Player

#: Room for four seconds each way.
_RING_BYTES = 2 * RATE * 4
_METHODS = {pj.PJSUA_DTMF_METHOD_RFC2833: "rfc4733", pj.PJSUA_DTMF_METHOD_SIP_INFO: "info"}
KEY_METHODS = (*_METHODS.values(), "inband")


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key that was received."""

    key: str
    #: rfc4733, info or inband.
    method: str


class _Call(pj.Call):
    """Hands pjsua2's callbacks to the leg."""

    def __init__(self, leg: Leg, account: Any, call_id: int) -> None:
        super().__init__(account, call_id)
        self.leg: Leg | None = leg

    @override
    def onCallState(self, prm: Any) -> None:
        if self.leg:
            self.leg.state_changed()

    @override
    def onCallMediaState(self, prm: Any) -> None:
        if self.leg:
            self.leg.media_changed()

    @override
    def onDtmfDigit(self, prm: Any) -> None:
        if self.leg:
            self.leg.key_received(prm.digit, _METHODS.get(prm.method, "rfc4733"))


class Leg:
    """A SIP dialog of the lab with a player, an ear and events to await."""

    def __init__(
        self,
        account: Any,
        folder: Path,
        number: int,
        report: Callable[..., None],
        call_id: int = pj.PJSUA_INVALID_ID,
    ) -> None:
        """`report(event, **details)` logs on behalf of the party; recordings go to `folder`."""
        #: Counts the legs of this process, for logs.
        self.number = number
        #: Whom the far side says it is, and whom it has dialled.
        self.remote = ""
        self.dialled = ""
        self.report = report
        self.ringing = asyncio.Event()
        self.early = asyncio.Event()
        self.answered = asyncio.Event()
        self.ended = asyncio.Event()
        #: Set while somebody is audible; each end of a stretch of sound counts as a turn.
        self.turn_ended = asyncio.Event()
        self.turn_began = asyncio.Event()
        self.keys: asyncio.Queue[KeyPress] = asyncio.Queue()
        #: What the party is doing (menu, hold, agent …), so that a key can be judged by when it came.
        self.stage = ""
        self.status = 0
        self.status_text = ""
        self._call: _Call | None = _Call(self, account, call_id)
        self._feed = pj.AudioFeed()
        self._feed.createFeed(f"feed{number}", RATE, FRAME_MS, _RING_BYTES)
        self._tap = pj.AudioTap()
        self._tap.createTap(f"tap{number}", RATE, FRAME_MS, _RING_BYTES)
        self.player = Player(self._feed)
        self.ear = Ear(self._tap, folder / f"heard-{number}.wav", self._sound, self._inband)
        self._connected = False

    # What the party does

    def dial(self, uri: str) -> None:
        """Place the call; only for legs that did not come in."""
        prm = pj.CallOpParam(True)
        _audio_only(prm.opt)
        self._live.makeCall(uri, prm)

    def respond(self, status: int) -> None:
        """Answer the INVITE with that status: 180, 183, 200, or a refusal."""
        prm = pj.CallOpParam(True)
        prm.statusCode = status
        _audio_only(prm.opt)
        self._live.answer(prm)

    def hang_up(self, status: int = 0) -> None:
        """End the call; before an answer `status` is what the caller gets."""
        if self._call is not None and not self.ended.is_set():
            prm = pj.CallOpParam(True)
            if status:
                prm.statusCode = status
            self._call.hangup(prm)

    async def press(self, keys: str, method: str = "rfc4733", tone_ms: int = 160) -> None:
        """Send keys; for in-band, wait until they are out."""
        if method == "inband":
            await self.player.play(keys_tone(keys, tone_ms, 100))
            return
        prm = pj.CallSendDtmfParam()
        prm.digits = keys
        prm.duration = tone_ms
        prm.method = next(number for number, name in _METHODS.items() if name == method)
        self._live.sendDtmf(prm)

    def hold(self, on: bool) -> None:
        """Put the far side on SIP hold (re-INVITE with sendonly), or take it back."""
        prm = pj.CallOpParam(True)
        _audio_only(prm.opt)
        if on:
            self._live.setHold(prm)
        else:
            prm.opt.flag = pj.PJSUA_CALL_UNHOLD
            self._live.reinvite(prm)

    def bridge(self, other: Leg) -> None:
        """Let the far ends of two legs hear each other; our own ear goes on listening."""
        mine, theirs = self._live.getAudioMedia(-1), other._live.getAudioMedia(-1)
        mine.startTransmit(theirs)
        theirs.startTransmit(mine)

    # What pjsua2 reports

    def state_changed(self) -> None:
        """Follow the state of the INVITE session."""
        info = self._live.getInfo()
        match info.state:
            case pj.PJSIP_INV_STATE_EARLY:
                (self.early if info.lastStatusCode == 183 else self.ringing).set()
            case pj.PJSIP_INV_STATE_CONFIRMED:
                if not self.answered.is_set():
                    self.answered.set()
                    self.report("answered", call=self.number)
            case pj.PJSIP_INV_STATE_DISCONNECTED:
                self.status, self.status_text = info.lastStatusCode, info.lastReason
                self.ear.close()
                self.ended.set()

    def media_changed(self) -> None:
        """Connect feed and tap to the call's audio whenever that is (re)made."""
        info = self._live.getInfo()
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in (
                pj.PJSUA_CALL_MEDIA_ACTIVE,
                pj.PJSUA_CALL_MEDIA_REMOTE_HOLD,
                pj.PJSUA_CALL_MEDIA_LOCAL_HOLD,
            ):
                audio = self._live.getAudioMedia(index)
                self._feed.startTransmit(audio)
                audio.startTransmit(self._tap)
                if not self._connected:
                    self._connected = True
                    # the tap has run since it was made: hearing begins now
                    self._tap.read(_RING_BYTES)
                    stream = self._live.getStreamInfo(index)
                    self.report(
                        "media",
                        call=self.number,
                        codec=stream.codecName,
                        rate=stream.codecClockRate,
                        secure=bool(stream.proto & pj.PJMEDIA_TP_PROFILE_SRTP),
                    )

    def key_received(self, key: str, method: str) -> None:
        """Note a key, however it came."""
        self.report("key", call=self.number, key=key, method=method, stage=self.stage)
        self.keys.put_nowait(KeyPress(key, method))

    def pump(self) -> None:
        """Move audio; called every few ms by the softphone."""
        if self._connected and not self.ended.is_set():
            self.player.pump()
            self.ear.pump()

    def release(self) -> None:
        """Let go of everything pjsua2 owns, once the call has ended."""
        if self._call is not None:
            self._call.leg = None
            self._call = None
        self.player.forget_feed()
        self._feed = self._tap = None

    @property
    def _live(self) -> Any:
        if self._call is None:
            raise RuntimeError("the call is over")
        return self._call

    def _sound(self, begins: bool, at: float) -> None:
        if begins:
            self.turn_ended.clear()
            self.turn_began.set()
        else:
            self.turn_began.clear()
            self.turn_ended.set()
        self.report("sound_started" if begins else "sound_ended", at=at, call=self.number)

    def _inband(self, key: str) -> None:
        self.key_received(key, "inband")


def _audio_only(settings: Any) -> None:
    settings.audioCount, settings.videoCount, settings.textCount = 1, 0, 0
