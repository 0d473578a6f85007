"""A phone: one place where the user can be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ..calls.numbers import (
    normalise_extension,
    normalise_number,
    normalise_sip_uri,
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
        )


def normalise_address(kind: PhoneKind, address: str) -> str:
    """Return a checked address for a kind of phone; raises `NumberError`."""
    match kind:
        case PhoneKind.EXTENSION:
            return normalise_extension(address)
        case PhoneKind.NUMBER:
            return refuse_emergency(normalise_number(address))
        case PhoneKind.SIP_URI:
            return refuse_emergency(normalise_sip_uri(address))
