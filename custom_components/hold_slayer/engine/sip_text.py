"""Reading SIP messages that the library has already accepted: headers, addresses, parameters."""

import re

from ..telephony.messages import Transport

#: Compact forms of header names (RFC 3261, section 7.3.3).
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact"}
#: Commas that part the values of a header: not within quotes or angle brackets.
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)(?![^<]*>)')
#: Headers whose value may hold commas that part nothing.
_WHOLE = frozenset({"authorization", "proxy-authorization", "user-agent", "call-id", "cseq"})
_URI = re.compile(
    r"(?P<head>sips?:(?:[^@>\s]*@)?)(?P<host>\[[^\]]+\]|[^:;?>\s]+)(?::\d+)?", re.IGNORECASE
)
_USER = re.compile(r"sips?:(?P<user>[^@>:;\s]*)(?::[^@>\s]*)?@", re.IGNORECASE)


class SipText:
    """The start line and the headers of a message."""

    def __init__(self, text: str) -> None:
        """Read a message."""
        head = text.partition("\r\n\r\n")[0]
        lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        self.start = lines[0]
        self._headers: list[tuple[str, str]] = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            self._headers.append((_COMPACT.get(name, name), value.strip()))

    @property
    def target(self) -> str:
        """Return the URI of a request's start line."""
        words = self.start.split(" ")
        return words[1] if len(words) > 1 else ""

    def every(self, name: str) -> list[str]:
        """Return all values of a header, in order."""
        name = name.lower()
        values = [value for key, value in self._headers if key == name]
        if name in _WHOLE:
            return values
        return [part.strip() for value in values for part in _COMMA.split(value) if part.strip()]

    def first(self, name: str) -> str:
        """Return the first value of a header, "" when there is none."""
        return next(iter(self.every(name)), "")


def bare_uri(value: str) -> str:
    """Return the URI of a header value, without name and header parameters."""
    match = re.search(r"<([^>]*)>", value)
    return match[1] if match else value.partition(";")[0].strip()


def user_of(value: str) -> str:
    """Return the user part of the URI in a header value, "" when there is none."""
    match = _USER.search(value)
    return match["user"] if match else ""


def parameters(value: str) -> dict[str, str]:
    """Return the header parameters of a value: those behind the angle brackets."""
    tail = value.rsplit(">", 1)[-1] if ">" in value else value.partition(";")[2]
    found: dict[str, str] = {}
    for item in tail.split(";"):
        name, _, content = item.strip().partition("=")
        if name:
            found[name.lower()] = content.strip('"')
    return found


def with_address(uri: str, source: str, transport: Transport) -> str:
    """Return a contact's URI with the address it came from, which is where it is reached.

    What stands in a contact may be an address behind NAT, of another network card or of a container.
    """
    plain = re.sub(r";transport=[^;?>]*", "", uri, flags=re.IGNORECASE).replace("sips:", "sip:", 1)
    plain = _URI.sub(lambda match: f"{match['head']}{source}", plain, count=1)
    return plain if transport is Transport.UDP else f"{plain};transport={transport}"
