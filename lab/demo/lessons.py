"""Accepting what the integration has learned: the repairs that offer a call flow, as a person would click them."""

from ..home.owner import Owner

#: Issues that offer a flow, by translation key.
_OFFERS = ("flow_learned", "flow_changed")


async def accept_lessons(owner: Owner) -> int:
    """Accept every call flow on offer; returns how many."""
    issues = (await owner.command("repairs/list_issues"))["issues"]
    offers = [
        issue
        for issue in issues
        if issue["domain"] == "hold_slayer" and issue["translation_key"] in _OFFERS
    ]
    for issue in offers:
        step = await owner.post(
            "/api/repairs/issues/fix", {"handler": "hold_slayer", "issue_id": issue["issue_id"]}
        )
        await owner.post(f"/api/repairs/issues/fix/{step['flow_id']}", {})
    return len(offers)
