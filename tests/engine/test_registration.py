"""Registration at a real registrar: digest, refresh, refusal, transports."""

from pathlib import Path

import pytest

from custom_components.hold_slayer.engine.nat import nat_of
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    CallFailure,
    ErrorKind,
    GetAccountFacts,
    HangUp,
    LegState,
    Nat,
    Ping,
    Registration,
    RegistrationState,
    RemoveAccount,
    TestAccount,
    Transport,
)
from lab.trunk.nat import symmetric_nat
from lab.trunk.proxy import Mood
from lab.trunk.transport import Protocol

from .conftest import LabTrunk
from .station import HOST, Station, free_port

PASSWORD = "open-sesame"


async def test_registers_refreshes_and_unregisters(alice: Station, trunk: LabTrunk) -> None:
    """A registration is kept alive before it lapses, and taken back."""
    settings = alice.settings(trunk.registrar(), password=PASSWORD, expires_s=15)
    await alice.link.request(AddAccount(account=settings))
    await trunk.logged("challenged")
    await trunk.logged("registered", user="alice", transport="udp")
    pong = await alice.link.request(Ping())
    assert pong.accounts == {"line": RegistrationState.REGISTERED}
    await trunk.logged("registered", user="alice", refreshed=True)
    await alice.link.request(RemoveAccount(account_id="line"))
    await trunk.logged("unregistered", user="alice")


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.TLS])
async def test_other_transports(
    alice: Station, trunk: LabTrunk, tmp_path: Path, transport: Transport
) -> None:
    """TCP and verified TLS carry a registration."""
    settings = alice.settings(
        trunk.registrar(Protocol(transport)),
        password=PASSWORD,
        transport=transport,
        local_port=0,
        tls_ca_file=str(tmp_path / "trunk.pem"),
    )
    await alice.link.request(AddAccount(account=settings))
    await trunk.logged("registered", user="alice", transport=transport.value)


async def test_strange_certificate(alice: Station, trunk: LabTrunk) -> None:
    """A certificate nobody vouches for is refused, unless the user says otherwise."""
    settings = alice.settings(
        trunk.registrar(Protocol.TLS), password=PASSWORD, transport=Transport.TLS, local_port=0
    )
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(TestAccount(account=settings))
    assert refused.value.error is ErrorKind.TLS_FAILED
    settings = alice.settings(
        trunk.registrar(Protocol.TLS),
        password=PASSWORD,
        transport=Transport.TLS,
        local_port=0,
        verify_tls=False,
    )
    await alice.link.request(TestAccount(account=settings))


async def test_wrong_password(alice: Station, trunk: LabTrunk) -> None:
    """A refused registration is an error with the SIP code, and the account is not kept."""
    settings = alice.settings(trunk.registrar(), password="wrong")
    for request in (TestAccount(account=settings), AddAccount(account=settings)):
        with pytest.raises(EngineRefused) as refused:
            await alice.link.request(request)
        assert refused.value.error is ErrorKind.FORBIDDEN
        assert refused.value.sip_code == 403
        assert "403" in refused.value.text
    pong = await alice.link.request(Ping())
    assert pong.accounts == {}


async def test_wrong_password_kept(alice: Station, trunk: LabTrunk) -> None:
    """With `keep` the account stays, failed, and calls over it are refused as unauthorised."""
    settings = alice.settings(trunk.registrar(), password="wrong")
    with pytest.raises(EngineRefused):
        await alice.link.request(AddAccount(account=settings, keep=True))
    pong = await alice.link.request(Ping())
    assert pong.accounts == {"line": RegistrationState.FAILED}
    with pytest.raises(EngineRefused) as refused:
        await alice.dial("1234")
    assert refused.value.error is ErrorKind.UNAUTHORISED


async def test_strange_realm(alice: Station, trunk: LabTrunk) -> None:
    """No credentials go out to a realm that is not the account's."""
    settings = alice.settings(trunk.registrar(), password=PASSWORD, realm="elsewhere.example")
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(TestAccount(account=settings))
    assert refused.value.error is ErrorKind.UNAUTHORISED
    assert [name for name, _ in trunk.log] == ["challenged"]


async def test_nobody_there(alice: Station) -> None:
    """A host without a server is unreachable."""
    settings = alice.settings(
        f"{HOST}:{free_port()}", password=PASSWORD, transport=Transport.TCP, local_port=0
    )
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(TestAccount(account=settings))
    assert refused.value.error is ErrorKind.UNREACHABLE


