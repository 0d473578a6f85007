"""Against a real Asterisk 22: registering, menu, queue with music on hold, encryption, keys in all ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from custom_components.hold_slayer.hearing.heard import MUSICAL, Hearing, Sound, UtteranceStarted
from custom_components.hold_slayer.telephony.errors import EngineRefused
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    Bridge,
    CallFailure,
    Encryption,
    EndedBy,
    ErrorKind,
    GetStatistics,
    HangUp,
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    LegState,
    Play,
    Played,
    RemoveAccount,
    SendKeys,
    Transport,
)
from lab.peers.asterisk import HOST, Asterisk
from lab.peers.baresip import Baresip

from ..engine.sound import read_wav, seconds_of
from ..engine.station import Station
from .exchange import make_company, needs_asterisk, needs_baresip

pytestmark = needs_asterisk


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Asterisk]:
    """Give the running exchange."""
    async with await make_company(tmp_path) as asterisk:
        yield asterisk


@pytest.fixture
async def engine() -> AsyncIterator[Station]:
    """Give an engine."""
    async with Station("alice") as station:
        yield station


async def register(engine: Station, company: Asterisk, user: str, **changes: object) -> None:
    """Register as a user of the exchange."""
    settings = engine.settings(
        company.registrar, username=user, password="open-sesame", local_port=0, **changes
    )
    await engine.link.request(AddAccount(account=settings))


async def hears(engine: Station, leg: str, *sounds: Sound) -> Hearing:
    """Wait until the ears of a leg hear one of these."""
    event = await engine.event(
        HeardOnLeg,
        lambda e: e.leg == leg and isinstance(e.heard, Hearing) and e.heard.sound in sounds,
    )
    assert isinstance(event.heard, Hearing)
    return event.heard


async def hang_up(engine: Station, leg: str) -> None:
    """End a leg."""
    await engine.link.request(HangUp(leg=leg))
    await engine.leg_is(leg, LegState.DISCONNECTED)


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
async def test_registers_and_goes(engine: Station, company: Asterisk, transport: Transport) -> None:
    """Asterisk takes our digest, and forgets us when we leave."""
    await register(engine, company, "alice", transport=transport)
    await company.program.said("Added contact 'sip:alice@")
    await engine.link.request(RemoveAccount(account_id="line"))
    await company.program.said("Removed contact 'sip:alice@")


async def test_wrong_password(engine: Station, company: Asterisk) -> None:
    """Asterisk challenges a wrong password anew; that is told in words, once."""
    settings = engine.settings(
        company.registrar, username="alice", password="nonsense", local_port=0
    )
    with pytest.raises(EngineRefused) as refused:
        await engine.link.request(AddAccount(account=settings))
    assert refused.value.error is ErrorKind.UNAUTHORISED


@pytest.mark.parametrize(
    ("user", "method"),
    [
        ("alice", KeyMethod.AUTO),
        ("alice", KeyMethod.RFC4733),
        ("info", KeyMethod.INFO),
        ("inband", KeyMethod.INBAND),
    ],
)
async def test_the_menu_takes_our_keys(
    engine: Station, company: Asterisk, user: str, method: KeyMethod
) -> None:
    """The menu is heard as speech, and each way of sending keys is understood."""
    await register(engine, company, user, dtmf_method=method)
    leg = await engine.dial("100", ears=True)
    await engine.leg_is(leg, LegState.CONFIRMED)
    await engine.event(HeardOnLeg, lambda e: e.leg == leg and isinstance(e.heard, UtteranceStarted))
    await engine.link.request(SendKeys(leg=leg, keys="2"))
    assert "PRESSED 2" in await company.program.said("PRESSED")
    ended = await engine.leg_is(leg, LegState.DISCONNECTED)
    assert (ended.ended_by, ended.sip_code) == (EndedBy.THEM, 200)


async def test_a_queue_with_music_and_an_agent(engine: Station, company: Asterisk) -> None:
    """Music on hold is heard as music, the agent who picks up as speech; RTP flows meanwhile."""
    await register(engine, company, "alice")
    leg = await engine.dial("200", ears=True)
    await engine.leg_is(leg, LegState.CONFIRMED)
    held = await hears(engine, leg, *MUSICAL)
    spoken = await hears(engine, leg, Sound.SPEECH)
    assert spoken.since > held.since
    figures = await engine.link.request(GetStatistics(leg=leg))
    assert figures.rx_packets > 100
    assert figures.tx_packets == pytest.approx(50 * figures.duration_s, rel=0.1)
    await hang_up(engine, leg)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_session_refreshed_by_asterisk(engine: Station, company: Asterisk) -> None:
    """Asterisk ends calls whose session is not refreshed within 90 s: this one goes on."""
    await register(engine, company, "timers")
    leg = await engine.dial("300")
    await engine.leg_is(leg, LegState.CONFIRMED)
    # two minutes by the clock of the call
    silence = bytes(2 * 120 * 16000)
    await engine.link.request(Play(leg=leg, playback=1, rate=16000, last=True, payload=silence))
    async with asyncio.timeout(200):
        while not engine.of(Played):
            with suppress(TimeoutError):
                await engine.event(Played)
    figures = await engine.link.request(GetStatistics(leg=leg))
    assert figures.state is LegState.CONFIRMED
    assert figures.rx_packets == pytest.approx(50 * figures.duration_s, rel=0.02)
    await hang_up(engine, leg)


async def test_busy(engine: Station, company: Asterisk) -> None:
    """A busy extension is told as busy."""
    await register(engine, company, "alice")
    ended = await engine.leg_is(await engine.dial("400"), LegState.DISCONNECTED)
    assert ended.failure is CallFailure.BUSY


async def test_no_such_extension(engine: Station, company: Asterisk) -> None:
    """A number nobody has is told as such."""
    await register(engine, company, "alice")
    ended = await engine.leg_is(await engine.dial("999999"), LegState.DISCONNECTED)
    assert ended.failure is CallFailure.NOT_FOUND


async def test_tls_and_srtp(engine: Station, company: Asterisk) -> None:
    """Signalling over verified TLS, encrypted audio there and back."""
    settings = engine.settings(
        f"{HOST}:{company.ports['tls']}",
        username="secret",
        password="open-sesame",
        local_port=0,
        transport=Transport.TLS,
        tls_ca_file=str(company.certificate),
        encryption=Encryption.REQUIRED,
    )
    await engine.link.request(AddAccount(account=settings))
    leg = await engine.dial("300", ears=True)
    await engine.leg_is(leg, LegState.CONFIRMED)
    await engine.link.request(SendKeys(leg=leg, keys="555", method=KeyMethod.INBAND))
    heard = await hears(engine, leg, Sound.DTMF)
    assert heard.digit == "5"
    assert (await engine.link.request(GetStatistics(leg=leg))).encrypted
    await hang_up(engine, leg)


async def test_exchange_that_wants_encryption_is_not_called_without(
    engine: Station, company: Asterisk
) -> None:
    """A user who must encrypt and does not is refused, in words."""
    await register(engine, company, "secret")
    ended = await engine.leg_is(await engine.dial("300"), LegState.DISCONNECTED)
    assert ended.failure is CallFailure.CODEC_MISMATCH
    assert ended.sip_code == 488


@needs_baresip
async def test_a_telephone_is_put_through(engine: Station, company: Asterisk) -> None:
    """Company and a real softphone hear each other over the bridge; its keys arrive; it hangs up."""
    await register(engine, company, "alice")
    async with Baresip(registrar=company.registrar, user="desk", hertz=700) as phone:
        echo = await engine.dial("300", ears=True)
        await engine.leg_is(echo, LegState.CONFIRMED)
        desk = await engine.dial("500", ears=True)
        await engine.leg_is(desk, LegState.CONFIRMED)
        await phone.press("1")
        pressed = await engine.event(KeyReceived, lambda e: e.leg == desk)
        assert (pressed.key, pressed.method) == ("1", KeyMethod.RFC4733)
        await engine.link.request(Bridge(first=echo, second=desk))
        # two seconds in which what it says goes to the company, whose echo comes back to it
        silence = bytes(2 * 2 * 16000)
        await engine.link.request(
            Play(leg=echo, playback=1, rate=16000, last=True, payload=silence)
        )
        await engine.event(Played, lambda e: e.leg == echo)
        await phone.hang_up()
        ended = await engine.leg_is(desk, LegState.DISCONNECTED)
        assert ended.ended_by is EndedBy.THEM
        await phone.program.said("terminated")
        rate, samples = read_wav(phone.heard()[-1])
        assert seconds_of(samples[:, 0], rate, 700) > 1.0
        await hang_up(engine, echo)
