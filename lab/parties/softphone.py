"""The one pjsua2 endpoint of a lab process: transports, accounts and the loop that drives them."""

import asyncio
from collections.abc import Callable
import contextlib
import gc
from pathlib import Path
from typing import Any, override

import pjsua2 as pj

from .leg import Leg

#: Seconds between two looks at pjsua2; audio is written much further ahead than this.
_TICK = 0.01
DEFAULT_CODECS = ("PCMU/8000", "PCMA/8000", "G722/16000", "opus/48000")


class SoftphoneError(RuntimeError):
    """pjsua2 refused; the text says what."""


class _Account(pj.Account):
    """Hands registration results and incoming calls to the softphone."""

    def __init__(self, owner: Softphone, report: Callable[..., None]) -> None:
        super().__init__()
        self.owner: Softphone | None = owner
        self.report = report
        self.registered = asyncio.Event()

    @override
    def onRegState(self, prm: Any) -> None:
        if self.owner is None:
            return
        if prm.code // 100 == 2 and prm.expiration:
            self.registered.set()
        self.report("registration", status=prm.code, text=prm.reason, expires=prm.expiration)

    @override
    def onIncomingCall(self, prm: Any) -> None:
        if self.owner is not None:
            self.owner.incoming(self, prm.callId, prm.rdata.wholeMsg)


class Softphone:
    """Calls in and out for all parties of this process, on one asyncio loop."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        """Recordings and PJSIP's log go to `folder`."""
        self.host = host
        #: Ports by transport name (udp, tcp, tls).
        self.ports: dict[str, int] = {}
        self.legs: dict[int, Leg] = {}
        #: Called with every incoming leg and its account's report; must answer or refuse it.
        self.on_incoming: Callable[[Leg], None] | None = None
        self._folder = folder
        self._endpoint: Any = None
        self._accounts: list[_Account] = []
        self._timer: asyncio.TimerHandle | None = None
        self._count = 0
        self._finished: list[Leg] = []

    def start(
        self,
        codecs: tuple[str, ...] = DEFAULT_CODECS,
        transports: tuple[str, ...] = ("udp",),
        certificate: Path | None = None,
    ) -> None:
        """Create the endpoint; `certificate` is trusted for TLS to a registrar."""
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = 120
        config.uaConfig.userAgent = "Hold Slayer lab"
        config.medConfig.noVad = True
        config.medConfig.sndAutoCloseTime = -1
        config.medConfig.clockRate = 16000
        config.medConfig.audioFramePtime = 20
        config.medConfig.ecTailLen = 0
        config.logConfig.consoleLevel = 0
        config.logConfig.level = 4
        config.logConfig.filename = str(self._folder / "pjsip.log")
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(config)
        self._endpoint.audDevManager().setNullDev()
        self._choose_codecs(codecs)
        kinds = {
            "udp": pj.PJSIP_TRANSPORT_UDP,
            "tcp": pj.PJSIP_TRANSPORT_TCP,
            "tls": pj.PJSIP_TRANSPORT_TLS,
        }
        for name in transports:
            settings = pj.TransportConfig()
            settings.boundAddress = self.host
            settings.publicAddress = self.host
            if name == "tls" and certificate is not None:
                settings.tlsConfig.CaListFile = str(certificate)
                settings.tlsConfig.verifyServer = True
            number = self._endpoint.transportCreate(kinds[name], settings)
            address = self._endpoint.transportGetInfo(number).localName
            self.ports[name] = int(address.rpartition(":")[2])
        self._endpoint.libStart()
        self._tick()

    def account(
        self,
        uri: str,
        report: Callable[..., None],
        *,
        registrar: str = "",
        user: str = "",
        password: str = "",
        expires: int = 300,
        srtp: str = "optional",
        proxy: str = "",
    ) -> _Account:
        """Add an account; it registers when `registrar` (a SIP URI) is given. `srtp`: off, optional, required."""
        config = pj.AccountConfig()
        config.idUri = uri
        config.regConfig.registrarUri = registrar
        config.regConfig.timeoutSec = expires
        config.regConfig.retryIntervalSec = 0
        if user:
            config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
        if proxy:
            config.sipConfig.proxies.append(proxy)
        config.mediaConfig.transportConfig.boundAddress = self.host
        config.mediaConfig.transportConfig.publicAddress = self.host
        config.mediaConfig.srtpUse = {
            "off": pj.PJMEDIA_SRTP_DISABLED,
            "optional": pj.PJMEDIA_SRTP_OPTIONAL,
            "required": pj.PJMEDIA_SRTP_MANDATORY,
        }[srtp]
        config.mediaConfig.srtpSecureSignaling = 0
        # the trunk is on loopback: no keep-alive, no address guessing
        config.natConfig.udpKaIntervalSec = 0
        config.natConfig.contactRewriteUse = 0
        config.natConfig.viaRewriteUse = 0
        config.natConfig.sdpNatRewriteUse = 0
        account = _Account(self, report)
        account.create(config)
        self._accounts.append(account)
        return account

    def dial(self, account: _Account, uri: str) -> Leg:
        """Place a call; raises SoftphoneError for a URI that cannot be dialled."""
        leg = self._new_leg(account)
        try:
            leg.dial(uri)
        except pj.Error as error:
            leg.ended.set()
            raise SoftphoneError(f"cannot dial {uri!r}: {error.reason}") from error
        return leg

    def incoming(self, account: _Account, call_id: int, message: str) -> None:
        """Take an INVITE and hand the leg to whoever wants it."""
        leg = self._new_leg(account, call_id)
        lines = message.split("\r\n")
        leg.dialled = lines[0].split(" ")[1].partition(":")[2].partition("@")[0]
        sender = next((line for line in lines if line.lower().startswith(("from:", "f:"))), "")
        leg.remote = sender.partition("sip:")[2].partition("@")[0]
        if self.on_incoming is None:
            leg.hang_up(480)
        else:
            self.on_incoming(leg)

    async def close(self) -> None:
        """Hang up everything, wait for it, and end pjsua2."""
        for leg in list(self.legs.values()):
            leg.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3):
                for leg in list(self.legs.values()):
                    await leg.ended.wait()
        if self._timer is not None:
            self._timer.cancel()
        for leg in (*self.legs.values(), *self._finished):
            leg.release()
        self.legs.clear()
        self._finished.clear()
        for account in self._accounts:
            account.owner = None
            account.shutdown()
        self._accounts.clear()
        gc.collect()
        self._endpoint.libDestroy()
        self._endpoint = None

    def _new_leg(self, account: _Account, call_id: int = pj.PJSUA_INVALID_ID) -> Leg:
        self._count += 1
        leg = Leg(account, self._folder, self._count, account.report, call_id)
        self.legs[leg.number] = leg
        return leg

    def _choose_codecs(self, codecs: tuple[str, ...]) -> None:
        known = [codec.codecId for codec in self._endpoint.codecEnum2()]
        for name in known:
            self._endpoint.codecSetPriority(name, 0)
        for index, wanted in enumerate(codecs):
            match = [name for name in known if name.lower().startswith(wanted.lower())]
            if not match:
                raise SoftphoneError(f"no codec {wanted!r} here; there are {', '.join(known)}")
            self._endpoint.codecSetPriority(match[0], 250 - index)

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)
        self._endpoint.libHandleEvents(0)
        for leg in self._finished:
            leg.release()
        self._finished.clear()
        for leg in list(self.legs.values()):
            leg.pump()
            if leg.ended.is_set():
                # one tick later: its last callback may still be on the stack
                self._finished.append(self.legs.pop(leg.number))
