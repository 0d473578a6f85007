"""Keeping SIP messages and figures of calls for whoever is to find a fault, masked at once."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
import io
import re
import time
import zipfile

from ..telephony.messages import ErrorKind, LegStatistics
from .masking import Masker
from .pcap import pcap
from .refusal import RefusalError

#: Most messages kept; the oldest give way.
MOST_MESSAGES = 5000
#: Seconds between two looks at the figures of the legs.
FIGURES_S = 2.0

#: How the library logs a message.
_LOGGED = re.compile(
    r"(?s)(?P<way>TX|RX) \d+ bytes .*? (?:to|from) (?P<transport>\w+) "
    r"(?P<peer>\[[^\]]+\]|[^:\s]+):(?P<port>\d+):\r?\n(?P<message>.*?)(?:\r?\n)?--end msg--"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """One message on its way."""

    when: float
    sent: bool
    transport: str
    #: Masked address and port of the far side.
    peer: tuple[str, int]
    text: str


class Trace:
    """The trace that runs, or has ended and was not asked for yet."""

    def __init__(self) -> None:
        """Begin without one."""
        self._masker = Masker()
        self._until = 0.0
        self._began = 0.0
        self._messages: deque[_Message] | None = None
        self._figures: dict[str, LegStatistics] = {}
        self._figures_due = 0.0

    @property
    def runs(self) -> bool:
        """Tell whether messages are kept now."""
        return self._messages is not None and time.monotonic() < self._until

    def start(self, seconds: float) -> None:
        """Begin anew."""
        self._masker = Masker()
        self._messages = deque(maxlen=MOST_MESSAGES)
        self._figures = {}
        self._began, self._until = time.time(), time.monotonic() + seconds

    def logged(self, text: str) -> None:
        """Take an entry of the library's log, which may be a SIP message."""
        if not self.runs or (found := _LOGGED.match(text)) is None:
            return
        assert self._messages is not None
        message = re.sub(r"\r?\n", "\r\n", found["message"])
        self._messages.append(
            _Message(
                when=time.time(),
                sent=found["way"] == "TX",
                transport=found["transport"],
                peer=(self._masker.address(found["peer"].strip("[]")), int(found["port"])),
                text=self._masker.message(message),
            )
        )

    def due(self) -> bool:
        """Tell whether the figures of the legs should be looked at."""
        if not self.runs or time.monotonic() < self._figures_due:
            return False
        self._figures_due = time.monotonic() + FIGURES_S
        return True

    def measured(self, figures: LegStatistics) -> None:
        """Keep the latest figures of a leg."""
        if figures.codec:
            self._figures[figures.leg] = figures

    def stop(self) -> tuple[int, bytes]:
        """End the trace; return how many messages it has, and the ZIP file."""
        if self._messages is None:
            raise RefusalError(ErrorKind.WRONG_STATE, "no trace was begun")
        messages, self._messages = self._messages, None
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("sip.txt", _readable(messages))
            archive.writestr("sip.pcap", pcap(_packets(messages)))
            archive.writestr("calls.txt", self._calls())
        return len(messages), packed.getvalue()

    def _calls(self) -> str:
        """Return the figures of the calls as text."""
        lines = [f"Trace of {_time(self._began)} UTC", ""]
        for number, leg in enumerate(self._figures.values(), 1):
            host, _, port = leg.remote.rpartition(":")
            lines += [
                (
                    f"Leg {number}: {leg.codec}/{leg.clock_rate}, "
                    f"{'encrypted' if leg.encrypted else 'not encrypted'}, {leg.duration_s:.0f} s"
                ),
                f"  to {self._masker.address(host)} port {port}" if host else "  to nowhere yet",
                (
                    f"  received {leg.rx_packets} packets, lost {leg.rx_lost}, "
                    f"jitter {leg.rx_jitter_ms:.1f} ms"
                ),
                (
                    f"  sent {leg.tx_packets} packets, lost {leg.tx_lost}, "
                    f"jitter {leg.tx_jitter_ms:.1f} ms, round trip {leg.rtt_ms:.0f} ms"
                ),
                "",
            ]
        return "\n".join(lines)


def _readable(messages: Iterable[_Message]) -> str:
    """Return the messages as text."""
    parts = []
    for each in messages:
        way = "sent to" if each.sent else "received from"
        where = f"{each.transport} {each.peer[0]} port {each.peer[1]}"
        parts.append(f"--- {_time(each.when)} {way} {where}\n{each.text}\n".replace("\r\n", "\n"))
    return "\n".join(parts)


def _packets(
    messages: Iterable[_Message],
) -> Iterable[tuple[float, tuple[str, int], tuple[str, int], bytes]]:
    """Return the messages as packets; we stand at one address."""
    for each in messages:
        address = each.peer[0] if each.peer[0][:1].isdigit() else "192.0.2.254"
        peer = (address, each.peer[1])
        here = ("2001:db8::ffff" if ":" in address else "192.0.2.255", 5060)
        source, target = (here, peer) if each.sent else (peer, here)
        yield each.when, source, target, each.text.encode()


def _time(when: float) -> str:
    """Return a time as text."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
