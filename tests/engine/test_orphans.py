"""The BYE that is prepared for a call whose engine may die."""

from custom_components.hold_slayer.engine.orphans import for_incoming, for_outgoing
from custom_components.hold_slayer.telephony.messages import AccountSettings, Transport

ACCOUNT = AccountSettings(id="line", registrar="trunk.example", username="me")
ANSWER = """SIP/2.0 200 OK
v: SIP/2.0/UDP 10.0.0.2:5060
Record-Route: <sip:edge.example:5080;lr>, <sip:core.example;lr>
Record-Route: <sip:near.example;lr>
f: "Me" <sip:me@trunk.example>;tag=near
t: <sip:1234@trunk.example>
 ;tag=far
i: abc@host
CSeq: 4711 INVITE
m: "Them" <sip:1234@10.1.1.1:5070;transport=udp>;expires=60
Content-Length: 3

m: <sip:evil@body>"""
INVITE = """INVITE sip:me@10.0.0.2 SIP/2.0
Record-Route: <sip:near.example;transport=tcp;lr>
Record-Route: <sip:core.example;lr>
From: <sip:them@far.example>;tag=far
To: <sip:me@trunk.example>
Contact: <sip:them@10.1.1.1>

"""
ACK = """ACK sip:me@10.0.0.2 SIP/2.0
From: <sip:them@far.example>;tag=far
To: <sip:me@trunk.example>;tag=near
Call-ID: abc@host
CSeq: 1 ACK

"""


def lines(text: str) -> list[str]:
    """Return the lines of a request, its end checked."""
    assert text.endswith("\r\n\r\n")
    return text.strip().split("\r\n")


def test_of_a_call_we_made() -> None:
    """The route set is reversed, the tags are those of the dialog, the CSeq is far ahead."""
    stone = for_outgoing("leg", ANSWER.replace("\n", "\r\n"), ACCOUNT)
    assert stone is not None
    assert (stone.host, stone.port, stone.transport) == ("near.example", 5060, Transport.UDP)
    found = lines(stone.request)
    assert found[0] == "BYE sip:1234@10.1.1.1:5070;transport=udp SIP/2.0"
    assert [line for line in found if line.startswith("Route")] == [
        "Route: <sip:near.example;lr>",
        "Route: <sip:core.example;lr>",
        "Route: <sip:edge.example:5080;lr>",
    ]
    assert 'From: "Me" <sip:me@trunk.example>;tag=near' in found
    assert "To: <sip:1234@trunk.example> ;tag=far" in found
    assert "CSeq: 5711 BYE" in found


def test_of_a_call_we_took() -> None:
    """The sides change places, the route set keeps its order."""
    stone = for_incoming("leg", INVITE, ACK, ACCOUNT)
    assert stone is not None
    assert (stone.host, stone.transport) == ("near.example", Transport.TCP)
    found = lines(stone.request)
    assert found[0] == "BYE sip:them@10.1.1.1 SIP/2.0"
    assert "From: <sip:me@trunk.example>;tag=near" in found
    assert "To: <sip:them@far.example>;tag=far" in found


def test_of_nonsense() -> None:
    """A message that lacks what a BYE needs leaves nothing, and breaks nothing."""
    for text in ("", "SIP/2.0 200 OK\n\n", ANSWER.replace("i: abc@host", "x: y")):
        assert for_outgoing("leg", text, ACCOUNT) is None
