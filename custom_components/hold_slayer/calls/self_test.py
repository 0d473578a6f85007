"""Testing an account: registration, network, and a call that tries speech and keys."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.util.ulid import ulid_now

from ..const import Conf
from ..hearing.heard import Hearing, Phase, Sound
from ..navigation.acts import KeyMethod
from ..telephony.errors import EngineError
from ..telephony.messages import (
    EngineEvent,
    GetAccountFacts,
    HeardOnLeg,
    IncomingCall,
    KeyReceived,
    LegChanged,
    LegState,
    Played,
)
from .leg import Leg
from .numbers import NumberError, normalise_target, refuse_emergency
from .problems import engine_failed, invalid_number
from .self_test_result import TestResult

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)

#: Longest wait for the answer of the called side, and for each part of the test after it, s.
ANSWER_S = 20.0
PART_S = 6.0
#: The key that is sent to ourselves as the account sends keys, and those that stand for speech.
KEY = "5"
NEAR_TONE, FAR_TONE = "8", "9"
#: Length of such a tone, ms, and the pause between two, s: the first ones may fall into the beginning.
TONE_MS = 200
BETWEEN_TONES_S = 1.0


class SelfTest:
    """One test of an account."""

    def __init__(self, account: Account) -> None:
        """Prepare; `run` does it."""
        self._account = account
        self._id = f"selftest{ulid_now().lower()}"
        self._near = Leg(account.engine.link, f"{self._id}.near", account.entry.entry_id)
        self._far: Leg | None = None
        self._events: asyncio.Queue[EngineEvent] = asyncio.Queue()
        self._arrived: asyncio.Queue[IncomingCall] = asyncio.Queue()

    async def run(self, number: str = "", *, call: bool = True) -> TestResult:
        """Test; calls `number`, or ourselves without one. Raises a translated error."""
        account = self._account
        link = account.engine.link
        try:
            target = refuse_emergency(normalise_target(number)) if number else ""
        except NumberError as err:
            raise invalid_number(err) from err
        try:
            facts = await link.request(GetAccountFacts(account_id=account.entry.entry_id))
            result = TestResult(facts=facts)
            if call and account.registered:
                result.called = target or str(account.entry.data[Conf.USERNAME])
                await self._call(result, myself=not target)
                result.facts = await link.request(
                    GetAccountFacts(account_id=account.entry.entry_id)
                )
        except EngineError as err:
            raise engine_failed(err) from err
        return result

    async def _call(self, result: TestResult, *, myself: bool) -> None:
        """Call, and try speech and keys."""
        account = self._account
        unwatch = [account.engine.watch_call(self._id, self._events.put_nowait)]
        account.expect_own_call = self._arrived.put_nowait if myself else None
        target = result.called
        if myself:
            settings_host = (
                account.entry.data.get(Conf.SIP_DOMAIN) or account.entry.data[Conf.REGISTRAR]
            )
            target = f"sip:{target}@{settings_host}"
        try:
            await self._near.place(target, phase=Phase.UNKNOWN, ring_s=ANSWER_S)
            if myself:
                await self._take_own_call(unwatch)
            ended = await self._until(LegState.CONFIRMED)
            if ended is not None:
                result.code, result.reason = ended.sip_code or 480, ended.text
                return
            await self._try_speech(result)
            if self._far is not None:
                await self._try_keys(result)
        except TimeoutError:
            result.code, result.reason = 408, ""
        finally:
            account.expect_own_call = None
            await self._near.hang_up()
            if self._far is not None:
                await self._far.hang_up()
            for each in unwatch:
                each()

    async def _take_own_call(self, unwatch: list[Any]) -> None:
        """Answer the call that comes back to us, if it does before something else happens."""
        arriving = asyncio.ensure_future(self._arrived.get())
        ended = asyncio.ensure_future(self._events.get())
        try:
            while not arriving.done():
                await asyncio.wait(
                    {arriving, ended}, timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED
                )
                if not ended.done():
                    break
                event = ended.result()
                self._note(event)
                if self._near.state is LegState.DISCONNECTED:
                    self._events.put_nowait(event)
                    return
                if self._near.state is LegState.CONFIRMED and not arriving.done():
                    self._events.put_nowait(event)
                    return
                if arriving.done():
                    break
                ended = asyncio.ensure_future(self._events.get())
            if arriving.done():
                leg = arriving.result().leg
                unwatch.append(
                    self._account.engine.watch_call(leg.split(".", 1)[0], self._events.put_nowait)
                )
                self._far = Leg(self._account.engine.link, leg, self._account.entry.entry_id)
                await self._far.answer(phase=Phase.UNKNOWN)
        finally:
            arriving.cancel()
            ended.cancel()

    def _note(self, event: EngineEvent) -> None:
        """Let the legs know what concerns them."""
        for leg in (self._near, self._far):
            if leg is None or getattr(event, "leg", "") != leg.id:
                continue
            if isinstance(event, LegChanged):
                leg.changed(event)
            elif isinstance(event, Played):
                leg.played(event)

    async def _until(self, state: LegState) -> LegChanged | None:
        """Wait until the near leg is in a state; return its end if that came first."""
        async with asyncio.timeout(ANSWER_S + PART_S):
            while True:
                event = await self._events.get()
                self._note(event)
                if not isinstance(event, LegChanged) or event.leg != self._near.id:
                    continue
                if event.state is LegState.DISCONNECTED:
                    return event
                if event.state is state:
                    return None

    async def _try_speech(self, result: TestResult) -> None:
        """Send tones both ways and listen for them: packets alone may be silence.

        Without a far leg of ours, tones that come back (an echo) prove both ways, any sound one.
        """
        sounding = asyncio.ensure_future(self._sound())
        heard = said = False
        try:
            async with asyncio.timeout(PART_S):
                while not (heard and said):
                    event = await self._events.get()
                    self._note(event)
                    leg, key = getattr(event, "leg", ""), _key(event)
                    if self._far is None:
                        heard = heard or _audible(event)
                        said = said or key == NEAR_TONE
                    elif leg == self._near.id:
                        heard = heard or key == FAR_TONE
                    elif leg == self._far.id:
                        said = said or key == NEAR_TONE
        except TimeoutError:
            _LOGGER.debug("Not all speech got through: heard %s, said %s", heard, said)
        finally:
            sounding.cancel()
            await asyncio.gather(sounding, return_exceptions=True)
        result.heard = heard
        result.said = said if self._far is not None or said else None

    async def _sound(self) -> None:
        """Let both sides sound, again and again."""
        sides = [(self._near, NEAR_TONE)]
        if self._far is not None:
            sides.append((self._far, FAR_TONE))
        while True:
            await asyncio.gather(
                *(leg.send_keys(key, KeyMethod.INBAND, TONE_MS) for leg, key in sides)
            )
            await asyncio.sleep(BETWEEN_TONES_S)

    async def _try_keys(self, result: TestResult) -> None:
        """Press a key here and wait for it there."""
        assert self._far is not None
        await self._near.send_keys(KEY)
        result.keys = False
        try:
            async with asyncio.timeout(PART_S):
                while not result.keys:
                    event = await self._events.get()
                    self._note(event)
                    result.keys = getattr(event, "leg", "") == self._far.id and _key(event) == KEY
        except TimeoutError:
            return


def _key(event: EngineEvent) -> str:
    """Return the key that arrived as an event or as a tone, "" when there was none."""
    match event:
        case KeyReceived(key=key):
            return key
        case HeardOnLeg(heard=Hearing(sound=Sound.DTMF, digit=digit)):
            return digit or ""
    return ""


def _audible(event: EngineEvent) -> bool:
    """Tell whether the ears heard anything but silence."""
    match event:
        case HeardOnLeg(heard=Hearing(sound=sound)):
            return sound is not Sound.SILENCE
    return False