async def test_next_proxy(alice: Station, trunk: LabTrunk) -> None:
    """When an outbound proxy is not reached, the next one is used."""
    settings = alice.settings(
        "trunk.example",
        password=PASSWORD,
        transport=Transport.TCP,
        local_port=0,
        outbound_proxies=(f"{HOST}:{free_port()}", trunk.registrar(Protocol.TCP)),
    )
    await alice.link.request(AddAccount(account=settings))
    await trunk.logged("registered", user="alice", transport="tcp")


@pytest.mark.slow
async def test_no_answer_from_the_registrar(alice: Station, trunk: LabTrunk) -> None:
    """A server that says nothing is a time-out, after the 32 s of RFC 3261."""
    trunk.settings.mood = Mood.DOWN
    settings = alice.settings(trunk.registrar(), password=PASSWORD)
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(TestAccount(account=settings))
    assert refused.value.error is ErrorKind.TIMEOUT


async def test_port_in_use(alice: Station, bob: Station, trunk: LabTrunk) -> None:
    """A local port that is taken is named in the error."""
    await bob.face(alice)
    settings = alice.settings(trunk.registrar(), password=PASSWORD, local_port=bob.port)
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(AddAccount(account=settings))
    assert refused.value.error is ErrorKind.PORT_IN_USE
    assert str(bob.port) in refused.value.text


@pytest.mark.parametrize(
    "changes",
    [
        {"registrar": "no host"},
        {"registrar": "host:70000"},
        {"bind_address": "here"},
        {"bind_address": "192.0.2.1"},
        {"outbound_proxies": ("a b",)},
    ],
)
async def test_impossible_settings(alice: Station, changes: dict[str, str]) -> None:
    """Settings that cannot work are refused before anything is sent."""
    settings = alice.settings(**{"registrar": "127.0.0.1", **changes})
    with pytest.raises(EngineRefused) as refused:
        await alice.link.request(AddAccount(account=settings))
    assert refused.value.error is ErrorKind.INVALID_ADDRESS


async def test_calls_over_the_trunk(alice: Station, bob: Station, trunk: LabTrunk) -> None:
    """A registered account calls out with digest, and is called."""
    trunk.proxy.serve_parties(bob.port)
    await alice.link.request(
        AddAccount(account=alice.settings(trunk.registrar(), password=PASSWORD))
    )
    await bob.link.request(
        AddAccount(account=bob.settings(trunk.registrar(), register=False, username="1234"))
    )
    leg = await alice.dial("1234")
    await bob.pick_up()
    await alice.leg_is(leg, LegState.CONFIRMED)
    await trunk.logged("call", user="alice", number="1234")

    leg = await bob.dial(f"sip:alice@{trunk.registrar()}")
    call = await alice.rings()
    assert call.account_id == "line"


async def test_behind_a_symmetric_nat(alice: Station, bob: Station, trunk: LabTrunk) -> None:
    """The NAT is noticed, what the server sees is registered, and calls go through both ways."""
    trunk.proxy.serve_parties(bob.port)
    port = trunk.proxy.transports.ports[Protocol.UDP]
    async with symmetric_nat((HOST, port)) as nat:
        outside = f"{HOST}:{nat.address[1]}"
        settings = alice.settings(outside, password=PASSWORD, realm="trunk.example")
        await alice.link.request(AddAccount(account=settings))
        facts = await alice.link.request(GetAccountFacts(account_id="line"))
        assert facts.nat is Nat.PORT
        assert await nat.ports() != [alice.port]
        await bob.link.request(
            AddAccount(account=bob.settings(trunk.registrar(), register=False, username="1234"))
        )
        leg = await alice.dial("1234")
        await bob.pick_up()
        await alice.leg_is(leg, LegState.CONFIRMED)
        await alice.link.request(HangUp(leg=leg))
        await alice.leg_is(leg, LegState.DISCONNECTED)
        leg = await bob.dial(f"sip:alice@{trunk.registrar()}")
        await alice.pick_up()
        await bob.leg_is(leg, LegState.CONFIRMED)
        await bob.link.request(HangUp(leg=leg))
        await bob.leg_is(leg, LegState.DISCONNECTED)


