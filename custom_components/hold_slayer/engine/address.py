"""Hosts, numbers and SIP URIs as people type them, checked before they go anywhere."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
import re
from urllib.parse import quote

from ..telephony.messages import AccountSettings, ErrorKind, Transport
from .refusal import RefusalError

#: Default ports of SIP (RFC 3261).
DEFAULT_PORTS = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}
#: Longest number, digits: 15 of E.164 and room for an exchange's prefix.
LONGEST_NUMBER = 32

_HOST = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>\d{1,5}))?"
)
_URI_HOST = re.compile(
    r"sips?:(?:[^@>]*@)?(?:\[(?P<six>[^\]]+)\]|(?P<name>[A-Za-z0-9._-]+))", re.IGNORECASE
)
_USER = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,%#]+")
_SEPARATORS = re.compile(r"[\s\-./()\u00a0\u2011\u2013]")
_NAME_ADDRESS = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"|[^<"]*)\s*<(?P<uri>[^>]*)>')
_NUMBER = re.compile(r"\+?[0-9*#]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host with an optional port."""

    name: str
    #: 0 = the default, or what DNS SRV says.
    port: int = 0

    def __str__(self) -> str:
        """Return it as it stands in a SIP URI."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"{name}:{self.port}" if self.port else name

    @property
    def is_loopback(self) -> bool:
        """Tell whether it is this machine by its loopback address."""
        try:
            return ip_address(self.name).is_loopback
        except ValueError:
            return self.name == "localhost"

    @property
    def is_ipv6(self) -> bool:
        """Tell whether it is an IPv6 address."""
        try:
            return isinstance(ip_address(self.name), IPv6Address)
        except ValueError:
            return False


def parse_host(text: str, what: str) -> Host:
    """Read `host`, `host:port` or `[IPv6]:port`; `what` names it in the error."""
    match = _HOST.fullmatch(text.strip())
    port = int(match["port"] or 0) if match else 0
    if match is None or port > 65535:
        raise RefusalError(
            ErrorKind.INVALID_ADDRESS, f"{what} {text!r} is not a host name or address"
        )
    return Host(name=match["six"] or match["name"], port=port)


def check_user(text: str, what: str) -> str:
    """Return the user part of a SIP URI, checked."""
    if not _USER.fullmatch(text):
        raise RefusalError(ErrorKind.INVALID_ADDRESS, f"{what} {text!r} is not a SIP user name")
    return text.replace("#", "%23")


def clean_number(text: str) -> str:
    """Return a telephone number without what people write between the digits."""
    number = _SEPARATORS.sub("", text)
    if not _NUMBER.fullmatch(number) or len(number) > LONGEST_NUMBER:
        raise RefusalError(
            ErrorKind.INVALID_NUMBER,
            f"{text!r} is not a telephone number: only digits, a leading +, * and # can be dialled",
        )
    return number


def is_uri(target: str) -> bool:
    """Tell whether a target is a SIP URI rather than a number."""
    return target.strip().lower().startswith(("sip:", "sips:"))


def split_uri(target: str) -> tuple[str, Host]:
    """Return user and host of a SIP URI; parameters and headers are not allowed."""
    user, at, host = target.strip().split(":", 1)[1].rpartition("@")
    if not at:
        raise RefusalError(
            ErrorKind.INVALID_ADDRESS, f"{target!r} has no user: sip:user@host is expected"
        )
    return check_user(user, "the user of the SIP URI"), parse_host(host, "the host of the SIP URI")


def quoted_user(user: str) -> str:
    """Return an account's user name as it stands in a SIP URI; it may be an e-mail address."""
    return quote(user, safe="-_.!~*'()&=+$,;?/")


def name_address(display_name: str, uri: str) -> str:
    """Return `"name" <uri>`; the name is quoted (RFC 3261, quoted-string)."""
    name = "".join(char for char in display_name if char.isprintable())
    if not name:
        return f"<{uri}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{uri}>'


def split_name_address(text: str) -> tuple[str, str]:
    """Return name and URI of `"name" <uri>` or of a bare URI."""
    match = _NAME_ADDRESS.match(text.strip())
    if match is None:
        return "", text.strip()
    return re.sub(r"\\(.)", r"\1", match["name"].strip().strip('"')), match["uri"]


def host_of(uri: str) -> str:
    """Return the host of a SIP URI or name-addr as a far side wrote it, "" when there is none."""
    match = _URI_HOST.search(uri)
    return match["six"] or match["name"] if match else ""


def transport_parameter(transport: Transport) -> str:
    """Return the URI parameter of a transport; UDP is the default and needs none."""
    return "" if transport is Transport.UDP else f";transport={transport}"


def target_uri(target: str, account: AccountSettings) -> str:
    """Return the URI to call for a number or SIP URI."""
    suffix = transport_parameter(account.transport)
    if is_uri(target):
        user, host = split_uri(target)
        return f"sip:{user}@{host}{suffix}"
    number = clean_number(target).replace("#", "%23")
    return f"sip:{number}@{account_domain(account)}{suffix}"


def account_domain(account: AccountSettings) -> str:
    """Return the host part of the account's own address."""
    if account.domain:
        return str(parse_host(account.domain, "the domain"))
    return str(parse_host(account.registrar, "the registrar"))


def server_hosts(account: AccountSettings) -> frozenset[str]:
    """Return the names of an account's servers; raises `RefusalError`."""
    named = (account.registrar, account.domain, *account.outbound_proxies)
    return frozenset(parse_host(name, "the server").name for name in named if name)
