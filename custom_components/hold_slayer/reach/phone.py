"""A phone: one place where the user can be reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from ..calls.hours import ALWAYS, Hours
from ..calls.numbers import (
    normalise_extension,
    normalise_number,
    normalise_sip_uri,
    normalise_user,
    refuse_emergency,
)
from ..const import DEFAULT_RING_S, Conf, PhoneKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Where to ring, for how long and whether picking up is proof enough."""

    id: str
    name: str
    kind: PhoneKind
    address: str
    ring_s: float = DEFAULT_RING_S
    #: Phones with the same order ring together where the account says so.
    order: int = 1
    #: Picking up accepts; no key needed (a desk phone without voicemail).
    trusted: bool = False
    #: Device id of a mobile app that gets the push message; "" = none.
    push_device: str = ""
    #: Hashes of its password, for phones that register here (RFC 7616: H(user:realm:password)).
    ha1_md5: str = field(default="", repr=False)
    ha1_sha256: str = field(default="", repr=False)
    #: When it may ring.
    hours: Hours = ALWAYS

    @classmethod
    def from_subentry(cls, subentry_id: str, title: str, data: Mapping[str, Any]) -> Self:
        """Build a phone from what its subentry stores."""
        return cls(
            id=subentry_id,
            name=title,
            kind=PhoneKind(data[Conf.KIND]),
            address=data[Conf.ADDRESS],
            ring_s=float(data.get(Conf.RING_TIME, DEFAULT_RING_S)),
            order=int(data.get(Conf.ORDER, 1)),
            trusted=bool(data.get(Conf.TRUSTED, False)),
            push_device=data.get(Conf.PUSH_DEVICE, ""),
            ha1_md5=data.get(Conf.HA1_MD5, ""),
            ha1_sha256=data.get(Conf.HA1_SHA256, ""),
            hours=Hours.stored(
                data.get(Conf.AVAILABLE_FROM),
                data.get(Conf.AVAILABLE_UNTIL),
                data.get(Conf.AVAILABLE_DAYS),
            ),
        )

    def reachable(self, moment: datetime) -> bool:
        """Tell whether it may ring at a local time."""
        return self.hours.include(moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What to dial for a phone, and with which account of the engine."""

    account_id: str
    target: str


def normalise_address(kind: PhoneKind, address: str) -> str:
    """Return a checked address for a kind of phone; raises `NumberError`."""
    match kind:
        case PhoneKind.EXTENSION:
            return normalise_extension(address)
        case PhoneKind.NUMBER:
            return refuse_emergency(normalise_number(address))
        case PhoneKind.SIP_URI:
            return refuse_emergency(normalise_sip_uri(address))
        case PhoneKind.SIP_DEVICE:
            return normalise_user(address)
