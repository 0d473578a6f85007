"""Equipment that loses keys, questions answered by voice, touch tones, dead lines, several companies at one trunk."""

from pathlib import Path

import pytest

from lab.caller import Caller
from lab.world import World

from .conftest import MakeCaller, MakeWorld

MENU = """
keypad: %s
scenes:
  start:
    - menu:
        prompt: For claims press 1
        keys: {"1": good}
        timeout: 8
        attempts: 1
        on_timeout: bad
  good:
    - say: Good
  bad:
    - say: Bad
"""


@pytest.mark.parametrize(
    ("keypad", "first", "second"),
    [
        ("{methods: [inband]}", "rfc4733", "inband"),
        ("{lose: 1}", "rfc4733", "rfc4733"),
    ],
)
async def test_a_key_is_lost(
    make_world: MakeWorld, make_caller: MakeCaller, keypad: str, first: str, second: str
) -> None:
    """The first way to press does nothing; the next is taken."""
    world = await make_world(MENU % keypad)
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_started", speaker="prompt")
    await caller.press(call, "1", first)
    await world.expect("company", "key_lost", key="1", method=first)
    # while a key goes out as an event no audio does
    await world.expect("company", "speech_ended", speaker="prompt")
    await caller.press(call, "1", second)
    await world.expect("company", "chosen", key="1", method=second)


async def test_keys_too_close_together_are_lost(
    make_world: MakeWorld, make_caller: MakeCaller
) -> None:
    """Of two keys in one message only the first arrives."""
    world = await make_world(
        "keypad: {gap: 1.5}\nscenes:\n  start:\n"
        "    - collect: {prompt: Number please, expect: '4', timeout: 2}\n    - say: Good"
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_started", speaker="prompt")
    await caller.press(call, "47")
    await world.expect("company", "key_lost", key="7")
    await world.expect("company", "collected", digits="4", right=True)


async def test_digits_by_voice(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """Spoken digits answer a question."""
    world = await make_world(
        "    - collect: {prompt: Please say your number, expect: '4711', spoken: true}\n    - say: Good"
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", speaker="prompt")
    await caller.say(call, "four seven one one")
    await world.expect("company", "collected", digits="4711", right=True)
    await world.expect("company", "speech_started", text="Good")


async def test_touch_tones_are_played(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """What the company plays arrives as keys at the caller."""
    world = await make_world("    - touch_tones: 19\n    - silence: 1")
    caller = await make_caller(world)
    await caller.dial(world.company_number)
    await world.expect("company", "plays_keys", keys="19")
    await caller.expect("caller", "key", key="1", method="inband")
    await caller.expect("caller", "key", key="9", method="inband")


async def test_the_line_dies(make_world: MakeWorld, make_caller: MakeCaller) -> None:
    """After a while nothing arrives, and nobody hangs up."""
    world = await make_world(
        "network: {dies_after: 2}\nscenes:\n  start:\n    - music: 6\n    - say: Nobody hears this\n    - silence: 4"
    )
    caller = await make_caller(world)
    call = await caller.dial(world.company_number)
    await world.expect("company", "speech_ended", text="Nobody hears this")
    assert await caller.heard(call, "Nobody hears this") < 0.6
    relayed = await world.expect("trunk", "relayed")
    assert relayed.details["lost"] > 100


async def test_two_companies_at_one_trunk(tmp_path: Path) -> None:
    """Each has a number, and each answers with its own voice."""
    files = []
    for name in ("one", "two"):
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(f"name: {name}\nscenes: {{start: [{{say: This is {name}}}]}}")
    async with World(*files) as world, Caller(world.account) as caller:
        for index, name in enumerate(("one", "two")):
            await caller.dial(world.number(index))
            call = await world.expect("company", "call", company=world.number(index))
            await world.expect(
                "company", "speech_started", text=f"This is {name}", call=call.details["call"]
            )
