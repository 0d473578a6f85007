"""The BYE or CANCEL that is prepared for a call whose engine may die, and how it is sent."""

import asyncio
import dataclasses
from pathlib import Path
import socket
from types import SimpleNamespace
from typing import Any

import pytest

from custom_components.hold_slayer.engine.orphans import cancellation, tombstone
from custom_components.hold_slayer.telephony import orphans
from custom_components.hold_slayer.telephony.challenge import Credentials, answer_challenge
from custom_components.hold_slayer.telephony.messages import AccountSettings, Tombstone, Transport
from custom_components.hold_slayer.telephony.orphans import end_calls
from lab.trunk.certificate import make_certificate

from .station import HOST, free_port
from .wire import header, reply, wire

SETTINGS = AccountSettings(
    id="line",
    registrar="sip.example.com",
    username="alice",
    outbound_proxies=("edge.example.com:5061",),
    tls_ca_file="/ca.pem",
)


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
        "localAddress": "192.0.2.7:5060",
    }
    return SimpleNamespace(**{**state, **changes})


def test_bye() -> None:
    """Route set, tags and target are those of the dialog, the CSeq is far ahead."""
    stone = tombstone("leg", dialog(), SETTINGS)
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
        assert tombstone("leg", dialog(**changes), SETTINGS) is None
    assert cancellation("leg", "OPTIONS sip:a SIP/2.0\r\n\r\n", "192.0.2.1:5060", SETTINGS) is None
    assert cancellation("leg", INVITE, "", SETTINGS) is None


INVITE = (
    "INVITE sip:1234@trunk.example SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:5070;rport;branch=z9hG4bKone\r\n"
    "Route: <sip:edge.example;lr>\r\n"
    "From: <sip:alice@trunk.example>;tag=a\r\nTo: sip:1234@trunk.example\r\n"
    "Call-ID: c1\r\nCSeq: 7 INVITE\r\nProxy-Authorization: Digest x\r\n"
    "Content-Length: 3\r\n\r\nv=0"
)


def test_cancel() -> None:
    """A CANCEL has Via, Route, From, To, Call-ID and number of its INVITE, and nothing secret."""
    stone = cancellation("leg", INVITE, "192.0.2.1:5060", SETTINGS)
    assert stone is not None
    assert (stone.host, stone.port, stone.local) == ("192.0.2.1", 5060, "0.0.0.0:5070")
    assert (stone.server_name, stone.account_id) == ("edge.example.com", "line")
    assert stone.request.startswith(
        "CANCEL sip:1234@trunk.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:5070;rport;branch=z9hG4bKone\r\n"
        "Route: <sip:edge.example;lr>\r\n"
    )
    assert "CSeq: 7 CANCEL\r\n" in stone.request
    assert "Digest" not in stone.request


def bye(port: int, **changes: Any) -> Tombstone:
    """Return a BYE for a far side on loopback."""
    request = (
        "BYE sip:far@127.0.0.1 SIP/2.0\r\nMax-Forwards: 70\r\n"
        "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\n"
        "CSeq: 1012 BYE\r\nContent-Length: 0\r\n\r\n"
    )
    settings = {
        "leg": "leg",
        "host": HOST,
        "port": port,
        "transport": Transport.UDP,
        "verify_tls": True,
        "request": request,
        **changes,
    }
    return Tombstone(**settings)


async def test_from_the_same_port() -> None:
    """A trunk that knows us by our port gets the BYE from it."""
    port = free_port()
    async with wire(lambda request: [reply(request, "200 OK")]) as far:
        await end_calls([bye(far.port, local=f"{HOST}:{port}")])
        assert far.addresses == [(HOST, port)]
        assert f"{HOST}:{port}" in header(far.received[0], "Via")


async def test_the_port_is_given_back() -> None:
    """A port that is taken, or brings no answer, is not held on to."""
    async with (
        wire(lambda request: [reply(request, "200 OK")]) as taken,
        wire(lambda request: [reply(request, "200 OK")]) as far,
    ):
        await end_calls([bye(far.port, local=f"{HOST}:{taken.port}")])
        assert far.addresses[0][1] != taken.port
    port = free_port()

    def only_from_elsewhere(request: str) -> list[str]:
        return [] if f":{port};" in header(request, "Via") else [reply(request, "200 OK")]

    async with wire(only_from_elsewhere) as far:
        await end_calls([bye(far.port, local=f"{HOST}:{port}")])
        assert far.addresses[0] == (HOST, port)
        assert far.addresses[-1] != (HOST, port)


CHALLENGE = 'Proxy-Authenticate: Digest realm="trunk", nonce="n1", algorithm=SHA-256, qop="auth"'


def wants_proof(request: str) -> list[str]:
    """Ask for credentials first."""
    if header(request, "Proxy-Authorization"):
        return [reply(request, "200 OK")]
    return [reply(request, "407 Proxy Authentication Required", CHALLENGE)]


