"""Only the account's servers, and whom the user allows, get any answer."""

import asyncio
import socket
from typing import Any

from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    HangUp,
    IncomingCall,
    LegState,
    RemoveAccount,
)

from .station import HOST, Station, connect, free_port

STRANGER = "127.0.0.9"
OPTIONS = """OPTIONS sip:alice@{host} SIP/2.0
Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bKstranger
Max-Forwards: 70
From: <sip:scan@{host}>;tag=1
To: <sip:alice@{host}>
Call-ID: {host}
CSeq: 1 OPTIONS
Content-Length: 0

"""


async def answered(host: str, port: int) -> bool:
    """Tell whether an OPTIONS from an address gets an answer; asked three times."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        sock.setblocking(False)
        text = OPTIONS.format(host=host, port=sock.getsockname()[1]).replace("\n", "\r\n")
        for _ in range(3):
            await loop.sock_sendto(sock, text.encode(), (HOST, port))
            try:
                await asyncio.wait_for(loop.sock_recv(sock, 4096), 1)
            except TimeoutError:
                continue
            return True
    return False


async def use(station: Station, registrar: str, **changes: Any) -> None:
    """Use an account that is bound to every address."""
    settings = station.settings(registrar, register=False, bind_address="0.0.0.0", **changes)
    await station.link.request(AddAccount(account=settings))


async def test_strangers_are_not_answered(alice: Station) -> None:
    """A scanner gets no answer; the account's server and allowed networks do."""
    await use(alice, f"{HOST}:{free_port()}")
    assert await answered(HOST, alice.port)
    assert not await answered(STRANGER, alice.port)
    await alice.link.request(RemoveAccount(account_id="line"))
    await use(alice, f"{HOST}:{free_port()}", allow_from=("127.0.0.8/30",))
    assert await answered(STRANGER, alice.port)
    assert not await answered("127.0.0.13", alice.port)
    await alice.link.request(RemoveAccount(account_id="line"))
    await use(alice, f"{HOST}:{free_port()}", allow_from=("*",))
    assert await answered("127.0.0.13", alice.port)


async def test_dialled_address_may_answer(alice: Station, bob: Station) -> None:
    """Who is dialled by SIP address is no stranger as long as the call lasts."""
    await use(alice, "127.0.0.2")
    await use(bob, "127.0.0.2", allow_from=(HOST,))
    leg, other = await connect(alice, bob, target=f"sip:bob@{HOST}:{bob.port}")
    await bob.link.request(HangUp(leg=other))
    await alice.leg_is(leg, LegState.DISCONNECTED)
    assert not alice.of(IncomingCall)
