"""The SIP phones of all accounts that register here: who may, and who is there."""

from collections.abc import Callable
from itertools import chain

from homeassistant.components.network import async_get_source_ip
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..telephony.link import EngineLink
from ..telephony.messages import (
    GetPhoneContacts,
    PhoneRegistration,
    PhoneServer,
    PhoneUser,
    SetPhoneServer,
)
from ..telephony.supervision import LinkState

type Watcher = Callable[[str], None]


class PhoneBook:
    """Tells the engine whom to let register, and knows who has."""

    def __init__(self, hass: HomeAssistant, link: EngineLink) -> None:
        """Begin without phones."""
        self._link = link
        self._hass = hass
        self._users: dict[str, tuple[PhoneUser, ...]] = {}
        self._ports: dict[str, int] = {}
        self._sent: PhoneServer | None = None
        self._registrations: dict[str, PhoneRegistration] = {}
        self._watchers: set[Watcher] = set()

    async def serve(self, account_id: str, users: tuple[PhoneUser, ...], port: int) -> None:
        """Let an account's phones register; none = it has none. Raises `EngineError`."""
        self._users.pop(account_id, None)
        self._ports.pop(account_id, None)
        if users:
            self._users[account_id] = users
            self._ports[account_id] = port
        server = await self._server()
        if server == self._sent:
            return
        await self._link.request(SetPhoneServer(server=server))
        self._sent = server

    async def contacts(self, username: str) -> tuple[str, ...]:
        """Return the SIP addresses a phone is reached at now; raises `EngineError`."""
        if not self.registered(username):
            return ()
        return (await self._link.request(GetPhoneContacts(username=username))).contacts

    def registered(self, username: str) -> bool:
        """Tell whether a phone is registered."""
        return username in self._registrations

    def owner(self, username: str) -> str | None:
        """Return the id of the account a phone belongs to."""
        for account_id, users in self._users.items():
            if any(user.username == username for user in users):
                return account_id
        return None

    @callback
    def watch(self, watcher: Watcher) -> CALLBACK_TYPE:
        """Tell `watcher` the user name of every phone that comes or goes."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    @callback
    def registration_changed(self, event: PhoneRegistration) -> None:
        """Follow the engine's reports."""
        if event.contacts:
            self._registrations[event.username] = event
        else:
            self._registrations.pop(event.username, None)
        self._tell(event.username)

    @callback
    def engine_changed(self, state: LinkState) -> None:
        """Know nobody any more when the engine is gone: phones register anew."""
        if state is LinkState.RUNNING:
            return
        if state is LinkState.STOPPED:
            self._sent = None
        gone, self._registrations = self._registrations, {}
        for username in gone:
            self._tell(username)

    def _tell(self, username: str) -> None:
        """Tell everybody who watches."""
        for watcher in tuple(self._watchers):
            watcher(username)

    async def _server(self) -> PhoneServer | None:
        """Return what the engine should serve; None without phones."""
        if not self._users:
            return None
        return PhoneServer(
            port=next(iter(self._ports.values())),
            users=tuple(chain.from_iterable(self._users.values())),
            host=await async_get_source_ip(self._hass),
            # Phones register again this often, so a restart of ours leaves none unreached for long.
            longest_s=300,
        )
