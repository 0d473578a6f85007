"""A leg that is over, as it is kept and told: how it ended and the figures of its media."""

from collections.abc import Mapping
from typing import Any

from homeassistant.util import dt as dt_util
from sqlalchemy import RowMapping

from ..calls.changes import Change
from ..telephony.messages import LegChanged, LegStatistics
from .schema import LONG, SHORT

type Row = Mapping[str, Any] | RowMapping


def leg_row(change: Change) -> dict[str, Any]:
    """Return the row of a leg whose end is told (`ChangeKind.LEG`)."""
    leg: LegChanged = change.facts["leg"]
    media = leg.media or LegStatistics(request=0, leg=leg.leg, state=leg.state)
    phone = change.facts["phone"]
    # without the far side's reports (RTCP) nothing is known of what it received
    reported = media.rtt_ms > 0
    return {
        "leg": "company" if phone is None else "phone",
        "name": (phone or "")[:LONG],
        "ended": dt_util.utcnow().timestamp(),
        "answered_s": max(0.0, media.duration_s),
        "ended_by": leg.ended_by.value if leg.ended_by else None,
        "failure": leg.failure.value if leg.failure else None,
        "sip_code": leg.sip_code,
        "codec": media.codec[:SHORT],
        "clock_rate": media.clock_rate,
        "encrypted": media.encrypted,
        "rx_packets": media.rx_packets,
        "rx_lost": media.rx_lost,
        "rx_jitter_ms": media.rx_jitter_ms,
        "tx_packets": media.tx_packets,
        "tx_lost": media.tx_lost if reported else None,
        "tx_jitter_ms": media.tx_jitter_ms if reported else None,
        "round_trip_ms": media.rtt_ms if reported else None,
    }


def leg_json(row: Row) -> dict[str, Any]:
    """Return a leg in JSON types; durations in s, jitter and round trip in ms, losses as shares."""
    return {
        "leg": row["leg"],
        "phone": row["name"] or None,
        "duration": round(row["answered_s"], 1),
        "ended_by": row["ended_by"],
        "failure": row["failure"],
        "sip_code": row["sip_code"],
        "codec": row["codec"] or None,
        "clock_rate": row["clock_rate"],
        "encrypted": bool(row["encrypted"]),
        "packets_received": row["rx_packets"],
        "packets_sent": row["tx_packets"],
        "loss": _share(row["rx_lost"], row["rx_packets"] + row["rx_lost"]),
        "loss_sent": _share(row["tx_lost"], row["tx_packets"]),
        "jitter": round(row["rx_jitter_ms"], 2),
        "jitter_sent": _rounded(row["tx_jitter_ms"]),
        "round_trip": _rounded(row["round_trip_ms"]),
    }


def _share(part: int | None, whole: int) -> float | None:
    """Return a share of packets; None where nothing is known or nothing came."""
    return None if part is None or whole <= 0 else round(min(1.0, part / whole), 5)


def _rounded(value: float | None) -> float | None:
    """Return milliseconds to a hundredth."""
    return None if value is None else round(value, 2)
