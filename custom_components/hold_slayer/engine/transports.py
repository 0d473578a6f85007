"""SIP transports: sockets shared by the accounts that want the same."""

from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
import ssl
from typing import Any

import pjsua2 as pj

from ..telephony.messages import AccountSettings, ErrorKind, Transport
from .address import parse_host
from .refusal import RefusalError

#: EADDRINUSE and EADDRNOTAVAIL, as PJSIP numbers errors of the system (PJ_ERRNO_START_SYS).
_SYSTEM_ERRORS = 120000
_IN_USE = _SYSTEM_ERRORS + 98
_NOT_AVAILABLE = _SYSTEM_ERRORS + 99
_NO_ACCESS = _SYSTEM_ERRORS + 13

_TYPES = {
    (Transport.UDP, False): pj.PJSIP_TRANSPORT_UDP,
    (Transport.TCP, False): pj.PJSIP_TRANSPORT_TCP,
    (Transport.TLS, False): pj.PJSIP_TRANSPORT_TLS,
    (Transport.UDP, True): pj.PJSIP_TRANSPORT_UDP6,
    (Transport.TCP, True): pj.PJSIP_TRANSPORT_TCP6,
    (Transport.TLS, True): pj.PJSIP_TRANSPORT_TLS6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """Accounts with equal keys share a transport."""

    transport: Transport
    ipv6: bool
    bind_address: str
    public_address: str
    port: int
    verify_tls: bool
    tls_ca_file: str


def uses_ipv6(account: AccountSettings) -> bool:
    """Tell whether an account speaks over IPv6: bound there, or its registrar is one."""
    if account.bind_address:
        return _is_ipv6(account.bind_address)
    return parse_host(account.registrar, "the registrar").is_ipv6


class Transports:
    """Opens a transport for an account, once for all accounts with equal wishes."""

    def __init__(self, endpoint: pj.Endpoint) -> None:
        """Begin without any."""
        self._endpoint = endpoint
        self._open: dict[_Key, int] = {}

    def for_account(self, account: AccountSettings) -> int:
        """Return the transport's number; raises `RefusalError`."""
        tls = account.transport is Transport.TLS
        key = _Key(
            transport=account.transport,
            ipv6=uses_ipv6(account),
            bind_address=account.bind_address,
            public_address=account.public_address,
            port=account.local_port,
            verify_tls=account.verify_tls and tls,
            tls_ca_file=account.tls_ca_file if tls else "",
        )
        if key not in self._open:
            self._open[key] = self._create(key)
        return self._open[key]

    def _create(self, key: _Key) -> int:
        """Open a transport."""
        config = pj.TransportConfig()
        config.port = key.port
        config.boundAddress = key.bind_address
        config.publicAddress = key.public_address
        if key.transport is Transport.TLS:
            _fill_tls(config.tlsConfig, key)
        try:
            return int(self._endpoint.transportCreate(_TYPES[key.transport, key.ipv6], config))
        except pj.Error as error:
            raise _refusal(key, error) from error


def _fill_tls(tls: Any, key: _Key) -> None:
    """Set certificates and checks."""
    tls.verifyServer = key.verify_tls
    # The library has no default; TLS 1.2 and 1.3.
    tls.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2 | pj.PJ_SSL_SOCK_PROTO_TLS1_3
    if not key.verify_tls:
        return
    trusted = system_certificates()
    if key.tls_ca_file:
        try:
            trusted += "\n" + Path(key.tls_ca_file).read_text()
        except OSError as error:
            text = f"the certificates in {key.tls_ca_file} cannot be read: {error.strerror}"
            raise RefusalError(ErrorKind.FILE_ERROR, text) from error
    tls.CaBuf = trusted


@cache
def system_certificates() -> str:
    """Return the certificates this system trusts, PEM."""
    return "\n".join(
        ssl.DER_cert_to_PEM_cert(certificate)
        for certificate in ssl.create_default_context().get_ca_certs(binary_form=True)
    )


def _is_ipv6(address: str) -> bool:
    """Tell whether an address of this machine is IPv6; raises `RefusalError`."""
    try:
        return isinstance(ip_address(address), IPv6Address)
    except ValueError as error:
        raise RefusalError(
            ErrorKind.INVALID_ADDRESS, f"{address!r} is not an IP address of this machine"
        ) from error


def _refusal(key: _Key, error: pj.Error) -> RefusalError:
    """Return what to tell about a transport that does not open."""
    where = f"{key.transport} port {key.port}"
    if error.status == _IN_USE:
        text = f"{where} is used by another program; choose another local port, or 0 for any"
        return RefusalError(ErrorKind.PORT_IN_USE, text)
    if error.status == _NOT_AVAILABLE:
        text = f"{key.bind_address!r} is not an address of this machine"
        return RefusalError(ErrorKind.INVALID_ADDRESS, text)
    if error.status == _NO_ACCESS:
        text = f"{where} may not be opened; ports below 1024 are for the system"
        return RefusalError(ErrorKind.PORT_IN_USE, text)
    return RefusalError(ErrorKind.ENGINE_ERROR, f"{where} cannot be opened: {error.reason}")
