"""Messages about what the engine found out about an account."""

from dataclasses import dataclass
from enum import StrEnum

from .account import RegistrationState
from .message import Answer, Request


class Nat(StrEnum):
    """What lies between us and the server, as its answers tell (RFC 3581)."""

    UNKNOWN = "unknown"
    NONE = "none"
    #: Our address is changed, our port is not.
    ADDRESS = "address"
    #: Address and port are changed: a symmetric NAT, or one that is busy.
    PORT = "port"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts(Answer):
    """How an account stands with its server."""

    state: RegistrationState
    text: str = ""
    #: Server in use, `host` or `host:port`.
    server: str = ""
    nat: Nat = Nat.UNKNOWN
    #: Life of the registration, s; 0 = not registered.
    expires_s: int = 0
    #: Size of the last INVITE of the engine, bytes; 0 = none yet.
    invite_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAccountFacts(Request[AccountFacts]):
    """Ask how an account stands."""

    account_id: str
