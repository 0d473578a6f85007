"""Ends the calls of a dead engine: sends the BYE or CANCEL it left for each of them.

From the very port the engine had where it can be, since some trunks know us by it; what a server
wants to have proved is proved; an answer that crosses a CANCEL is acknowledged and hung up.
"""

import asyncio
from collections.abc import Callable, Iterable
import contextlib
import logging
import re
import secrets

from .account import Transport
from .challenge import Credentials, answer_challenge
from .legs import Tombstone
from .wire import Wire, datagrams, header, stream

_LOGGER = logging.getLogger(__name__)

#: Longest use of the engine's own port, s: the next engine wants it.
SAME_PORT_S = 1.0
#: Longest wait for the answer, s.
PATIENCE_S = 4.0
#: How long an answer that crosses our CANCEL is waited for, s.
CROSSING_S = 0.5

type CredentialsOf = Callable[[str], Credentials | None]


async def end_calls(
    tombstones: Iterable[Tombstone], credentials: CredentialsOf = lambda _: None
) -> None:
    """End every call at once; what fails is logged. `credentials` are those of an account."""
    await asyncio.gather(*(_end_call(each, credentials(each.account_id)) for each in tombstones))


async def _end_call(tombstone: Tombstone, credentials: Credentials | None) -> None:
    """End one call and wait for the answer."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await _Ending(tombstone, credentials).run()
    except (OSError, TimeoutError) as error:
        _LOGGER.warning(
            "Leg %s of the lost engine may still be up: nobody answered its end (%s)",
            tombstone.leg,
            type(error).__name__ if isinstance(error, TimeoutError) else error,
        )
        return
    line = answer.split("\r\n", 1)[0]
    _LOGGER.info("Leg %s of the lost engine was ended: %s", tombstone.leg, line)


class _Ending:
    """The end of one call."""

    def __init__(self, tombstone: Tombstone, credentials: Credentials | None) -> None:
        """Prepare."""
        self._stone = tombstone
        self._credentials = credentials
        self._request = tombstone.request
        self._method = tombstone.request.split(" ", 1)[0]

    async def run(self) -> str:
        """Send until there is a final answer; return it."""
        if self._stone.transport is not Transport.UDP:
            async with stream(self._stone) as wire:
                return await self._talk(wire)
        if self._stone.local:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(SAME_PORT_S), datagrams(self._stone, own=True) as wire:
                    return await self._talk(wire)
        async with datagrams(self._stone, own=False) as wire:
            return await self._talk(wire)

    async def _talk(self, wire: Wire) -> str:
        """Send the request, prove who we are if asked, and end what crossed it."""
        answer = await wire.ask(self._with_via(wire.address), self._method)
        if answer.startswith(("SIP/2.0 401", "SIP/2.0 407")) and self._credentials is not None:
            uri = self._request.split(" ")[1]
            proof = answer_challenge(answer, self._method, uri, self._credentials)
            if proof:
                self._request = _next_try(self._request, proof)
                answer = await wire.ask(self._with_via(wire.address), self._method)
        if self._method == "CANCEL":
            await self._crossed(wire)
        return answer

    async def _crossed(self, wire: Wire) -> None:
        """Acknowledge how the INVITE ended; a call that came about all the same is hung up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CROSSING_S):
                final = await wire.answer_to("INVITE")
                wire.send(_follow_up(self._request, final, "ACK"))
                if final.startswith("SIP/2.0 2"):
                    await wire.ask(_follow_up(self._request, final, "BYE"), "BYE")

    def _with_via(self, address: tuple[str, int]) -> str:
        """Return the request with our address on top; a CANCEL keeps the INVITE's."""
        if re.search(r"(?im)^Via:", self._request):
            return self._request
        start, _, rest = self._request.partition("\r\n")
        return f"{start}\r\n{_via(self._stone.transport, address)}\r\n{rest}"


def _via(transport: Transport, address: tuple[str, int]) -> str:
    """Return a Via header of a new transaction."""
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    branch = f"z9hG4bK{secrets.token_hex(8)}"
    return f"Via: SIP/2.0/{transport.upper()} {host}:{address[1]};rport;branch={branch}"


def _next_try(request: str, proof: str) -> str:
    """Return a request with credentials and the next CSeq."""
    request = re.sub(
        r"(?im)^CSeq: (\d+)", lambda found: f"CSeq: {int(found[1]) + 1}", request, count=1
    )
    head, _, rest = request.partition("\r\nContent-Length:")
    return f"{head}\r\n{proof}\r\nContent-Length:{rest}"


def _follow_up(cancel: str, final: str, method: str) -> str:
    """Return the ACK or BYE for an INVITE that was answered while it was cancelled."""
    start, *lines = cancel.split("\r\n")
    to = header(final, "To")
    contact = re.search(r"<([^>]*)>", header(final, "Contact"))
    confirmed = final.startswith("SIP/2.0 2")
    target = contact[1] if confirmed and contact else start.split(" ")[1]
    number = int(header(final, "CSeq").split()[0] or 1)
    if method == "BYE":
        number += 1
    result = [f"{method} {target} SIP/2.0"]
    for line in lines:
        name = line.partition(":")[0].lower()
        if name == "to":
            result.append(f"To: {to}")
        elif name == "cseq":
            result.append(f"CSeq: {number} {method}")
        elif name == "via" and confirmed:
            branch = f"branch=z9hG4bK{secrets.token_hex(8)}"
            result.append(re.sub(r"branch=[^;]+", branch, line))
        elif name == "route" and confirmed:
            continue
        else:
            result.append(line)
    routes = re.findall(r"(?im)^Record-Route\s*:\s*(.*?)\s*$", final) if confirmed else []
    result[1:1] = [f"Route: {route}" for route in reversed(routes)]
    return "\r\n".join(result)
