"""The engine from a release, on each platform: it hears, sends keys and is hung up, in the clear and encrypted.

`packaging/prove` prepares the platform's own Python and runs this; machines other than this one are
emulated, so these tests take minutes. The far end is the engine of this machine.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
import json
import os
from pathlib import Path
import subprocess

import pytest

from custom_components.hold_slayer.hearing.heard import Hearing, Sound
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    Encryption,
    EndedBy,
    GetStatistics,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    LegState,
    SendKeys,
    Transport,
)
from custom_components.hold_slayer.telephony.supervision import Timings
from lab.trunk.transport import Protocol
from tests.engine import conftest as engine_fixtures
from tests.engine.conftest import LabTrunk
from tests.engine.station import Station, connect

ROOT = Path(__file__).parents[2]
PLATFORMS = ("x86_64-glibc", "x86_64-musl", "aarch64-glibc", "aarch64-musl")
#: An emulated engine starts in tens of seconds on a busy machine.
PATIENT = Timings(start=600, request=300, heartbeat=60, goodbye=60)

bob = engine_fixtures.bob
trunk = engine_fixtures.trunk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        "HOLD_SLAYER_PROVE" not in os.environ,
        reason="packaging/prove runs this: it fetches compilers and builds for other machines",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An unpacked release and the Python of its platform."""

    platform: str
    #: What was unpacked, as HACS does it.
    component: Path
    #: What the manifest asks for.
    site: Path
    #: What starts Python.
    python: tuple[str, ...]

    def station(self, name: str) -> Station:
        """Return a station whose engine is that of the release."""
        return Station(
            name,
            timings=PATIENT,
            command=[*self.python, "-P", str(self.component / "engine" / "__main__.py")],
            environment={"PYTHONPATH": str(self.site)},
        )

    def loaded_by(self, pid: int | None) -> bool:
        """Say whether a process has loaded the release's library."""
        library = self.component / "engine" / "lib" / self.platform / "_pjsua2.abi3.so"
        return str(library) in Path(f"/proc/{pid}/maps").read_text("utf-8")


@pytest.fixture(scope="module", params=PLATFORMS)
def release(request: pytest.FixtureRequest) -> Release:
    """Give the release for a platform, built if need be."""
    prepared = subprocess.run(
        [ROOT / "packaging/prove", "--prepare", request.param],
        check=False,
        capture_output=True,
        text=True,
    )
    assert prepared.returncode == 0, prepared.stderr[-3000:]
    facts = json.loads(prepared.stdout.strip().splitlines()[-1])
    return Release(
        platform=facts["platform"],
        component=Path(facts["component"]),
        site=Path(facts["site"]),
        python=tuple(facts["python"]),
    )


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long as an emulated engine needs."""
    monkeypatch.setattr("tests.engine.station.PATIENCE", PATIENT.request)


@pytest.fixture
async def alice(release: Release) -> AsyncIterator[Station]:
    """Give a station with the engine of the release."""
    async with release.station("alice") as station:
        assert release.loaded_by(station.link.pid)
        yield station


def digits(station: Station, leg: str) -> str:
    """Return the tones that were heard on a leg."""
    heard = [event.heard for event in station.of(HeardOnLeg, leg)]
    return "".join(
        each.digit for each in heard if isinstance(each, Hearing) and each.sound is Sound.DTMF
    )


async def test_call(alice: Station, bob: Station) -> None:
    """Keys arrive both ways, as events and as tones that the ears tell; the end is told."""
    await alice.face(bob)
    await bob.face(alice)
    leg, other = await connect(alice, bob, ears=True)
    await alice.link.request(SendKeys(leg=leg, keys="159", method=KeyMethod.RFC4733))
    await bob.event(KeyReceived, lambda event: event.key == "9")
    assert "".join(event.key for event in bob.of(KeyReceived, other)) == "159"
    await alice.link.request(SendKeys(leg=leg, keys="42", method=KeyMethod.INBAND))
    await bob.event(HeardOnLeg, lambda _: digits(bob, other) == "42")
    await bob.link.request(SendKeys(leg=other, keys="86", method=KeyMethod.INBAND))
    await alice.event(HeardOnLeg, lambda _: digits(alice, leg) == "86")
    await alice.link.request(HangUp(leg=leg))
    assert (await bob.leg_is(other, LegState.DISCONNECTED)).ended_by is EndedBy.THEM


async def test_encrypted_call(
    alice: Station, bob: Station, trunk: LabTrunk, tmp_path: Path
) -> None:
    """Registration over verified TLS, with a password, and a call with SRTP."""
    trunk.proxy.serve_parties(bob.port)
    settings = alice.settings(
        trunk.registrar(Protocol.TLS),
        password="open-sesame",
        transport=Transport.TLS,
        local_port=0,
        tls_ca_file=str(tmp_path / "trunk.pem"),
        encryption=Encryption.REQUIRED,
    )
    await alice.link.request(AddAccount(account=settings))
    await bob.link.request(
        AddAccount(
            account=bob.settings(
                trunk.registrar(),
                register=False,
                username="1234",
                encryption=Encryption.OPTIONAL,
            )
        )
    )
    leg, other = await connect(alice, bob, ears=True)
    await alice.link.request(SendKeys(leg=leg, keys="7", method=KeyMethod.INBAND))
    await bob.event(HeardOnLeg, lambda _: digits(bob, other) == "7")
    assert (await alice.link.request(GetStatistics(leg=leg))).encrypted
