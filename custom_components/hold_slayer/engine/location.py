"""Finding an account's servers (DNS SRV, RFC 3263) and our own public address (STUN, RFC 8489)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address
import logging
import random
import secrets
import struct
from typing import Any, override

from ..telephony.messages import AccountSettings, ErrorKind, Transport
from .address import Host, parse_host
from .refusal import RefusalError

_LOGGER = logging.getLogger("engine.location")

#: What DNS and STUN said holds for so long, s: a record's own time within bounds; an address that
#: nobody gave a time for, and names without records, are asked for again after the middle one.
SHORTEST_S, USUAL_S, LONGEST_S = 30.0, 300.0, 3600.0
#: Longest wait for DNS, and for STUN with its retransmissions (RFC 8489: doubled from 0.5 s), s.
DNS_S = 5.0
STUN_AFTER_S = (0.0, 0.5, 1.5)
STUN_S = 3.5
STUN_PORT = 3478
_COOKIE = 0x2112A442
_BINDING_REQUEST, _BINDING_SUCCESS = 0x0001, 0x0101
_MAPPED, _XOR_MAPPED = 0x0001, 0x0020
_SERVICES = {
    Transport.UDP: "_sip._udp",
    Transport.TCP: "_sip._tcp",
    Transport.TLS: "_sips._tcp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One SRV record."""

    priority: int
    weight: int
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """An account's settings with everything filled in that had to be asked for."""

    settings: AccountSettings
    #: For so long, s; None = for ever: nothing was asked.
    valid_s: float | None


async def located(settings: AccountSettings, resolver: Any = None) -> Location:
    """Return settings with the servers and the public address filled in that have to be asked for.

    `resolver` is an `aiodns.DNSResolver`; None = the system's. Raises `RefusalError` when STUN fails.
    """
    valid: list[float] = []
    if not settings.outbound_proxies and _may_have_records(settings):
        servers, lasting_s = await servers_of(settings, resolver)
        settings = replace(settings, outbound_proxies=servers)
        valid.append(min(max(lasting_s, SHORTEST_S), LONGEST_S))
    if settings.stun_server and not settings.public_address:
        address = await public_address(settings.stun_server, settings.bind_address)
        settings = replace(settings, public_address=address)
        valid.append(USUAL_S)
    return Location(settings=settings, valid_s=min(valid, default=None))


def _may_have_records(settings: AccountSettings) -> bool:
    """Tell whether the registrar is a name without a port (RFC 3263, section 4.2)."""
    registrar = parse_host(settings.registrar, "the registrar")
    return not (registrar.port or _is_address(registrar.name)) and "." in registrar.name


async def servers_of(
    settings: AccountSettings, resolver: Any = None
) -> tuple[tuple[str, ...], float]:
    """Return the servers that DNS SRV names, in the order to try them, and for how long (s).

    No servers when it names none.
    """
    registrar = parse_host(settings.registrar, "the registrar")
    try:
        import aiodns
    except ImportError:
        _LOGGER.debug("No SRV look-up: aiodns is not installed")
        return (), LONGEST_S
    resolver = resolver or aiodns.DNSResolver()
    name = f"{_SERVICES[settings.transport]}.{registrar.name}"
    try:
        found = await asyncio.wait_for(resolver.query_dns(name, "SRV"), DNS_S)
    except aiodns.error.DNSError, TimeoutError:
        return (), USUAL_S
    records = [
        record
        for record in found.answer
        if hasattr(record.data, "target") and hasattr(record.data, "priority")
    ]
    servers = [
        Server(
            priority=record.data.priority,
            weight=record.data.weight,
            host=record.data.target.rstrip("."),
            port=record.data.port,
        )
        for record in records
    ]
    if servers:
        _LOGGER.debug("%s: %s", name, servers)
    named = tuple(str(Host(name=each.host, port=each.port)) for each in ordered(servers))
    return named, min((float(record.ttl) for record in records), default=USUAL_S)


def ordered(servers: Iterable[Server], pick: random.Random | None = None) -> list[Server]:
    """Return servers by priority, those of one priority at random by weight (RFC 2782)."""
    pick = pick or random.Random()
    # "." means that the service is not offered.
    left = sorted((each for each in servers if each.host), key=lambda each: each.priority)
    result: list[Server] = []
    while left:
        same = [each for each in left if each.priority == left[0].priority]
        (chosen,) = pick.choices(same, weights=[each.weight or 0.01 for each in same])
        left.remove(chosen)
        result.append(chosen)
    return result


async def public_address(server: str, bind_address: str = "") -> str:
    """Return the address under which a STUN server sees us; raises `RefusalError`."""
    host = parse_host(server, "the STUN server")
    loop = asyncio.get_running_loop()
    local = (bind_address, 0) if bind_address else None
    try:
        transport, asking = await loop.create_datagram_endpoint(
            _Asking, local_addr=local, remote_addr=(host.name, host.port or STUN_PORT)
        )
    except OSError as error:
        text = f"the STUN server {server} cannot be reached: {error.strerror or error}"
        raise RefusalError(ErrorKind.UNREACHABLE, text) from error
    timers = [loop.call_later(after, transport.sendto, asking.request) for after in STUN_AFTER_S]
    try:
        return await asyncio.wait_for(asking.answer, STUN_S)
    except (OSError, TimeoutError) as error:
        text = f"the STUN server {server} did not answer"
        raise RefusalError(ErrorKind.TIMEOUT, text) from error
    finally:
        for timer in timers:
            timer.cancel()
        transport.close()


class _Asking(asyncio.DatagramProtocol):
    """One binding request and its answer."""

    def __init__(self) -> None:
        """Make the request, with an id nobody can guess."""
        self._id = secrets.token_bytes(12)
        self.request = struct.pack("!HHI", _BINDING_REQUEST, 0, _COOKIE) + self._id
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Take the answer to our request."""
        address = mapped_address(data, self._id)
        if address and not self.answer.done():
            self.answer.set_result(address)

    @override
    def error_received(self, exc: Exception) -> None:
        """Nobody is there (ICMP)."""
        if not self.answer.done():
            self.answer.set_exception(exc)


def mapped_address(answer: bytes, transaction: bytes) -> str:
    """Return the address in a STUN success answer, "" when it is not one to `transaction`."""
    if len(answer) < 20:
        return ""
    kind, length, cookie = struct.unpack("!HHI", answer[:8])
    if (kind, cookie) != (_BINDING_SUCCESS, _COOKIE) or answer[8:20] != transaction:
        return ""
    position, end, plain = 20, min(len(answer), 20 + length), ""
    while position + 4 <= end:
        attribute, size = struct.unpack("!HH", answer[position : position + 4])
        value = answer[position + 4 : position + 4 + size]
        position += 4 + size + (-size % 4)
        if attribute == _XOR_MAPPED and len(value) in (8, 20):
            mask = answer[4:20]
            return str(ip_address(bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))))
        if attribute == _MAPPED and len(value) in (8, 20):
            plain = str(ip_address(value[4:]))
    return plain


def _is_address(name: str) -> bool:
    """Tell whether a host is given by its address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
