"""The SIP side of a leg: a `pj.Call` whose callbacks become plain calls."""

import asyncio
from dataclasses import dataclass
import re
from typing import Any, Protocol

import pjsua2 as pj

from ..telephony.messages import KeyMethod
from .account import Account
from .guard import callback
from .options import call_options
from .sdp import keep_codecs
from .watchdog import Watchdog

_RETRY_AFTER = re.compile(r"(?im)^Retry-After\s*:\s*(\d+)")
_METHODS = {
    pj.PJSUA_DTMF_METHOD_RFC2833: KeyMethod.RFC4733,
    pj.PJSUA_DTMF_METHOD_SIP_INFO: KeyMethod.INFO,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A change of the dialog's state."""

    #: One of `pj.PJSIP_INV_STATE_*`.
    state: int
    #: Last SIP status, made by the far side or by the library itself.
    code: int
    reason: str
    #: True when a message of the far side brought it.
    by_them: bool = False
    retry_after_s: int = 0


class DialogOwner(Protocol):
    """Who is told what happens to a dialog."""

    def turned(self, turn: Turn) -> None:
        """The state changed."""

    def media_changed(self, port: Any, *, held: bool) -> None:
        """The port in the bridge changed; None = no audio."""

    def key_received(self, key: str, method: KeyMethod) -> None:
        """The far side pressed a key."""

    def invited(self, message: str, destination: str) -> None:
        """An INVITE of ours left for `address:port`."""

    def taken(self) -> None:
        """The far side has answered our first INVITE, with whatever."""

    def info_answered(self, code: int) -> None:
        """An INFO of ours was answered."""


class Dialog(pj.Call):
    """One INVITE dialog."""

    def __init__(self, account: Account, owner: DialogOwner, call_id: int | None = None) -> None:
        """Make an outgoing dialog, or take over the incoming `call_id`."""
        pj.Call.__init__(self, account, pj.PJSUA_INVALID_ID if call_id is None else call_id)
        self._owner: DialogOwner | None = owner
        self._codecs = account.settings.codecs
        self._watchdog = Watchdog(self._received, self._ask)
        self._transfer: asyncio.Future[tuple[int, str]] | None = None
        #: The stream's last figures: when the dialog has ended, the library has forgotten them.
        self._last: tuple[Any, Any] | None = None
        self._ended = False

    def release(self) -> None:
        """Let go of the owner: no more reports."""
        self._owner = None
        self._watchdog.end()

    @callback
    def onCallState(self, prm: Any) -> None:
        """Report a new state."""
        if self._owner is None:
            return
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._ended = True
            self._watchdog.end()
            self._transferred(int(info.lastStatusCode), str(info.lastReason))
        message = _message(prm.e)
        retry = _RETRY_AFTER.search(message)
        self._owner.turned(
            Turn(
                state=info.state,
                code=int(info.lastStatusCode),
                reason=str(info.lastReason),
                by_them=bool(message),
                retry_after_s=int(retry[1]) if retry else 0,
            )
        )

    @callback
    def onCallMediaState(self, prm: Any) -> None:
        """Report the audio port."""
        if self._owner is None:
            return
        # Fields of pjsua2's structures do not keep the structure alive: hold it in a variable.
        info = self.getInfo()
        for media in filter(_is_audio, info.media):
            held = media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
            there = media.audioConfSlot != pj.PJSUA_INVALID_ID
            if held or not there or not media.dir & pj.PJMEDIA_DIR_DECODING:
                self._watchdog.rest()
            else:
                self._watchdog.watch()
            self._owner.media_changed(self.getAudioMedia(media.index) if there else None, held=held)
            return

    @callback
    def onStreamDestroyed(self, prm: Any) -> None:
        """Keep the figures of a stream that ends; not called when we hang up."""
        self._last = self.stream()

    @callback
    def onCallSdpCreated(self, prm: Any) -> None:
        """Offer and accept the account's codecs alone."""
        prm.sdp.wholeSdp = keep_codecs(prm.sdp.wholeSdp, self._codecs)

    @callback
    def onDtmfDigit(self, prm: Any) -> None:
        """Report a key."""
        if self._owner is not None and prm.method in _METHODS:
            self._owner.key_received(str(prm.digit), _METHODS[prm.method])

    @callback
    def onCallTsxState(self, prm: Any) -> None:
        """Follow our own INVITE and INFO requests."""
        change = prm.e.body.tsxState
        transaction = change.tsx
        if self._owner is None or transaction.role != pj.PJSIP_ROLE_UAC:
            return
        if transaction.method == "INVITE" and change.type == pj.PJSIP_EVENT_TX_MSG:
            sent = change.src.tdata
            self._owner.invited(str(sent.wholeMsg), str(sent.dstAddress))
        elif transaction.method == "INVITE" and change.type == pj.PJSIP_EVENT_RX_MSG:
            self._owner.taken()
        elif transaction.method == "INFO" and transaction.statusCode >= 200:
            self._owner.info_answered(int(transaction.statusCode))

    def onCallRedirected(self, prm: Any) -> int:
        """Never dial a number the far side chose."""
        return int(pj.PJSIP_REDIRECT_REJECT)

    @callback
    def onCallTransferRequest(self, prm: Any) -> None:
        """Never dial a number the far side chose."""
        prm.statusCode = 603

    @callback
    def onCallReplaceRequest(self, prm: Any) -> None:
        """Let nobody take over a call."""
        prm.statusCode = 603

    @callback
    def onCallTransferStatus(self, prm: Any) -> None:
        """Take the answer to a REFER; later news of it are the far side's own business."""
        self._transferred(int(prm.statusCode), str(prm.reason))

    async def transfer(self, uri: str) -> tuple[int, str]:
        """Ask the far side to call elsewhere (REFER); return its answer. Raises `pj.Error`."""
        self._transfer = asyncio.get_running_loop().create_future()
        self.xfer(uri, call_options())
        return await self._transfer

    def _transferred(self, code: int, reason: str) -> None:
        """Note the answer to a REFER, the first one."""
        if self._transfer is not None and not self._transfer.done():
            self._transfer.set_result((code, reason))

    def state(self) -> Any:
        """Return the `pj.DialogState`, None when there is none (any more)."""
        try:
            return pj.dialogState(self)
        except pj.Error:
            return None

    def event_type(self) -> int:
        """Return the far side's payload type for key events (RFC 4733), -1 = it takes none."""
        found = self.stream()
        return -1 if found is None else int(found[0].audTxEventPt)

    def stream(self) -> tuple[Any, Any] | None:
        """Return info and figures of the audio stream, None when there is none."""
        if self._ended:
            return self._last
        index = self._audio_index()
        try:
            return self.getStreamInfo(index), self.getStreamStat(index)
        except pj.Error:
            return None

    def seconds(self) -> float:
        """Return how long the dialog has been answered, s."""
        info = self.getInfo()
        return float(info.connectDuration.sec + info.connectDuration.msec / 1000)

    def _received(self) -> int | None:
        """Return how many packets arrived so far, None while the call is not answered."""
        answered = self.getInfo().state == pj.PJSIP_INV_STATE_CONFIRMED
        found = self.stream() if answered else None
        return None if found is None else int(found[1].rtcp.rxStat.pkt)

    @callback
    def _ask(self) -> None:
        """Ask the far side whether it is there; a 408 or 481 ends the dialog (RFC 3261, 12.2.1.2)."""
        self.reinvite(call_options())

    def _audio_index(self) -> int:
        """Return the index of the audio stream."""
        info = self.getInfo()
        return next((int(media.index) for media in filter(_is_audio, info.media)), 0)


def _is_audio(media: Any) -> bool:
    """Tell whether a `pj.CallMediaInfo` is about audio."""
    return bool(media.type == pj.PJMEDIA_TYPE_AUDIO)


def _message(event: Any) -> str:
    """Return the SIP message that brought an event, "" when a timer or we ourselves did."""
    if event.type == pj.PJSIP_EVENT_TSX_STATE:
        change = event.body.tsxState
        return str(change.src.rdata.wholeMsg) if change.type == pj.PJSIP_EVENT_RX_MSG else ""
    if event.type == pj.PJSIP_EVENT_RX_MSG:
        return str(event.body.rxMsg.rdata.wholeMsg)
    return ""
