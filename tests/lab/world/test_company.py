"""What the simulated company can do, each tried by a real caller."""

import pytest

from .conftest import MakeCaller, MakeWorld

MENU = """
scenes:
  start:
    - menu:
        prompt: For claims press 1
        keys: {"1": good, "2": bad}
        barge_in: %s
        timeout: 1.5
        attempts: 2
        wrong: Sorry
        on_wrong: bad
  good:
    - say: Good
  bad:
    - say: Bad
"""


#: One that goes on for long enough to be interrupted on a slow machine.
LONG_MENU = MENU.replace("press 1", "press 1. " + "Please listen to all that is on offer. " * 2)


@pytest.mark.parametrize("method", ["rfc4733", "info", "inband"])
async def test_key_arrives_by(method: str, make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """All ways to press a key work, and the log tells which it was."""
    world = await make_world(MENU % "true")
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", speaker="prompt")
    await caller.press(call, "1", method)
    key = await world.expect("company", "key", key="1")
    assert key.details["method"] == method
    await world.expect("company", "chosen", key="1", scene="good")
    await world.expect("company", "speech_ended", text="Good")
    await caller.expect("caller", "ended")
    assert len(world.events("company", "key")) == 1


async def test_barge_in(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A key during the prompt cuts it short."""
    world = await make_world(LONG_MENU % "true")
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_started", speaker="prompt")
    await caller.press(call, "1")
    await world.expect("company", "chosen", scene="good")
    first = await world.expect("company", "speech_ended", speaker="prompt")
    assert first.details["completed"] is False


async def test_key_too_early_is_lost(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """Without barge-in a key during the prompt does nothing."""
    world = await make_world(LONG_MENU % "false")
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_started", speaker="prompt")
    await caller.press(call, "1")
    await world.expect("company", "key_ignored", key="1")
    await world.expect("company", "menu_timeout")
    assert not world.events("company", "chosen")


async def test_wrong_keys(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A wrong key is told so, and the last attempt leads to the scene for it."""
    world = await make_world(MENU % "true")
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "answered")
    await caller.press(call, "9")
    sorry = await world.expect("company", "speech_ended", text="Sorry")
    await world.expect("company", "speech_started", since=world.log.index(sorry), speaker="prompt")
    await caller.press(call, "9")
    await world.expect("company", "scene", scene="bad")
    assert len(world.events("company", "wrong_choice", key="9")) == 2


async def test_nothing_pressed(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """After its attempts the menu gives up and the company hangs up."""
    world = await make_world(MENU % "true")
    caller = await make_caller(world)
    await caller.dial(world.company_number)
    await caller.expect("caller", "ended", status=200)
    assert len(world.events("company", "menu_timeout")) == 2


async def test_digits_are_collected(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """Data entry ends with # and is checked."""
    world = await make_world(
        "    - collect: {prompt: Your account number, expect: '4711', timeout: 4, wrong: Wrong}\n"
        "    - say: Thank you\n"
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_started", text="Your account number")
    await caller.press(call, "12#")
    await world.expect("company", "collected", digits="12", right=False)
    wrong = await world.expect("company", "speech_ended", text="Wrong")
    await world.expect("company", "speech_started", since=world.log.index(wrong))
    await caller.press(call, "4711#")
    await world.expect("company", "collected", digits="4711", right=True)
    await world.expect("company", "speech_ended", text="Thank you")


async def test_spoken_menu(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A menu understands what the caller says."""
    world = await make_world(
        """
scenes:
  start:
    - menu:
        prompt: Say baggage or refund.
        words: {baggage: one, refund: two}
        timeout: 6
  one:
    - say: Goodbye
  two:
    - say: Goodbye
"""
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", speaker="prompt")
    await caller.say(call, "I want a refund please")
    chosen = await world.expect("company", "chosen")
    assert chosen.details["scene"] == "two"
    assert chosen.details["method"] == "voice"


async def test_early_media(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A menu can be heard and keyed through before the call is answered."""
    world = await make_world(
        """
scenes:
  start:
    - early_media
    - menu: {prompt: Press 1, keys: {"1": desk}, timeout: 5}
  desk:
    - answer
    - agent: {greeting: Hello there}
"""
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await caller.expect("caller", "early_media")
    await caller.expect("caller", "sound_started")
    await caller.press(call, "1")
    await world.expect("company", "chosen", key="1")
    await caller.expect("caller", "answered")
    await world.expect("company", "speech_ended", speaker="agent")
    times = [
        world.events("company", name)[0].time for name in ("speech_started", "chosen", "answered")
    ]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("reason", "status"), [("busy", 486), ("declined", 603), ("unavailable", 480), (404, 404)]
)
async def test_refusals(
    reason: str | int, status: int, make_world: MakeWorld, make_caller: MakeCaller
) -> None:
    """The company can refuse a call in every usual way."""
    world = await make_world(f"    - reject: {reason}\n")
    caller = await make_caller(world)
    await caller.dial(world.company_number)
    ended = await caller.expect("caller", "ended")
    assert ended.details["status"] == status


async def test_no_answer_and_giving_up(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """It rings until the caller cancels."""
    world = await make_world("    - ring: 600\n")
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await caller.expect("caller", "remote_rings")
    await caller.hang_up(call)
    await caller.expect("caller", "ended", status=487)
    await world.expect("company", "ended")


async def test_hold_loop(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """Music, numbered announcements, silence and ringback come in turn; then the agent."""
    world = await make_world(
        """    - hold:
        seconds: 14
        positions: [3, 2]
        loop:
          - music: 1.5
          - say: Number {position}
          - say: {text: Stay, over_music: true}
          - silence: 0.5
          - tone: {kind: ringback, seconds: 1}
    - agent: {greeting: Hello}
"""
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    agent = await world.expect("company", "speech_started", speaker="agent", first=True, timeout=60)
    said = [
        e.details.get("position")
        for e in world.events("company", "speech_started", over_music=False)
    ]
    assert [number for number in said if number][:3] == [3, 2, 2]
    assert world.events("company", "music_started")
    assert world.events("company", "tone_started", kind="ringback")
    ended = world.events("company", "hold_ended")[0]
    assert world.log.index(ended) < world.log.index(agent)
    await caller.press(call, "5")
    key = await world.expect("company", "key", key="5")
    assert key.details["stage"] == "agent"


async def test_keys_while_holding(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A key can lead out of the hold, others are ignored."""
    world = await make_world(
        """
scenes:
  start:
    - hold: {seconds: 60, keys: {"2": out}, loop: [music: 5]}
  out:
    - say: Goodbye
"""
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await caller.expect("caller", "sound_started")
    await caller.press(call, "72")
    await world.expect("company", "key_ignored", key="7")
    await world.expect("company", "chosen", key="2", scene="out")
    await world.expect("company", "speech_ended", text="Goodbye")


async def test_agent_answers_and_loses_patience(
    make_world: MakeWorld, make_caller: MakeCaller
) -> None:
    """An agent replies to what is said, asks into a silence, and hangs up."""
    world = await make_world(
        "    - agent: {greeting: Hello, replies: [Yes of course], patience: 4, ask: Are you there}\n"
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", text="Hello")
    await caller.say(call, "One moment please")
    await world.expect("company", "speech_ended", text="Yes of course")
    assert "one moment please" in await world.transcribe(call)
    await world.expect("company", "speech_ended", text="Are you there")
    await world.expect("company", "lost_patience")
    await caller.expect("caller", "ended", status=200)


async def test_transfer(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """A transfer says so, rings in the call and goes on elsewhere."""
    world = await make_world(
        """
scenes:
  start:
    - transfer: {to: desk, say: One moment please, ring: 2}
  desk:
    - agent: {greeting: Desk}
"""
    )
    caller = await make_caller(world)
    await caller.dial(world.company_number)
    await world.expect("company", "transfers", to="desk")
    await world.expect("company", "speech_ended", text="Desk")


async def test_call_back(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """The company ends the call and calls back the account it came from."""
    world = await make_world(
        """
scenes:
  start:
    - say: We will call you back
    - call_back: {after: 1, scene: agent}
  agent:
    - agent: {greeting: Hello again}
"""
    )
    caller = await make_caller(world, answer=True)
    await caller.register()
    await caller.dial(world.company_number)
    await caller.expect("caller", "ended")
    await caller.expect("caller", "ringing", caller=world.company_number)
    await world.expect("company", "speech_ended", text="Hello again")


async def test_recording_as_prompt(
    make_world: MakeWorld, make_caller: MakeCaller, tmp_path
) -> None:
    """A WAV file beside the scenario can be played."""
    import soundfile

    from lab.sounds import sines

    soundfile.write(tmp_path / "prompt.wav", sines((500.0,), 1.0), 16000)
    world = await make_world(
        "    - play: prompt.wav\n    - play: {file: prompt.wav, seconds: 0.5}\n"
    )
    caller = await make_caller(world)
    await caller.dial(world.company_number)
    await caller.expect("caller", "sound_started")
    await caller.expect("caller", "ended")
    assert len(world.events("company", "speech_ended", file="prompt.wav")) == 2
