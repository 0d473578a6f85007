"""The fixes of repair issues, through the API that the browser uses."""

from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.issues import FIXABLE, raise_issue

from .homes import DESK, INSURANCE, account_entry, add_subentry, set_up, subentry
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

FLOW = "hold_slayer_flow: 1\nname: Insurance\nsteps:\n  - action: press\n    keys: '2'\n"
VALUES = {"reason": "because", "contact": "Insurance", "steps": "2", "heard": "-"}
FACTS = {"contact_id": "insurance", "flow": FLOW}


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up."""
    assert await async_setup_component(hass, "repairs", {})
    entry = account_entry()
    await set_up(hass, entry)
    return entry


async def walk(hass_client: ClientSessionGenerator, issue_id: str) -> dict[str, Any]:
    """Open the fix of an issue, confirm it and return how it ended."""
    client = await hass_client()
    url = "/api/repairs/issues/fix"
    answer = await client.post(url, json={"handler": DOMAIN, "issue_id": issue_id})
    assert answer.status == HTTPStatus.OK, await answer.text()
    form = await answer.json()
    assert form["step_id"] == "confirm"
    answer = await client.post(f"{url}/{form['flow_id']}", json={})
    assert answer.status == HTTPStatus.OK, await answer.text()
    ended: dict[str, Any] = await answer.json()
    return ended


@pytest.mark.parametrize("key", sorted(FIXABLE - {"no_phone"}))
async def test_every_fix_ends_and_takes_the_issue_away(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator, key: str
) -> None:
    """Whatever can be fixed is gone afterwards, and the account runs."""
    raise_issue(hass, entry, key, VALUES, facts=FACTS)
    ended = await walk(hass_client, f"{key}_{entry.entry_id}")
    assert ended["type"] == "create_entry"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_{entry.entry_id}") is None


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("stt_gone", {"stt_engine": "stt.gone"}),
        ("tts_gone", {"tts_engine": "tts.gone", "tts_voice": "amy"}),
        ("pipeline_gone", {"pipeline": "gone"}),
    ],
)
async def test_speech_that_is_gone(
    hass: HomeAssistant,
    link: ScriptedLink,
    hass_client: ClientSessionGenerator,
    key: str,
    options: dict[str, Any],
) -> None:
    """It is noticed at the start, and the fix goes back to the default; other options stay."""
    assert await async_setup_component(hass, "repairs", {})
    entry = account_entry(options=options | {"lines": 1})
    await set_up(hass, entry)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_{entry.entry_id}")
    assert issue is not None
    assert issue.is_fixable
    ended = await walk(hass_client, f"{key}_{entry.entry_id}")
    assert ended["type"] == "create_entry"
    await hass.async_block_till_done()
    assert entry.options == {"lines": 1}
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_{entry.entry_id}") is None


@pytest.mark.parametrize("key", sorted(FIXABLE))
async def test_the_account_is_gone(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator, key: str
) -> None:
    """A fix opened for an account that was removed meanwhile ends quietly."""
    await hass.config_entries.async_remove(entry.entry_id)
    raise_issue(hass, entry, key, VALUES, facts=FACTS)
    ended = await walk(hass_client, f"{key}_{entry.entry_id}")
    assert ended["type"] == "create_entry"


async def test_a_phone_has_to_be_added(
    hass: HomeAssistant, link: ScriptedLink, hass_client: ClientSessionGenerator
) -> None:
    """The issue stays until there is a phone."""
    assert await async_setup_component(hass, "repairs", {})
    entry = account_entry(subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE))
    await set_up(hass, entry)
    raise_issue(hass, entry, "no_phone")
    ended = await walk(hass_client, f"no_phone_{entry.entry_id}")
    assert (ended["type"], ended["reason"]) == ("abort", "still_no_phone")
    add_subentry(hass, entry, SubentryType.PHONE, "Desk", DESK)
    await hass.async_block_till_done()
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"no_phone_{entry.entry_id}") is None


async def test_issues_go_with_their_account(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Removing the account leaves no issue behind."""
    for key in sorted(FIXABLE | {"registration_lost", "stt_gone", "flow_stale"}):
        raise_issue(hass, entry, key, VALUES | {"entity": "stt.x"}, facts=FACTS)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    left = [issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN]
    assert [each for each in left if entry.entry_id in each] == []
