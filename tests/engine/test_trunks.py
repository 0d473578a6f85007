"""What trunks ask for: identities, proxies in order, SRV, STUN, trunks by address, IPv6, small INVITEs."""

import asyncio
from collections import Counter
import random
import struct
import sys
from typing import Any

import aiodns
import pytest

from custom_components.hold_slayer.engine.location import (
    LONGEST_S,
    USUAL_S,
    Server,
    located,
    mapped_address,
    ordered,
    public_address,
)
from custom_components.hold_slayer.engine.refusal import RefusalError
from custom_components.hold_slayer.providers import PRESETS, Provider
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    DialledBy,
    Encryption,
    ErrorKind,
    GetStatistics,
    HangUp,
    IdentityHeader,
    LegState,
    Ping,
    Registration,
    RegistrationState,
    Transport,
)
from lab.trunk.names import Record, name_server
from lab.trunk.stun import stun_server

from .conftest import LabTrunk
from .station import HOST, PATIENCE, Station, connect, free_port
from .wire import Wire, header, reply, wire

#: Larger ones are cut into fragments on many paths, which providers drop.
LARGEST_INVITE = 1200


def busy(request: str) -> list[str]:
    """Answer as a busy line does."""
    if request.startswith("ACK"):
        return []
    return [reply(request, "200 OK" if request.startswith("OPTIONS") else "486 Busy Here")]


async def invite(alice: Station, far: Wire, **changes: Any) -> str:
    """Call and return the INVITE as it was on the wire."""
    registrar = changes.pop("registrar", f"{HOST}:{far.port}")
    settings = alice.settings(registrar, register=False, **changes)
    await alice.link.request(AddAccount(account=settings))
    await alice.dial("+442079460000")
    return await far.got("INVITE")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"From": '"Me" <sip:alice@127.0.0.1', "P-Asserted-Identity": "", "Privacy": ""}),
        (
            {"caller_id": "+4930123"},
            {"From": '"Me" <sip:+4930123@127.0.0.1', "P-Preferred-Identity": ""},
        ),
        (
            {"caller_id": "+4930123", "identity": IdentityHeader.ASSERTED},
            {
                "From": '"Me" <sip:alice@127.0.0.1',
                "P-Asserted-Identity": "<sip:+4930123@127.0.0.1",
            },
        ),
        (
            {"caller_id": "+4930123", "identity": IdentityHeader.PREFERRED},
            {"P-Preferred-Identity": "<sip:+4930123@127.0.0.1"},
        ),
        (
            {"hide_number": True},
            {
                "From": '"Anonymous" <sip:anonymous@anonymous.invalid>',
                "P-Preferred-Identity": "<sip:alice@127.0.0.1",
                "Privacy": "id",
            },
        ),
    ],
)
async def test_identity(alice: Station, changes: dict[str, Any], expected: dict[str, str]) -> None:
    """From, the identity headers and Privacy say what the account says."""
    async with wire(busy) as far:
        sent = await invite(alice, far, display_name="Me", **changes)
    for name, value in expected.items():
        assert header(sent, name).startswith(value)
        assert bool(header(sent, name)) == bool(value)


async def test_shown_number_does_not_register(alice: Station, trunk: LabTrunk) -> None:
    """The address that is registered is the user's, whatever number is shown."""
    settings = alice.settings(trunk.registrar(), password="open-sesame", caller_id="+4930123")
    await alice.link.request(AddAccount(account=settings))
    await trunk.logged("registered", user="alice")


def challenge(request: str) -> list[str]:
    """Ask for credentials once, then be busy."""
    if not request.startswith("INVITE") or header(request, "Proxy-Authorization"):
        return busy(request)
    asked = (
        'Proxy-Authenticate: Digest realm="trunk.provider.example", algorithm=MD5, qop="auth", '
        'nonce="5f8c4a2e9b1d4c7fa0e3b6d95f8c4a2e9b1d4c7f"'
    )
    return [reply(request, "407 Proxy Authentication Required", asked)]


