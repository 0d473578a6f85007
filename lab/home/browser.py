"""A real browser, logged in as the owner."""

from collections.abc import AsyncIterator
import contextlib
import json

from playwright.async_api import Page, async_playwright

from .owner import Owner

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.asynccontextmanager
async def open_page(
    owner: Owner, *, width: int = 1280, height: int = 900, dark: bool = False, language: str = "en"
) -> AsyncIterator[Page]:
    """Give a page on which the owner is logged in."""
    tokens = {
        **owner.tokens,
        "hassUrl": owner.url,
        "clientId": f"{owner.url}/",
        "expires": 4102444800000,
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=language,
        )
        storage = {
            "hassTokens": json.dumps(tokens),
            "selectedLanguage": json.dumps(language),
            "selectedTheme": json.dumps({"dark": dark}),
        }
        await context.add_init_script(
            "".join(
                f"localStorage.setItem({json.dumps(key)}, {json.dumps(value)});"
                for key, value in storage.items()
            )
        )
        page = await context.new_page()
        try:
            yield page
        finally:
            await browser.close()
