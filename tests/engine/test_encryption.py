"""TLS for the signalling, SRTP for the media."""

from pathlib import Path

from custom_components.hold_slayer.hearing.heard import Hearing
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    CallFailure,
    Encryption,
    GetStatistics,
    HeardOnLeg,
    KeyMethod,
    LegState,
    SendKeys,
    Transport,
)
from lab.trunk.transport import Protocol

from .conftest import LabTrunk
from .station import Station, connect


async def behind_tls(
    alice: Station, bob: Station, trunk: LabTrunk, folder: Path, theirs: Encryption
) -> None:
    """Register alice over verified TLS with SRTP required; put bob behind the trunk."""
    trunk.proxy.serve_parties(bob.port)
    settings = alice.settings(
        trunk.registrar(Protocol.TLS),
        password="open-sesame",
        transport=Transport.TLS,
        local_port=0,
        tls_ca_file=str(folder / "trunk.pem"),
        encryption=Encryption.REQUIRED,
    )
    await alice.link.request(AddAccount(account=settings))
    settings = bob.settings(trunk.registrar(), register=False, username="1234", encryption=theirs)
    await bob.link.request(AddAccount(account=settings))


async def test_tls_and_srtp(alice: Station, bob: Station, trunk: LabTrunk, tmp_path: Path) -> None:
    """A call over TLS carries encrypted audio both ways."""
    await behind_tls(alice, bob, trunk, tmp_path, Encryption.OPTIONAL)
    legs = dict(zip((alice, bob), await connect(alice, bob, ears=True), strict=True))
    for station, other, key in ((alice, bob, "4"), (bob, alice, "8")):
        await station.link.request(SendKeys(leg=legs[station], keys=key, method=KeyMethod.INBAND))
        await other.event(
            HeardOnLeg, lambda e, key=key: isinstance(e.heard, Hearing) and e.heard.digit == key
        )
        figures = await station.link.request(GetStatistics(leg=legs[station]))
        assert figures.encrypted


async def test_required_but_not_offered(
    alice: Station, bob: Station, trunk: LabTrunk, tmp_path: Path
) -> None:
    """Where encryption is required, a side without it is not talked to."""
    await behind_tls(alice, bob, trunk, tmp_path, Encryption.OFF)
    ended = await alice.leg_is(await alice.dial("1234"), LegState.DISCONNECTED)
    assert ended.failure is CallFailure.CODEC_MISMATCH