@pytest.mark.parametrize("provider", [each for each in Provider if each in PRESETS])
async def test_invite_is_small(alice: Station, provider: Provider) -> None:
    """With credentials and long names, an INVITE of every preset stays below the limit."""
    preset = PRESETS[provider]
    over_tls = preset.transport is Transport.TLS
    async with wire(challenge) as far:
        await invite(
            alice,
            far,
            registrar="company.provider.example",
            outbound_proxies=(f"{HOST}:{far.port}",),
            username="4930123456789",
            password="x" * 40,
            display_name="Max Mustermann",
            caller_id="+4930123456789",
            identity=preset.identity,
            codecs=preset.codecs,
            # what goes over TLS is never cut, but speech keys must not be sent over UDP either
            encryption=Encryption.OFF if over_tls else preset.encryption,
        )
        sent = await far.got("INVITE", 2)
    assert header(sent, "Proxy-Authorization")
    assert len(sent.encode()) < LARGEST_INVITE, sent


async def test_address_trunk_is_watched(alice: Station) -> None:
    """A trunk that knows us by our address is asked whether it is there, and called off and on."""
    async with wire(busy) as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=1)
        await alice.link.request(AddAccount(account=settings))
        await far.got("OPTIONS", 2)
        assert (await alice.link.request(Ping())).accounts["line"] is RegistrationState.STATIC
    lost = await alice.event(Registration, lambda e: e.state is RegistrationState.FAILED)
    assert lost.sip_code in (408, 503)


@pytest.mark.slow
async def test_a_lost_question_does_not_stop_calls(alice: Station) -> None:
    """Two questions without an answer are bad luck; the third one in a row would tell."""
    asked: list[str] = []

    def forgetful(request: str) -> list[str]:
        question = header(request, "Call-ID") + header(request, "CSeq")
        if question not in asked:
            asked.append(question)
        return [] if asked.index(question) in (1, 2) else busy(request)

    async with wire(forgetful) as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=1)
        await alice.link.request(AddAccount(account=settings))
        while len(asked) < 5:
            await far.more()
            assert (await alice.link.request(Ping())).accounts["line"] is RegistrationState.STATIC


async def test_trunk_that_ignores_the_question(alice: Station) -> None:
    """A trunk that never answers OPTIONS is called all the same."""
    async with wire(lambda _: []) as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, keep_alive_s=1)
        await alice.link.request(AddAccount(account=settings))
        await far.got("OPTIONS", 4)
        assert (await alice.link.request(Ping())).accounts["line"] is RegistrationState.STATIC
        await alice.dial("1234")
        await far.got("INVITE")


async def test_address_trunk_fails_over(alice: Station) -> None:
    """When the first server is gone the next one is asked, and gets the calls."""
    async with wire(busy) as far:
        settings = alice.settings(
            "trunk.example",
            register=False,
            outbound_proxies=(f"{HOST}:{free_port()}", f"{HOST}:{far.port}"),
        )
        await alice.link.request(AddAccount(account=settings))
        await far.got("OPTIONS")
        await alice.dial("1234")
        assert (await far.got("INVITE")).startswith("INVITE sip:1234@trunk.example SIP/2.0")


async def test_over_ipv6(alice: Station, bob: Station) -> None:
    """Calls over IPv6 carry speech over IPv6."""
    for one, other in ((alice, bob), (bob, alice)):
        settings = one.settings(f"[::1]:{other.port}", register=False, bind_address="::1")
        await one.link.request(AddAccount(account=settings))
    leg, _ = await connect(alice, bob)
    while not (figures := await alice.link.request(GetStatistics(leg=leg))).rx_packets:
        pass
    assert figures.remote.startswith("[::1]:")
    await alice.link.request(HangUp(leg=leg))
    await alice.leg_is(leg, LegState.DISCONNECTED)


async def test_stun(alice: Station) -> None:
    """The address that STUN tells stands in Contact, Via and SDP."""
    async with stun_server(HOST) as stun, wire(busy) as far:
        server = f"{HOST}:{stun.address[1]}"
        sent = await invite(alice, far, stun_server=server, bind_address="")
    assert "@203.0.113.9:" in header(sent, "Contact")
    assert "c=IN IP4 203.0.113.9" in sent


