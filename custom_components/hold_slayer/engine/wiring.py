"""What a leg hears and is sent: connections in the conference bridge, kept over media changes.

A leg's port in the bridge comes and goes (early media, answer, re-INVITE). The wiring remembers
what should be connected and connects it each time a new port appears.
"""

import asyncio
import contextlib
from typing import Any

import pjsua2 as pj


class Wiring:
    """The connections of one leg. Media are `pj.AudioMedia`."""

    def __init__(self) -> None:
        """Begin without a port."""
        #: The leg's port in the bridge, None without audio.
        self.port: Any = None
        self._up = asyncio.Event()
        #: Media the far side is sent.
        self._sources: list[Any] = []
        #: Media that get what the far side says.
        self._sinks: list[Any] = []
        #: Media that get what the far side is sent.
        self.monitors: list[Any] = []
        #: Legs whose audio this one is sent, and legs that are sent this one's.
        self._hears: list[Wiring] = []
        self._heard_by: list[Wiring] = []

    @property
    def is_up(self) -> bool:
        """Tell whether there is audio."""
        return self.port is not None

    @property
    def is_bridged(self) -> bool:
        """Tell whether another leg hears this one."""
        return bool(self._heard_by)

    async def wait_until_up(self, seconds: float) -> None:
        """Wait for audio, at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._up.wait(), seconds)

    def port_changed(self, port: Any) -> None:
        """Take the leg's present port, None when there is none."""
        self.port = port
        if port is not None:
            self._up.set()
        else:
            self._up.clear()
        for source in self._incoming():
            _connect(source, port)
        for sink in self._outgoing():
            _connect(port, sink)

    def add_source(self, source: Any) -> None:
        """Send something to the far side."""
        self._sources.append(source)
        for ear in (self.port, *self.monitors):
            _connect(source, ear)

    def add_sink(self, sink: Any) -> None:
        """Let something get what the far side says."""
        self._sinks.append(sink)
        _connect(self.port, sink)

    def remove_sink(self, sink: Any) -> None:
        """Stop that."""
        self._sinks.remove(sink)
        _disconnect(self.port, sink)

    def add_monitor(self, monitor: Any) -> None:
        """Let something get what the far side is sent."""
        self.monitors.append(monitor)
        for source in self._incoming():
            _connect(source, monitor)

    def remove_monitor(self, monitor: Any) -> None:
        """Stop that."""
        self.monitors.remove(monitor)
        for source in self._incoming():
            _disconnect(source, monitor)

    def hear(self, other: Wiring) -> None:
        """Send this leg what the other one says."""
        if other in self._hears:
            return
        self._hears.append(other)
        other._heard_by.append(self)
        for ear in (self.port, *self.monitors):
            _connect(other.port, ear)

    def stop_hearing(self, other: Wiring) -> None:
        """Stop that."""
        if other not in self._hears:
            return
        self._hears.remove(other)
        other._heard_by.remove(self)
        for ear in (self.port, *self.monitors):
            _disconnect(other.port, ear)

    def close(self) -> None:
        """Take everything apart."""
        for other in tuple(self._hears):
            self.stop_hearing(other)
        for other in tuple(self._heard_by):
            other.stop_hearing(self)
        self.port = None
        self._sources.clear()
        self._sinks.clear()
        self.monitors.clear()

    def _incoming(self) -> list[Any]:
        """Return all that is sent to the far side."""
        return [*self._sources, *(other.port for other in self._hears)]

    def _outgoing(self) -> list[Any]:
        """Return all that gets what the far side says."""
        heard_by = [ear for leg in self._heard_by for ear in (leg.port, *leg.monitors)]
        return [*self._sinks, *heard_by]


def _connect(source: Any, sink: Any) -> None:
    """Connect two media, where both are there; connecting twice is harmless."""
    if source is not None and sink is not None:
        source.startTransmit(sink)


def _disconnect(source: Any, sink: Any) -> None:
    """Part two media; one of them may have left the bridge already."""
    if source is not None and sink is not None:
        with contextlib.suppress(pj.Error):
            source.stopTransmit(sink)
