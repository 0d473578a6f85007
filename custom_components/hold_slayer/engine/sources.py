"""Whose SIP packets are answered: those of the accounts' servers, and of hosts the user allows.

Anybody else's are dropped before they are parsed (`pjsua2.SourceFilter`).
"""

import asyncio
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
import logging
import socket

import pjsua2 as pj

_LOGGER = logging.getLogger("engine.sources")

#: In a list of hosts: everybody.
EVERYBODY = "*"
#: Names are resolved again after so long, s: providers move their servers.
RESOLVE_AGAIN_S = 300.0
#: Longest wait for a name, s.
RESOLVE_S = 5.0


class Sources:
    """The hosts that may talk to us, by whom they are needed."""

    def __init__(self) -> None:
        """Begin with nobody; the filter starts with the first entry."""
        self._filter = pj.SourceFilter()
        self._hosts: dict[str, frozenset[str]] = {}
        self._addresses: dict[str, set[str]] = {}

    @property
    def dropped(self) -> int:
        """Return how many packets of strangers were dropped."""
        return int(self._filter.dropped())

    async def allow(self, owner: str, hosts: Iterable[str]) -> None:
        """Allow hosts (names, addresses, networks or "*") on behalf of `owner`."""
        wanted = frozenset(hosts)
        new = [host for host in wanted if host not in self._addresses and host != EVERYBODY]
        found = await asyncio.gather(*map(_resolve, new))
        self._hosts[owner] = self._hosts.get(owner, frozenset()) | wanted
        for host, addresses in zip(new, found, strict=True):
            self._addresses[host] = addresses
        self._apply()

    def forget(self, owner: str) -> None:
        """Drop what was allowed on behalf of `owner`."""
        if self._hosts.pop(owner, None) is not None:
            self._apply()

    def belongs(self, owner: str, address: str) -> bool:
        """Tell whether an address was allowed on behalf of `owner`."""
        hosts = self._hosts.get(owner, frozenset())
        return EVERYBODY in hosts or any(
            within(address, self._addresses.get(host, ())) for host in hosts
        )

    async def resolve_again(self) -> None:
        """Follow servers that have moved; an address that is not found any more stays."""
        needed = {host for hosts in self._hosts.values() for host in hosts} - {EVERYBODY}
        for host in needed:
            self._addresses.setdefault(host, set()).update(await _resolve(host))
        for host in self._addresses.keys() - needed:
            del self._addresses[host]
        self._apply()

    def _apply(self) -> None:
        """Hand the list to the filter."""
        needed = {host for hosts in self._hosts.values() for host in hosts}
        addresses = {address for host in needed for address in self._addresses.get(host, ())}
        self._filter.allow(sorted(addresses))
        self._filter.enable(bool(needed) and EVERYBODY not in needed)


def within(address: str, networks: Iterable[str]) -> bool:
    """Tell whether an address lies in one of some networks; addresses are networks of one."""
    here = ip_address(address)
    mapped = getattr(here, "ipv4_mapped", None)
    return any((mapped or here) in ip_network(each, strict=False) for each in networks)


async def _resolve(host: str) -> set[str]:
    """Return the addresses of a host, or the network as it is; empty when there is none."""
    try:
        ip_network(host, strict=False)
    except ValueError:
        pass
    else:
        return {host}
    loop = asyncio.get_running_loop()
    try:
        found = await asyncio.wait_for(
            loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM), RESOLVE_S
        )
    except OSError, TimeoutError:
        _LOGGER.warning("The host name %s cannot be resolved", host)
        return set()
    return {str(address[0]).partition("%")[0] for *_, address in found}
