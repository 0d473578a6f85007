"""The registrar for SIP phones: who gets in, and what it keeps."""

import hashlib
import re

import pytest

from custom_components.hold_slayer.engine.digest import NONCE_S
from custom_components.hold_slayer.engine.registrar import MOST_CONTACTS, Registrar, Verdict
from custom_components.hold_slayer.telephony.messages import PhoneServer, PhoneUser, Transport

SOURCE = "192.168.1.20:5066"
PASSWORD = "correct horse"
TARGET = "sip:192.168.1.2:5070"
HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def ha1(username: str, password: str, algorithm: str) -> str:
    """Return the hash that a server keeps."""
    return HASHES[algorithm](f"{username}:hold_slayer:{password}".encode()).hexdigest()


def user(username: str, password: str = PASSWORD) -> PhoneUser:
    """Return a user of the server."""
    return PhoneUser(
        username=username,
        ha1_md5=ha1(username, password, "MD5"),
        ha1_sha256=ha1(username, password, "SHA-256"),
    )


class Desk:
    """A registrar, its clock, and a phone's way of asking."""

    def __init__(self, *users: str, **settings: int) -> None:
        self.now = 1000.0
        self.told: list[str] = []
        self.server = PhoneServer(
            port=5070, host="192.168.1.2", users=tuple(map(user, users)), **settings
        )
        self.registrar = Registrar(self.server, self.told.append, lambda: self.now)
        self.cseq = 0
        self.count = 0

    def send(self, *headers: str, to: str = "desk", source: str = SOURCE) -> Verdict:
        """Send one REGISTER."""
        self.cseq += 1
        lines = [
            f"REGISTER {TARGET} SIP/2.0",
            f"Via: SIP/2.0/UDP {SOURCE};branch=z9hG4bK{self.cseq}",
            f"From: <sip:{to}@192.168.1.2>;tag=a",
            f"t: <sip:{to}@192.168.1.2>",
            "Call-ID: 1",
            f"CSeq: {self.cseq} REGISTER",
            *headers,
        ]
        return self.registrar.register("\r\n".join(lines) + "\r\n\r\n", source, Transport.UDP)

    def credentials(
        self, challenge: str, *, username: str = "desk", password: str = PASSWORD
    ) -> str:
        """Return the header that answers a challenge."""
        given = dict(re.findall(r'(\w+)="?([\w.:-]+)', challenge))
        hashed = HASHES[given["algorithm"]]
        self.count += 1
        first = hashed(f"{username}:hold_slayer:{password}".encode()).hexdigest()
        second = hashed(f"REGISTER:{TARGET}".encode()).hexdigest()
        middle = f"{given['nonce']}:{self.count:08x}:abc:auth"
        response = hashed(f"{first}:{middle}:{second}".encode()).hexdigest()
        return (
            f'Authorization: Digest username="{username}", realm="hold_slayer", '
            f'nonce="{given["nonce"]}", uri="{TARGET}", response="{response}", '
            f'algorithm={given["algorithm"]}, cnonce="abc", qop=auth, nc={self.count:08x}'
        )

    def register(self, *headers: str, algorithm: str = "MD5", **more: str) -> Verdict:
        """Register as a phone does: be challenged, then prove who it is."""
        to, source = more.pop("to", "desk"), more.pop("source", SOURCE)
        asked = self.send(*headers, to=to, source=source)
        assert asked.status == 401
        (challenge,) = asked.headers
        challenge = challenge.replace("algorithm=MD5", f"algorithm={algorithm}")
        return self.send(*headers, self.credentials(challenge, **more), to=to, source=source)


def contacts(desk: Desk, username: str = "desk") -> list[str]:
    """Return what would be dialled."""
    return [each.target for each in desk.registrar.bindings(username)]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_registers_refreshes_and_leaves(algorithm: str) -> None:
    """The usual life of a registration, with both hashes."""
    desk = Desk("desk")
    contact = "Contact: <sip:desk@10.0.0.7:5060;ob>"
    verdict = desk.register(contact, "Expires: 120", algorithm=algorithm)
    assert verdict.status == 200
    assert verdict.headers == ["Contact: <sip:desk@10.0.0.7:5060;ob>;expires=120"]
    # the address it came from reaches it, not the one it names
    assert contacts(desk) == ["sip:desk@192.168.1.20:5066;ob"]
    desk.now += 100
    assert desk.register(contact, "Expires: 120").status == 200
    desk.now += 100
    desk.registrar.lapse()
    assert contacts(desk)
    assert desk.told == ["desk"]
    assert desk.register(contact, "Expires: 0").status == 200
    assert contacts(desk) == []
    assert desk.told == ["desk", "desk"]


def test_lapses() -> None:
    """What is not refreshed is gone, and somebody is told."""
    desk = Desk("desk")
    desk.register("Contact: <sip:desk@10.0.0.7>;expires=90")
    desk.now += 91
    assert contacts(desk) == []
    desk.registrar.lapse()
    assert desk.told == ["desk", "desk"]


def test_several_contacts_and_all_gone() -> None:
    """One user may sit at several places; `*` clears them all, and the oldest gives way."""
    desk = Desk("desk")
    for number in range(MOST_CONTACTS + 1):
        desk.register(
            f"Contact: <sip:desk@10.0.0.{number}>", "Expires: 300", source=f"10.0.0.{number}:5060"
        )
    assert contacts(desk)[0] == f"sip:desk@10.0.0.{MOST_CONTACTS}:5060"
    assert len(contacts(desk)) == MOST_CONTACTS
    assert desk.register("Contact: *", "Expires: 60").status == 400
    assert desk.register("Contact: *", "Expires: 0").status == 200
    assert contacts(desk) == []


