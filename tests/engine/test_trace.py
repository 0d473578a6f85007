"""SIP traces that can be sent to anybody: complete, readable, and without who and what."""

import io
import struct
import zipfile

import pytest

from custom_components.hold_slayer.engine.masking import Masker
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    ErrorKind,
    GetStatistics,
    HangUp,
    KeyMethod,
    LegState,
    SendKeys,
    StartTrace,
    StopTrace,
)

from .conftest import LabTrunk
from .station import Station, connect

INVITE = """INVITE sip:+442079460123@sip.provider.example;user=phone SIP/2.0
Via: SIP/2.0/UDP 192.168.178.20:5060;rport=5060;received=203.0.113.77;branch=z9hG4bKabc
Via: SIP/2.0/TLS home.customer.example:5061;branch=z9hG4bKdef
From: "Erika Mustermann" <sip:4930555123@sip.provider.example>;tag=1
To: Insurance <sip:+442079460123@sip.provider.example>
Contact: <sip:erika@[2001:db8:77::9]:5060;ob>
Call-ID: f81d4fae-7dec@192.168.178.20
CSeq: 1 INVITE
P-Asserted-Identity: "Erika" <tel:+4930555123>
Proxy-Authorization: Digest username="erika", realm="provider", response="6629fae49393a05397450978507c4ef1"
X-Customer: contract 4711
User-Agent: HoldSlayer/1
Content-Type: application/sdp
Content-Length: 200

v=0
o=erika 1 1 IN IP4 192.168.178.20
s=Erika calls
i=secret
c=IN IP4 192.168.178.20
t=0 0
m=audio 4000 RTP/SAVP 8 101
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR
a=rtpmap:101 telephone-event/8000
""".replace("\n", "\r\n")
SECRETS = (
    "Erika", "erika", "Mustermann", "Insurance", "44207946", "4930555", "provider.example",
    "customer.example", "192.168.178.20", "203.0.113.77", "2001:db8:77", "6629fae4", "4711",
    "PS1uQCVe", "secret",
)  # fmt: skip


def test_masking() -> None:
    """Everything personal is gone, what matters to a telephone engineer is there."""
    masked = Masker().message(INVITE)
    for secret in SECRETS:
        assert secret not in masked
    for kept in (
        "INVITE sip:xxxxxxxxxxx23@host1.example;user=phone SIP/2.0\r\n",
        "rport=5060",
        "branch=z9hG4bKabc",
        "CSeq: 1 INVITE",
        "Proxy-Authorization: Digest ***",
        "X-Customer: ***",
        "User-Agent: HoldSlayer/1",
        "m=audio 4000 RTP/SAVP 8 101",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***",
        "a=rtpmap:101 telephone-event/8000",
    ):
        assert kept in masked
    # the same stays the same
    address = masked.partition("Via: SIP/2.0/UDP ")[2].partition(":")[0]
    assert f"c=IN IP4 {address}\r\n" in masked
    assert f"Call-ID: f81d4fae-7dec@{address}\r\n" in masked


def test_keys_and_other_bodies() -> None:
    """Keys sent as SIP INFO and messages in bodies are left out."""
    masker = Masker()
    info = (
        "INFO sip:a@b.example SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\n"
        "Signal=7\r\nDuration=160\r\n"
    )
    assert "Signal" not in masker.message(info)
    assert "28 characters left out" not in masker.message("OPTIONS sip:b SIP/2.0\r\n\r\n")
    assert "left out" in masker.message(info)


def test_odd_messages() -> None:
    """What is no proper message is masked all the same, and never an error."""
    masker = Masker()
    for odd in ("", "\r\n\r\n", "INVITE", "nonsense\r\nno header 4711\r\n\r\nbody 4711"):
        assert "4711" not in masker.message(odd)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("sip:alice@[2001:db8:7::5]:5061", "sip:user1@[2001:db8::1]:5061"),
        ("sip:0.0.0.0:5060", "sip:0.0.0.0:5060"),
        ("tel:+442079460000", "tel:xxxxxxxxxxx00"),
        ("+442079460000", "xxxxxxxxxxx00"),
        ("alice", "user1"),
        ("seen from 999.1.1.1 and 10.0.0.5", "seen from 999.1.1.1 and 192.0.2.1"),
        ("at 1:2:3:4:5:6:7:8:9", "at 1:2:3:4:5:6:7:8:9"),
    ],
)
def test_targets_and_addresses(text: str, masked: str) -> None:
    """Whom a call was for is masked as in its messages; what is no address stays as it is."""
    masker = Masker()
    target = masker.target if " " not in text else lambda line: masker.message(line).strip()
    # the same stays the same
    assert [target(text), target(text)] == [masked, masked]


async def test_trace_of_a_registration(alice: Station, trunk: LabTrunk) -> None:
    """A trace has both directions as text and as packets, and no secret."""
    await alice.link.request(StartTrace())
    settings = alice.settings(trunk.registrar(), password="open-sesame", display_name="Erika")
    await alice.link.request(AddAccount(account=settings))
    count, archive = await traced(alice)
    text = archive.read("sip.txt").decode()
    assert text.count("--- ") == count >= 4
    assert "REGISTER sip:" in text
    assert "SIP/2.0 401 Unauthorized" in text
    assert "Authorization: Digest ***" in text
    for secret in ("alice", "Erika", "open-sesame", "127.0.0.1", "nonce"):
        assert secret not in text
        assert secret.encode() not in archive.read("sip.pcap")
    assert packets(archive.read("sip.pcap")) == count


async def test_figures_and_keys(facing: tuple[Station, Station]) -> None:
    """The figures of a call are in it, the keys pressed are not."""
    alice, bob = facing
    await alice.link.request(StartTrace())
    leg, _ = await connect(alice, bob)
    while (await alice.link.request(GetStatistics(leg=leg))).rx_packets < 150:
        pass
    await alice.link.request(SendKeys(leg=leg, keys="7", method=KeyMethod.INFO))
    await alice.link.request(HangUp(leg=leg))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    _, archive = await traced(alice)
    assert "Leg 1: PCMA/8000, not encrypted" in archive.read("calls.txt").decode()
    text = archive.read("sip.txt").decode()
    assert "INFO sip:" in text
    assert "Signal" not in text
    assert "BYE sip:" in text


async def test_no_trace(alice: Station) -> None:
    """A trace that was not begun, and one that has run out: the first is an error, the second kept."""
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(StopTrace())
    assert refused.value.error is ErrorKind.WRONG_STATE
    await alice.link.request(StartTrace(seconds=0.0))
    await alice.face(alice)
    count, _ = await traced(alice)
    assert count == 0


async def traced(alice: Station) -> tuple[int, zipfile.ZipFile]:
    """End the trace; return how many messages it has, and its files."""
    data = await alice.link.request(StopTrace())
    return data.messages, zipfile.ZipFile(io.BytesIO(data.payload))


def packets(capture: bytes) -> int:
    """Return how many packets a capture has, each with the right lengths and check sum."""
    magic, *_, link = struct.unpack("<IHHiIII", capture[:24])
    assert (magic, link) == (0xA1B2C3D4, 101)
    position, count = 24, 0
    while position < len(capture):
        _, _, kept, length = struct.unpack("<IIII", capture[position : position + 16])
        packet = capture[position + 16 : position + 16 + kept]
        assert kept == length == len(packet) == struct.unpack("!H", packet[2:4])[0]
        words = struct.unpack("!10H", packet[:20])
        total = sum(words)
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        assert total == 0xFFFF
        position += 16 + kept
        count += 1
    return count
