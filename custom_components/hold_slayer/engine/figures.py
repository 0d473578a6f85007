"""The figures of a leg's media."""

from typing import TYPE_CHECKING

import pjsua2 as pj

from ..telephony.messages import AccountFacts, LegStatistics

if TYPE_CHECKING:
    from .account import Account
    from .leg import Leg


def leg_figures(request: int, leg: Leg) -> LegStatistics:
    """Return the statistics of a leg as the answer to `request`."""
    unheard = leg.ears.unheard_s if leg.ears else 0.0
    empty = leg.ears.empty_frames if leg.ears else 0
    stream = leg.stream()
    if stream is None:
        return LegStatistics(
            request=request, leg=leg.name, state=leg.state, unheard_s=unheard, empty_frames=empty
        )
    info, stat = stream
    received, sent = stat.rtcp.rxStat, stat.rtcp.txStat
    return LegStatistics(
        request=request,
        leg=leg.name,
        state=leg.state,
        codec=str(info.codecName),
        clock_rate=int(info.codecClockRate),
        encrypted=bool(info.proto & pj.PJMEDIA_TP_PROFILE_SRTP),
        remote=str(info.remoteRtpAddress),
        duration_s=leg.seconds(),
        rx_packets=int(received.pkt),
        rx_bytes=int(received.bytes),
        rx_lost=int(received.loss),
        rx_jitter_ms=received.jitterUsec.mean / 1000,
        tx_packets=int(sent.pkt),
        tx_bytes=int(sent.bytes),
        tx_lost=int(sent.loss),
        tx_jitter_ms=sent.jitterUsec.mean / 1000,
        rtt_ms=stat.rtcp.rttUsec.mean / 1000,
        unheard_s=unheard,
        empty_frames=empty,
    )


def account_facts(number: int, account: Account, invite_bytes: int) -> AccountFacts:
    """Return how an account stands with its server."""
    return AccountFacts(
        request=number,
        state=account.state,
        text=account.text,
        server=account.server,
        nat=account.nat,
        expires_s=account.expires_s,
        invite_bytes=invite_bytes,
    )
