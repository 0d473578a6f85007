"""Takes credentials out of log lines."""

import re

#: Digest credentials and challenges in SIP headers; SRTP keys in SDP (RFC 4568).
_HEADERS = re.compile(r"(?im)^(\s*(?:proxy-)?authorization\s*:).*$")
_KEYS = re.compile(r"(?i)(inline:)[A-Za-z0-9+/=]+")
#: Shorter secrets would blacken ordinary words.
SHORTEST_SECRET = 3
HIDDEN = "**REDACTED**"


class Redactor:
    """Knows the secrets and blackens them."""

    def __init__(self) -> None:
        """Begin without any secret."""
        self._secrets: set[str] = set()

    def add(self, secret: str) -> None:
        """Learn a secret; it stays hidden for good, as old lines may still hold it."""
        if len(secret) >= SHORTEST_SECRET:
            self._secrets.add(secret)

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _KEYS.sub(rf"\1{HIDDEN}", _HEADERS.sub(rf"\1 {HIDDEN}", text))
