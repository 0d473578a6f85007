"""Sends keys: RFC 4733 events, SIP INFO, or tones in the audio."""

import asyncio
from typing import Any

import pjsua2 as pj

from ..telephony.messages import ErrorKind, KeyMethod
from .refusal import RefusalError
from .tones import KEY_TONES, LOUDNESS

#: Keys that exist, and the comma, which waits.
KEYS = frozenset(KEY_TONES)
PAUSE_KEY = ","
PAUSE_S = 0.5
#: Shortest and longest tone and pause, ms. Exchanges need 40 (ITU-T Q.24).
SHORTEST_MS, LONGEST_MS = 40, 5000
#: Longest time a far side may take to answer an INFO, s (Timer F of RFC 3261).
INFO_TIMEOUT_S = 32.0
#: Keys in one go.
MOST_KEYS = 64


def check_keys(keys: str) -> str:
    """Return the keys in upper case; raises `RefusalError`."""
    keys = keys.upper()
    wrong = sorted(set(keys) - KEYS - {PAUSE_KEY})
    if wrong or not keys or len(keys) > MOST_KEYS:
        what = f"{wrong[0]!r} is not a key" if wrong else f"{len(keys)} keys cannot be sent at once"
        raise RefusalError(
            ErrorKind.INVALID_KEYS, f"{what}: 0-9 * # A-D and the comma, 1 to {MOST_KEYS}, are"
        )
    return keys


class KeySender:
    """Sends the keys of one leg, one request after the other."""

    def __init__(self, call: Any, tones: Any) -> None:
        """`call` is the `pj.Call`; `tones()` returns its connected tone generator."""
        self._call = call
        self._tones = tones
        self._lock = asyncio.Lock()
        self._info: asyncio.Future[int] | None = None

    async def send(
        self, keys: str, method: KeyMethod, event_type: int, tone_ms: int, pause_ms: int
    ) -> None:
        """Send keys; `event_type` is the far side's RTP payload type for events, -1 = none."""
        keys = check_keys(keys)
        for value, name in ((tone_ms, "tone"), (pause_ms, "pause")):
            if not SHORTEST_MS <= value <= LONGEST_MS:
                text = f"a {name} of {value} ms: {SHORTEST_MS} to {LONGEST_MS} ms are possible"
                raise RefusalError(ErrorKind.UNSUPPORTED, text)
        if method is KeyMethod.AUTO:
            method = KeyMethod.INBAND if event_type < 0 else KeyMethod.RFC4733
        if method is KeyMethod.RFC4733 and event_type < 0:
            text = "the far side takes no key events (RFC 4733); use tones or SIP INFO"
            raise RefusalError(ErrorKind.UNSUPPORTED, text)
        async with self._lock:
            for key in keys:
                if key == PAUSE_KEY:
                    await asyncio.sleep(PAUSE_S)
                    continue
                await self._send_one(key, method, tone_ms)
                await asyncio.sleep((tone_ms + pause_ms) / 1000)

    def info_answered(self, code: int) -> None:
        """Take the far side's final answer to an INFO."""
        if self._info is not None and not self._info.done():
            self._info.set_result(code)

    def close(self) -> None:
        """Wake up whoever waits: the leg is over."""
        self.info_answered(0)

    async def _send_one(self, key: str, method: KeyMethod, tone_ms: int) -> None:
        """Start one key."""
        try:
            match method:
                case KeyMethod.INBAND:
                    self._play(key, tone_ms)
                case KeyMethod.INFO:
                    self._info = asyncio.get_running_loop().create_future()
                    self._call.sendDtmf(_request(key, pj.PJSUA_DTMF_METHOD_SIP_INFO, tone_ms))
                    await self._check_info()
                case _:
                    self._call.sendDtmf(_request(key, pj.PJSUA_DTMF_METHOD_RFC2833, tone_ms))
        except pj.Error as error:
            text = f"key {key} could not be sent: {error.reason}"
            raise RefusalError(ErrorKind.WRONG_STATE, text) from error

    async def _check_info(self) -> None:
        """Wait for the answer to an INFO; raises `RefusalError` unless it was accepted."""
        assert self._info is not None
        try:
            code = await asyncio.wait_for(self._info, INFO_TIMEOUT_S)
        except TimeoutError:
            code = 408
        if code // 100 != 2:
            raise RefusalError(
                ErrorKind.REJECTED, f"the far side did not take the key ({code})", sip_code=code
            )

    def _play(self, key: str, tone_ms: int) -> None:
        """Play a key's tone."""
        description = pj.ToneDesc()
        description.freq1, description.freq2 = KEY_TONES[key]
        description.on_msec, description.off_msec = tone_ms, 0
        description.volume = LOUDNESS
        tones = pj.ToneDescVector()
        tones.append(description)
        generator = self._tones()
        generator.stop()
        generator.play(tones, False)


def _request(key: str, method: int, tone_ms: int) -> Any:
    """Return what the library wants to know to send a key."""
    param = pj.CallSendDtmfParam()
    param.method = method
    param.duration = tone_ms
    param.digits = key
    return param
