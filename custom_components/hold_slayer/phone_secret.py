"""The password of a phone that registers here: made at random, shown once, kept as hashes."""

from collections.abc import Mapping
import hashlib
import secrets
from typing import Any

from .const import Conf
from .telephony.phones import REALM

#: Characters of a password that nobody takes for another when typing it on a telephone's keypad.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
#: 20 of 32 characters are 100 bits.
_LENGTH = 20


def new_password() -> str:
    """Return a password that cannot be guessed and can be typed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def hashed(username: str, password: str) -> dict[str, str]:
    """Return what is kept of a password: H(user:realm:password) of RFC 7616, for both hashes."""
    text = f"{username}:{REALM}:{password}".encode()
    return {
        Conf.HA1_MD5: hashlib.md5(text, usedforsecurity=False).hexdigest(),
        Conf.HA1_SHA256: hashlib.sha256(text).hexdigest(),
    }


def kept_hashes(stored: Mapping[str, Any], username: str) -> dict[str, str]:
    """Return the hashes of a stored phone, which hold for its user name alone."""
    if stored.get(Conf.ADDRESS) != username:
        return {}
    return {key: stored[key] for key in (Conf.HA1_MD5, Conf.HA1_SHA256) if key in stored}
