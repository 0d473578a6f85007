"""The limits of an account at work: checked before each call, counted after it, told when reached."""

from itertools import count
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from ..const import PhoneKind
from ..issues import raise_issue, withdraw_issue
from ..navigation.moments import PhoneState
from ..reach.phone import Phone
from .call import Call
from .changes import Change, ChangeKind
from .dial_caps import CapReachedError, DialLedger
from .job import Job
from .line import Line
from .problems import invalid

if TYPE_CHECKING:
    from .account import Account


class Dialling:
    """Lets an account's calls out within its limits.

    Calls to the user's phones at outside numbers count, too, but are never refused: the call they
    belong to was let out, and somebody is on the line who wants to be put through.
    """

    def __init__(self, account: Account) -> None:
        """Prepare; `start` brings back what was dialled."""
        self.ledger = DialLedger(account.hass, account.entry.entry_id)
        self._account = account
        self._unwatch: CALLBACK_TYPE | None = None
        self._rings = count(1)
        #: Id of the call and name of the outside phone it rings or rang last -> entry of the ledger.
        self._rung: dict[tuple[str, str], str] = {}

    async def start(self) -> None:
        """Read the ledger and follow the calls."""
        await self.ledger.load()
        self._unwatch = self._account.switchboard.watch(self._changed)

    async def stop(self) -> None:
        """Follow nothing any more."""
        if self._unwatch is not None:
            self._unwatch()
        await self.ledger.close()

    @callback
    def admit(self, job: Job) -> None:
        """Let a job dial; raises a translated error when it is beyond a limit."""
        if job.incoming:
            return
        caps = self._account.settings.caps
        try:
            self.ledger.check(job.target, caps, exploring=bool(job.plan.explore))
        except CapReachedError as err:
            facts = {"limit": str(err.limit), "rule": err.cap.value}
            raise_issue(self._account.hass, self._account.entry, "dial_limit", facts)
            raise invalid(err.cap.value, limit=err.limit, number=job.name) from err
        self.ledger.dialled(job.id, job.target)

    @callback
    def forgive(self) -> None:
        """Count from nothing again, by order of the user."""
        self.ledger.forgive()
        withdraw_issue(self._account.hass, self._account.entry, "dial_limit")

    @callback
    def _changed(self, _line: Line, call: Call, change: Change) -> None:
        """Count how long a call took, and the phones that it rings."""
        match change.kind:
            case ChangeKind.ENDED if call.progress.answered is not None:
                ended = call.progress.ended or dt_util.utcnow()
                self.ledger.took(call.id, (ended - call.progress.answered).total_seconds())
            case ChangeKind.PHONE if change.facts["state"] is PhoneState.RINGING:
                self._ring(call, change.facts["phone"])
            case ChangeKind.LEG if change.facts["phone"] is not None:
                entry = self._rung.pop((call.id, change.facts["phone"]), None)
                media = change.facts["leg"].media
                if entry is not None and media is not None:
                    self.ledger.took(entry, media.duration_s)

    def _ring(self, call: Call, phone: Phone) -> None:
        """Count a phone that is rung at an outside number."""
        if phone.kind is not PhoneKind.NUMBER:
            return
        entry = self._rung[call.id, phone.name] = f"{call.id}.phone{next(self._rings)}"
        self.ledger.dialled(entry, phone.address)
