"""Asking a server that we do not register with whether it is there (OPTIONS), which also keeps NAT open."""

import asyncio
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from ..telephony.messages import AccountSettings
from .address import account_domain, transport_parameter

#: Longest wait for an answer; the library itself waits for 32 s (Timer F of RFC 3261).
PATIENCE_S = 4.0
#: A server that answered before is gone only after so many questions in a row without an answer,
#: the next asked after so many seconds: one lost exchange must not stop calls.
MISSES = 3
ASK_AGAIN_S = 1.0
#: What the library or we report when nothing came back.
_NO_ANSWER = frozenset({408, 503})


class Probe:
    """Asks again and again."""

    def __init__(
        self, account: pj.Account, settings: AccountSettings, answered: Callable[[int, str], None]
    ) -> None:
        """Prepare; `answered` gets the final status of every question."""
        self._account = account
        self._settings = settings
        self._answered = answered
        self._timer: asyncio.TimerHandle | None = None
        self._waiting = False
        #: Questions in a row without an answer; the first one of all counts in full.
        self._missed = MISSES

    def ask(self) -> None:
        """Ask now, and from then on regularly."""
        self.stop()
        param = pj.SendRequestParam()
        param.method = "OPTIONS"
        domain = account_domain(self._settings)
        suffix = transport_parameter(self._settings.transport)
        param.txOption.targetUri = f"sip:{domain}{suffix}"
        self._waiting = True
        try:
            self._account.sendRequest(param)
        except pj.Error as error:
            self._final(503, str(error.reason))
        else:
            self._timer = asyncio.get_running_loop().call_later(
                PATIENCE_S, self._final, 408, "Request Timeout"
            )

    def take(self, prm: Any) -> None:
        """Take an answer from the library's callback."""
        transaction = prm.e.body.tsxState.tsx
        code = int(transaction.statusCode)
        if code >= 200:
            self._final(code, str(transaction.statusText))

    def stop(self) -> None:
        """Ask no more; an answer that still comes counts for nothing."""
        self._waiting = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _final(self, code: int, reason: str) -> None:
        """Report how it went, once, and ask again later."""
        if not self._waiting:
            return
        self.stop()
        self._missed = self._missed + 1 if code in _NO_ANSWER else 0
        in_doubt = 0 < self._missed < MISSES
        self._timer = asyncio.get_running_loop().call_later(
            ASK_AGAIN_S if in_doubt else float(self._settings.keep_alive_s), self.ask
        )
        if not in_doubt:
            self._answered(code, reason)
