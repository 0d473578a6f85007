"""Registering and dialling at the simulated trunk."""

import pytest

from .conftest import MakeCaller, MakeWorld

AGENT = "    - agent: {greeting: Hello, patience: 30}\n"


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_registers_and_talks_over(
    transport: str, make_world: MakeWorld, make_caller: MakeCaller
) -> None:
    """Registration with digest, then a call, over every transport."""
    world = await make_world(AGENT)
    caller = await make_caller(world, transport=transport)
    assert (await caller.register())["status"] == 200
    registered = await world.expect("trunk", "registered", user="alice")
    assert registered.details["transport"] == transport
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", speaker="agent")
    await caller.hang_up(call)
    ended = await caller.expect("caller", "ended")
    assert ended.details["status"] == 200
    await world.expect("company", "ended")


async def test_secure_media(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """TLS with SRTP end to end."""
    world = await make_world(AGENT)
    caller = await make_caller(world, transport="tls", srtp="required")
    await caller.dial(world.company_number)
    for side, source in ((world, "company"), (caller, "caller")):
        media = await side.expect(source, "media")
        assert media.details["secure"] is True
    greeting = await world.expect("company", "speech_ended", speaker="agent")
    heard = await caller.heard(1, greeting.details["text"], greeting.details["voice"])
    assert heard > 0.6


async def test_wrong_password_is_refused(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A wrong password gets 403, for REGISTER and for INVITE."""
    world = await make_world(AGENT)
    caller = await make_caller(world, password="wrong")
    assert (await caller.register())["status"] == 403
    await world.expect("trunk", "refused", method="REGISTER", user="alice")
    await caller.dial(world.company_number)
    ended = await caller.expect("caller", "ended")
    assert ended.details["status"] == 403
    assert not world.events("company", "call")


async def test_unknown_number(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A number nobody has is not found."""
    world = await make_world(AGENT)
    caller = await make_caller(world)
    await caller.dial("+4930999")
    ended = await caller.expect("caller", "ended")
    assert ended.details["status"] == 404


async def test_moods(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """The trunk can be busy, refuse everybody, and come back."""
    world = await make_world(AGENT)
    caller = await make_caller(world)
    for mood, status in (("busy", 503), ("refusing", 403)):
        await world.trunk(mood=mood)
        seen = len(caller.log)
        await caller.dial(world.company_number)
        ended = await caller.expect("caller", "ended", since=seen)
        assert ended.details["status"] == status
    await world.trunk(mood="up")
    await caller.dial(world.company_number)
    await world.expect("company", "answered")


async def test_company_calls_a_registered_account(
    make_world: MakeWorld, make_caller: MakeCaller
) -> None:
    """An incoming call reaches the contact that was registered, over its own connection."""
    world = await make_world(AGENT)
    caller = await make_caller(world, transport="tcp", answer=True)
    await caller.register()
    await world.dial("alice")
    await caller.expect("caller", "ringing", caller=world.company_number)
    await world.expect("company", "speech_ended", speaker="agent")
    await caller.hang_up(1)
    await world.expect("company", "ended", status=200)


async def test_nobody_is_registered(make_world: MakeWorld) -> None:
    """A call to an account that is not there ends."""
    world = await make_world(AGENT)
    await world.dial("alice")
    ended = await world.expect("company", "ended")
    assert ended.details["status"] == 480


async def test_codecs_that_do_not_match(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """Without a common codec the call is not acceptable."""
    world = await make_world(f"codecs: [opus/48000]\nscenes:\n  start:\n{AGENT}")
    caller = await make_caller(world, codecs=("PCMA/8000",))
    await caller.dial(world.company_number)
    ended = await caller.expect("caller", "ended")
    assert ended.details["status"] == 488


async def test_bad_network(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """Packets get lost and late on the way, and speech still arrives."""
    world = await make_world(
        "network: {loss: 0.05, jitter: 0.04}\nscenes:\n  start:\n"
        "    - say: Thank you for calling. Your call is important to us.\n"
    )
    caller = await make_caller(world)
    await caller.dial(world.company_number)
    await caller.expect("caller", "sound_started")
    relayed = await world.expect("trunk", "relayed")
    assert 0.01 < relayed.details["lost"] / relayed.details["packets"] < 0.12
