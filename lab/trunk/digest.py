"""Digest authentication as a registrar does it (RFC 2617 and RFC 8760)."""

from dataclasses import dataclass, field
from enum import StrEnum
import hashlib
import hmac
import re
import secrets
import time

_PAIR = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Credentials(StrEnum):
    """What became of the credentials of a request."""

    MISSING = "missing"
    STALE = "stale"
    WRONG = "wrong"
    GOOD = "good"


@dataclass(slots=True, kw_only=True)
class Digest:
    """Challenges requests and checks the answers against the accounts."""

    realm: str
    #: user -> password
    passwords: dict[str, str]
    algorithm: str = "MD5"
    #: Seconds a nonce may be used before the answer is "stale".
    nonce_lifetime: float = 300.0
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def challenge(self, *, stale: bool = False) -> str:
        """Value of a WWW-Authenticate or Proxy-Authenticate header."""
        issued = f"{time.monotonic():.3f}"
        return (
            f'Digest realm="{self.realm}", nonce="{issued}-{self._sign(issued)}", qop="auth", '
            f"algorithm={self.algorithm}" + (", stale=true" if stale else "")
        )

    def check(self, header: str, method: str) -> tuple[Credentials, str]:
        """Check an Authorization header; returns the result and the user name it claims."""
        if not header.lower().startswith("digest"):
            return Credentials.MISSING, ""
        given = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(header)}
        user = given.get("username", "")
        issued, _, signature = given.get("nonce", "").partition("-")
        if given.get("realm") != self.realm or not hmac.compare_digest(
            signature, self._sign(issued)
        ):
            return Credentials.STALE, user
        if time.monotonic() - float(issued) > self.nonce_lifetime:
            return Credentials.STALE, user
        if (password := self.passwords.get(user)) is None:
            return Credentials.WRONG, user
        right = self._response(given, user, password, method)
        good = hmac.compare_digest(right, given.get("response", ""))
        return (Credentials.GOOD if good else Credentials.WRONG), user

    def _sign(self, issued: str) -> str:
        return hmac.new(self._secret, issued.encode(), "sha256").hexdigest()[:24]

    def _response(self, given: dict[str, str], user: str, password: str, method: str) -> str:
        def hashed(text: str) -> str:
            return _HASHES[self.algorithm](text.encode()).hexdigest()

        first = hashed(f"{user}:{self.realm}:{password}")
        second = hashed(f"{method}:{given.get('uri', '')}")
        if "qop" not in given:
            return hashed(f"{first}:{given['nonce']}:{second}")
        middle = f"{given['nonce']}:{given.get('nc', '')}:{given.get('cnonce', '')}:{given['qop']}"
        return hashed(f"{first}:{middle}:{second}")
