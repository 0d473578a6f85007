"""Calls that companies promised: who is expected to call, and taking it when they do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..navigation.states import Outcome
from ..telephony.errors import EngineError
from ..telephony.messages import IncomingCall, RejectCall
from .call import Call
from .changes import Change, ChangeKind
from .job import Job
from .line import Line
from .numbers import is_same_number
from .request import CallRequest, from_stored, to_stored

if TYPE_CHECKING:
    from .account import Account

_LOGGER = logging.getLogger(__name__)

#: How long a call is waited for: a working day.
EXPECTED_FOR = timedelta(hours=8)
STORAGE_VERSION = 1
#: Changes are written after this, s.
SAVE_DELAY_S = 1.0
#: SIP answers to callers (RFC 3261 section 21.4): nobody is here, or busy just now.
UNAVAILABLE = 480
BUSY = 486


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A call that a company promised."""

    #: The call that is begun when it comes.
    request: CallRequest
    #: What was dialled when it was arranged.
    number: str
    until: datetime


class CallBacks:
    """The calls an account expects; they survive a restart. Every other caller is turned away."""

    def __init__(self, hass: HomeAssistant, account: Account) -> None:
        """Expect nobody; `start` brings back who was expected before."""
        #: By contact, or by number where there is none.
        self.expected: dict[str, Expected] = {}
        self._account = account
        self._store = _store(hass, account.entry.entry_id)
        self._answering: set[str] = set()
        self._unwatch: CALLBACK_TYPE | None = None

    async def start(self) -> None:
        """Bring back who was expected before the restart, and follow the calls."""
        for stored in await self._store.async_load() or ():
            self.expected[stored["key"]] = Expected(
                request=from_stored(stored["request"]),
                number=stored["number"],
                until=datetime.fromisoformat(stored["until"]),
            )
        self._unwatch = self._account.switchboard.watch(self._changed)

    async def stop(self) -> None:
        """Follow no calls any more; who is expected stays stored."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        if self.expected:
            await self._store.async_save(self._data())

    async def take(self, incoming: IncomingCall) -> None:
        """Answer a call that is expected, and turn all others away."""
        key = self._find(incoming.caller)
        if key is None:
            await self._reject(incoming.leg, UNAVAILABLE)
            return
        self._answering.add(key)
        try:
            expected = self.expected[key]
            known = is_same_number(incoming.caller, expected.number)
            await self._account.answer_call_back(expected.request, incoming.leg, known=known)
        except HomeAssistantError as err:
            self._answering.discard(key)
            _LOGGER.warning("An expected call could not be taken: %s", err)
            await self._reject(incoming.leg, BUSY)

    def _find(self, caller: str) -> str | None:
        """Return which expected call this is; from an unknown number it may be the only one."""
        now = dt_util.utcnow()
        waiting = {
            key: each
            for key, each in self.expected.items()
            if each.until > now
            and key not in self._answering
            and (each.request.contact is None or each.request.contact in self._account.contacts)
        }
        for key, each in waiting.items():
            if is_same_number(caller, each.number):
                return key
        own = (phone.address for phone in self._account.phones.values())
        if len(waiting) != 1 or any(is_same_number(caller, address) for address in own):
            return None
        return next(iter(waiting))

    @callback
    def _changed(self, _line: Line, call: Call, change: Change) -> None:
        """Expect a call once one was arranged, and no longer once people have talked."""
        if change.kind is not ChangeKind.ENDED:
            return
        key = call.job.contact.id if call.job.contact else call.job.target
        if call.job.incoming:
            self._answering.discard(key)
        if call.progress.outcome is Outcome.CALL_BACK_ARRANGED:
            self.expected[key] = Expected(
                request=_request(call.job),
                number=call.job.target,
                until=dt_util.utcnow() + EXPECTED_FOR,
            )
        elif call.progress.connected is None or self.expected.pop(key, None) is None:
            return
        self._store.async_delay_save(self._data, SAVE_DELAY_S)

    async def _reject(self, leg: str, code: int) -> None:
        """Turn a caller away."""
        try:
            await self._account.engine.link.request(RejectCall(leg=leg, code=code))
        except EngineError as err:
            _LOGGER.debug("Cannot reject %s: %s", leg, err)

    def _data(self) -> list[dict[str, Any]]:
        """Return as stored what is still expected."""
        now = dt_util.utcnow()
        return [
            {
                "key": key,
                "request": to_stored(each.request),
                "number": each.number,
                "until": each.until.isoformat(),
            }
            for key, each in self.expected.items()
            if each.until > now
        ]


async def remove_call_backs(hass: HomeAssistant, entry_id: str) -> None:
    """Remove what is stored for an account that is gone."""
    await _store(hass, entry_id).async_remove()


def _request(job: Job) -> CallRequest:
    """Return what to do when the company calls: the same as when it was called."""
    return CallRequest(
        contact=job.contact.id if job.contact else None,
        number=job.target,
        intent=job.plan.intent,
        phones=tuple(phone.id for phone in job.phones),
        mode=job.plan.mode,
        language=job.language,
        auto_connect=job.plan.auto_connect,
        context=job.context,
    )


def _store(hass: HomeAssistant, entry_id: str) -> Store[list[dict[str, Any]]]:
    """Return where the expected calls of an account are stored."""
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.call_backs.{entry_id}")
