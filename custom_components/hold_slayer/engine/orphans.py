"""What ends a call although the engine is dead: a BYE, or a CANCEL while it rings (RFC 3261, 9.1, 12.2).

Whoever survives the engine sends it. A BYE's CSeq lies far above the next one, so that no request the
engine still sent can have been later; a CANCEL has all of its INVITE.
"""

from dataclasses import replace
from typing import Any

from ..telephony.messages import AccountSettings, Tombstone, Transport
from .address import parse_host
from .refusal import RefusalError
from .sip_text import SipText

#: Added to the next CSeq of the dialog.
CSEQ_LEAP = 1000


def tombstone(leg: str, dialog: Any, settings: AccountSettings) -> Tombstone | None:
    """Return the BYE for a `pj.DialogState`; None when it is not known where to send it."""
    if not (dialog.confirmed and dialog.destination and dialog.remoteTarget):
        return None
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
    transport = Transport(dialog.transport.lower().rstrip("6"))
    stone = _stone(leg, dialog.destination, transport, lines, settings)
    return replace(stone, local=dialog.localAddress if transport is Transport.UDP else "")


def cancellation(
    leg: str, invite: str, destination: str, settings: AccountSettings
) -> Tombstone | None:
    """Return the CANCEL for an INVITE as it was sent; None for what is none."""
    message = SipText(invite)
    via, number = message.first("Via"), message.first("CSeq").partition(" ")[0]
    if not (message.start.startswith("INVITE ") and via and number and destination):
        return None
    lines = [
        f"CANCEL {message.target} SIP/2.0",
        f"Via: {via}",
        *(f"Route: {route}" for route in message.every("Route")),
        "Max-Forwards: 70",
        f"From: {message.first('From')}",
        f"To: {message.first('To')}",
        f"Call-ID: {message.first('Call-ID')}",
        f"CSeq: {number} CANCEL",
        'Reason: SIP;cause=500;text="Telephone engine lost"',
        "Content-Length: 0",
    ]
    protocol, _, sent_by = via.partition(" ")
    transport = Transport(protocol.rpartition("/")[2].lower())
    try:
        stone = _stone(leg, destination, transport, lines, settings)
        local = sent_by.partition(";")[0].strip() if transport is Transport.UDP else ""
        port = parse_host(local, "our address").port if local else 0
    except RefusalError:
        return None
    # Behind NAT the Via may name an address that is not this machine's: the port is what counts.
    bound = settings.bind_address or ("::" if local.startswith("[") else "0.0.0.0")  # noqa: S104
    bound = f"[{bound}]" if ":" in bound else bound
    return replace(stone, local=f"{bound}:{port}" if port else "")


def _stone(
    leg: str, destination: str, transport: Transport, lines: list[str], settings: AccountSettings
) -> Tombstone:
    """Return a request with the way it takes."""
    hop = parse_host(destination, "the far side's address")
    server = (*settings.outbound_proxies, settings.registrar)[0]
    return Tombstone(
        leg=leg,
        account_id=settings.id,
        host=hop.name,
        port=hop.port,
        transport=transport,
        verify_tls=settings.verify_tls,
        server_name=parse_host(server, "the server").name,
        ca_file=settings.tls_ca_file,
        request="\r\n".join(lines) + "\r\n\r\n",
    )


def _tagged(address: str, tag: str) -> str:
    """Return a From or To value with the dialog's tag."""
    bracketed = address if "<" in address else f"<{address}>"
    return f"{bracketed};tag={tag}"
