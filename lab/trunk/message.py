"""A SIP message as the trunk sees it: start line, headers in order, body (RFC 3261 section 7)."""

from dataclasses import dataclass, field
import re
from typing import Self, override

#: Compact forms of RFC 3261 section 7.3.3 (and of its extensions that PJSIP may send).
_COMPACT = {
    "v": "Via",
    "f": "From",
    "t": "To",
    "i": "Call-ID",
    "m": "Contact",
    "l": "Content-Length",
    "c": "Content-Type",
    "e": "Content-Encoding",
    "s": "Subject",
    "k": "Supported",
    "x": "Session-Expires",
}
#: Headers in which a comma separates values that could as well be headers of their own.
_LISTS = {"via", "route", "record-route", "contact"}
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)(?![^<]*>)')
_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@>\s]*)@)?(?P<host>\[[^\]]+\]|[^:;?>]+)(?::(?P<port>\d+))?"
    r"(?P<parameters>[^?>]*)",
    re.IGNORECASE,
)


class MalformedMessageError(ValueError):
    """What arrived is not a SIP message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """A SIP URI taken apart."""

    scheme: str
    user: str
    host: str
    port: int | None
    parameters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Find the URI in a header value or request line; raises MalformedMessageError."""
        if not (match := _URI.search(text)):
            raise MalformedMessageError(f"no SIP URI in {text!r}")
        parameters: dict[str, str] = {}
        for item in match["parameters"].split(";"):
            name, _, value = item.strip().partition("=")
            if name:
                parameters[name.lower()] = value
        return cls(
            scheme=match["scheme"].lower(),
            user=(match["user"] or "").split(";")[0].split(":")[0],
            host=match["host"],
            port=int(match["port"]) if match["port"] else None,
            parameters=parameters,
        )


def header_parameters(value: str) -> dict[str, str]:
    """Parameters after the `<...>` (or after the first semicolon) of a header value."""
    tail = value.rsplit(">", 1)[-1] if ">" in value else value.partition(";")[2]
    found: dict[str, str] = {}
    for item in tail.split(";"):
        name, _, content = item.strip().partition("=")
        if name:
            found[name.lower()] = content.strip('"')
    return found


@dataclass(slots=True, kw_only=True)
class Message:
    """A request or response; header names keep their long, usual spelling."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read one whole message; raises MalformedMessageError."""
        head, _, body = data.partition(b"\r\n\r\n")
        lines = re.sub(rb"\r\n[ \t]+", b" ", head).decode("utf-8", "surrogateescape").split("\r\n")
        if "SIP/2.0" not in lines[0]:
            raise MalformedMessageError(f"not a SIP start line: {lines[0][:80]!r}")
        headers: list[tuple[str, str]] = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                raise MalformedMessageError(f"not a SIP header: {line[:80]!r}")
            name = _COMPACT.get(name.strip().lower(), name.strip())
            if name.lower() in _LISTS:
                headers += [(name, part.strip()) for part in _COMMA.split(value)]
            else:
                headers.append((name, value.strip()))
        return cls(start=lines[0], headers=headers, body=body)

    @property
    def is_request(self) -> bool:
        """Whether this is a request."""
        return not self.start.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        """The method; of a response, the one in CSeq."""
        return self.start.split(" ", 1)[0] if self.is_request else self.get("CSeq").split()[-1]

    @property
    def status(self) -> int:
        """Status code of a response."""
        return int(self.start.split(" ", 2)[1])

    @property
    def target(self) -> Uri:
        """The request URI."""
        return Uri.parse(self.start.split(" ")[1])

    @target.setter
    def target(self, uri: str) -> None:
        self.start = f"{self.method} {uri} SIP/2.0"

    def get(self, name: str) -> str:
        """First value of a header, or the empty string."""
        return next(iter(self.get_all(name)), "")

    def get_all(self, name: str) -> list[str]:
        """All values of a header, top to bottom."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def add_top(self, name: str, value: str) -> None:
        """Put a header above all others."""
        self.headers.insert(0, (name, value))

    def remove_first(self, name: str) -> str:
        """Take the topmost value of a header out, and return it."""
        for index, (key, value) in enumerate(self.headers):
            if key.lower() == name.lower():
                del self.headers[index]
                return value
        return ""

    def set(self, name: str, value: str) -> None:
        """Replace the first value of a header, or append it."""
        for index, (key, _) in enumerate(self.headers):
            if key.lower() == name.lower():
                self.headers[index] = (key, value)
                return
        self.headers.append((name, value))

    def reply(self, status: int, reason: str, tag: str, *extra: tuple[str, str]) -> Message:
        """Make a response to this request, as RFC 3261 section 8.2.6 tells."""
        answer = Message(start=f"SIP/2.0 {status} {reason}")
        for name in ("Via", "From", "To", "Call-ID", "CSeq"):
            for value in self.get_all(name):
                with_tag = name == "To" and status > 100 and "tag" not in header_parameters(value)
                answer.headers.append((name, f"{value};tag={tag}" if with_tag else value))
        answer.headers += extra
        return answer

    def encode(self) -> bytes:
        """The message as it goes over the wire, with the right Content-Length."""
        self.set("Content-Length", str(len(self.body)))
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + self.body

    @override
    def __str__(self) -> str:
        """The start line, which is what a log wants."""
        return self.start
