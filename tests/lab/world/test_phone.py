"""What the simulated phone can do, and that both parties of a bridge hear each other."""

import pytest

from lab.parties.plan import PhonePlan, Reaction

from .conftest import MakeCaller, MakeWorld

AGENT = "    - agent: {greeting: Hello, patience: 60}\n"


@pytest.mark.parametrize(("reaction", "status"), [(Reaction.BUSY, 486), (Reaction.DECLINE, 603)])
async def test_refuses(
    reaction: Reaction, status: int, make_world: MakeWorld, make_caller: MakeCaller
) -> None:
    """A phone can be busy or decline."""
    world = await make_world(AGENT, phone=PhonePlan(reaction=reaction, after=0.2))
    caller = await make_caller(world)
    await caller.dial("200")
    ended = await caller.expect("caller", "ended")
    assert ended.details["status"] == status


async def test_ignores(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A phone can ring until the caller gives up."""
    world = await make_world(AGENT, phone=PhonePlan(reaction=Reaction.IGNORE))
    caller = await make_caller(world)
    call = await caller.dial("200")
    await caller.expect("caller", "remote_rings")
    await caller.hang_up(call)
    await world.expect("phone", "ended", extension="200")


async def test_voicemail(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """Voicemail greets and beeps, and presses nothing."""
    plan = PhonePlan(reaction=Reaction.VOICEMAIL, after=0.2, greeting="Leave a message.")
    world = await make_world(AGENT, phone=plan)
    caller = await make_caller(world)
    await caller.dial("200")
    await world.expect("phone", "speech_ended", speaker="voicemail")
    await world.expect("phone", "recording_message")
    assert not caller.events("caller", "key")


async def test_screening(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A screening machine asks first; after an answer the person comes."""
    world = await make_world(AGENT, phone=PhonePlan(reaction=Reaction.SCREEN, after=0.2))
    caller = await make_caller(world)
    call = await caller.dial("200")
    await world.expect("phone", "speech_ended", speaker="screening")
    assert not world.events("phone", "speech_started", speaker="user")
    await caller.say(call, "This is an assistant")
    await world.expect("phone", "speech_started", speaker="user", first=True)


@pytest.mark.parametrize("method", ["rfc4733", "info", "inband"])
async def test_presses_one(method: str, make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """After the prompt the user presses a key, by any method."""
    world = await make_world(AGENT, phone=PhonePlan(after=0.2, method=method))
    caller = await make_caller(world)
    call = await caller.dial("200")
    await world.expect("phone", "speech_ended", speaker="user")
    await caller.say(call, "Press one to accept")
    key = await caller.expect("caller", "key", key="1")
    assert key.details["method"] == method


async def test_parties_of_a_bridge_hear_each_other(
    make_world: MakeWorld, make_caller: MakeCaller
) -> None:
    """What the agent says is found in what the phone hears, and the other way round; not before bridging."""
    world = await make_world(
        AGENT, phone=PhonePlan(after=0.2, says=("I have a question about my policy.",))
    )
    caller = await make_caller(world)
    company = await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", speaker="agent")
    phone = await caller.dial("200")
    await world.expect("phone", "speech_ended", speaker="user")
    await caller.say(company, "One moment please")
    assert not world.events("phone", "heard")
    assert not world.events("company", "heard")
    await caller.bridge(company, phone)
    await world.expect("phone", "heard", speaker="agent", timeout=60)
    await world.expect("company", "heard", speaker="user", timeout=60)


async def test_registers_elsewhere(make_world: MakeWorld) -> None:
    """A phone can be registered at another registrar: here, at the trunk itself, and is called there."""
    world = await make_world(AGENT, users={"alice": "secret"})
    account = world.account
    await world.register_phone(account.registrar(), "alice", "secret", extension="200")
    await world.dial("alice")
    ringing = await world.expect("phone", "ringing")
    assert ringing.details["extension"] == "200"
    await world.expect("company", "answered")
