"""Digest authentication from the server's side (RFC 7616, for SIP RFC 3261 section 22 and RFC 8760)."""

from collections.abc import Callable, Iterable
from enum import StrEnum
import hashlib
import hmac
from itertools import count
import re
import secrets
import time

from ..telephony.messages import PhoneUser

#: Seconds a nonce may be used; after that the phone is told that it is stale.
NONCE_S = 300.0
#: Nonces whose counts are remembered.
MOST_NONCES = 1000

_PAIR = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


class Credentials(StrEnum):
    """What became of the credentials of a request."""

    MISSING = "missing"
    STALE = "stale"
    WRONG = "wrong"
    GOOD = "good"


class Digest:
    """Challenges requests and checks the answers."""

    def __init__(
        self,
        realm: str,
        users: Iterable[PhoneUser],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know these users."""
        self._realm = realm
        self._users = {user.username: user for user in users}
        self._clock = clock
        self._secret = secrets.token_bytes(16)
        #: Nonce -> the count of its last use.
        self._counts: dict[str, int] = {}
        self._numbers = count()

    def challenges(self, *, stale: bool = False) -> list[str]:
        """Return the values of the headers that ask for credentials.

        MD5 alone: baresip 1.0 and SIPp give up when they are offered SHA-256 beside it, in any
        order. Credentials with SHA-256 are taken all the same (RFC 8760).
        """
        # the last three digits count: no two challenges of a millisecond are the same
        issued = f"{self._clock():.3f}{next(self._numbers) % 1000:03d}"
        nonce = f"{issued}-{self._sign(issued)}"
        tail = ", stale=true" if stale else ""
        return [f'Digest realm="{self._realm}", nonce="{nonce}", algorithm=MD5, qop="auth"{tail}']

    def check(self, headers: Iterable[str], method: str, target: str) -> tuple[Credentials, str]:
        """Judge the credentials of a request; return also the user name they claim."""
        for header in headers:
            scheme, _, rest = header.partition(" ")
            given = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(rest)}
            if scheme.lower() == "digest" and given.get("realm") == self._realm:
                return self._judge(given, method, target), given.get("username", "")
        return Credentials.MISSING, ""

    def _judge(self, given: dict[str, str], method: str, target: str) -> Credentials:
        """Judge one set of credentials."""
        nonce = given.get("nonce", "")
        issued, _, signature = nonce.partition("-")
        if not hmac.compare_digest(signature.encode(), self._sign(issued).encode()):
            return Credentials.STALE
        user = self._users.get(given.get("username", ""))
        if user is None or given.get("uri") != target:
            return Credentials.WRONG
        right = _response(given, user, method)
        if right is None or not hmac.compare_digest(right, given.get("response", "").lower()):
            return Credentials.WRONG
        if self._clock() - float(issued) > NONCE_S:
            return Credentials.STALE
        return self._counted(nonce, given.get("nc", ""))

    def _counted(self, nonce: str, given: str) -> Credentials:
        """Let each count of a nonce be used once: what is heard on the wire cannot be sent again."""
        try:
            count = int(given, 16)
        except ValueError:
            return Credentials.WRONG
        if count <= self._counts.get(nonce, 0):
            return Credentials.STALE
        self._counts.pop(nonce, None)
        self._counts[nonce] = count
        while len(self._counts) > MOST_NONCES:
            del self._counts[next(iter(self._counts))]
        return Credentials.GOOD

    def _sign(self, issued: str) -> str:
        """Return what proves that a nonce is ours."""
        return hmac.new(self._secret, issued.encode(), "sha256").hexdigest()[:24]


def _response(given: dict[str, str], user: PhoneUser, method: str) -> str | None:
    """Return the right response, None for what we did not offer."""
    match given.get("algorithm", "MD5").upper():
        case "MD5":
            first = user.ha1_md5
            hashed = _md5
        case "SHA-256":
            first = user.ha1_sha256
            hashed = _sha256
        case _:
            return None
    if given.get("qop") != "auth":
        return None
    second = hashed(f"{method}:{given.get('uri', '')}")
    middle = ":".join(given.get(key, "") for key in ("nonce", "nc", "cnonce", "qop"))
    return hashed(f"{first}:{middle}:{second}")


def _md5(text: str) -> str:
    """Return the MD5 hash, which SIP phones still speak."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    """Return the SHA-256 hash."""
    return hashlib.sha256(text.encode()).hexdigest()
