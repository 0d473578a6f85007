"""The card without a call: idle, added from the picker, edited, right-to-left, given nonsense."""

from pathlib import Path

from playwright.async_api import expect
import pytest

from lab.demo.stage import Stage
from lab.home.owner import Owner

from .accessible import complaints
from .watched import TAG, Watched, watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CARD = {"type": f"custom:{TAG}", "title": "On hold"}


async def test_the_idle_card_its_editor_and_what_it_refuses(tmp_path: Path) -> None:
    async with Stage("insurance", folder=tmp_path, speech=False) as stage:
        url = await stage.owner.dashboard("hold-slayer", CARD)
        wrong = await stage.owner.dashboard("wrong-card", CARD | {"lines": 3})
        async with watched(stage.owner) as view:
            await view.show(url)
            await idle(view, stage.contact)
            await refuses_bad_number(view)
            await puts_emergencies_through(view, stage)
            await suggested_for_its_entities(view)
            await picked_and_edited(view, url)
            await says_what_is_wrong(view, wrong)
            assert view.problems == []
            nowhere = await stage.owner.dashboard("nowhere-card", CARD | {"lines": [7]})
            await view.show(nowhere)
            await expect(view.part(".idle")).to_have_text("There is no line 7.")
            await expect(view.part(".start")).to_have_count(0)
        mirrored = await stage.owner.dashboard("mirrored-card", CARD)
        await reads_from_right_to_left(stage.owner, mirrored)


async def idle(view: Watched, contact: str) -> None:
    """Nothing happens, and a call could be started, without a mouse."""
    await expect(view.part("h2")).to_have_text("On hold")
    await expect(view.part(".idle")).to_have_text("No call at the moment.")
    await expect(view.part("select[name=contact] option")).to_have_text([contact])
    await view.part(".start summary").focus()
    await view.page.keyboard.press("Enter")
    for field in (
        "select[name=contact]",
        "input[name=number]",
        "input[name=intent]",
        "button.main",
    ):
        await view.page.keyboard.press("Tab")
        await expect(view.part(field)).to_be_focused()
    await expect(view.card.get_by_label("Or another number")).to_be_visible()
    await expect(view.card.get_by_label("What it is about")).to_be_visible()
    assert await complaints(view) == []


async def refuses_bad_number(view: Watched) -> None:
    """Say in words why a number cannot be called, and keep what was typed."""
    number = view.card.get_by_label("Or another number")
    for typed in ("<img src=x>", "call me"):
        await number.fill(typed)
        await view.button("Call and hold").click()
        await expect(view.part("[role=alert]")).to_contain_text("is not a telephone number")
        await expect(number).to_have_value(typed)
    await expect(view.part("img")).to_have_count(0)


async def puts_emergencies_through(view: Watched, stage: Stage) -> None:
    """What a person dials on the card goes to the trunk as it is, by way of their telephone."""
    await view.card.get_by_label("Or another number").fill("112")
    await view.button("Call and hold").click()
    await stage.world.expect("phone", "answered", extension="200", timeout=60)
    # the lab's trunk has no such place: what counts is that it was asked for
    await stage.world.expect("trunk", "unknown_number", timeout=60)


async def suggested_for_its_entities(view: Watched) -> None:
    """Offered for entities of ours and for no others; whole rows of a section are its size."""
    said = await view.page.evaluate(
        """tag => {
            const { hass } = document.querySelector("home-assistant");
            const { getEntitySuggestion } = window.customCards.find(card => card.type === tag);
            const ids = Object.keys(hass.entities);
            const ours = ids.find(id => hass.entities[id].platform === "hold_slayer");
            const other = ids.find(id => hass.entities[id].platform !== "hold_slayer");
            const { columns } = document.createElement(tag).getGridOptions();
            return [ours, other].map(id => id && getEntitySuggestion(hass, id)).concat(columns);
        }""",
        TAG,
    )
    assert said == [{"type": f"custom:{TAG}"}, None, 12]


async def picked_and_edited(view: Watched, url: str) -> None:
    """Add the card from the picker, which shows it as it will be, and fill in its form."""
    page = view.page
    await page.goto(f"{url}/0?edit=1")
    await page.locator("hui-section button.add, hui-grid-section .add").first.click()
    await page.get_by_role("tab", name="By card").click()
    await page.get_by_placeholder("Search cards").fill("Hold Slayer")
    offered = page.locator("hui-card-picker .card", has_text="Hold Slayer")
    await expect(offered.locator(f"{TAG} .idle")).to_have_text("No call at the moment.")
    await offered.locator(".overlay").first.click()
    dialog = page.locator("hui-dialog-edit-card")
    for label in ("Show the form that starts a call", "Show the words of the call"):
        await expect(dialog.get_by_role("paragraph").filter(has_text=label)).to_be_visible()
    await dialog.locator("hui-card-element-editor input").first.fill("Kitchen")
    await expect(dialog.locator(f"{TAG} h2")).to_have_text("Kitchen")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator(f"hui-section {TAG} h2")).to_have_text(["On hold", "Kitchen"])


async def says_what_is_wrong(view: Watched, url: str) -> None:
    """Refuse a configuration it cannot show, with the reason."""
    await view.page.goto(url)
    await expect(view.page.locator("hui-error-card")).to_have_count(1)
    for config, complaint in (
        ({"lines": 3}, "lines must be a list of line numbers, for example [1, 2]"),
        ({"title": 5}, "title must be a text"),
    ):
        said = await view.page.evaluate(
            """([tag, config]) => {
                try { document.createElement(tag).setConfig(config); } catch (error) { return error.message; }
            }""",
            [TAG, config],
        )
        assert said == complaint


async def reads_from_right_to_left(owner: Owner, url: str) -> None:
    """Turn round with the page, on a narrow screen, with nothing cut off."""
    async with watched(owner, width=390, height=844, language="ar") as view:
        await view.show(url)
        # no Arabic texts yet: English ones, never the names of the texts
        await expect(view.part(".idle")).to_have_text("No call at the moment.")
        await view.part(".start summary").click()
        await view.picture("right_to_left")
        direction = await view.part("ha-card").evaluate("card => getComputedStyle(card).direction")
        assert direction == "rtl"
        assert not await view.overflows()
        arrow = await view.part(".start summary").bounding_box()
        number = await view.part("input[name=number]").bounding_box()
        assert arrow is not None
        assert number is not None
        assert arrow["x"] + arrow["width"] == pytest.approx(number["x"] + number["width"], abs=2)
        assert view.problems == []
