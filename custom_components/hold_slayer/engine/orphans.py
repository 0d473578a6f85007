"""What ends a call although the engine is dead: a BYE, prepared while the call is up (RFC 3261, 12.2).

Whoever survives the engine sends it. Its CSeq lies far above the last one used, so that no request
the engine still sent can have been later.
"""

from dataclasses import dataclass
import re

from ..telephony.messages import AccountSettings, Tombstone, Transport
from .address import DEFAULT_PORTS, parse_host

#: Added to the CSeq of our INVITE.
CSEQ_LEAP = 1000
#: CSeq of a dialog in which we have sent nothing, or at most a few requests.
CSEQ_FRESH = 1_000_000

_COMPACT = {"f": "from", "t": "to", "i": "call-id", "m": "contact", "v": "via"}
_COMMA = re.compile(r",(?=\s*(?:\"[^\"]*\"\s*)?<)")
_BRACKETS = re.compile(r"<([^>]*)>")
_URI = re.compile(
    r"(?P<scheme>sips?):(?:[^@]*@)?(?P<host>\[[^\]]+\]|[^:;?]+)(?::(?P<port>\d+))?(?P<rest>.*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Headers:
    """The headers of a message that matter here, by lower-case name."""

    values: dict[str, list[str]]

    @classmethod
    def read(cls, message: str) -> _Headers:
        """Read a message; folded lines are joined (RFC 3261, 7.3.1)."""
        head = re.split(r"\r?\n\r?\n", message, maxsplit=1)[0]
        values: dict[str, list[str]] = {}
        for line in re.sub(r"\r?\n[ \t]+", " ", head).splitlines()[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            values.setdefault(_COMPACT.get(name, name), []).append(value.strip())
        return cls(values=values)

    def one(self, name: str) -> str:
        """Return the first value of a header, "" without one."""
        return next(iter(self.values.get(name, [])), "")

    def routes(self) -> list[str]:
        """Return the Record-Route entries in order."""
        lines = self.values.get("record-route", [])
        return [entry.strip() for line in lines for entry in _COMMA.split(line)]


def for_outgoing(leg: str, answer: str, account: AccountSettings) -> Tombstone | None:
    """Return the BYE of a call we made, from the 200 that answered it."""
    headers = _Headers.read(answer)
    number = headers.one("cseq").partition(" ")[0]
    return _tombstone(
        leg,
        account,
        near=headers.one("from"),
        far=headers.one("to"),
        call_id=headers.one("call-id"),
        contact=headers.one("contact"),
        routes=headers.routes()[::-1],
        cseq=int(number) + CSEQ_LEAP if number.isdecimal() else CSEQ_FRESH,
    )


def for_incoming(leg: str, invite: str, ack: str, account: AccountSettings) -> Tombstone | None:
    """Return the BYE of a call we took, from its INVITE and the ACK to our answer."""
    asked, headers = _Headers.read(invite), _Headers.read(ack)
    return _tombstone(
        leg,
        account,
        near=headers.one("to"),
        far=headers.one("from"),
        call_id=headers.one("call-id"),
        contact=asked.one("contact"),
        routes=asked.routes(),
        cseq=CSEQ_FRESH,
    )


def _tombstone(
    leg: str,
    account: AccountSettings,
    *,
    near: str,
    far: str,
    call_id: str,
    contact: str,
    routes: list[str],
    cseq: int,
) -> Tombstone | None:
    """Put the BYE together; None when something it needs is missing."""
    target = _uri(contact)
    hop = _URI.match(_uri(routes[0]) if routes else target)
    if hop is None or not all((near, far, call_id, target)):
        return None
    transport = account.transport
    if match := re.search(r";transport=(\w+)", hop["rest"], re.IGNORECASE):
        named = match[1].lower()
        transport = Transport(named) if named in list(Transport) else transport
    port = int(hop["port"] or DEFAULT_PORTS[transport])
    lines = [
        f"BYE {target} SIP/2.0",
        *(f"Route: {route}" for route in routes),
        "Max-Forwards: 70",
        f"From: {near}",
        f"To: {far}",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} BYE",
        'Reason: SIP;cause=500;text="Telephone engine lost"',
        "Content-Length: 0",
    ]
    return Tombstone(
        leg=leg,
        host=parse_host(hop["host"], "the next hop").name,
        port=port,
        transport=transport,
        verify_tls=account.verify_tls,
        request="\r\n".join(lines) + "\r\n\r\n",
    )


def _uri(value: str) -> str:
    """Return the URI of a name-addr or addr-spec."""
    match = _BRACKETS.search(value)
    return match[1] if match else value.partition(";")[0].strip()
