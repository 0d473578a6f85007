"""The one engine of this Home Assistant: shared by all accounts, started with the first of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
import logging
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..telephony.link import EngineLink
from ..telephony.messages import (
    PHONES_ACCOUNT,
    EngineEvent,
    IncomingCall,
    PhoneRegistration,
    Ready,
    Registration,
)
from ..telephony.policy import DialPolicy, SetDialPolicy
from ..telephony.supervision import LinkState
from .phone_book import PhoneBook

_LOGGER = logging.getLogger(__name__)

type EventHandler = Callable[[EngineEvent], None]
type StateHandler = Callable[[LinkState], None]
type Farewell = Callable[[], Awaitable[None]]

#: Longest that calls may take to end when Home Assistant stops, s.
FAREWELL_S = 10.0


class SharedEngine:
    """Counts its users, starts and stops the link, and hands each event to whom it concerns."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare a link; nothing is started yet."""
        self.link = EngineLink(
            on_event=self._on_event, on_state=self._on_state, log=_LOGGER.getChild("link")
        )
        self.phones = PhoneBook(hass, self.link)
        self.ready: Ready | None = None
        self._hass = hass
        self._users = 0
        self._lock = asyncio.Lock()
        self._by_account: dict[str, EventHandler] = {}
        self._by_call: dict[str, EventHandler] = {}
        self._by_state: set[StateHandler] = set()
        self._farewells: set[Farewell] = set()
        self._policies: dict[str, DialPolicy] = {}
        self._stop_at_shutdown: CALLBACK_TYPE | None = None

    @property
    def running(self) -> bool:
        """Tell whether the engine answers."""
        return self.link.state is LinkState.RUNNING

    async def acquire(self) -> Ready:
        """Use the engine, starting it for the first user; raises `EngineStartError`."""
        async with self._lock:
            if self._users == 0 or self.ready is None:
                self.ready = await self.link.start()
                self._stop_at_shutdown = self._hass.bus.async_listen_once(
                    EVENT_HOMEASSISTANT_STOP, self._shut_down
                )
            self._users += 1
            return self.ready

    async def release(self) -> None:
        """Stop using the engine, which stops with its last user."""
        async with self._lock:
            self._users -= 1
            if self._users == 0:
                if self._stop_at_shutdown is not None:
                    self._stop_at_shutdown()
                    self._stop_at_shutdown = None
                await self._stop()

    async def set_policy(self, account_id: str, policy: DialPolicy | None) -> None:
        """Say what an account allows to be dialled (None = it is gone); raises `EngineError`."""
        if policy is None:
            self._policies.pop(account_id, None)
        else:
            self._policies[account_id] = policy
        if self.running and self._policies:
            await self.link.request(SetDialPolicy(policy=merged(self._policies.values())))

    @callback
    def watch_account(self, account_id: str, handler: EventHandler) -> CALLBACK_TYPE:
        """Hand what concerns an account (registration, incoming calls) to `handler`."""
        self._by_account[account_id] = handler
        return lambda: self._by_account.pop(account_id, None) and None

    @callback
    def watch_call(self, call_id: str, handler: EventHandler) -> CALLBACK_TYPE:
        """Hand what concerns the legs `<call_id>.…` to `handler`."""
        self._by_call[call_id] = handler
        return lambda: self._by_call.pop(call_id, None) and None

    @callback
    def watch_state(self, handler: StateHandler) -> CALLBACK_TYPE:
        """Tell `handler` when the engine starts, stops or is restarted."""
        self._by_state.add(handler)
        return lambda: self._by_state.discard(handler)

    @callback
    def before_stop(self, farewell: Farewell) -> CALLBACK_TYPE:
        """Run `farewell` before the engine stops with Home Assistant: there are calls to end."""
        self._farewells.add(farewell)
        return lambda: self._farewells.discard(farewell)

    async def _shut_down(self, _event: Event) -> None:
        """Stop the engine with Home Assistant, once its calls have ended."""
        self._stop_at_shutdown = None
        try:
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.gather(*(farewell() for farewell in self._farewells))
        except TimeoutError:
            _LOGGER.warning("Some calls did not end in time; they are cut off")
        await self._stop()

    async def _stop(self) -> None:
        """Stop the link."""
        self.ready = None
        await self.link.stop()

    @callback
    def _on_event(self, event: EngineEvent) -> None:
        """Find whom an event concerns."""
        if isinstance(event, PhoneRegistration):
            self.phones.registration_changed(event)
            return
        if isinstance(event, IncomingCall) and event.account_id == PHONES_ACCOUNT:
            owner = self.phones.owner(event.caller)
            handler = self._by_account.get(owner) if owner is not None else None
        elif isinstance(event, Registration | IncomingCall):
            handler = self._by_account.get(event.account_id)
        else:
            handler = self._by_call.get(event.leg.split(".")[0])
        if handler is None:
            _LOGGER.debug("Nobody waits for %s", type(event).__name__)
            return
        handler(event)

    @callback
    def _on_state(self, state: LinkState) -> None:
        """Tell everybody who watches the engine's state."""
        self.phones.engine_changed(state)
        for handler in tuple(self._by_state):
            handler(state)


def merged(policies: Iterable[DialPolicy]) -> DialPolicy:
    """Return what any of the accounts allows: the engine judges for all of them."""
    known = list(policies)
    return DialPolicy(
        home_country=known[0].home_country,
        countries=tuple(sorted({country for policy in known for country in policy.countries})),
        saved=tuple(sorted({number for policy in known for number in policy.saved})),
        allow_premium=any(policy.allow_premium for policy in known),
        allow_shared_cost=any(policy.allow_shared_cost for policy in known),
        allow_satellite=any(policy.allow_satellite for policy in known),
        allow_short_codes=any(policy.allow_short_codes for policy in known),
        allow_addresses=any(policy.allow_addresses for policy in known),
    )


ENGINE: Final[HassKey[SharedEngine]] = HassKey(DOMAIN)


@callback
def shared_engine(hass: HomeAssistant) -> SharedEngine:
    """Return the engine of this Home Assistant."""
    if ENGINE not in hass.data:
        hass.data[ENGINE] = SharedEngine(hass)
    return hass.data[ENGINE]
