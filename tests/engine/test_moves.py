"""An account that moves, or is not kept; a far side that asks for more than was agreed."""

import asyncio
import sys

from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    KeyReceived,
    LegState,
    Registration,
    RegistrationState,
)
from custom_components.hold_slayer.telephony.process import MAIN
from lab.trunk.names import name_server

from .station import HOST, PATIENCE, Station
from .test_crossing import Far
from .test_fail_over import answering
from .test_following import ASKING, SERVICE, at
from .wire import Wire, header, reply, wire


async def test_a_registration_of_no_length(alice: Station) -> None:
    """A registrar that takes the REGISTER and keeps nothing has not registered us."""

    def forgets(request: str) -> list[str]:
        """Accept, for no time."""
        return [reply(request, "200 OK", "Expires: 0")]

    async with wire(forgets) as far:
        settings = alice.settings(f"{HOST}:{far.port}")
        await alice.link.request(AddAccount(account=settings))
        told = await alice.event(Registration, lambda e: e.state is RegistrationState.UNREGISTERED)
    assert told.sip_code == 200


async def test_a_watched_trunk_moves() -> None:
    """Where DNS puts it, it is asked at once whether it is there."""
    async with (
        name_server(HOST) as names,
        wire(answering("")) as first,
        wire(answering("486 Busy Here")) as second,
    ):
        names.lasting_s = 0
        names.records[SERVICE] = [at(first)]
        command = [sys.executable, "-P", str(ASKING), str(names.address[1]), str(MAIN)]
        async with Station("alice", command=command) as alice:
            settings = alice.settings("trunk.example", register=False, keep_alive_s=3600)
            await alice.link.request(AddAccount(account=settings))
            await first.got("OPTIONS")
            names.records[SERVICE] = [at(second)]
            await second.got("OPTIONS")
            leg = await alice.dial("1234")
            ended = await alice.leg_is(leg, LegState.DISCONNECTED)
            assert ended.sip_code == 486
            assert not first.of("INVITE")


async def test_the_account_moved_while_a_server_was_silent(alice: Station) -> None:
    """The next server of the call is then the account's own: it gets the call."""
    held: list[str] = []

    def fading(request: str) -> list[str]:
        """Be well until a call comes; then keep it, and be in maintenance."""
        if request.startswith("INVITE"):
            held.append(request)
            return [reply(request, "100 Trying")]
        if request.startswith("OPTIONS") and held:
            return [reply(request, "503 Service Unavailable")]
        return [] if request.startswith("ACK") else [reply(request, "200 OK")]

    async with wire(fading) as first, wire(answering("486 Busy Here")) as second:
        settings = alice.settings(
            "trunk.example",
            register=False,
            keep_alive_s=1,
            outbound_proxies=(f"{HOST}:{first.port}", f"{HOST}:{second.port}"),
        )
        await alice.link.request(AddAccount(account=settings))
        await first.got("OPTIONS")
        leg = await alice.dial("1234")
        invite = await first.got("INVITE")
        await second.got("OPTIONS")
        first.send(reply(invite, "503 Service Unavailable"), first.addresses[0])
        assert (await second.got("INVITE")).startswith("INVITE sip:1234@trunk.example")
        ended = await alice.leg_is(leg, LegState.DISCONNECTED)
        assert ended.sip_code == 486


def asks(end: Wire, method: str, number: int, *headers: str, body: str = "") -> str:
    """Return a request of the far end in the dialog of the call it took."""
    ours = end.of("INVITE")[0]
    lines = [
        f"{method} {header(ours, 'Contact').strip('<>')} SIP/2.0",
        f"Via: SIP/2.0/UDP {HOST}:{end.port};branch=z9hG4bK{method}{number};rport",
        f"From: {header(ours, 'To')};tag=far",
        f"To: {header(ours, 'From')}",
        f"Call-ID: {header(ours, 'Call-ID')}",
        f"CSeq: {number} {method}",
        f"Contact: <sip:far@{HOST}:{end.port}>",
        "Max-Forwards: 70",
        *headers,
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines) + f"\r\n\r\n{body}"


async def answered(end: Wire, request: str) -> str:
    """Send a request; return the final answer."""
    end.send(request, end.addresses[0])
    wanted = header(request, "CSeq")
    async with asyncio.timeout(PATIENCE):
        while True:
            for text in end.received:
                if text.startswith("SIP/2.0") and header(text, "CSeq") == wanted and text[8] != "1":
                    return text
            await end.more()


async def test_what_a_far_side_asks_for(alice: Station) -> None:
    """A transfer is refused, video next to the audio is declined, a key taken."""
    far = Far()

    def answer(request: str) -> list[str]:
        """Take the call."""
        return [
            text.replace(f"far@{HOST}", f"far@{HOST}:{end.port}") for text in far.answer(request)
        ]

    async with wire(answer) as end:
        settings = alice.settings(f"{HOST}:{end.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        await alice.leg_is(leg, LegState.CONFIRMED)
        refer = asks(end, "REFER", 1, "Refer-To: <sip:+8816123@elsewhere.example>")
        assert (await answered(end, refer)).startswith("SIP/2.0 603")
        head, _, audio = far.sdp(2).partition("m=audio")
        video = f"{head}m=video {far.audio[1].getsockname()[1]} RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\nm=audio{audio}"
        offer = asks(end, "INVITE", 2, "Content-Type: application/sdp", body=video)
        taken = await answered(end, offer)
        assert taken.startswith("SIP/2.0 200")
        assert "m=video 0 " in taken
        end.send(asks(end, "ACK", 2), end.addresses[0])
        key = "Signal=5\r\nDuration=100\r\n"
        info = asks(end, "INFO", 3, "Content-Type: application/dtmf-relay", body=key)
        assert (await answered(end, info)).startswith("SIP/2.0 200")
        assert (await alice.event(KeyReceived)).key == "5"
    for each in far.audio:
        each.close()
