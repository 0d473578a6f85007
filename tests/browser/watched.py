"""A page that remembers what went wrong on it, and where its pictures go."""

from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass, field
import os
from pathlib import Path
from typing import Any

from playwright.async_api import ConsoleMessage, Error, Locator, Page, expect

from lab.home.browser import open_page
from lab.home.owner import Owner

#: Folder for screenshots; without it none are kept.
FOLDER = os.environ.get("HOLD_SLAYER_SCREENSHOTS")
#: How long the page may take for anything, ms (a slow machine takes half a minute to load).
PATIENCE_MS = 60_000
TAG = "hold-slayer-card"

expect.set_options(timeout=PATIENCE_MS)


@dataclass(slots=True, kw_only=True)
class Watched:
    """A page with the card on it."""

    page: Page
    problems: list[str] = field(default_factory=list)
    #: Tells the pictures of this page from those of others.
    suffix: str = ""

    @property
    def card(self) -> Locator:
        """The card."""
        return self.page.locator(TAG)

    def part(self, selector: str, **options: Any) -> Locator:
        """A part of the card; options as of `Page.locator`."""
        return self.page.locator(f"{TAG} {selector}", **options)

    def button(self, name: str) -> Locator:
        """A button of the card by what it says."""
        return self.card.get_by_role("button", name=name, exact=True)

    async def show(self, url: str) -> None:
        """Open the dashboard and wait for the card."""
        await self.page.goto(url)
        await self.part("ha-card").wait_for()

    async def picture(self, name: str, part: Locator | None = None) -> None:
        """Keep a screenshot of the page or a part of it, when somebody wants them.

        Those of narrow and dark pages have that in their names.
        """
        if FOLDER:
            Path(FOLDER).mkdir(parents=True, exist_ok=True)
            path = f"{FOLDER}/{name}{self.suffix}.png"
            await (part or self.page).screenshot(path=path, animations="disabled")

    async def overflows(self) -> bool:
        """Tell whether anything in the card is cut off or has to be scrolled sideways."""
        wide: bool = await self.part("ha-card").evaluate(
            "card => card.scrollWidth > card.clientWidth + 1"
        )
        return wide


@contextlib.asynccontextmanager
async def watched(owner: Owner, **options: Any) -> AsyncIterator[Watched]:
    """Open a page (options as of `open_page`) that collects errors of console and scripts."""
    async with open_page(owner, **options) as page:
        page.set_default_timeout(PATIENCE_MS)
        narrow = options.get("width", 1280) < 600
        suffix = ("_narrow" if narrow else "") + ("_dark" if options.get("dark") else "")
        view = Watched(page=page, suffix=suffix)

        def spoke(message: ConsoleMessage) -> None:
            # Home Assistant's own pages look for pictures on the internet, which is not there
            source = str(message.location.get("url")) or owner.url
            brands = f"{owner.url}/api/brands/"
            ours = source.startswith(owner.url) and not source.startswith(brands)
            if message.type == "error" and (ours or "hold_slayer" in source):
                view.problems.append(f"{message.text} ({source})")

        def failed(error: Error) -> None:
            # Home Assistant's own pages reject promises with values that are no errors: an answer of
            # the websocket for a command this small home does not have ("Object"), a list that was
            # closed while it was laid out ("disconnected"); the card rejects with errors alone,
            # which have a stack
            if error.stack:
                view.problems.append(f"{error}\n{error.stack}")

        page.on("console", spoke)
        page.on("pageerror", failed)
        yield view
