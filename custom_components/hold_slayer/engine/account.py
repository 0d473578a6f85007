"""One SIP account: registration, its answers, incoming calls."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import logging
import re
from typing import Any

import pjsua2 as pj

from ..telephony.messages import (
    AccountSettings,
    ErrorKind,
    Nat,
    Registration,
    RegistrationState,
    Transport,
)
from .account_config import account_config
from .address import Host, server_hosts
from .failures import registration_error, registration_sentence
from .guard import callback
from .nat import nat_of
from .probe import Probe
from .refusal import RefusalError

_LOGGER = logging.getLogger("engine.account")

#: Which of several accounts with one address gets an incoming call: the higher one.
_MAIN, _DETOUR = 1, 0

#: Answers that mean the server was not reached: another proxy may be.
UNREACHED = frozenset({408, 502, 503, 504})
_REALM = re.compile(r'(?im)^(?:WWW|Proxy)-Authenticate\s*:.*?\brealm\s*=\s*"((?:[^"\\]|\\.)*)"')


class Account(pj.Account):
    """A `pj.Account` that reports its registration and hands on calls."""

    def __init__(
        self,
        settings: AccountSettings,
        *,
        report: Callable[[Registration], None],
        incoming: Callable[[Account, Any], None],
    ) -> None:
        """Prepare; `open` registers."""
        pj.Account.__init__(self)
        self.settings = settings
        self.state = RegistrationState.UNREGISTERED
        self.nat = Nat.UNKNOWN
        self.expires_s = 0
        self._report = report
        self._incoming = incoming
        self._realm = settings.realm
        #: `host:port` we send from; "" where each connection has another.
        self._local = ""
        #: Set when none of the servers was reached: they may be elsewhere now.
        self.lost = asyncio.Event()
        self._first: asyncio.Future[RefusalError | None] | None = None
        self._last_refusal: RefusalError | None = None
        self._open = False
        #: Number of the transport in use.
        self.transport = -1
        #: Outbound proxy in use, and how many in a row were not reached.
        self._proxy = 0
        self._unreached = 0
        #: Asks a trunk that knows us by our address whether it is there.
        self._probe: Probe | None = None
        self._answers = False
        self._dial_due = 0.0
        #: The account once more for calls through another proxy than the one in use, by its number.
        self._detours: dict[int, Account] = {}
        if not settings.register and settings.keep_alive_s > 0:
            self._probe = Probe(self, settings, self._probed)

    @property
    def hosts(self) -> frozenset[str]:
        """Return the names of the account's servers."""
        return server_hosts(self.settings)

    @property
    def server(self) -> str:
        """Return the server in use."""
        proxies = self.settings.outbound_proxies
        return proxies[self._proxy] if proxies else self.settings.registrar

    @property
    def servers(self) -> tuple[int, ...]:
        """Return the numbers of the proxies in the order to try them for a call; (0,) without any."""
        count = max(1, len(self.settings.outbound_proxies))
        return tuple((self._proxy + step) % count for step in range(count))

    @property
    def text(self) -> str:
        """Return why the account is not registered, "" when it is."""
        return self._last_refusal.text if self._last_refusal is not None else ""

    async def turn(self) -> None:
        """Wait until the next INVITE may leave."""
        loop = asyncio.get_running_loop()
        due = max(self._dial_due, loop.time())
        self._dial_due = due + self.settings.between_dials_s
        if (wait := due - loop.time()) > 0:
            await asyncio.sleep(wait)

    def open(self, transport: int, *, priority: int = _MAIN) -> None:
        """Create the account in the library; with `register` the REGISTER leaves at once."""
        self._use_transport(transport)
        config = account_config(self.settings, transport, self._proxy)
        config.priority = priority
        if self.settings.register:
            self.state = RegistrationState.REGISTERING
        else:
            self.state = RegistrationState.STATIC
        try:
            self.create(config)
        except pj.Error as error:
            raise RefusalError(
                ErrorKind.ENGINE_ERROR, f"the account cannot be used: {error.reason}"
            ) from error
        self._open = True
        self._say(0, "")
        if self._probe is not None:
            self._probe.ask()

    def _use_transport(self, transport: int) -> None:
        """Send over a transport of the library."""
        self.transport = transport
        if self.settings.transport is Transport.UDP:
            info = pj.Endpoint.instance().transportGetInfo(transport)
            host, _, port = str(info.localName).rpartition(":")
            self._local = str(Host(name=host.strip("[]"), port=int(port)))

    async def first_answer(self) -> RefusalError | None:
        """Wait until the registrar has answered; return why it refused, None when registered."""
        if self.state is not RegistrationState.REGISTERING:
            return self._last_refusal
        self._first = asyncio.get_running_loop().create_future()
        return await self._first

    def detour(self, number: int) -> Account:
        """Return the account that calls through the proxy of this number; raises `RefusalError`."""
        if number == self._proxy:
            return self
        if number not in self._detours:
            proxy = self.settings.outbound_proxies[number]
            settings = replace(
                self.settings,
                register=False,
                keep_alive_s=0,
                outbound_proxies=(proxy,),
                realm=self._realm,
            )
            detour = Account(
                settings,
                report=lambda _: None,
                incoming=lambda _, call: self._incoming(self, call),
            )
            detour.open(self.transport, priority=_DETOUR)
            self._detours[number] = detour
        return self._detours[number]

    def move(self, settings: AccountSettings, transport: int) -> None:
        """Use other servers, or another address of ours, from now on; calls that are up stay.

        Raises `RefusalError`.
        """
        if not self._open:
            return
        server = self.server
        self.settings, self._unreached = settings, 0
        self._use_transport(transport)
        proxies = settings.outbound_proxies
        self._proxy = proxies.index(server) if server in proxies else 0
        self._drop_detours()
        try:
            self.modify(account_config(settings, transport, self._proxy))
        except pj.Error as error:
            text = f"the account cannot be moved: {error.reason}"
            raise RefusalError(ErrorKind.ENGINE_ERROR, text) from error
        if self._probe is not None:
            self._probe.ask()

    def _drop_detours(self) -> None:
        """Forget the ways through the other servers."""
        for detour in self._detours.values():
            detour.close()
        self._detours.clear()

    def close(self) -> None:
        """Unregister and forget; the library sends the REGISTER in the background."""
        self._drop_detours()
        if self._probe is not None:
            self._probe.stop()
        if self._open:
            self._open = False
            self.shutdown()
        if self.state is not RegistrationState.UNREGISTERED:
            self.state = RegistrationState.UNREGISTERED
            self._say(0, "")

    @callback
    def onRegState(self, prm: Any) -> None:
        """Take the registrar's answer."""
        if not self._open:
            return
        code, reason = int(prm.code), str(prm.reason)
        self.expires_s = max(0, int(prm.expiration)) if code // 100 == 2 else 0
        self.nat = nat_of(str(prm.rdata.wholeMsg), self._local) or self.nat
        if self._another_proxy(code):
            return
        refusal: RefusalError | None = None
        if code // 100 == 2 and prm.expiration > 0:
            self.state = RegistrationState.REGISTERED
        elif code // 100 == 2:
            self.state = RegistrationState.UNREGISTERED
        else:
            self.state = RegistrationState.FAILED
            refusal = self._refusal(code, reason)
            reason = refusal.text
        self._last_refusal = refusal
        self._say(code, reason)
        if self._first is not None and not self._first.done():
            self._first.set_result(refusal)

    @callback
    def onSendRequest(self, prm: Any) -> None:
        """Take the answer to a request outside of calls: the probe's."""
        if self._open and self._probe is not None:
            self._probe.take(prm)

    def _probed(self, code: int, reason: str) -> None:
        """Follow whether a trunk is there; any answer of its own means that it is."""
        if not self._open or self._another_proxy(code):
            return
        before = self.state
        self._answers = self._answers or code not in UNREACHED
        # Many trunks never answer OPTIONS: silence tells something only of one that did.
        if code in UNREACHED and (self._answers or code != 408):
            refusal = self._refusal(code, reason)
            self.state, reason, self._last_refusal = RegistrationState.FAILED, refusal.text, refusal
        else:
            self.state, reason, self._last_refusal = RegistrationState.STATIC, "", None
        if self.state is not before:
            self._say(code, reason)

    def _another_proxy(self, code: int) -> bool:
        """Go on to the next proxy when one was not reached; return whether there is one to try."""
        count = len(self.settings.outbound_proxies)
        if code not in UNREACHED or self._unreached + 1 >= count:
            self._unreached = 0
            if code in UNREACHED:
                self.lost.set()
            return False
        self._unreached += 1
        self._proxy = (self._proxy + 1) % count
        # The library does not like to be changed from within its callback.
        asyncio.get_running_loop().call_soon(self._use_proxy)
        return True

    @callback
    def onAuthChallenge(self, prm: Any) -> None:
        """Answer a challenge only from the account's own realm; learn it from the first."""
        match = _REALM.search(prm.rdata.wholeMsg)
        realm = match[1] if match else ""
        if not self._realm:
            self._realm = realm
        if self._realm not in ("*", realm):
            _LOGGER.warning(
                "Account %s: not answering a challenge of realm %r, only of %r",
                self.settings.id,
                realm,
                self._realm,
            )
            prm.challenge.abandon()

    @callback
    def onIncomingCall(self, prm: Any) -> None:
        """Hand on a call."""
        self._incoming(self, prm)

    def _use_proxy(self) -> None:
        """Register through the next outbound proxy."""
        if self._open:
            _LOGGER.warning("Account %s: trying the next outbound proxy", self.settings.id)
            self.modify(account_config(self.settings, self.transport, self._proxy))
            if self._probe is not None:
                self._probe.ask()

    def _refusal(self, code: int, reason: str) -> RefusalError:
        """Return why the registration failed."""
        error = registration_error(code)
        if self.settings.transport is Transport.TLS and "TLS" in reason.upper():
            error = ErrorKind.TLS_FAILED
        return RefusalError(error, registration_sentence(error, code, reason), sip_code=code)

    def _say(self, code: int, text: str) -> None:
        """Report the state."""
        self._report(
            Registration(account_id=self.settings.id, state=self.state, sip_code=code, text=text)
        )