async def test_proves_who_we_are(caplog: pytest.LogCaptureFixture) -> None:
    """A BYE that is challenged is sent again with credentials; another realm gets none."""
    caplog.set_level("INFO")
    known = Credentials(username="alice", password="open-sesame", realm="trunk")
    async with wire(wants_proof) as far:
        await end_calls([bye(far.port)], lambda _: known)
        assert 'username="alice"' in header(far.received[1], "Proxy-Authorization")
        assert header(far.received[1], "CSeq") == "1013 BYE"
    assert "was ended: SIP/2.0 200 OK" in caplog.text
    other = Credentials(username="alice", password="open-sesame", realm="elsewhere")
    async with wire(wants_proof) as far:
        await end_calls([bye(far.port)], lambda _: other)
        assert len(far.received) == 1
    assert "was ended: SIP/2.0 407" in caplog.text


def test_challenges() -> None:
    """Without qop the answer is that of RFC 2617; a hash we do not know is not answered."""
    plain = 'WWW-Authenticate: Digest realm="testrealm@host.com", nonce="dcd98b", opaque="5ccc"'
    answer = answer_challenge(
        plain, "GET", "/dir", Credentials(username="Mufasa", password="Circle Of Life")
    )
    assert answer.startswith('Authorization: Digest username="Mufasa"')
    assert 'opaque="5ccc"' in answer
    assert "cnonce" not in answer
    unknown = plain.replace("Digest", "Digest algorithm=SHA-512-256,")
    assert answer_challenge(unknown, "BYE", "sip:a", Credentials(username="a", password="b")) == ""


@pytest.mark.parametrize("final", ["487 Request Terminated", "200 OK"])
async def test_cancel_is_sent_and_a_crossing_answer_ended(final: str) -> None:
    """A ringing call is cancelled; one that was answered just then is acknowledged and hung up."""
    invite = INVITE.replace("5070", str(free_port()))

    def answers(request: str) -> list[str]:
        if request.startswith("CANCEL"):
            contact = "Contact: <sip:far@127.0.0.1:5999>"
            return [reply(request, "200 OK"), reply(invite, final, contact)]
        return [] if request.startswith("ACK") else [reply(request, "200 OK")]

    async with wire(answers) as far:
        stone = cancellation("leg", invite, f"{HOST}:{far.port}", SETTINGS)
        assert stone is not None
        await end_calls([stone])
        assert far.of("CANCEL")
        ack = await far.got("ACK")
        assert header(ack, "CSeq") == "7 ACK"
        assert header(ack, "To").endswith(";tag=far")
        assert len(far.of("BYE")) == (1 if final == "200 OK" else 0)
        if final == "200 OK":
            assert far.of("BYE")[0].startswith("BYE sip:far@127.0.0.1:5999 SIP/2.0")
            assert header(far.of("BYE")[0], "CSeq") == "8 BYE"


async def test_over_tls(tmp_path: Path) -> None:
    """The certificate is checked against the server's name although the address is dialled."""
    # for localhost, not for the address that is dialled
    certificate, context = make_certificate(tmp_path, "127.0.0.9")
    got: asyncio.Queue[str] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        got.put_nowait(request)
        writer.write(reply(request, "200 OK").encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await end_calls(
            [
                bye(
                    port,
                    transport=Transport.TLS,
                    server_name="localhost",
                    ca_file=str(certificate),
                )
            ]
        )
        assert (await got.get()).startswith("BYE ")


async def test_nobody_is_there(caplog: pytest.LogCaptureFixture) -> None:
    """A far side that is gone, or hangs up on us, is named in the log, and the others are ended."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, HOST, 0)
    async with server, wire(lambda request: [reply(request, "200 OK")]) as far:
        port = server.sockets[0].getsockname()[1]
        await end_calls(
            [
                bye(free_port(), leg="udp"),
                bye(free_port(socket.SOCK_STREAM), leg="tcp", transport=Transport.TCP),
                bye(port, leg="cut off", transport=Transport.TCP),
                bye(far.port, leg="fine"),
            ]
        )
        assert far.of("BYE")
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    for leg in ("udp", "tcp", "cut off"):
        assert any(text.startswith(f"Leg {leg} of the lost engine may still") for text in warned)
    assert len(warned) == 3


async def test_a_far_side_that_says_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A BYE that stays without a final answer is not waited for without end."""
    monkeypatch.setattr(orphans, "PATIENCE_S", 0.3)
    async with wire(lambda request: [reply(request, "100 Trying")]) as far:
        await end_calls([bye(far.port)])
    assert "nobody answered its end (TimeoutError)" in caplog.text


async def test_a_certificate_nobody_checks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A certificate of another name ends the attempt, unless the account does not care."""
    certificate, context = make_certificate(tmp_path, "127.0.0.9")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        writer.write(reply(request, "200 OK").encode())
        await writer.drain()

    caplog.set_level("INFO")
    server = await asyncio.start_server(serve, HOST, 0, ssl=context)
    async with server:
        stone = bye(
            server.sockets[0].getsockname()[1],
            transport=Transport.TLS,
            server_name="trunk.example",
            ca_file=str(certificate),
        )
        await end_calls([stone])
        assert "may still be up" in caplog.text
        assert "was ended" not in caplog.text
        await end_calls([dataclasses.replace(stone, verify_tls=False, ca_file="")])
        assert "was ended: SIP/2.0 200 OK" in caplog.text
        server.close_clients()
