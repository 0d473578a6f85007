"""SIPp as the far end: scenarios put together from steps, run once, judged by their exit code."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory

import pytest

from .station import HOST, free_port

PROGRAM = shutil.which("sipp")
needs_sipp = pytest.mark.skipif(
    PROGRAM is None, reason="SIPp is not installed: apt-get install sip-tester"
)

_SDP = """v=0
o=far 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a={direction}"""
_T38 = """v=0
o=far 1 9 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=image [media_port] udptl t38
a=T38FaxVersion:0"""


def sdp(direction: str = "sendrecv", version: int = 1) -> str:
    """Return an SDP of ours."""
    return _SDP.format(direction=direction, version=version)


def t38() -> str:
    """Return an SDP that offers fax."""
    return _T38


def receive_invite() -> str:
    """Wait for the INVITE and remember who sent it."""
    return """<recv request="INVITE"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="remote"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="local"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>
<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>
<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
</action></recv>"""


def receive(what: str, *, optional: bool = False) -> str:
    """Wait for a request by its method, or a response by its code."""
    kind = "response" if what.isdigit() else "request"
    return f'<recv {kind}="{what}"{' optional="true"' if optional else ""}/>'


def answer(status: str, body: str = "", *headers: str) -> str:
    """Answer the last request."""
    lines = [
        f"SIP/2.0 {status}",
        "[last_Via:]",
        "[last_From:]",
        "[last_To:];tag=far[call_number]",
        "[last_Call-ID:]",
        "[last_CSeq:]",
        "Contact: <sip:far@[local_ip]:[local_port]>",
    ]
    return _send([*lines, *headers], body)


def answer_in_dialog(status: str, body: str = "", *headers: str) -> str:
    """Answer a request that has a To tag already."""
    return answer(status, body, *headers).replace(";tag=far[call_number]", "")


def ask(method: str, number: int, body: str = "", *headers: str) -> str:
    """Send a request of our own in the dialog."""
    lines = [
        f"{method} [$target] SIP/2.0",
        f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bKfar{method}{number}",
        "From:[$local];tag=far[call_number]",
        "To:[$remote]",
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
        "Contact: <sip:far@[local_ip]:[local_port]>",
    ]
    return _send([*lines, *headers], body)


def register(number: int, *headers: str) -> str:
    """Ask to be registered, proving who we are once there was a challenge."""
    lines = [
        "REGISTER sip:[remote_ip]:[remote_port] SIP/2.0",
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
        "From: <sip:desk@[remote_ip]:[remote_port]>;tag=far[call_number]",
        "To: <sip:desk@[remote_ip]:[remote_port]>",
        "Call-ID: [call_id]",
        f"CSeq: {number} REGISTER",
        "Max-Forwards: 70",
    ]
    return _send([*lines, *headers], "")


def pause(milliseconds: int) -> str:
    """Let time pass."""
    return f'<pause milliseconds="{milliseconds}"/>'


def _send(lines: Sequence[str], body: str) -> str:
    if body:
        lines = [*lines, "Content-Type: application/sdp"]
    text = "\n".join([*lines, "Content-Length: [len]", "", body])
    return f"<send><![CDATA[\n{text}\n]]></send>"


class Sipp:
    """A running SIPp."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    async def done(self) -> None:
        """Wait for the end; every step must have been as expected."""
        output, _ = await asyncio.wait_for(self._process.communicate(), 200)
        assert self._process.returncode == 0, output.decode(errors="replace")[-3000:]

    async def end(self) -> None:
        """Stop it if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def far_end(
    *steps: str, seconds: int = 40, towards: Sequence[str] = ()
) -> AsyncIterator[Sipp]:
    """Run a scenario once, waiting for a call; SIPp gives up after so many seconds.

    With `towards` (address and further arguments) it begins by itself.
    """
    assert PROGRAM is not None
    # a variable that is set and never used is an error to SIPp
    used = "" if towards else '<Reference variables="remote,local,target,via,cseq"/>'
    scenario = f'<?xml version="1.0"?><scenario name="far">{"".join(steps)}{used}</scenario>'
    port = free_port()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.xml"
        path.write_text(scenario)
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *towards,
            *("-sf", str(path), "-i", HOST, "-mi", HOST, "-p", str(port)),
            *("-mp", str(free_port()), "-m", "1", "-nostdin", "-timeout", f"{seconds}s"),
            *("-trace_err", "-error_file", str(Path(folder) / "errors")),
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        sipp = Sipp(process, port)
        try:
            yield sipp
        finally:
            await sipp.end()
