"""Answering a digest challenge outside of the SIP library (RFC 7616, for SIP RFC 8760)."""

from dataclasses import dataclass, field
import hashlib
import re
import secrets

_CHALLENGE = re.compile(r"(?im)^(WWW|Proxy)-Authenticate\s*:\s*Digest\s+(.*)$")
_PAIR = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who we are to a server."""

    username: str
    password: str = field(repr=False)
    #: Realm that may challenge us; "" or "*" = any.
    realm: str = ""


def answer_challenge(response: str, method: str, uri: str, credentials: Credentials) -> str:
    """Return the header that answers a 401 or 407, "" when it cannot or must not be answered."""
    for kind, rest in _CHALLENGE.findall(response):
        given = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(rest)}
        algorithm = given.get("algorithm", "MD5").upper()
        realm = given.get("realm", "")
        if algorithm not in _HASHES or credentials.realm not in ("", "*", realm):
            continue
        name = "Proxy-Authorization" if kind.lower() == "proxy" else "Authorization"
        return f"{name}: Digest {_digest(given, algorithm, method, uri, credentials)}"
    return ""


def _digest(
    given: dict[str, str], algorithm: str, method: str, uri: str, credentials: Credentials
) -> str:
    """Return the parameters of the answer."""

    def hashed(text: str) -> str:
        return _HASHES[algorithm](text.encode(), usedforsecurity=False).hexdigest()

    realm, nonce = given.get("realm", ""), given.get("nonce", "")
    first = hashed(f"{credentials.username}:{realm}:{credentials.password}")
    second = hashed(f"{method}:{uri}")
    parts = [
        f'username="{credentials.username}"',
        f'realm="{realm}"',
        f'nonce="{nonce}"',
        f'uri="{uri}"',
        f"algorithm={algorithm}",
    ]
    if "auth" in given.get("qop", "").replace(" ", "").split(","):
        client = secrets.token_hex(8)
        response = hashed(f"{first}:{nonce}:00000001:{client}:auth:{second}")
        parts += [f'cnonce="{client}"', "qop=auth", "nc=00000001"]
    else:
        response = hashed(f"{first}:{nonce}:{second}")
    parts.append(f'response="{response}"')
    if "opaque" in given:
        parts.append(f'opaque="{given["opaque"]}"')
    return ", ".join(parts)
