"""All accounts: added, tried, removed, each with the hosts it talks to."""

import asyncio
from collections.abc import Callable
from typing import Any

from ..telephony.messages import AccountSettings, ErrorKind, Registration, RegistrationState
from .account import Account
from .address import server_hosts
from .endpoint import SipEndpoint
from .following import Follower
from .location import located
from .refusal import RefusalError
from .sources import Sources

#: Seconds a removed account's servers may still answer its last REGISTER.
LINGER_S = 1.0


class Accounts:
    """The accounts by their id."""

    def __init__(
        self,
        endpoint: SipEndpoint,
        sources: Sources,
        *,
        report: Callable[[Registration], None],
        incoming: Callable[[Account, Any], None],
    ) -> None:
        """Begin without any."""
        self._endpoint = endpoint
        self._sources = sources
        self._report = report
        self._incoming = incoming
        self._accounts: dict[str, Account] = {}
        self._followers: dict[Account, Follower] = {}

    @property
    def states(self) -> dict[str, RegistrationState]:
        """Return the state of every account."""
        return {name: account.state for name, account in self._accounts.items()}

    def __contains__(self, name: str) -> bool:
        """Tell whether there is an account of that id."""
        return name in self._accounts

    def __getitem__(self, name: str) -> Account:
        """Return an account; raises `RefusalError`."""
        try:
            return self._accounts[name]
        except KeyError:
            text = f"there is no account {name!r}"
            raise RefusalError(ErrorKind.UNKNOWN_ACCOUNT, text) from None

    async def add(self, settings: AccountSettings, *, keep: bool) -> None:
        """Use an account from now on; raises `RefusalError` when it cannot register."""
        account = await self._open(settings, self._report)
        self._accounts[settings.id] = account
        refusal = await account.first_answer()
        if refusal is None:
            return
        if not keep and self._accounts.get(settings.id) is account:
            self.remove(account)
        raise refusal

    async def test(self, settings: AccountSettings) -> None:
        """Register once and forget; raises `RefusalError` when that fails."""
        account = await self._open(settings, lambda _: None)
        try:
            refusal = await account.first_answer()
        finally:
            self.remove(account)
        if refusal is not None:
            raise refusal

    def remove(self, account: Account) -> None:
        """Unregister and forget an account without legs."""
        name = account.settings.id
        if self._accounts.get(name) is account:
            del self._accounts[name]
        self._close(account)
        asyncio.get_running_loop().call_later(LINGER_S, self._forget_servers, name)

    def close(self) -> None:
        """Unregister all."""
        for account in self._accounts.values():
            self._close(account)
        self._accounts.clear()

    async def _open(
        self, settings: AccountSettings, report: Callable[[Registration], None]
    ) -> Account:
        """Make an account and let it register."""
        asked, location = settings, await located(settings)
        settings = location.settings
        await self._allow(settings)
        transport = self._endpoint.transports.for_account(settings)
        wanted = [*(account.settings for account in self._accounts.values()), settings]
        self._endpoint.use_codecs([name for each in wanted for name in each.codecs])
        account = Account(settings, report=report, incoming=self._incoming)
        account.open(transport)
        self._followers[account] = Follower(account, asked, location, self._move)
        return account

    async def _allow(self, settings: AccountSettings) -> None:
        """Let an account's servers talk to us."""
        servers = (*server_hosts(settings), *settings.allow_from)
        await self._sources.allow(f"account {settings.id}", servers)

    async def _move(self, account: Account, settings: AccountSettings) -> None:
        """Put an account on other servers or another address of ours; raises `RefusalError`."""
        await self._allow(settings)
        transport = account.transport
        if not settings.local_port:
            # A port that was asked for is taken, by the transport it has: that one stays.
            transport = self._endpoint.transports.for_account(settings)
        account.move(settings, transport)

    def _close(self, account: Account) -> None:
        """Unregister an account, and look for its servers no more."""
        self._followers.pop(account).stop()
        account.close()

    def _forget_servers(self, name: str) -> None:
        """Make the servers of a removed account strangers, unless it is back."""
        if name not in self._accounts:
            self._sources.forget(f"account {name}")
