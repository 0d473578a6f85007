"""Messages about recording SIP messages for whoever is to find a fault."""

from dataclasses import dataclass

from .answers import Done
from .message import Answer, Request

#: A trace ends by itself after so long, s.
LONGEST_TRACE_S = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTrace(Request[Done]):
    """Keep all SIP messages from now on; a trace that runs begins anew."""

    seconds: float = LONGEST_TRACE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceData(Answer):
    """A trace as a ZIP file: `sip.pcap`, `sip.txt`, `calls.txt`. Nothing in it tells who or what."""

    #: How many SIP messages it has.
    messages: int
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTrace(Request[TraceData]):
    """End the trace and hand it out."""
