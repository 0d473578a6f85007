"""A whole call driven from the card, as somebody at a wall panel and somebody with a telephone see it."""

from pathlib import Path

from playwright.async_api import expect
import pytest

from lab.demo.stage import Stage
from lab.parties.plan import PhonePlan

from .watched import PATIENCE_MS, Watched, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

#: Longest time until the person answers, ms: menus, hold and a slow machine.
UNTIL_PERSON_MS = 200_000


async def test_a_call_from_the_form_to_the_hang_up(tmp_path: Path) -> None:
    # rings long enough for all that is on the screen meanwhile to be looked at
    phone = PhonePlan(after=6.0)
    async with Stage("insurance", folder=tmp_path, phone=phone) as stage:
        url = await stage.owner.dashboard(
            "hold-slayer", {"type": "custom:hold-slayer-card", "title": "On hold"}
        )
        async with (
            watched(stage.owner, width=1280, height=860) as wall,
            watched(stage.owner, width=390, height=844, dark=True) as hand,
        ):
            await wall.show(url)
            await hand.show(url)
            await start(wall, stage.contact)
            await on_hold(wall, hand)
            await keypad(hand)
            await ringing(wall, hand)
            await expect(wall.part(".state")).to_contain_text("Connected", timeout=UNTIL_PERSON_MS)
            await expect(wall.button("Back on hold")).to_be_visible()
            await wall.picture("connected")
            await hang_up(hand, wall)
            for view in (wall, hand):
                assert view.problems == []


async def start(view: Watched, contact: str) -> None:
    """Fill in the form and send it."""
    await expect(view.part(".idle")).to_have_text("No call at the moment.")
    await view.part("summary").click()
    await expect(view.part("select[name=contact]")).to_have_value(contact)
    await view.part("input[name=intent]").fill("I want to ask about my home insurance claim")
    await view.picture("start")
    await view.button("Call and hold").click()
    await expect(view.part(".who strong")).to_have_text(contact)
    await view.part(".start summary").click()


async def on_hold(wall: Watched, hand: Watched) -> None:
    """See the menu being walked and the hold begin, on both screens."""
    keys = wall.part(".words p.keys span")
    await expect(keys).to_have_text(["2", "1"], timeout=UNTIL_PERSON_MS)
    for view in (wall, hand):
        await expect(view.part(".state")).to_contain_text("On hold", timeout=UNTIL_PERSON_MS)
        await expect(view.part(".strip .menu").first).to_be_attached()
        await expect(view.part(".strip .music").first).to_be_attached()
        await expect(view.part(".words p.company").first).to_contain_text("insurance")
    timer = wall.part(".timer")
    before = await timer.inner_text()
    await expect(timer).not_to_have_text(before)
    # announced by the company, heard by the ears, read by speech-to-text
    await expect(wall.part(".queue")).to_contain_text("in the queue")
    await wall.picture("hold")


async def keypad(view: Watched) -> None:
    """Open the keypad, move into it and close it again without a mouse."""
    button = view.button("Keypad")
    await button.focus()
    await view.page.keyboard.press("Enter")
    await expect(view.part(".keypad button")).to_have_count(12)
    await expect(view.part(".keypad button").first).to_be_focused()
    await expect(button).to_have_attribute("aria-expanded", "true")
    await button.focus()
    await view.page.keyboard.press("Enter")
    await expect(view.part(".keypad")).to_have_count(0)


async def ringing(wall: Watched, hand: Watched) -> None:
    """See that a person is there, why, and that the telephone rings."""
    for view in (wall, hand):
        await expect(view.part(".state")).to_contain_text("Ringing you", timeout=UNTIL_PERSON_MS)
    await expect(wall.part(".queue")).to_have_count(0)
    await expect(wall.part(".verdict meter")).to_be_visible()
    await expect(wall.part(".verdict li").first).not_to_be_empty()
    await expect(wall.button("That is no person")).to_be_visible()
    await wall.picture("ringing")
    await hand.picture("dark")
    assert not await hand.overflows()


async def hang_up(view: Watched, other: Watched) -> None:
    """End the call on one screen; the other one sees it."""
    await view.button("Hang up").click()
    for screen in (view, other):
        await expect(screen.part("section.line.ended")).to_be_visible(timeout=PATIENCE_MS)
        await expect(screen.button("Hang up")).to_have_count(0)
