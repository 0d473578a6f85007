"""One leg: a SIP dialog with its audio, ears, player and recordings."""

import asyncio
from collections.abc import Iterable
import logging
from typing import Any

import pjsua2 as pj

from ..hearing.heard import Phase
from ..telephony.messages import (
    CallFailure,
    EndedBy,
    ErrorKind,
    HearingSettings,
    KeyMethod,
    LegState,
    LegStatistics,
)
from .account import Account
from .address import host_of
from .attempts import SILENCE_S, Attempts
from .dialog import Dialog, Turn
from .ears import Ears
from .ending import Ending, how_it_ended
from .figures import leg_figures
from .keys import KeySender
from .leg_reports import LegReports
from .office import Office
from .options import add_header, call_options
from .orphans import cancellation, tombstone
from .player import Player
from .recordings import Recordings
from .refusal import RefusalError
from .wiring import Wiring

_LOGGER = logging.getLogger("engine.leg")

#: Seconds after which a leg we hung up counts as ended, whatever the far side says or does not.
HANG_UP_GRACE_S = 2.0
#: Longest wait for the audio of a leg that was just answered, s.
AUDIO_GRACE_S = 2.0


class Leg:
    """One SIP dialog and all that belongs to it."""

    def __init__(
        self, name: str, account: Account, office: Office, call_id: int | None = None
    ) -> None:
        """Make a leg to dial with, or take over the incoming `call_id`."""
        self.name = name
        self.account = account
        self.came_in = call_id is not None
        self.state = LegState.INCOMING if self.came_in else LegState.CALLING
        self.wiring = Wiring()
        #: Set when the far side knows, too.
        self.over = asyncio.Event()
        self.ears: Ears | None = None
        self._office = office
        self._reports = LegReports(name, office)
        self.player = Player(
            self.wiring, name=name, played=self._reports.played, speaking=self._we_speak
        )
        self._dialog = Dialog(account, self, call_id)
        self._keys = KeySender(self._dialog, self.player.tone_generator)
        self.recordings = Recordings(
            self.wiring, office.disk, name=name, ended=self._reports.recorded
        )
        self._attempts: Attempts | None = None
        self._ring_s = 0.0
        self._taken = False
        self._ending: Ending | None = None
        #: The last figures of the audio: when it ends the library has forgotten them.
        self._media: LegStatistics | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rang = False
        self._was_up = False
        self._held = False
        self._over = False

    # --- orders ------------------------------------------------------------------------------

    def listen(self, settings: HearingSettings, phase: Phase, book: bytes = b"") -> None:
        """Give the leg ears that know the prints in `book`."""
        if self.ears is None:
            self.ears = Ears(
                self.wiring,
                name=self.name,
                settings=settings,
                phase=phase,
                heard=self._reports.heard,
                speech=self._office.report,
                book=book,
            )
            if self.wiring.is_up:
                self.ears.begin()

    def dial(self, uri: str, *, display_name: str, headers: dict[str, str], ring_s: float) -> None:
        """Send the INVITE; raises `RefusalError`."""
        self._ring_s = ring_s
        try:
            self._attempts = Attempts(self.account, self, uri, display_name, headers)
            self._attempts.dial(self._dialog)
        except RefusalError:
            self._over = True
            self._dialog.release()
            self.player.close()
            raise
        self._await_answer()

    def _await_answer(self) -> None:
        """Give up on a server that is silent for long; the last one has the time to ring."""
        self._taken = False
        if (attempts := self._attempts) is not None and attempts.another:
            self._later(SILENCE_S, lambda: self._call_next(attempts))
        else:
            self.taken()

    def _call_next(self, attempts: Attempts) -> None:
        """Call the next server of the account; the far side of the last one did not take the call."""
        if self._over or self._ending is not None:
            self._gone(200, "")  # hung up meanwhile
            return
        try:
            self._dialog = attempts.again(self._dialog)
        except RefusalError as error:
            _LOGGER.warning("%s: no further server: %s", self.name, error.text)
            self._disconnected(
                Turn(state=pj.PJSIP_INV_STATE_DISCONNECTED, code=503, reason=error.text)
            )
            return
        self._keys = KeySender(self._dialog, self.player.tone_generator)
        self._await_answer()

    def answer(self, code: int) -> None:
        """Answer an incoming call; raises `RefusalError`."""
        self._expect_incoming()
        param = call_options()
        param.statusCode = code
        self._do("the call cannot be answered", lambda: self._dialog.answer(param))

    def reject(self, code: int, headers: Iterable[str] = ()) -> None:
        """Refuse an incoming call, with headers like "Name: value"; raises `RefusalError`."""
        self._expect_incoming()
        self._ending = Ending()
        param = pj.CallOpParam()
        param.statusCode = code
        for header in headers:
            name, _, value = header.partition(": ")
            add_header(param, name, value)
        self._do("the call cannot be refused", lambda: self._dialog.answer(param))

    def hang_up(self, reason: str = "", ending: Ending | None = None) -> None:
        """End the leg, whatever its state."""
        if self._over:
            return
        self._ending = self._ending or ending or Ending()
        self._measure()
        param = pj.CallOpParam()
        if reason:
            text = "".join(char for char in reason if char.isprintable() and char not in '"\\')
            add_header(param, "Reason", f'SIP;cause=200;text="{text}"')
        self._later(HANG_UP_GRACE_S, lambda: self._end(200, ""))
        try:
            self._dialog.hangup(param)
        except pj.Error:
            _LOGGER.debug("%s: hang-up of a dialog that is gone", self.name)
            self._end(200, "")

    async def send_keys(self, keys: str, method: KeyMethod, tone_ms: int, pause_ms: int) -> None:
        """Press keys; returns when they have been sent."""
        # The answer is reported a moment before the audio is there.
        await self.wiring.wait_until_up(AUDIO_GRACE_S)
        if not self.wiring.is_up:
            raise RefusalError(ErrorKind.WRONG_STATE, f"{self.name} has no audio yet")
        settings = self.account.settings
        await self._keys.send(
            keys,
            method if method is not KeyMethod.AUTO else settings.dtmf_method,
            self._dialog.event_type(),
            tone_ms or settings.dtmf_tone_ms,
            pause_ms or settings.dtmf_pause_ms,
        )
        if self.ears is not None:
            self.ears.cut()

    async def transfer(self, uri: str) -> None:
        """Hand the leg over (REFER); returns when the far side accepted."""
        try:
            code, reason = await self._dialog.transfer(uri)
        except pj.Error as error:
            text = f"the call cannot be transferred: {error.reason}"
            raise RefusalError(ErrorKind.WRONG_STATE, text) from error
        if code >= 300:  # the library says 100 for a 202
            text = f"the transfer was not accepted ({code} {reason})"
            raise RefusalError(ErrorKind.REJECTED, text, sip_code=code)

    def stream(self) -> tuple[Any, Any] | None:
        """Return info and figures of the audio stream, None when there is none."""
        return None if self._over else self._dialog.stream()

    def seconds(self) -> float:
        """Return how long the leg has been answered, s."""
        return 0.0 if self._over else self._dialog.seconds()

    def tick(self) -> None:
        """Move audio; called every few ms."""
        self.player.tick()
        self.recordings.tick()

    # --- what the dialog reports -------------------------------------------------------------

    def turned(self, turn: Turn) -> None:
        """Follow the dialog's state."""
        match turn.state:
            case pj.PJSIP_INV_STATE_EARLY if self.state is not LegState.INCOMING:
                self._rang = True
                self._enter(
                    LegState.EARLY if turn.code == 183 else LegState.RINGING, turn.code, turn.reason
                )
            case pj.PJSIP_INV_STATE_CONNECTING:
                self._know_far_side()
            case pj.PJSIP_INV_STATE_CONFIRMED:
                self._was_up = True
                self._know_far_side()
                if self._ending is None:
                    self._cancel_timer()
                    self._enter(LegState.CONFIRMED, 200, turn.reason)
            case pj.PJSIP_INV_STATE_DISCONNECTED:
                self._disconnected(turn)

    def media_changed(self, port: Any, *, held: bool) -> None:
        """Follow the audio."""
        self.wiring.port_changed(port)
        if port is not None and self.ears is not None:
            self.ears.begin()
        if port is not None:
            # Audio of a 200 comes a moment before its state: let that one win.
            asyncio.get_running_loop().call_soon(self._early_media)
        if held != self._held:
            self._held = held
            self._reports.held(held)

    def _early_media(self) -> None:
        """Report audio that came before the answer."""
        if self.wiring.is_up and self.state in (LegState.CALLING, LegState.RINGING):
            self._enter(LegState.EARLY, 183, "")

    def key_received(self, key: str, method: KeyMethod) -> None:
        """Pass on a key of the far side."""
        self._reports.key(key, method)

    def invited(self, message: str, destination: str) -> None:
        """Tell how to end the leg should the engine die while it rings."""
        if self._was_up or self._over:
            return
        self._reports.buried(cancellation(self.name, message, destination, self.account.settings))

    def taken(self) -> None:
        """Give the far side the time to ring: a server has the INVITE."""
        if self._taken or self._ending is not None:
            return
        self._taken = True
        self._cancel_timer()
        if self._ring_s > 0:
            self._later(self._ring_s, self._rang_out)

    def info_answered(self, code: int) -> None:
        """Pass on the answer to an INFO."""
        self._keys.info_answered(code)

    # --- inside ------------------------------------------------------------------------------

    def _know_far_side(self) -> None:
        """Let the far side's hosts talk to us; tell how to end the leg should the engine die."""
        if (dialog := self._dialog.state()) is None:
            return
        uris = (dialog.remoteTarget, *dialog.routeSet)
        self._office.far_side_known(self, frozenset(filter(None, map(host_of, uris))))
        self._reports.buried(tombstone(self.name, dialog, self.account.settings))

    def _disconnected(self, turn: Turn) -> None:
        """Find out who ended it and why; a server that cannot take the call is not the end."""
        if self._ending is None:
            attempts = None if self._was_up or self._rang else self._attempts
            if attempts is not None and attempts.worth_another(turn.code):
                self._cancel_timer()
                # not from within the callback of the dialog that is left
                asyncio.get_running_loop().call_soon(self._call_next, attempts)
                return
            self._ending = how_it_ended(turn, self.state, was_up=self._was_up, rang=self._rang)
        self._gone(turn.code, turn.reason, turn.retry_after_s)

    def _gone(self, code: int, reason: str, retry_after_s: int = 0) -> None:
        """Close everything: the far side knows, too."""
        self._end(code, reason, retry_after_s)
        self.over.set()
        self._office.dialog_over(self)

    def _end(self, code: int, reason: str, retry_after_s: int = 0) -> None:
        """Close everything and report it, once."""
        if self._over:
            return
        self._measure()
        self._over = True
        self._cancel_timer()
        # The library has taken the port out of the bridge.
        self.wiring.port_changed(None)
        ending = self._ending or Ending()
        self._keys.close()
        if self.ears is not None:
            self.ears.close()
        self.recordings.stop("")
        self.player.close()
        self.state = LegState.DISCONNECTED
        self._office.leg_ended(self)
        self._reports.ended(ending, code, reason, retry_after_s=retry_after_s, media=self._media)

    def _measure(self) -> None:
        """Take the figures of the audio while there is any."""
        if self._media is None and self.wiring.is_up:
            self._media = leg_figures(0, self)

    def release(self) -> None:
        """Drop the dialog; the library has ended it."""
        self._dialog.release()

    def _enter(self, state: LegState, code: int, text: str) -> None:
        """Report a new state."""
        if state is self.state or self._over:
            return
        self.state = state
        self._reports.entered(state, code, text)

    def _rang_out(self) -> None:
        """Give up: nobody answered in the time given."""
        if not self._was_up:
            text = "Nobody answered in the time given"
            ending = Ending(failure=CallFailure.NO_ANSWER, ended_by=EndedBy.FAILURE, text=text)
            self.hang_up(ending=ending)

    def _expect_incoming(self) -> None:
        """Raise `RefusalError` unless the leg waits for an answer."""
        if self.state is not LegState.INCOMING:
            text = f"{self.name} is {self.state}, not waiting to be answered"
            raise RefusalError(ErrorKind.WRONG_STATE, text)

    def _later(self, seconds: float, action: Any) -> None:
        """Do something later, instead of what was planned so far."""
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, action)

    def _cancel_timer(self) -> None:
        """Forget what was planned."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _do(self, what: str, action: Any) -> None:
        """Call the library; what it refuses becomes `RefusalError`."""
        try:
            action()
        except pj.Error as error:
            raise RefusalError(ErrorKind.WRONG_STATE, f"{what}: {error.reason}") from error

    def _we_speak(self, active: bool) -> None:
        """Tell the ears that we speak."""
        if self.ears is not None:
            self.ears.we_speak(active)
