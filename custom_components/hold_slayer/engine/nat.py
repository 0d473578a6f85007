"""What lies between us and a server, read from the Via header of its answers (RFC 3581)."""

from ipaddress import IPv4Address, IPv6Address, ip_address
import re
import socket

from ..telephony.messages import Nat
from .address import parse_host
from .refusal import RefusalError
from .sip_text import SipText

_SENT_BY = re.compile(r"SIP/2\.0/\w+\s+([^;\s]+)", re.IGNORECASE)


def nat_of(answer: str, local: str = "") -> Nat | None:
    """Return what an answer tells, None when it tells nothing.

    `local` is where we sent from, `host:port`: the library puts the address that a server saw into
    its next Via, so that a later answer would tell of no NAT. "" = what Via says.
    """
    via = SipText(answer).first("Via")
    if (sent := _SENT_BY.match(via)) is None:
        return None
    told = dict(part.partition("=")[::2] for part in via.split(";")[1:])
    try:
        ours = parse_host(local or sent[1], "our address")
        seen = ip_address(told["received"].strip("[]")) if told.get("received") else None
        port = int(told["rport"]) if told.get("rport") else None
        own = ip_address(ours.name)
    except RefusalError, ValueError:
        return None
    if port is not None and port != (ours.port or 5060):
        return Nat.PORT
    if seen is not None and seen != own and not _is_ours(seen):
        return Nat.ADDRESS
    return Nat.NONE if seen is not None or port is not None else None


def _is_ours(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether this machine has an address: it may have several, and send from another one."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((str(address), 0))
        except OSError:
            return False
    return True
