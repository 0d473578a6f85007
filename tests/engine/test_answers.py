"""Small answers that peers expect of us."""

import asyncio

import pytest

from custom_components.hold_slayer.telephony.messages import AddAccount, IncomingCall

from .station import HOST, PATIENCE, Station
from .wire import Wire, header, wire


def request(method: str, alice: Station, far: Wire) -> str:
    """Return a request outside of any dialog."""
    return (
        f"{method} sip:alice@{HOST}:{alice.port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {HOST}:{far.port};rport;branch=z9hG4bK{method}1\r\n"
        f"From: <sip:far@{HOST}>;tag=f\r\nTo: <sip:alice@{HOST}>\r\n"
        f"Call-ID: {method}@far\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
        "Content-Length: 0\r\n\r\n"
    )


async def answered(far: Wire, method: str) -> str:
    """Wait for a final answer to a request of ours."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for text in far.received:
                final = text.startswith("SIP/2.0") and not text.startswith("SIP/2.0 1")
                if final and header(text, "CSeq").endswith(method):
                    return text
            await far.more()


async def test_options_is_answered(alice: Station) -> None:
    """A trunk that asks whether we are there is told so, with what we can do."""
    async with wire() as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        far.send(request("OPTIONS", alice, far), (HOST, alice.port))
        answer = await answered(far, "OPTIONS")
        assert answer.startswith("SIP/2.0 200")
        assert "INVITE" in header(answer, "Allow")


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE"])
async def test_what_we_do_not_do(alice: Station, method: str) -> None:
    """Messages and subscriptions are refused, and nothing else happens."""
    async with wire() as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        far.send(request(method, alice, far), (HOST, alice.port))
        answer = await answered(far, method)
        assert not answer.startswith("SIP/2.0 2") or method == "MESSAGE"
        assert not alice.of(IncomingCall)
