"""The SIP library's settings of an account."""

from typing import Any

import pjsua2 as pj

from ..telephony.messages import AccountSettings, Encryption, Transport
from .address import account_domain, parse_host, transport_parameter
from .identity import own_address
from .transports import uses_ipv6

#: Seconds until a failed registration is tried again, and the spread around it.
RETRY_S = 30
RETRY_SPREAD_S = 10
#: Smallest session interval we accept, s (RFC 4028).
SMALLEST_SESSION_S = 90
_SRTP = {
    Encryption.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Encryption.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Encryption.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}


def account_config(settings: AccountSettings, transport: int, proxy: int) -> Any:
    """Return the library's settings of an account; raises `RefusalError`.

    `proxy` is the number of the outbound proxy to use, if there are any.
    """
    config = pj.AccountConfig()
    suffix = transport_parameter(settings.transport)
    registrar = parse_host(settings.registrar, "the registrar")
    domain = account_domain(settings)
    config.idUri = own_address(settings)

    if settings.register:
        config.regConfig.registrarUri = f"sip:{domain}{suffix}"
    config.regConfig.registerOnAdd = settings.register
    config.regConfig.timeoutSec = settings.expires_s
    config.regConfig.retryIntervalSec = RETRY_S
    config.regConfig.firstRetryIntervalSec = RETRY_S // 3
    config.regConfig.randomRetryIntervalSec = RETRY_SPREAD_S
    config.regConfig.dropCallsOnFail = False
    config.regConfig.unregWaitMsec = 1000

    proxies = [parse_host(name, "the outbound proxy") for name in settings.outbound_proxies]
    if proxies:
        config.sipConfig.proxies.append(f"sip:{proxies[proxy]}{suffix};lr;hide")
    elif domain != str(registrar):
        config.sipConfig.proxies.append(f"sip:{registrar}{suffix};lr;hide")
    if settings.password:
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo(
                "digest",
                # onAuthChallenge guards the realm.
                "*",
                settings.auth_username or settings.username,
                0,
                settings.password,
            )
        )
    config.sipConfig.transportId = transport

    calls = config.callConfig
    calls.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    calls.timerMinSESec = SMALLEST_SESSION_S
    calls.timerSessExpiresSec = max(SMALLEST_SESSION_S, settings.session_timer_s)
    calls.prackUse = pj.PJSUA_100REL_OPTIONAL

    nat = config.natConfig
    nat.udpKaIntervalSec = settings.keep_alive_s
    nat.sipOutboundUse = 0
    nat.iceEnabled = False
    nat.sdpNatRewriteUse = 0 if settings.bind_address else 1

    media = config.mediaConfig
    media.transportConfig.port = settings.rtp_port
    media.transportConfig.portRange = settings.rtp_port_range
    media.transportConfig.randomizePort = True
    media.transportConfig.boundAddress = settings.bind_address
    media.transportConfig.publicAddress = settings.public_address
    media.srtpUse = _SRTP[settings.encryption]
    # 1 = keys may only travel over TLS; on plain transports that would refuse every call.
    media.srtpSecureSignaling = int(settings.transport is Transport.TLS)
    if uses_ipv6(settings):
        config.sipConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_PREFER_IPV6
        media.ipv6Use = pj.PJSUA_IPV6_ENABLED_PREFER_IPV6
    return config
