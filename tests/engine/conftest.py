"""Stations (engine processes) and a trunk, all on loopback."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.trunk.digest import Digest
from lab.trunk.proxy import Trunk, TrunkSettings
from lab.trunk.transport import Protocol

from .station import HOST, PATIENCE, Station


@pytest.fixture
async def alice() -> AsyncIterator[Station]:
    """Give the station under test."""
    async with Station("alice") as station:
        yield station


@pytest.fixture
async def bob() -> AsyncIterator[Station]:
    """Give the far end."""
    async with Station("bob") as station:
        yield station


@pytest.fixture
async def facing(alice: Station, bob: Station) -> tuple[Station, Station]:
    """Give two stations that call each other directly."""
    await alice.face(bob)
    await bob.face(alice)
    return alice, bob


class LabTrunk:
    """A running trunk: registrar and proxy; `bob` may sit behind it as a party."""

    def __init__(self) -> None:
        self.log: list[tuple[str, dict[str, object]]] = []
        self.digest = Digest(realm="trunk.example", passwords={"alice": "open-sesame"})
        self.settings = TrunkSettings()
        self.proxy = Trunk(
            HOST, self.digest, self.settings, self._note, lambda number: number == "1234"
        )
        self._changed = asyncio.Event()

    def registrar(self, protocol: Protocol = Protocol.UDP) -> str:
        """Return `host:port` of a transport."""
        return f"{HOST}:{self.proxy.transports.ports[protocol]}"

    async def logged(self, event: str, **details: object) -> dict[str, object]:
        """Wait until the trunk has logged an event with these details."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for name, given in self.log:
                    if name == event and details.items() <= given.items():
                        return given
                self._changed.clear()
                await self._changed.wait()

    def _note(self, event: str, **details: object) -> None:
        self.log.append((event, details))
        self._changed.set()


@pytest.fixture
async def trunk(tmp_path: Path) -> AsyncIterator[LabTrunk]:
    """Give a trunk that knows user alice."""
    trunk = LabTrunk()
    await trunk.proxy.open(tmp_path)
    yield trunk
    trunk.proxy.close()
