"""Messages about what may be dialled."""

from dataclasses import dataclass
from enum import StrEnum

from .answers import Done
from .message import Request


class DialRule(StrEnum):
    """The rule that refuses a number; named in `Refused.rule`."""

    #: An emergency number, and it was no person who dialled it by hand.
    EMERGENCY = "emergency"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    #: Satellite and other worldwide networks.
    SATELLITE = "satellite"
    #: Short codes and exchange codes (with * or #) that are not saved.
    SHORT_CODE = "short_code"
    #: A country that is neither home nor allowed.
    COUNTRY = "country"
    #: A SIP address that is neither saved nor at the account's own server.
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPolicy:
    """What may be dialled. Emergency numbers are beyond it: only a person may, and always."""

    #: Where numbers without country code are, ISO 3166; "" = unknown: such numbers are not judged.
    home_country: str = ""
    #: Further countries, ISO 3166; "*" = all.
    countries: tuple[str, ...] = ()
    #: Numbers, extensions and SIP addresses the user saved, as written there.
    saved: tuple[str, ...] = ()
    allow_premium: bool = False
    allow_shared_cost: bool = False
    allow_satellite: bool = False
    allow_short_codes: bool = False
    #: Any SIP address may be called.
    allow_addresses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDialPolicy(Request[Done]):
    """Judge every number from now on; before it, only emergency numbers are refused."""

    policy: DialPolicy
