"""RTP that pours in while re-INVITEs move the audio to and fro: no packet is judged by half an address."""

import asyncio
import logging
import re
import socket
import struct

import pytest

from custom_components.hold_slayer.telephony.messages import AddAccount, GetStatistics, LegState

from .station import HOST, Station
from .wire import Wire, header, reply, wire

#: The race was lost in one of 150 re-INVITEs.
REINVITES = 3000
_SDP = (
    "v=0\r\no=far 1 {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


class Far:
    """A far end with two ports for audio, the odd and the even versions of its SDP."""

    def __init__(self) -> None:
        """Open the ports."""
        self.audio = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        for each in self.audio:
            each.bind((HOST, 0))
        self._packets = 0

    def sdp(self, version: int) -> str:
        """Return what it offers or answers."""
        port = self.audio[version % 2].getsockname()[1]
        return _SDP.format(version=version, host=HOST, port=port)

    def answer(self, request: str) -> list[str]:
        """Take the call, and everything else."""
        if request.startswith(("ACK", "SIP/2.0")):
            return []
        said = reply(request, "200 OK", f"Contact: <sip:far@{HOST}>")
        if not request.startswith("INVITE"):
            return [said]
        body = self.sdp(0)
        head = said.replace(
            "Content-Length: 0", f"Content-Type: application/sdp\r\nContent-Length: {len(body)}"
        )
        return [head + body]

    def pour(self, port: int) -> None:
        """Send a packet of audio and one of RTCP from either port."""
        for each in self.audio:
            self._packets += 1
            head = struct.pack("!BBHII", 0x80, 8, self._packets & 0xFFFF, self._packets * 160, 7)
            each.sendto(head + b"\xd5" * 160, (HOST, port))
            each.sendto(struct.pack("!BBHI", 0x80, 200, 6, 7) + bytes(20), (HOST, port + 1))


async def pouring(far: Far, port: int) -> None:
    """Pour until cancelled."""
    while True:
        for _ in range(20):
            far.pour(port)
        await asyncio.sleep(0)


async def reinvites(end: Wire, far: Far, count: int) -> None:
    """Move the audio from port to port."""
    ours = end.of("INVITE")[0]
    target = header(ours, "Contact").strip("<>")
    for number in range(1, count + 1):
        body = far.sdp(number)
        common = (
            f"Via: SIP/2.0/UDP {HOST}:{end.port};branch=z9hG4bK{{}}{number};rport\r\n"
            f"From: {header(ours, 'To')};tag=far\r\nTo: {header(ours, 'From')}\r\n"
            f"Call-ID: {header(ours, 'Call-ID')}\r\nCSeq: {number} {{}}\r\n"
            f"Contact: <sip:far@{HOST}:{end.port}>\r\nMax-Forwards: 70\r\n"
        )
        invite = f"INVITE {target} SIP/2.0\r\n" + common.format("i", "INVITE")
        end.send(
            f"{invite}Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}",
            end.addresses[0],
        )
        while not any(
            text.startswith("SIP/2.0 200") and f"CSeq: {number} INVITE" in text
            for text in end.received[-5:]
        ):
            await end.more()
        ack = f"ACK {target} SIP/2.0\r\n" + common.format("a", "ACK")
        end.send(f"{ack}Content-Length: 0\r\n\r\n", end.addresses[0])


@pytest.mark.slow
async def test_audio_that_moves(alice: Station, caplog: pytest.LogCaptureFixture) -> None:
    """No assertion of the library fails, and the call goes on."""
    far = Far()
    async with wire(far.answer) as end:
        settings = alice.settings(f"{HOST}:{end.port}", register=False, keep_alive_s=0)
        await alice.link.request(AddAccount(account=settings))
        leg = await alice.dial("1234")
        invite = await end.got("INVITE")
        await alice.leg_is(leg, LegState.CONFIRMED)
        found = re.search(r"m=audio (\d+)", invite)
        assert found
        audio = asyncio.create_task(pouring(far, int(found[1])))
        with caplog.at_level(logging.ERROR):
            await reinvites(end, far, REINVITES)
        audio.cancel()
        assert (await alice.link.request(GetStatistics(leg=leg))).state is LegState.CONFIRMED
    for each in far.audio:
        each.close()
    assert "Assert failed" not in caplog.text
