"""What the wheel brings: codecs, transports, limits, and a record of what it was made of."""

from importlib import metadata
from pathlib import Path

import pjsua2 as pj

from tests.packaging.child import in_child
from tests.packaging.stack import running

ROOT = Path(__file__).parent.parent.parent


@in_child
def test_codecs() -> None:
    """The ones trunks speak, and the wideband ones."""
    with running() as stack:
        codecs = {codec.codecId.split("/")[0] for codec in stack.endpoint.codecEnum2()}
        assert {"PCMU", "PCMA", "G722", "opus", "L16", "speex"} <= codecs


@in_child
def test_room_for_many_calls() -> None:
    """PJSUA's default is four."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.maxCalls = 128
    config.logConfig.consoleLevel = 1
    endpoint.libInit(config)
    assert endpoint.libVersion().full == "2.17"
    endpoint.libDestroy()


@in_child
def test_transports() -> None:
    """UDP, TCP and TLS over IPv4, and UDP over IPv6."""
    with running() as stack:
        for kind, host in [
            (pj.PJSIP_TRANSPORT_UDP, "127.0.0.1"),
            (pj.PJSIP_TRANSPORT_TCP, "127.0.0.1"),
            (pj.PJSIP_TRANSPORT_TLS, "127.0.0.1"),
            (pj.PJSIP_TRANSPORT_UDP6, "::1"),
        ]:
            transport = pj.TransportConfig()
            transport.boundAddress = host
            number = stack.endpoint.transportCreate(kind, transport)
            assert host in stack.endpoint.transportGetInfo(number).localName


def test_record() -> None:
    """The installed wheel says which source, checksum and patches it was made of."""
    wheel = metadata.metadata("hold-slayer-pjsua2")
    record = wheel["Description"] or str(wheel.get_payload())
    build = (ROOT / "packaging/pjsua2/pjproject.sh").read_text("utf-8")
    checksum = build.split("ARCHIVE_SHA256=")[1].split("\n")[0]
    assert f"sha256 {checksum}" in record
    for patch in (ROOT / "packaging/pjsua2/patches").glob("*.patch"):
        assert patch.name in record
