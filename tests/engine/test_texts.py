"""Addresses, SDP and status codes: the pure parts of the engine."""

import pytest

from custom_components.hold_slayer.engine import address, failures, nat, sdp
from custom_components.hold_slayer.engine.refusal import RefusalError
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    CallFailure,
    ErrorKind,
    Transport,
)

ACCOUNT = AccountSettings(id="a", registrar="pbx.example:5070", username="me")
OFFER = """v=0
m=audio 4000 RTP/AVP 9 8 0 96 120 121
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:9 G722/8000
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:120 telephone-event/8000
a=fmtp:120 0-16
a=rtpmap:121 telephone-event/48000
a=sendrecv
""".replace("\n", "\r\n")


def test_codecs_are_kept_to_the_account() -> None:
    """Order and choice are the account's; key events keep the rates that are left."""
    found = sdp.keep_codecs(OFFER, ("PCMU", "PCMA"))
    assert "m=audio 4000 RTP/AVP 0 8 120\r\n" in found
    for gone in ("G722", "opus", "useinbandfec", ":121"):
        assert gone not in found
    # what is meant anyway is left out
    assert "a=sendrecv" not in found
    assert "RTP/AVP 96 9 120 121\r\n" in sdp.keep_codecs(OFFER, ("opus", "G722"))


def test_no_codec_in_common_changes_nothing() -> None:
    """The refusal is left to the negotiation."""
    assert sdp.keep_codecs(OFFER, ("speex",)) == OFFER


@pytest.mark.parametrize(
    ("target", "uri"),
    [
        ("+49 (30) 12-34/5.6", "sip:+4930123456@pbx.example:5070"),
        ("**620", "sip:**620@pbx.example:5070"),
        ("*31#123", "sip:*31%23123@pbx.example:5070"),
        ("sip:anna@phone.example", "sip:anna@phone.example"),
        ("SIP:anna@[2001:db8::1]:5080", "sip:anna@[2001:db8::1]:5080"),
    ],
)
def test_targets(target: str, uri: str) -> None:
    """Numbers and addresses become URIs."""
    assert address.target_uri(target, ACCOUNT) == uri


def test_target_over_tls() -> None:
    """Other transports than UDP are named in the URI."""
    account = AccountSettings(id="a", registrar="x", username="me", transport=Transport.TLS)
    assert address.target_uri("12", account) == "sip:12@x;transport=tls"


@pytest.mark.parametrize(
    "target",
    [
        "sip:anna@host;transport=evil",
        "sip:anna@host?Route=evil",
        "sip:anna@host>\r\nX: y",
        "sip:@host",
        "sip:host",
        "sip:anna@host:99999",
        "12\r\nX: y",
        "+",
        "12+34",
    ],
)
def test_impossible_targets(target: str) -> None:
    """Nothing that could change the message gets into a URI."""
    with pytest.raises(RefusalError) as refused:
        address.target_uri(target, ACCOUNT)
    assert refused.value.error in (ErrorKind.INVALID_ADDRESS, ErrorKind.INVALID_NUMBER)


def test_names() -> None:
    """Names in addresses are quoted, and read back."""
    text = address.name_address('Anna "A" \\ B\r\nX: y', "sip:a@b")
    assert text == '"Anna \\"A\\" \\\\ BX: y" <sip:a@b>'
    assert address.split_name_address(text) == ('Anna "A" \\ BX: y', "sip:a@b")
    assert address.split_name_address("sip:a@b") == ("", "sip:a@b")
    assert address.split_name_address("Anna <sip:a@b>;tag=1") == ("Anna", "sip:a@b")


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("<sip:near.example;lr>", "near.example"),
        ("sip:a@10.0.0.1:5060;ob", "10.0.0.1"),
        ('"A" <sips:a@[2001:db8::1]:5061>', "2001:db8::1"),
        ("tel:123", ""),
    ],
)
def test_host_of(uri: str, host: str) -> None:
    """The host of what a far side wrote."""
    assert address.host_of(uri) == host


@pytest.mark.parametrize(
    ("text", "port", "loopback", "ipv6"),
    [
        ("localhost", 0, True, False),
        ("127.0.0.1:5070", 5070, True, False),
        ("[::1]:5061", 5061, True, True),
        ("2001.example", 0, False, False),
        ("[2001:db8::1]", 0, False, True),
        ("192.0.2.1", 0, False, False),
    ],
)
def test_hosts(text: str, port: int, loopback: bool, ipv6: bool) -> None:
    """Names and addresses, with and without a port, stand in a URI as they were written."""
    host = address.parse_host(text, "the host")
    assert (host.port, host.is_loopback, host.is_ipv6) == (port, loopback, ipv6)
    assert str(host) == text


def test_domain() -> None:
    """The account's address is at its domain, where it has one; requests go to the registrar."""
    account = AccountSettings(id="a", registrar="pbx.example", domain="home.example", username="me")
    assert address.target_uri("123", account) == "sip:123@home.example"
    assert address.server_hosts(account) == {"pbx.example", "home.example"}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (401, ErrorKind.UNAUTHORISED),
        (403, ErrorKind.FORBIDDEN),
        (404, ErrorKind.NOT_FOUND),
        (408, ErrorKind.TIMEOUT),
        (503, ErrorKind.UNREACHABLE),
        (423, ErrorKind.REJECTED),
    ],
)
def test_failed_registrations(code: int, error: ErrorKind) -> None:
    """Each answer to REGISTER has its sentence with the code; without one the reason stands there."""
    assert failures.registration_error(code) is error
    assert failures.registration_sentence(error, code, "Why").endswith(f"({code} Why)")
    assert failures.registration_sentence(error, 0, "no route").endswith("(no route)")
    assert failures.call_sentence(CallFailure.BUSY, 0, "no route").endswith("(no route)")


def test_diversions_are_named() -> None:
    """A 302 says that it is not followed."""
    assert "not followed" in failures.call_sentence(CallFailure.FAILED, 302, "Moved")


@pytest.mark.parametrize(
    ("code", "rang", "failure"),
    [
        (408, False, CallFailure.TIMEOUT),
        (408, True, CallFailure.NO_ANSWER),
        (699, False, CallFailure.REJECTED),
        (499, False, CallFailure.FAILED),
        (302, False, CallFailure.FAILED),
    ],
)
def test_failures(code: int, rang: bool, failure: CallFailure) -> None:
    """Each status means something, also those nobody listed; the code is in the sentence."""
    assert failures.call_failure(code, rang=rang) is failure
    assert str(code) in failures.call_sentence(failure, code, "Reason")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("", None),
        ("SIP/2.0 200 OK\r\nVia: nonsense\r\n\r\n", None),
        ("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.2;rport=x;received=10.0.0.2\r\n\r\n", None),
        ("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.2;rport=5060\r\n\r\n", nat.Nat.NONE),
        ("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.2;received=192.0.2.1\r\n\r\n", nat.Nat.ADDRESS),
        (
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.2:5070;rport=9;received=\r\n\r\n",
            nat.Nat.PORT,
        ),
    ],
)
def test_nat_from_odd_answers(message: str, kind: nat.Nat | None) -> None:
    """What an answer does not say is not guessed."""
    assert nat.nat_of(message) is kind
