"""What the engine was given and has open, so that nothing is lost when it is."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .challenge import Credentials
from .messages import (
    AddAccount,
    CallFailure,
    Done,
    EndedBy,
    EngineEvent,
    ErrorKind,
    IncomingCall,
    LegChanged,
    LegState,
    PlaceCall,
    Pong,
    Refused,
    Registration,
    RegistrationState,
    RemoveAccount,
    Report,
    Request,
    SetDialPolicy,
    SetPhoneServer,
    TestAccount,
    Tombstone,
)
from .redaction import Redactor

#: What users read about a leg that went with the engine.
LOST_TEXT = "The telephone engine stopped unexpectedly"


class Ledger:
    """Accounts to add again, legs to report lost."""

    def __init__(self, redactor: Redactor) -> None:
        """Begin empty; passwords seen are taught to `redactor`."""
        self._redactor = redactor
        self._policy: SetDialPolicy | None = None
        self._phones: SetPhoneServer | None = None
        self._accounts: dict[str, AddAccount] = {}
        #: Legs, and whether the engine knows them for sure.
        self._legs: dict[str, bool] = {}
        self._tombstones: dict[str, Tombstone] = {}

    @property
    def legs(self) -> frozenset[str]:
        """Return the legs that the engine must know."""
        return frozenset(leg for leg, known in self._legs.items() if known)

    def sent(self, message: Request[Any]) -> None:
        """Note a request before it goes out."""
        match message:
            case AddAccount(account=account):
                self._redactor.add(account.password)
                if message.keep:
                    self._accounts[account.id] = message
            case TestAccount(account=account):
                self._redactor.add(account.password)
            case SetDialPolicy():
                self._policy = message
            case SetPhoneServer():
                self._phones = message
            case RemoveAccount():
                self._accounts.pop(message.account_id, None)
            case PlaceCall():
                self._legs.setdefault(message.leg, False)

    def answered(self, message: Request[Any], refused: Refused | None) -> None:
        """Note how a request went."""
        match message:
            case AddAccount(account=account) if refused is None:
                self._accounts[account.id] = replace(message, keep=True)
            case PlaceCall() if refused is None:
                if message.leg in self._legs:
                    self._legs[message.leg] = True
            case PlaceCall() if refused and refused.error is not ErrorKind.LEG_EXISTS:
                self._legs.pop(message.leg, None)

    def happened(self, event: Report) -> bool:
        """Note an event; False when nobody else needs to know."""
        match event:
            case IncomingCall():
                self._legs[event.leg] = True
            case Tombstone():
                self._tombstones[event.leg] = event
                return False
            case LegChanged(state=LegState.DISCONNECTED):
                self._tombstones.pop(event.leg, None)
                # After the engine's end was reported, or for a leg nobody was told of.
                if event.leg not in self._legs:
                    return False
                del self._legs[event.leg]
        return True

    def again(self) -> list[Request[Done]]:
        """Return what brings policy and accounts back into a fresh engine, in order."""
        first: list[Request[Done] | None] = [self._policy, self._phones]
        return [*(each for each in first if each is not None), *self._accounts.values()]

    def orphans(self) -> list[Tombstone]:
        """Return how to end what the engine left behind, once."""
        tombstones, self._tombstones = self._tombstones, {}
        return list(tombstones.values())

    def credentials(self, account_id: str) -> Credentials | None:
        """Return who we are to the servers of an account."""
        if (message := self._accounts.get(account_id)) is None or not message.account.password:
            return None
        account = message.account
        return Credentials(
            username=account.auth_username or account.username,
            password=account.password,
            realm=account.realm,
        )

    def lost(self) -> Iterator[EngineEvent]:
        """Report everything that went with the engine."""
        for account_id in self._accounts:
            yield Registration(account_id=account_id, state=RegistrationState.UNREGISTERED)
        legs, self._legs = self._legs, {}
        for leg in sorted(legs):
            yield _lost_leg(leg)

    def reconcile(self, known: frozenset[str], pong: Pong) -> Iterator[EngineEvent]:
        """Report legs that were up before the ping and that the engine does not have."""
        for leg in sorted((known & self._legs.keys()) - pong.legs.keys()):
            del self._legs[leg]
            yield _lost_leg(leg)


def _lost_leg(leg: str) -> LegChanged:
    """Return the report of a leg that is gone without a word."""
    return LegChanged(
        leg=leg,
        state=LegState.DISCONNECTED,
        failure=CallFailure.ENGINE_LOST,
        ended_by=EndedBy.FAILURE,
        text=LOST_TEXT,
    )
