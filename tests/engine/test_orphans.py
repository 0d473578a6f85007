"""The BYE that is prepared for a call whose engine may die."""

from types import SimpleNamespace
from typing import Any

from custom_components.hold_slayer.engine.orphans import tombstone
from custom_components.hold_slayer.telephony.messages import Transport


def dialog(**changes: Any) -> SimpleNamespace:
    """Return the state of a dialog through two proxies."""
    state = {
        "confirmed": True,
        "callId": "abc@host",
        "localUri": '"Me" <sip:me@trunk.example>',
        "localTag": "near",
        "remoteUri": "sip:1234@trunk.example",
        "remoteTag": "far",
        "localCseq": 12,
        "routeSet": ["<sip:near.example;lr>", "<sip:core.example;lr>"],
        "remoteTarget": "sip:1234@10.1.1.1:5070",
        "transport": "TCP",
        "destination": "[2001:db8::1]:5080",
    }
    return SimpleNamespace(**{**state, **changes})


def test_bye() -> None:
    """Route set, tags and target are those of the dialog, the CSeq is far ahead."""
    stone = tombstone("leg", dialog(), verify_tls=True)
    assert stone is not None
    assert (stone.host, stone.port, stone.transport) == ("2001:db8::1", 5080, Transport.TCP)
    assert stone.request.endswith("\r\n\r\n")
    lines = stone.request.strip().split("\r\n")
    assert lines[:3] == [
        "BYE sip:1234@10.1.1.1:5070 SIP/2.0",
        "Route: <sip:near.example;lr>",
        "Route: <sip:core.example;lr>",
    ]
    assert 'From: "Me" <sip:me@trunk.example>;tag=near' in lines
    assert "To: <sip:1234@trunk.example>;tag=far" in lines
    assert "CSeq: 1012 BYE" in lines


def test_nothing_to_end() -> None:
    """A dialog that is not confirmed, or goes nowhere, leaves nothing."""
    for changes in ({"confirmed": False}, {"destination": ""}, {"remoteTarget": ""}):
        assert tombstone("leg", dialog(**changes), verify_tls=True) is None
