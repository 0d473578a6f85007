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
    Encryption,
    ErrorKind,
    Nat,
    Registration,
    RegistrationState,
    Transport,
)
from .address import account_domain, parse_host, server_hosts, transport_parameter
from .failures import registration_error, registration_sentence
from .guard import callback
from .identity import own_address
from .nat import nat_of
from .probe import Probe
from .refusal import RefusalError
from .transports import uses_ipv6

_LOGGER = logging.getLogger("engine.account")

#: Seconds until a failed registration is tried again, and the spread around it.
RETRY_S = 30
RETRY_SPREAD_S = 10
#: Smallest session interval we accept, s (RFC 4028).
SMALLEST_SESSION_S = 90

#: Which of several accounts with one address gets an incoming call: the higher one.
_MAIN, _DETOUR = 1, 0

#: Answers that mean the server was not reached: another proxy may be.
UNREACHED = frozenset({408, 502, 503, 504})
_REALM = re.compile(r'(?im)^(?:WWW|Proxy)-Authenticate\s*:.*?\brealm\s*=\s*"((?:[^"\\]|\\.)*)"')
_SRTP = {
    Encryption.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Encryption.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Encryption.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}


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
        self._first: asyncio.Future[RefusalError | None] | None = None
        self._last_refusal: RefusalError | None = None
        self._open = False
        self._transport = -1
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
        self._transport = transport
        config = _configuration(self.settings, transport, self._proxy)
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
            detour.open(self._transport, priority=_DETOUR)
            self._detours[number] = detour
        return self._detours[number]

    def close(self) -> None:
        """Unregister and forget; the library sends the REGISTER in the background."""
        for detour in self._detours.values():
            detour.close()
        self._detours.clear()
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
        self.nat = nat_of(str(prm.rdata.wholeMsg)) or self.nat
        refusal: RefusalError | None = None
        if self._another_proxy(code):
            return
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
            self.modify(_configuration(self.settings, self._transport, self._proxy))
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


def _configuration(settings: AccountSettings, transport: int, proxy: int) -> Any:
    """Return the library's settings of an account; raises `RefusalError`.

    `proxy` is the number of the outbound proxy to use, if there are any.
    """
    config = pj.AccountConfig()
    suffix = transport_parameter(settings.transport)
    registrar = parse_host(settings.registrar, "the registrar")
    domain = account_domain(settings)
    config.idUri = own_address(settings)

    if settings.register:
        config.regConfig.registrarUri = f"sip:{domain}{suffix}"
    config.regConfig.registerOnAdd = settings.register
    config.regConfig.timeoutSec = settings.expires_s
    config.regConfig.retryIntervalSec = RETRY_S
    config.regConfig.firstRetryIntervalSec = RETRY_S // 3
    config.regConfig.randomRetryIntervalSec = RETRY_SPREAD_S
    config.regConfig.dropCallsOnFail = False
    config.regConfig.unregWaitMsec = 1000

    proxies = [parse_host(name, "the outbound proxy") for name in settings.outbound_proxies]
    if proxies:
        config.sipConfig.proxies.append(f"sip:{proxies[proxy]}{suffix};lr;hide")
    elif domain != str(registrar):
        config.sipConfig.proxies.append(f"sip:{registrar}{suffix};lr;hide")
    if settings.password:
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo(
                "digest",
                # onAuthChallenge guards the realm.
                "*",
                settings.auth_username or settings.username,
                0,
                settings.password,
            )
        )
    config.sipConfig.transportId = transport

    calls = config.callConfig
    calls.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    calls.timerMinSESec = SMALLEST_SESSION_S
    calls.timerSessExpiresSec = max(SMALLEST_SESSION_S, settings.session_timer_s)
    calls.prackUse = pj.PJSUA_100REL_OPTIONAL

    nat = config.natConfig
    nat.udpKaIntervalSec = settings.keep_alive_s
    nat.sipOutboundUse = 0
    nat.iceEnabled = False
    nat.sdpNatRewriteUse = 0 if settings.bind_address else 1

    media = config.mediaConfig
    media.transportConfig.port = settings.rtp_port
    media.transportConfig.portRange = settings.rtp_port_range
    media.transportConfig.randomizePort = True
    media.transportConfig.boundAddress = settings.bind_address
    media.transportConfig.publicAddress = settings.public_address
    media.srtpUse = _SRTP[settings.encryption]
    # 1 = keys may only travel over TLS; on plain transports that would refuse every call.
    media.srtpSecureSignaling = int(settings.transport is Transport.TLS)
    if uses_ipv6(settings):
        config.sipConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_PREFER_IPV6
        media.ipv6Use = pj.PJSUA_IPV6_ENABLED_PREFER_IPV6
    return config
