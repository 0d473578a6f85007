"""The trunk goes on whatever it is sent."""

import socket

from .conftest import MakeCaller, MakeWorld

GARBAGE = (
    b"hello",
    b"INVITE sip:1@x SIP/2.0\r\n\r\n",
    b"INVITE nothing SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=1\r\nTo: x\r\nMax-Forwards: many\r\n\r\n",
    b"BYE sip:1@x SIP/2.0\r\nVia: SIP/2.0/UDP x\r\nRoute: <sip:a.b@%s:%d;lr>\r\nTo: <sip:x>;tag=1\r\n\r\n",
    b'REGISTER sip:x SIP/2.0\r\nAuthorization: Digest realm="trunk.lab", nonce="x-y"\r\n\r\n',
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK99.abc\r\n\r\n",
    b"\xff" * 2000,
)


async def test_garbage_changes_nothing(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """After a dozen broken packets a caller still registers and gets through."""
    world = await make_world("    - agent: {greeting: Hello}\n")
    address = (world.account.host, world.account.ports["udp"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for template in GARBAGE:
            packet = template
            if b"%s" in template:
                packet = template % (address[0].encode(), address[1])
            sender.sendto(packet, address)
    caller = await make_caller(world)
    assert (await caller.register())["status"] == 200
    await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", speaker="agent")