async def test_stun_is_silent() -> None:
    """A STUN server that does not answer is named."""
    async with wire() as far:
        settings = AccountSettings(
            id="line", registrar=HOST, username="a", stun_server=f"{HOST}:{far.port}"
        )
        with pytest.raises(RefusalError) as refused:
            await located(settings)
    assert refused.value.error is ErrorKind.TIMEOUT
    assert str(far.port) in refused.value.text


async def test_stun_server_is_nowhere() -> None:
    """A STUN server that refuses packets, or that no packet can be sent to, is named."""
    server = f"{HOST}:{free_port()}"
    for bound, error in (("", ErrorKind.TIMEOUT), ("192.0.2.7", ErrorKind.UNREACHABLE)):
        with pytest.raises(RefusalError) as refused:
            await public_address(server, bound)
        assert refused.value.error is error
        assert server in refused.value.text


async def test_without_a_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no library asks for SRV records, the registrar's name is all there is."""
    monkeypatch.setitem(sys.modules, "aiodns", None)
    settings = AccountSettings(id="line", registrar="trunk.example", username="a")
    location = await located(settings)
    assert location.settings == settings
    assert location.valid_s == LONGEST_S


def test_stun_answers_of_others() -> None:
    """What does not answer our question counts for nothing."""
    transaction = bytes(range(12))
    right = struct.pack("!HHI", 0x0101, 12, 0x2112A442) + transaction
    right += struct.pack("!HHBBH", 1, 8, 0, 1, 5060) + bytes([192, 0, 2, 1])
    assert mapped_address(right, transaction) == "192.0.2.1"
    for wrong in (b"", right[:19], right[:24], b"\0" + right[1:]):
        assert mapped_address(wrong, transaction) == ""
    assert mapped_address(right, bytes(12)) == ""


async def test_srv() -> None:
    """Servers that DNS names are used in order; names without records, ports and addresses as they are."""
    async with name_server(HOST) as names:
        names.records["_sip._udp.trunk.example"] = [
            Record(host="backup.trunk.example", port=5070, priority=20),
            Record(host="main.trunk.example", port=5080, priority=10),
        ]
        resolver = aiodns.DNSResolver(nameservers=[f"{HOST}:{names.address[1]}"], timeout=PATIENCE)
        expected = ("main.trunk.example:5080", "backup.trunk.example:5070")
        for registrar, found, valid in (
            ("trunk.example", expected, 60),
            ("trunk.example:5060", (), None),
            ("other.example", (), USUAL_S),
            ("192.0.2.1", (), None),
            ("fritzbox", (), None),
        ):
            settings = AccountSettings(id="line", registrar=registrar, username="a")
            location = await located(settings, resolver)
            assert location.settings.outbound_proxies == found
            assert location.valid_s == valid
        chosen = AccountSettings(
            id="line", registrar="trunk.example", username="a", outbound_proxies=("mine",)
        )
        assert (await located(chosen, resolver)).settings.outbound_proxies == ("mine",)
        await resolver.close()


def test_srv_weights() -> None:
    """Within a priority the weight decides how often a server is first; priorities stay in order."""
    servers = [
        Server(priority=1, weight=3, host="often", port=1),
        Server(priority=1, weight=1, host="seldom", port=1),
        Server(priority=2, weight=9, host="last", port=1),
        Server(priority=0, weight=0, host="", port=0),
    ]
    pick = random.Random(1)
    orders = [[each.host for each in ordered(servers, pick)] for _ in range(1000)]
    assert {order[2] for order in orders} == {"last"}
    first = Counter(order[0] for order in orders)
    assert 650 < first["often"] < 850


async def test_one_dial_a_second(alice: Station) -> None:
    """Calls leave one after the other; a person's waits for nobody."""
    async with wire(busy) as far:
        settings = alice.settings(f"{HOST}:{far.port}", register=False, between_dials_s=60.0)
        await alice.link.request(AddAccount(account=settings))
        await alice.dial("1")
        waiting = asyncio.ensure_future(alice.dial("2"))
        await alice.dial("3", dialled_by=DialledBy.PERSON)
        await far.got("INVITE", 2)
        dialled = {sent.split(" ")[1].partition("@")[0] for sent in far.of("INVITE")}
        assert dialled == {"sip:1", "sip:3"}
        waiting.cancel()