async def test_calls_the_trunk_refuses(alice: Station, bob: Station, trunk: LabTrunk) -> None:
    """An unknown number, a busy trunk and wrong credentials each get their own failure."""
    trunk.proxy.serve_parties(bob.port)
    await alice.link.request(
        AddAccount(account=alice.settings(trunk.registrar(), password=PASSWORD))
    )
    ended = await alice.leg_is(await alice.dial("998"), LegState.DISCONNECTED)
    assert (ended.failure, ended.sip_code) == (CallFailure.NOT_FOUND, 404)
    trunk.settings.mood = Mood.BUSY
    ended = await alice.leg_is(await alice.dial("1234"), LegState.DISCONNECTED)
    assert (ended.failure, ended.sip_code) == (CallFailure.UNREACHABLE, 503)
    assert ended.retry_after_s == 30
    trunk.settings.mood = Mood.UP
    trunk.digest.passwords["alice"] = "changed"
    ended = await alice.leg_is(await alice.dial("1234"), LegState.DISCONNECTED)
    assert ended.failure is CallFailure.REJECTED


async def test_unauthorised_call(alice: Station, bob: Station, trunk: LabTrunk) -> None:
    """A call without credentials is reported as unauthorised."""
    trunk.proxy.serve_parties(bob.port)
    settings = alice.settings(trunk.registrar(), register=False)
    await alice.link.request(AddAccount(account=settings))
    ended = await alice.leg_is(await alice.dial("1234"), LegState.DISCONNECTED)
    assert (ended.failure, ended.sip_code) == (CallFailure.UNAUTHORISED, 407)


async def test_states_are_reported(alice: Station, trunk: LabTrunk) -> None:
    """Home Assistant is told each state of the registration."""
    settings = alice.settings(trunk.registrar(), password=PASSWORD)
    await alice.link.request(AddAccount(account=settings))
    await alice.link.request(RemoveAccount(account_id="line"))
    assert [event.state for event in alice.of(Registration)] == [
        RegistrationState.REGISTERING,
        RegistrationState.REGISTERED,
        RegistrationState.UNREGISTERED,
    ]


async def test_facts(alice: Station, trunk: LabTrunk) -> None:
    """How the account stands is told: server, life of the registration, no NAT on loopback."""
    settings = alice.settings(trunk.registrar(), password=PASSWORD)
    await alice.link.request(AddAccount(account=settings))
    facts = await alice.link.request(GetAccountFacts(account_id="line"))
    assert (facts.state, facts.server) == (RegistrationState.REGISTERED, trunk.registrar())
    assert facts.nat is Nat.NONE
    assert facts.expires_s > 0
    assert facts.invite_bytes == 0


@pytest.mark.parametrize(
    ("local", "nat"),
    [
        ("10.0.0.2:5060", Nat.PORT),
        ("10.0.0.2:31337", Nat.ADDRESS),
        ("203.0.113.1:31337", Nat.NONE),
        ("[2001:db8::1]:5", Nat.PORT),
    ],
)
def test_nat_behind_a_corrected_via(local: str, nat: Nat) -> None:
    """Where we really send from counts, not the Via that the library has put right already."""
    via = "SIP/2.0/UDP 203.0.113.1:31337;rport=31337;received=203.0.113.1"
    assert nat_of(f"SIP/2.0 200 OK\r\nVia: {via}\r\n\r\n", local) is nat


def test_no_nat_between_our_own_addresses() -> None:
    """A machine with several addresses may be seen under another one of them."""
    via = "SIP/2.0/UDP 10.0.0.2:5060;rport=5060;received=127.0.0.1"
    assert nat_of(f"SIP/2.0 200 OK\r\nVia: {via}\r\n\r\n", "10.0.0.2:5060") is Nat.NONE


@pytest.mark.parametrize(
    ("via", "nat"),
    [
        ("SIP/2.0/UDP 10.0.0.2:5060;rport=5060;received=10.0.0.2;branch=x", Nat.NONE),
        ("SIP/2.0/UDP 10.0.0.2:5060;rport=5060;received=203.0.113.1", Nat.ADDRESS),
        ("SIP/2.0/UDP 10.0.0.2:5060;rport=31337;received=203.0.113.1", Nat.PORT),
        ("SIP/2.0/TLS [2001:db8::1]:5061;received=2001:db8::1", Nat.NONE),
        ("SIP/2.0/UDP 10.0.0.2:5060;branch=x", None),
        ("SIP/2.0/UDP home.example;received=nonsense", None),
    ],
)
def test_nat(via: str, nat: Nat | None) -> None:
    """What lies in between is read from what the server says it saw."""
    assert nat_of(f"SIP/2.0 200 OK\r\nVia: {via}\r\n\r\n") is nat