def test_bounds() -> None:
    """Too short a life is refused with the shortest one, too long a one is cut."""
    desk = Desk("desk", shortest_s=60, longest_s=300)
    verdict = desk.register("Contact: <sip:desk@10.0.0.7>;expires=10")
    assert (verdict.status, verdict.headers) == (423, ["Min-Expires: 60"])
    verdict = desk.register("Contact: <sip:desk@10.0.0.7>;expires=86400")
    assert verdict.headers == ["Contact: <sip:desk@10.0.0.7>;expires=300"]


@pytest.mark.parametrize(
    "wrong", [{"password": "guess"}, {"username": "nobody"}, {"to": "kitchen"}]
)
def test_wrong_credentials(wrong: dict[str, str]) -> None:
    """A wrong password, an unknown user and somebody else's address are refused."""
    desk = Desk("desk", "kitchen")
    assert desk.register("Contact: <sip:x@10.0.0.7>", **wrong).status == 403
    assert contacts(desk) == contacts(desk, "kitchen") == []


def test_old_and_used_nonces() -> None:
    """An old nonce is stale, and what was heard on the wire cannot be sent again."""
    desk = Desk("desk")
    asked = desk.send("Contact: <sip:desk@10.0.0.7>")
    proof = desk.credentials(asked.headers[0])
    assert desk.send("Contact: <sip:desk@10.0.0.7>", proof).status == 200
    again = desk.send("Contact: <sip:thief@10.0.0.66>", proof)
    assert again.status == 401
    assert "stale=true" in again.headers[0]
    desk.now += NONCE_S + 1
    late = desk.send("Contact: <sip:desk@10.0.0.7>", desk.credentials(asked.headers[0]))
    assert (late.status, "stale=true" in late.headers[0]) == (401, True)
    forged = proof.replace('nonce="1000', 'nonce="2000')
    assert desk.send("Contact: <sip:desk@10.0.0.7>", forged).status == 401
    assert contacts(desk) == ["sip:desk@192.168.1.20:5066"]


@pytest.mark.parametrize(
    "headers",
    [
        ("Contact: <sip:desk@10.0.0.7>", "Expires: soon"),
        ("Contact: <tel:+442079460000>",),
        ("Contact: *, <sip:desk@10.0.0.7>", "Expires: 0"),
    ],
)
def test_nonsense(headers: tuple[str, ...]) -> None:
    """What cannot be meant is refused with a reason."""
    desk = Desk("desk")
    verdict = desk.register(*headers)
    assert verdict.status == 400
    assert verdict.reason


def test_a_request_that_was_overtaken() -> None:
    """An older request does not undo a newer one."""
    desk = Desk("desk")
    desk.register("Contact: <sip:desk@10.0.0.7>", "Expires: 300")
    desk.cseq -= 2
    assert desk.register("Contact: <sip:desk@10.0.0.7>", "Expires: 0").status == 500
    assert contacts(desk)


def test_users_change() -> None:
    """A phone with a new password has to register anew; the others stay."""
    desk = Desk("desk", "kitchen")
    desk.register("Contact: <sip:desk@10.0.0.7>")
    desk.register("Contact: <sip:kitchen@10.0.0.8>", to="kitchen", username="kitchen")
    desk.registrar.use(
        PhoneServer(port=5070, host="", users=(user("desk", "new"), user("kitchen")))
    )
    assert contacts(desk) == []
    assert contacts(desk, "kitchen")
    assert desk.registrar.user_at(SOURCE) == "kitchen"


def test_asks_without_changing() -> None:
    """Without a contact a phone learns what is registered."""
    desk = Desk("desk")
    desk.register("Contact: <sip:desk@10.0.0.7>;expires=90")
    assert desk.register().headers == ["Contact: <sip:desk@10.0.0.7>;expires=90"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("algorithm=MD5", "algorithm=SHA-512-256"),
        ("qop=auth", "qop=auth-int"),
        ("nc=00000001", "nc=often"),
        (f'uri="{TARGET}"', 'uri="sip:elsewhere"'),
    ],
)
def test_credentials_of_another_kind(right: str, wrong: str) -> None:
    """What we did not offer, or cannot be read, lets nobody in."""
    desk = Desk("desk")
    (challenge,) = desk.send("Contact: <sip:desk@10.0.0.7>").headers
    given = desk.credentials(challenge)
    assert right in given
    assert desk.send("Contact: <sip:desk@10.0.0.7>", given.replace(right, wrong)).status != 200
    assert contacts(desk) == []


def test_credentials_for_somebody_else() -> None:
    """Headers for other realms and schemes are passed over; the one for us counts."""
    desk = Desk("desk")
    (challenge,) = desk.send("Contact: <sip:desk@10.0.0.7>").headers
    given = desk.credentials(challenge)
    others = ("Authorization: Basic ZGVzazp4", 'Authorization: Digest realm="other", nonce="1"')
    assert desk.send("Contact: <sip:desk@10.0.0.7>", *others).status == 401
    assert desk.send("Contact: <sip:desk@10.0.0.7>", *others, given).status == 200


def test_counts_are_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many nonces are remembered: the oldest is forgotten."""
    monkeypatch.setattr("custom_components.hold_slayer.engine.digest.MOST_NONCES", 2)
    desk = Desk("desk")
    for _ in range(4):
        assert desk.register("Contact: <sip:desk@10.0.0.7>", "Expires: 300").status == 200
    assert len(contacts(desk)) == 1
