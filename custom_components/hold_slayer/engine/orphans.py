"""What ends a call although the engine is dead: a BYE, prepared while the call is up (RFC 3261, 12.2).

Whoever survives the engine sends it. Its CSeq lies far above the next one, so that no request the
engine still sent can have been later.
"""

from typing import Any

from ..telephony.messages import Tombstone, Transport
from .address import parse_host

#: Added to the next CSeq of the dialog.
CSEQ_LEAP = 1000


def tombstone(leg: str, dialog: Any, *, verify_tls: bool) -> Tombstone | None:
    """Return the BYE for a `pj.DialogState`; None when it is not known where to send it."""
    if not (dialog.confirmed and dialog.destination and dialog.remoteTarget):
        return None
    hop = parse_host(dialog.destination, "the far side's address")
    lines = [
        f"BYE {dialog.remoteTarget} SIP/2.0",
        *(f"Route: {route}" for route in dialog.routeSet),
        "Max-Forwards: 70",
        f"From: {_tagged(dialog.localUri, dialog.localTag)}",
        f"To: {_tagged(dialog.remoteUri, dialog.remoteTag)}",
        f"Call-ID: {dialog.callId}",
        f"CSeq: {dialog.localCseq + CSEQ_LEAP} BYE",
        'Reason: SIP;cause=500;text="Telephone engine lost"',
        "Content-Length: 0",
    ]
    return Tombstone(
        leg=leg,
        host=hop.name,
        port=hop.port,
        transport=Transport(dialog.transport.lower()),
        verify_tls=verify_tls,
        request="\r\n".join(lines) + "\r\n\r\n",
    )


def _tagged(address: str, tag: str) -> str:
    """Return a From or To value with the dialog's tag."""
    bracketed = address if "<" in address else f"<{address}>"
    return f"{bracketed};tag={tag}"
