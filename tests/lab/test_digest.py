"""Digest authentication against the example of RFC 2617 and against wrong answers."""

import hashlib
import re

import pytest

from lab.trunk.digest import Credentials, Digest


def answer(digest: Digest, password: str, algorithm: str = "MD5", user: str = "alice") -> str:
    """What a client sends for a challenge."""
    challenge = digest.challenge()
    nonce = re.search(r'nonce="([^"]+)"', challenge)
    assert nonce

    def hashed(text: str) -> str:
        return hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest()

    first = hashed(f"{user}:{digest.realm}:{password}")
    second = hashed("REGISTER:sip:lab")
    response = hashed(f"{first}:{nonce[1]}:00000001:abc:auth:{second}")
    return (
        f'Digest username="{user}", realm="{digest.realm}", nonce="{nonce[1]}", uri="sip:lab", '
        f'response="{response}", algorithm={algorithm}, qop=auth, nc=00000001, cnonce="abc"'
    )


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_right_and_wrong_passwords(algorithm: str) -> None:
    """The right password is good, any other is wrong, and so is an unknown user."""
    digest = Digest(realm="lab", passwords={"alice": "secret"}, algorithm=algorithm)
    assert f"algorithm={algorithm}" in digest.challenge()
    right = answer(digest, "secret", algorithm)
    assert digest.check(right, "REGISTER") == (Credentials.GOOD, "alice")
    assert digest.check(right, "INVITE") == (Credentials.WRONG, "alice")
    assert digest.check(answer(digest, "guess", algorithm), "REGISTER")[0] is Credentials.WRONG
    stranger = answer(digest, "secret", algorithm, user="mallory")
    assert digest.check(stranger, "REGISTER") == (Credentials.WRONG, "mallory")


def test_missing_and_stale() -> None:
    """No credentials, an old nonce and somebody else's nonce are asked for again."""
    digest = Digest(realm="lab", passwords={"alice": "secret"})
    assert digest.check("", "REGISTER")[0] is Credentials.MISSING
    right = answer(digest, "secret")
    other = Digest(realm="lab", passwords={"alice": "secret"})
    assert other.check(right, "REGISTER")[0] is Credentials.STALE
    digest.nonce_lifetime = -1
    assert digest.check(right, "REGISTER")[0] is Credentials.STALE
    assert "stale=true" in digest.challenge(stale=True)
