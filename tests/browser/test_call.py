"""A whole call from nothing: set up by hand, driven from the card, seen on a wall panel and a mobile."""

from pathlib import Path
import re

from playwright.async_api import expect
import pytest
import yaml

from lab.company.scenario import SCENARIOS
from lab.demo.stage import Stage
from lab.parties.plan import PhonePlan

from .accessible import complaints
from .by_hand import KITCHEN, add_account, add_contact, add_phone
from .watched import PATIENCE_MS, Watched, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

#: Longest time until the person answers, ms: menus, hold and a slow machine.
UNTIL_PERSON_MS = 300_000
#: Long enough for all that is to be seen on hold, on a slow machine too, s.
HOLD_S = 80
#: Rings for so long that both screens can be looked at meanwhile, s.
RING_S = 12.0


def patient_company(folder: Path) -> Path:
    """Write the insurance company with a longer hold and a more patient agent; return the file."""
    scenario = yaml.safe_load((SCENARIOS / "insurance.yaml").read_text(encoding="utf-8"))
    queue = scenario["scenes"]["queue"]
    for step in queue:
        if "hold" in step:
            step["hold"]["seconds"] = HOLD_S
        if "agent" in step:
            step["agent"]["patience"] = 60
    file = folder / "patient.yaml"
    file.write_text(yaml.safe_dump(scenario), encoding="utf-8")
    return file


async def test_from_add_integration_to_the_hang_up(tmp_path: Path) -> None:
    company = patient_company(tmp_path)
    # picks up at once while it is tried
    quick = PhonePlan(after=1.0, press="1")
    async with (
        Stage(company, folder=tmp_path / "home", phone=quick, set_up=False) as stage,
        watched(stage.owner, width=1280, height=900) as wall,
        watched(stage.owner, width=390, height=844, dark=True) as hand,
    ):
        await add_account(wall, stage.owner.url, stage.world)
        await add_phone(wall)
        await add_contact(wall, stage.owner.url, stage.world)
        await record_everything(stage)
        await stage.world.set_phone(PhonePlan(after=RING_S, press="1"))
        url = await stage.owner.dashboard(
            "hold-slayer", {"type": "custom:hold-slayer-card", "title": "On hold"}
        )
        await wall.show(url)
        await hand.show(url)
        await start(wall, stage.contact)
        await on_hold(wall, hand)
        await ringing(wall, hand)
        await connected(wall, hand)
        # what the agent said arrived at the telephone: the two were put together
        await stage.world.expect("phone", "heard", speaker="agent")
        await keypad(hand)
        await hang_up(hand, wall)
        await played_back(wall)
        for view in (wall, hand):
            assert view.problems == []


async def record_everything(stage: Stage) -> None:
    """Switch recording on in the options."""
    (entry,) = await stage.owner.command("config_entries/get", domain="hold_slayer")
    options = {"speech": {}, "reach": {}, "recording": {"record": True}, "records": {}}
    await stage.owner.options_flow(entry["entry_id"], options)


async def start(view: Watched, contact: str) -> None:
    """Fill in the form and send it."""
    await expect(view.part(".idle")).to_have_text("No call at the moment.")
    await view.part("summary").click()
    await expect(view.part("select[name=contact]")).to_have_value(contact)
    await view.part("input[name=intent]").fill("I want to ask about my home insurance claim")
    await view.picture("start", view.card)
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
    await expect(wall.part(".queue")).to_contain_text("in the queue", timeout=UNTIL_PERSON_MS)
    await wall.picture("hold", wall.card)
    await hand.picture("hold")
    assert not await hand.overflows()
    for view in (wall, hand):
        assert await complaints(view) == []


async def ringing(wall: Watched, hand: Watched) -> None:
    """See that a person is there, why, and that the telephone rings."""
    for view in (wall, hand):
        await expect(view.part(".state")).to_contain_text("Ringing you", timeout=UNTIL_PERSON_MS)
    await wall.picture("ringing", wall.card)
    await hand.picture("ringing")
    await expect(wall.part(".verdict meter")).to_be_visible()
    await expect(wall.part(".verdict li").first).not_to_be_empty()
    await expect(wall.button("That is no person")).to_be_visible()
    await expect(wall.part(".queue")).to_have_count(0)
    for view in (wall, hand):
        assert await complaints(view) == []


async def connected(wall: Watched, hand: Watched) -> None:
    """See that the two talk, with the buttons that fit."""
    for view in (wall, hand):
        await expect(view.part(".state")).to_contain_text("Connected", timeout=UNTIL_PERSON_MS)
        await expect(view.button("Back on hold")).to_be_visible()
    await expect(wall.part(".phones")).to_have_text(f"You are on {KITCHEN}")
    await wall.picture("connected", wall.card)
    assert not await hand.overflows()


async def keypad(view: Watched) -> None:
    """Open the keypad, move into it and close it again without a mouse."""
    button = view.button("Keypad")
    await button.focus()
    await view.page.keyboard.press("Enter")
    await expect(view.part(".keypad button")).to_have_count(12)
    await expect(view.part(".keypad button").first).to_be_focused()
    await expect(button).to_have_attribute("aria-expanded", "true")
    await view.picture("keypad", view.card)
    assert await complaints(view) == []
    await button.focus()
    await view.page.keyboard.press("Enter")
    await expect(view.part(".keypad")).to_have_count(0)


async def hang_up(view: Watched, other: Watched) -> None:
    """End the call on one screen; the other one sees it."""
    await view.button("Hang up").click()
    for screen in (view, other):
        await expect(screen.part("section.line.ended")).to_be_visible(timeout=PATIENCE_MS)
        await expect(screen.button("Hang up")).to_have_count(0)
    await other.picture("ended", other.card)


async def played_back(view: Watched) -> None:
    """Play the recording; the words go along, and a click on a time goes there."""
    await view.button("Play the recording").click()
    player = view.part("audio")
    await expect(player).to_have_js_property("error", None)
    await expect(player).not_to_have_js_property("duration", None)
    await expect(view.part(".words p.now")).to_have_count(1)
    # a player that goes on would leave the line within a second
    await player.evaluate("audio => audio.pause()")
    await view.part(".words button.seek").first.click()
    row = view.part(".words p", has=view.page.locator("button.seek")).first
    await expect(row).to_have_class(re.compile(r"\bnow\b"))
    await view.picture("played", view.card)
    assert await complaints(view) == []
