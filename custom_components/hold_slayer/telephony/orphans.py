"""Ends the calls of a dead engine: sends the BYE it left for each of them."""

import asyncio
from collections.abc import Iterable
import contextlib
import logging
import secrets
import socket
import ssl
from typing import override

from .account import Transport
from .legs import Tombstone

_LOGGER = logging.getLogger(__name__)

#: Retransmissions over UDP, s after the first (RFC 3261: T1 doubles).
RESEND_AFTER = (0.5, 1.0, 2.0)
#: Longest wait for the answer, s.
PATIENCE_S = 4.0


async def end_calls(tombstones: Iterable[Tombstone]) -> None:
    """Send every BYE at once; what fails is logged."""
    await asyncio.gather(*(_end_call(tombstone) for tombstone in tombstones))


async def _end_call(tombstone: Tombstone) -> None:
    """Send one BYE and wait for its answer."""
    send = _over_udp if tombstone.transport is Transport.UDP else _over_stream
    try:
        answer = await asyncio.wait_for(send(tombstone), PATIENCE_S)
    except (OSError, TimeoutError) as error:
        _LOGGER.warning(
            "Leg %s of the lost engine may still be up: its BYE got no answer (%s)",
            tombstone.leg,
            type(error).__name__ if isinstance(error, TimeoutError) else error,
        )
        return
    line = answer.split(b"\r\n", 1)[0].decode(errors="replace")
    _LOGGER.info("Leg %s of the lost engine was ended: %s", tombstone.leg, line)


def _with_via(tombstone: Tombstone, address: tuple[str, int]) -> bytes:
    """Return the request with our address on top."""
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    start, _, rest = tombstone.request.partition("\r\n")
    branch = f"z9hG4bK{secrets.token_hex(8)}"
    via = f"Via: SIP/2.0/{tombstone.transport.upper()} {host}:{address[1]};rport;branch={branch}"
    return f"{start}\r\n{via}\r\n{rest}".encode()


class _Answers(asyncio.DatagramProtocol):
    """Waits for a final answer."""

    def __init__(self) -> None:
        """Wait from now on."""
        self.final: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Take an answer; provisional ones do not count."""
        final = data.startswith(b"SIP/2.0 ") and not data.startswith(b"SIP/2.0 1")
        if final and not self.final.done():
            self.final.set_result(data)

    @override
    def error_received(self, exc: Exception) -> None:
        """Nobody is there (ICMP)."""
        if not self.final.done():
            self.final.set_exception(exc)


async def _over_udp(tombstone: Tombstone) -> bytes:
    """Send over UDP, again and again, until there is an answer."""
    loop = asyncio.get_running_loop()
    transport, answers = await loop.create_datagram_endpoint(
        _Answers, remote_addr=(tombstone.host, tombstone.port)
    )
    try:
        request = _with_via(tombstone, transport.get_extra_info("sockname")[:2])
        timers = [loop.call_later(after, transport.sendto, request) for after in RESEND_AFTER]
        transport.sendto(request)
        try:
            return await answers.final
        finally:
            for timer in timers:
                timer.cancel()
    finally:
        transport.close()


async def _over_stream(tombstone: Tombstone) -> bytes:
    """Send over a connection of its own."""
    context: ssl.SSLContext | None = None
    if tombstone.transport is Transport.TLS:
        loop = asyncio.get_running_loop()
        context = await loop.run_in_executor(None, ssl.create_default_context)
        if not tombstone.verify_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(tombstone.host, tombstone.port, ssl=context)
    try:
        sock: socket.socket = writer.get_extra_info("socket")
        writer.write(_with_via(tombstone, sock.getsockname()[:2]))
        await writer.drain()
        return await _final_answer(reader)
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("the connection was closed") from error
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _final_answer(reader: asyncio.StreamReader) -> bytes:
    """Return the first answer that is not provisional."""
    while (answer := await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 1"):
        pass
    return answer
