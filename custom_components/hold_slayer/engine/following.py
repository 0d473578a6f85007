"""Following an account's servers, and our own address, when DNS or STUN tell another one."""

import asyncio
from collections.abc import Callable, Coroutine
import contextlib
from dataclasses import replace
import logging
from typing import Any

from ..telephony.messages import AccountSettings
from . import location as places
from .account import Account
from .refusal import RefusalError

_LOGGER = logging.getLogger("engine.following")

type Move = Callable[[Account, AccountSettings], Coroutine[Any, Any, None]]


class Follower:
    """Asks again where one account's servers are, when what was said expires or they are silent."""

    def __init__(
        self, account: Account, asked: AccountSettings, location: places.Location, move: Move
    ) -> None:
        """Begin; `asked` are the settings as they were given, `move` puts the account elsewhere."""
        self._account = account
        self._asked = asked
        self._move = move
        self._task: asyncio.Task[None] | None = None
        if location.valid_s is not None:
            self._task = asyncio.get_running_loop().create_task(self._follow(location.valid_s))

    def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _follow(self, valid_s: float) -> None:
        """Ask, again and again."""
        while True:
            # not more often, whatever happens
            await asyncio.sleep(places.SHORTEST_S)
            lost = self._account.lost
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), max(0.0, valid_s - places.SHORTEST_S))
            lost.clear()
            valid_s = await self._ask_again()

    async def _ask_again(self) -> float:
        """Move the account when there is news; return for how long it holds, s."""
        try:
            found = await places.located(self._asked)
            if (settings := moved(self._account.settings, found.settings)) is not None:
                _LOGGER.warning(
                    "Account %s: servers %s, our address %s",
                    settings.id,
                    ", ".join(settings.outbound_proxies) or settings.registrar,
                    settings.public_address or "not asked for",
                )
                await self._move(self._account, settings)
        except RefusalError as error:
            _LOGGER.warning("Account %s: %s", self._asked.id, error.text)
            return places.SHORTEST_S
        return found.valid_s or places.LONGEST_S


def moved(used: AccountSettings, found: AccountSettings) -> AccountSettings | None:
    """Return the settings to use now, None when nothing has moved.

    Names that have no records any more stay as they were: more likely DNS is away than the provider.
    """
    servers = used.outbound_proxies
    if found.outbound_proxies and set(found.outbound_proxies) != set(servers):
        servers = found.outbound_proxies
    now = replace(used, outbound_proxies=servers, public_address=found.public_address)
    return None if now == used else now
