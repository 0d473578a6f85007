"""Setting the integration up with the mouse and the keyboard, from "Add integration" on."""

from playwright.async_api import Locator, expect

from lab.world import World

from .watched import Watched

PAGE = "/config/integrations/integration/hold_slayer"
#: The phone's name.
KITCHEN = "Kitchen phone"
#: The way through the menus of the insurance company.
FLOW = """
hold_slayer_flow: 1
name: Insurance
steps:
  - {action: press, keys: "2"}
  - {action: press, keys: "1"}
  - {action: hold}
"""


def dialog(view: Watched) -> Locator:
    """The dialog in which forms are shown."""
    return view.page.locator("dialog-data-entry-flow")


async def submit(view: Watched) -> None:
    """Send the form."""
    await dialog(view).get_by_role("button", name="Submit").click()


async def fill(view: Watched, **texts: str) -> None:
    """Fill in fields by their names."""
    for name, text in texts.items():
        await dialog(view).locator(f"input[name={name}]").first.fill(text)


async def add_account(view: Watched, url: str, world: World) -> None:
    """Add the integration; a wrong password first, so that its answer is seen."""
    page = view.page
    await page.goto(f"{url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_placeholder("Search for a brand name").fill("Hold Slayer")
    brands = page.locator("dialog-add-integration")
    await brands.get_by_text("Hold Slayer", exact=True).last.click()
    await expect(dialog(view).get_by_text("Where is your telephone account?")).to_be_visible()
    await view.picture("setup_provider")
    await submit(view)
    account = world.account
    await fill(view, registrar=account.registrar(), username=account.user, password="wrong")
    await submit(view)
    refused = dialog(view).get_by_text("The registrar refuses this user name and password")
    await expect(refused).to_be_visible()
    await view.picture("setup_refused")
    # what was typed is still there, but for the password
    await expect(dialog(view).locator("input[name=username]")).to_have_value(account.user)
    await expect(dialog(view).locator("input[name=password]")).to_have_value("")
    await fill(view, password=account.password)
    await submit(view)


async def add_phone(view: Watched, extension: str = "200") -> None:
    """Fill in the form of a phone and try it with a ring, which somebody accepts."""
    await expect(dialog(view).get_by_text("On this phone you are rung")).to_be_visible()
    await fill(view, name=KITCHEN, address=extension)
    await view.picture("setup_phone")
    await submit(view)
    await expect(dialog(view).get_by_text("Try the phone")).to_be_visible()
    await view.picture("setup_test")
    await submit(view)
    await expect(dialog(view).get_by_text(f"Ringing {KITCHEN}")).to_be_visible()
    await finish(view)


async def finish(view: Watched) -> None:
    """See that it was stored, and close the dialog."""
    done = dialog(view).get_by_role("button", name="Finish")
    await done.wait_for()
    await view.picture("setup_stored")
    await done.click()
    await expect(dialog(view).get_by_role("button")).to_have_count(0)


async def add_contact(view: Watched, url: str, world: World) -> None:
    """Add a company on the page of the integration, with the way through its menu as somebody shared it."""
    page = view.page
    await page.goto(f"{url}{PAGE}")
    await page.get_by_role("button", name="Add contact").click()
    await expect(dialog(view).get_by_text("A company that you call.")).to_be_visible()
    await fill(view, name=world.scenario.name, number="112", intent=world.scenario.intent)
    await submit(view)
    refused = dialog(view).get_by_text("Emergency numbers are never dialled by Hold Slayer.")
    await expect(refused).to_be_visible()
    await fill(view, number=world.company_number)
    await dialog(view).get_by_text("Way through the phone menu").click()
    await dialog(view).locator("textarea").first.fill(FLOW)
    await view.picture("setup_contact")
    await submit(view)
    await finish(view)
    await expect(page.get_by_text(world.scenario.name).first).to_be_visible()
    await expect(page.get_by_text(KITCHEN).first).to_be_visible()
    await view.picture("setup_page")
