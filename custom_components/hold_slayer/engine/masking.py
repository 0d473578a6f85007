"""Taking out of SIP messages what tells who and what: numbers, names, hosts, credentials, keys, digits.

What is not known to be harmless is left out: headers by a list of harmless ones, bodies unless SDP.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
import re

#: Headers whose values stay, once addresses and names in them are masked.
_HARMLESS = frozenset(
    [
        "via",
        "v",
        "max-forwards",
        "from",
        "f",
        "to",
        "t",
        "contact",
        "m",
        "call-id",
        "i",
        "cseq",
        "allow",
        "supported",
        "k",
        "require",
        "unsupported",
        "proxy-require",
        "session-expires",
        "x",
        "min-se",
        "user-agent",
        "server",
        "content-type",
        "c",
        "content-length",
        "l",
        "expires",
        "min-expires",
        "route",
        "record-route",
        "path",
        "service-route",
        "privacy",
        "p-asserted-identity",
        "reason",
        "retry-after",
        "p-preferred-identity",
        "remote-party-id",
        "rack",
        "rseq",
        "event",
        "o",
        "subscription-state",
        "refer-to",
        "r",
        "referred-by",
        "b",
        "accept",
        "accept-encoding",
        "allow-events",
        "u",
        "date",
        "timestamp",
        "mime-version",
        "organization",
    ]
)
_ORGANISATION = frozenset({"organization"})
_CREDENTIALS = frozenset(
    {"authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate"}
)
_SDP_KEPT = re.compile(r"[vtmcoab]=|s=")
_SDP_SECRET = re.compile(
    r"(?i)^(a=(?:crypto:\d+ \S+ inline:|ice-pwd:|ice-ufrag:|fingerprint:\S+ )).*"
)
_URI = re.compile(r"(?i)\b(sips?|tel):(?:([^@>;\s:]*)(?::[^@>\s]*)?@)?([^;>\s?,]+)")
_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|(?<=: )[^<"\r\n]+(?=<sips?:)', re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9*#.()-]+")
_IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_VIA_HOST = re.compile(r"(?i)(SIP/2\.0/\w+\s+)([A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*)")
_CALL_ID_HOST = re.compile(r"(?im)^((?:Call-ID|i)\s*:\s*\S+?@)(\S+)")

#: Networks for documentation (RFC 5737, RFC 3849): addresses are counted through them.
_FIRST_IPV4 = int(IPv4Address("192.0.2.1"))
_FIRST_IPV6 = int(IPv6Address("2001:db8::1"))


class Masker:
    """Masks messages so that the same stays the same within one trace."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._addresses: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._users: dict[str, str] = {}

    def message(self, text: str) -> str:
        """Return a SIP message without what tells who and what."""
        head, _, body = text.partition("\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        masked = [self._line(lines[0]), *(self._header(line) for line in lines[1:])]
        kind = next((each for each in lines if re.match(r"(?i)(content-type|c)\s*:", each)), "")
        return "\r\n".join(masked) + "\r\n\r\n" + self._body(body, kind)

    def address(self, address: str) -> str:
        """Return the address that stands for an address."""
        try:
            found = ip_address(address.strip("[]"))
        except ValueError:
            return self._host(address)
        if found.is_unspecified:
            return str(found)
        key = str(found)
        if key not in self._addresses:
            number = len(self._addresses)
            self._addresses[key] = (
                str(IPv4Address(_FIRST_IPV4 + number % 250))
                if found.version == 4
                else str(IPv6Address(_FIRST_IPV6 + number))
            )
        return self._addresses[key]

    def target(self, text: str) -> str:
        """Return what stands for a number, a SIP URI or a user name."""
        return self._line(text) if ":" in text else self._user(text)

    def _header(self, line: str) -> str:
        """Mask one header."""
        name, colon, value = line.partition(":")
        kind = name.strip().lower()
        if not colon:
            return "***"
        if kind in _CREDENTIALS:
            scheme = value.split()[0] if value.split() else ""
            return f"{name}: {scheme} ***"
        if kind not in _HARMLESS - _ORGANISATION:
            return f"{name}: ***"
        return self._line(_NAME.sub('"name" ', f"{name}: {value.strip()}"))

    def _body(self, body: str, kind: str) -> str:
        """Mask an SDP body; leave out every other."""
        if not body:
            return ""
        if "application/sdp" not in kind.lower():
            return f"[{len(body)} characters left out]\r\n"
        lines = [line for line in body.splitlines() if _SDP_KEPT.match(line)]
        lines = [_SDP_SECRET.sub(r"\1***", line) for line in lines]
        masked = [
            "s=-" if line.startswith("s=") else self._line(re.sub(r"^o=\S+", "o=-", line))
            for line in lines
        ]
        return "\r\n".join(masked) + "\r\n"

    def _line(self, line: str) -> str:
        """Mask addresses, hosts, users and numbers in a line."""
        line = _URI.sub(self._uri, line)
        line = _VIA_HOST.sub(lambda found: found[1] + self._host(found[2]), line)
        line = _CALL_ID_HOST.sub(lambda found: found[1] + self.address(found[2]), line)
        line = _IPV4.sub(lambda found: self._numeric(found[0]), line)
        return _IPV6.sub(lambda found: self._numeric(found[0]), line)

    def _uri(self, found: re.Match[str]) -> str:
        """Mask one URI."""
        scheme, user, rest = found[1], found[2], found[3]
        if scheme.lower() == "tel":
            return f"{scheme}:{self._user(rest)}"
        host, port = rest, ""
        if rest.startswith("["):
            host, _, port = rest.rpartition("]")
            host = f"{host}]"
        elif ":" in rest:
            host, _, port = rest.partition(":")
            port = f":{port}"
        masked = self.address(host)
        if ":" in masked:
            masked = f"[{masked}]"
        return f"{scheme}:{self._user(user) + '@' if user else ''}{masked}{port}"

    def _numeric(self, text: str) -> str:
        """Mask an address in the middle of a line; one that stands for another already stays."""
        if text in self._addresses.values():
            return text
        try:
            ip_address(text)
        except ValueError:
            return text
        return self.address(text)

    def _host(self, host: str) -> str:
        """Return the name that stands for a host."""
        key = host.lower()
        if key in self._hosts.values() or not key:
            return host
        return self._hosts.setdefault(key, f"host{len(self._hosts) + 1}.example")

    def _user(self, user: str) -> str:
        """Return what stands for a user: of a number the last two digits stay."""
        bare = user.replace("%23", "#")
        if _NUMBER.fullmatch(bare) and len(bare) > 2:
            return "x" * (len(bare) - 2) + bare[-2:]
        if user in self._users.values() or not user:
            return user
        return self._users.setdefault(user, f"user{len(self._users) + 1}")
