"""What axe-core finds wrong with the card for people who cannot see it, or not well."""

from axe_playwright_python.async_playwright import Axe

from .watched import Watched

#: WCAG 2.2 level AA, and what is good practice besides.
_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # the page around the card has these, and is not ours
    "rules": {"region": {"enabled": False}, "heading-order": {"enabled": False}},
}


async def complaints(view: Watched) -> list[str]:
    """Return what axe-core complains of in the card, each with the piece of it and what to do."""
    await view.page.evaluate(Axe().axe_script)
    results = await view.card.evaluate("(card, options) => axe.run(card, options)", _OPTIONS)
    return [
        f"{found['id']}: {node['html'][:160]} – {node['failureSummary']}"
        for found in results["violations"]
        for node in found["nodes"]
    ]
