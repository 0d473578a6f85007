"""SIP messages as the simulated trunk reads and writes them."""

import pytest

from lab.trunk.message import MalformedMessageError, Message, Uri, header_parameters

INVITE = (
    b"INVITE sip:+1800@127.0.0.1:5060;transport=tcp SIP/2.0\r\n"
    b"v: SIP/2.0/UDP a:1;rport;branch=z9hG4bK1, SIP/2.0/UDP b:2;branch=z9hG4bK2\r\n"
    b'f: "Smith, Anna" <sip:alice@lab>;tag=1\r\n'
    b"t: <sip:+1800@127.0.0.1>\r\n"
    b"Record-Route: <sip:p1;lr>,<sip:p2;lr>\r\n"
    b"i: abc\r\nCSeq: 7 INVITE\r\nSubject: one\r\n two\r\nl: 4\r\n\r\nbody"
)


def test_reads_compact_folded_and_listed_headers() -> None:
    """Compact names, folded lines and comma lists are the same as long, short and separate ones."""
    message = Message.parse(INVITE)
    assert message.is_request
    assert message.method == "INVITE"
    assert [via.split()[1].split(";")[0] for via in message.get_all("via")] == ["a:1", "b:2"]
    assert message.get_all("Record-Route") == ["<sip:p1;lr>", "<sip:p2;lr>"]
    assert message.get("From") == '"Smith, Anna" <sip:alice@lab>;tag=1'
    assert message.get("Subject") == "one two"
    assert message.body == b"body"
    assert Message.parse(message.encode()).headers == [
        (name, value) for name, value in message.headers
    ]


def test_takes_uris_apart() -> None:
    """User, host, port and parameters of a URI in brackets or bare."""
    uri = Uri.parse("<sip:alice;x=1@[::1]:5061;transport=tls;lr>;tag=3")
    assert (uri.user, uri.host, uri.port) == ("alice", "[::1]", 5061)
    assert uri.parameters == {"transport": "tls", "lr": ""}
    assert header_parameters('<sip:a@b;lr>;tag=3;q="x"') == {"tag": "3", "q": "x"}


def test_replies_to_a_request() -> None:
    """A reply copies what it must and gets a tag."""
    reply = Message.parse(INVITE).reply(404, "Not Found", "mine", ("Warning", "x"))
    assert reply.start == "SIP/2.0 404 Not Found"
    assert reply.status == 404
    assert reply.method == "INVITE"
    assert reply.get("To") == "<sip:+1800@127.0.0.1>;tag=mine"
    assert len(reply.get_all("Via")) == 2
    assert reply.get("Warning") == "x"
    assert reply.encode().endswith(b"Content-Length: 0\r\n\r\n")


@pytest.mark.parametrize("data", [b"hello", b"INVITE sip:x SIP/2.0\r\nno colon here\r\n\r\n"])
def test_refuses_what_is_no_message(data: bytes) -> None:
    """Garbage is told apart."""
    with pytest.raises(MalformedMessageError):
        Message.parse(data)


def test_refuses_what_is_no_uri() -> None:
    """A header without a URI is told apart."""
    with pytest.raises(MalformedMessageError):
        Uri.parse("tel:123")
