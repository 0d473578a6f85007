"""The SIP phones that register here: their registrar on a port of its own, and the way to call them."""

from collections.abc import Callable
import logging
import time
from typing import Any

import pjsua2 as pj

from ..telephony.messages import (
    PHONES_ACCOUNT,
    AccountSettings,
    ErrorKind,
    PhoneContacts,
    PhoneRegistration,
    PhoneServer,
    Transport,
)
from .account import Account
from .accounts import Accounts
from .address import parse_host
from .digest import Credentials
from .guard import callback
from .refusal import RefusalError
from .registrar import Binding, Registrar, Verdict
from .sip_text import SipText
from .sources import within

_LOGGER = logging.getLogger("engine.phones")

#: Seconds between two looks for registrations that have lapsed.
LAPSE_S = 1.0
#: User part of our own address, as phones see it.
OWN_NAME = "hold-slayer"
#: What phones may use; each is an account of its own in the library.
_TRANSPORTS = (Transport.UDP, Transport.TCP)


class Phones:
    """Registers phones and finds them again."""

    def __init__(self, accounts: Accounts, report: Callable[[PhoneRegistration], None]) -> None:
        """Serve nobody yet."""
        self._accounts = accounts
        self._report = report
        self._server: PhoneServer | None = None
        self._registrar: Registrar | None = None
        self._handler = _Handler(self)
        self._lapse_due = 0.0

    async def serve(self, server: PhoneServer | None) -> None:
        """Serve these phones from now on; raises `RefusalError` when the port cannot be had."""
        before, self._server = self._server, server
        if server is None:
            self._registrar = None
            self._handler.stop()
            await self._close(before)
            return
        if before is None or _place(before) != _place(server):
            await self._close(before)
            try:
                for transport in _TRANSPORTS:
                    await self._accounts.add(_account(server, transport), keep=False)
            except RefusalError:
                self._server = None
                await self._close(server)
                raise
        if self._registrar is None:
            self._registrar = Registrar(server, self._changed)
        else:
            self._registrar.use(server)
        self._handler.start()

    def stop(self) -> None:
        """Take no more requests; the library is about to end."""
        self._handler.stop()

    def tick(self) -> None:
        """Forget registrations that have lapsed."""
        if self._registrar is not None and (now := time.monotonic()) >= self._lapse_due:
            self._lapse_due = now + LAPSE_S
            self._registrar.lapse()

    def contacts(self, request: int, username: str) -> PhoneContacts:
        """Return where a phone is registered."""
        targets = tuple(each.target for each in self._bindings(username))
        return PhoneContacts(request=request, username=username, contacts=targets)

    def route(self, target: str) -> Account:
        """Return the account to call a registered phone with; raises `RefusalError`."""
        if self._server is not None and self._registrar is not None:
            for user in self._server.users:
                for binding in self._bindings(user.username):
                    if binding.target == target:
                        return self._accounts[_name(binding.transport)]
        text = f"no phone is registered as {target}"
        raise RefusalError(ErrorKind.NOT_FOUND, text)

    def sent(self, account: Account, source: str) -> bool:
        """Tell whether a call comes from a phone: to their account, or from where one registered.

        The library guesses the account by the address that was called, which phones write as they
        like.
        """
        if account.settings.id in (_name(transport) for transport in _TRANSPORTS):
            return True
        return self._registrar is not None and bool(self._registrar.user_at(source))

    def admit(self, message: str) -> tuple[str, Verdict]:
        """Judge a phone's INVITE; return its user name, "" with the answer that refuses it."""
        if self._registrar is None:
            return "", Verdict(status=403, reason="Forbidden")
        request = SipText(message)
        digest = self._registrar.digest
        credentials, username = digest.check(
            request.every("Proxy-Authorization"), "INVITE", request.target
        )
        match credentials:
            case Credentials.GOOD:
                return username, Verdict(status=100, reason="Trying")
            case Credentials.WRONG:
                return "", Verdict(status=403, reason="Wrong user name or password")
        asked = digest.challenges(stale=credentials is Credentials.STALE)
        headers = [f"Proxy-Authenticate: {each}" for each in asked]
        return "", Verdict(status=407, reason="Proxy Authentication Required", headers=headers)

    def take(self, request: Any) -> None:
        """Answer a REGISTER."""
        server, registrar = self._server, self._registrar
        if server is None or registrar is None:
            return
        transport = Transport(request.transport.lower().rstrip("6"))
        source = parse_host(request.source, "the phone's address")
        if parse_host(request.localAddress, "our address").port != server.port:
            return
        if not within(source.name, server.networks):
            _LOGGER.warning("Not letting %s register: it is in no allowed network", source.name)
            request.statusCode, request.reason = 403, "Forbidden"
            return
        verdict = registrar.register(request.wholeMsg, request.source, transport)
        if verdict.status == 403:
            _LOGGER.warning("A phone at %s was not let in: %s", source.name, verdict.reason)
        request.statusCode, request.reason = verdict.status, verdict.reason
        for header in verdict.headers:
            request.headers.append(header)

    def _bindings(self, username: str) -> list[Binding]:
        """Return the live registrations of a phone."""
        return self._registrar.bindings(username) if self._registrar is not None else []

    def _changed(self, username: str) -> None:
        """Report that a phone is reached in another way now, or not at all."""
        bindings = self._bindings(username)
        agent = bindings[0].agent if bindings else ""
        self._report(
            PhoneRegistration(username=username, contacts=len(bindings), agent=agent[:100])
        )

    async def _close(self, server: PhoneServer | None) -> None:
        """Give up the accounts of a server."""
        for transport in _TRANSPORTS if server is not None else ():
            if _name(transport) in self._accounts:
                self._accounts.remove(self._accounts[_name(transport)])


class _Handler(pj.RegisterHandler):
    """Takes REGISTER requests from the library."""

    def __init__(self, phones: Phones) -> None:
        """Hand them to `phones`."""
        pj.RegisterHandler.__init__(self)
        self._phones = phones

    @callback
    def onRegister(self, request: Any) -> None:
        """Fill in the answer."""
        self._phones.take(request)


def _name(transport: Transport) -> str:
    """Return the id of the account for a transport."""
    return f"{PHONES_ACCOUNT}-{transport}"


def _place(server: PhoneServer) -> PhoneServer:
    """Return what of a server needs new accounts when it changes."""
    return PhoneServer(
        port=server.port,
        users=(),
        host=server.host,
        bind_address=server.bind_address,
        networks=server.networks,
        codecs=server.codecs,
        rtp_port=server.rtp_port,
        rtp_port_range=server.rtp_port_range,
    )


def _account(server: PhoneServer, transport: Transport) -> AccountSettings:
    """Return the account that stands for us towards phones."""
    return AccountSettings(
        id=_name(transport),
        registrar=server.host,
        username=OWN_NAME,
        transport=transport,
        local_port=server.port,
        bind_address=server.bind_address,
        codecs=server.codecs,
        register=False,
        keep_alive_s=0,
        rtp_port=server.rtp_port,
        rtp_port_range=server.rtp_port_range,
        allow_from=server.networks,
    )
