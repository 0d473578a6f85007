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
from custom_components.hold_slayer.telephony.messages import ErrorKind, PlaceCall, SetPhoneServer

from .calling import act
from .homes import DESK, INSURANCE, account_entry, add_subentry, set_up, subentry
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

FLOW = "hold_slayer_flow: 1\nname: Insurance\nsteps:\n  - action: press\n    keys: '2'\n"
VALUES = {"reason": "because", "contact": "Insurance", "steps": "2", "heard": "-"}
FACTS = {"contact_id": "insurance", "flow": FLOW}
#: Fixes that begin with a choice.
CHOICES = {
    "flow_stale": ("explore", "read_menu"),
    "recording_failed": ("try_again", "switch_off"),
}


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up."""
    assert await async_setup_component(hass, "repairs", {})
    entry = account_entry()
    await set_up(hass, entry)
    return entry


async def walk(
    hass_client: ClientSessionGenerator, issue_id: str, choice: str = ""
) -> dict[str, Any]:
    """Open the fix of an issue, confirm it or choose, and return how it ended."""
    client = await hass_client()
    url = "/api/repairs/issues/fix"
    answer = await client.post(url, json={"handler": DOMAIN, "issue_id": issue_id})
    assert answer.status == HTTPStatus.OK, await answer.text()
    form = await answer.json()
    if choice:
        assert form["type"] == "menu"
        assert choice in form["menu_options"]
    else:
        assert form["step_id"] == "confirm"
    given = {"next_step_id": choice} if choice else {}
    answer = await client.post(f"{url}/{form['flow_id']}", json=given)
    assert answer.status == HTTPStatus.OK, await answer.text()
    ended: dict[str, Any] = await answer.json()
    return ended


@pytest.mark.parametrize("key", sorted(FIXABLE - {"no_phone"} - CHOICES.keys()))
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


@pytest.mark.parametrize(
    ("key", "choice"),
    [(key, choice) for key in sorted(FIXABLE) for choice in CHOICES.get(key, ("",))],
)
async def test_the_account_is_gone(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    key: str,
    choice: str,
) -> None:
    """A fix opened for an account that was removed meanwhile ends quietly."""
    await hass.config_entries.async_remove(entry.entry_id)
    raise_issue(hass, entry, key, VALUES, facts=FACTS)
    ended = await walk(hass_client, f"{key}_{entry.entry_id}", choice)
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


async def test_a_flow_that_no_longer_fits_is_forgotten(
    hass: HomeAssistant, link: ScriptedLink, hass_client: ClientSessionGenerator
) -> None:
    """The contact keeps everything but its call flow; from now on the menu is read."""
    entry = await with_flow(hass)
    raise_issue(hass, entry, "flow_stale", VALUES, facts=FACTS, about="insurance")
    ended = await walk(hass_client, stale(entry), "read_menu")
    assert ended["type"] == "create_entry"
    await hass.async_block_till_done()
    contact = entry.runtime_data.contacts["insurance"]
    assert contact.flow is None
    assert contact.secrets == {"account_number": "987654321"}
    assert ir.async_get(hass).async_get_issue(DOMAIN, stale(entry)) is None


async def test_a_menu_that_changed_is_explored_again(
    hass: HomeAssistant, link: ScriptedLink, hass_client: ClientSessionGenerator
) -> None:
    """Submitting dials; while that goes on a second exploration is refused with the reason."""
    entry = await with_flow(hass)
    raise_issue(hass, entry, "flow_stale", VALUES, facts=FACTS, about="insurance")
    ended = await walk(hass_client, stale(entry), "explore")
    assert ended["type"] == "create_entry"
    assert (await link.until(PlaceCall)).target == INSURANCE["number"]
    (call,) = entry.runtime_data.switchboard.active
    assert call.job.plan.explore
    raise_issue(hass, entry, "flow_stale", VALUES, facts=FACTS, about="insurance")
    ended = await walk(hass_client, stale(entry), "explore")
    assert (ended["type"], ended["reason"]) == ("abort", "failed")
    assert "Insurance" in ended["description_placeholders"]["reason"]
    assert ir.async_get(hass).async_get_issue(DOMAIN, stale(entry)) is not None
    await act(hass, "hang_up", call_id=call.id)


async def test_nothing_is_explored_while_the_account_stands_still(
    hass: HomeAssistant, link: ScriptedLink, hass_client: ClientSessionGenerator
) -> None:
    """The issue stays for later."""
    entry = await with_flow(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    raise_issue(hass, entry, "flow_stale", VALUES, facts=FACTS, about="insurance")
    ended = await walk(hass_client, stale(entry), "explore")
    assert (ended["type"], ended["reason"]) == ("abort", "not_running")
    assert ir.async_get(hass).async_get_issue(DOMAIN, stale(entry)) is not None


async def with_flow(hass: HomeAssistant) -> MockConfigEntry:
    """Set an account up whose contact has a call flow."""
    assert await async_setup_component(hass, "repairs", {})
    flow = {"hold_slayer_flow": 1, "name": "Insurance", "steps": [{"action": "press", "keys": "2"}]}
    entry = account_entry(
        subentry(SubentryType.PHONE, "desk", "Desk", DESK),
        subentry(SubentryType.CONTACT, "insurance", "Insurance", INSURANCE | {"flow": flow}),
    )
    await set_up(hass, entry)
    assert entry.runtime_data.contacts["insurance"].flow is not None
    return entry


def stale(entry: MockConfigEntry) -> str:
    """Return the id of the issue about the contact's flow."""
    return f"flow_stale_insurance_{entry.entry_id}"


async def test_recording_goes_on_once_there_is_room(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A disk that is still full is told with its figures; the issue goes when there is room."""
    issue_id = f"recording_failed_{entry.entry_id}"
    entry.runtime_data.recording_failed("only 3 MB are free")
    monkeypatch.setattr("custom_components.hold_slayer.recording.folder.LEAST_FREE", 10**18)
    ended = await walk(hass_client, issue_id, "try_again")
    assert (ended["type"], ended["reason"]) == ("abort", "failed")
    assert "kept free" in ended["description_placeholders"]["reason"]
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None
    monkeypatch.setattr("custom_components.hold_slayer.recording.folder.LEAST_FREE", 0)
    ended = await walk(hass_client, issue_id, "try_again")
    assert ended["type"] == "create_entry"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


async def test_recording_is_given_up(
    hass: HomeAssistant, link: ScriptedLink, hass_client: ClientSessionGenerator
) -> None:
    """The option of the account is off afterwards; the others stay."""
    assert await async_setup_component(hass, "repairs", {})
    entry = account_entry(options={"record": True, "lines": 1})
    await set_up(hass, entry)
    entry.runtime_data.recording_failed("the disk is full")
    ended = await walk(hass_client, f"recording_failed_{entry.entry_id}", "switch_off")
    assert ended["type"] == "create_entry"
    assert entry.options == {"record": False, "lines": 1}


async def test_sip_phones_get_another_port(
    hass: HomeAssistant, link: ScriptedLink, hass_client: ClientSessionGenerator
) -> None:
    """A port that is taken, too, is asked for again with the reason; one that is free is stored."""
    assert await async_setup_component(hass, "repairs", {})
    link.refuse(SetPhoneServer, ErrorKind.PORT_IN_USE, "another program has it")
    phone = DESK | {"kind": "sip_device", "address": "desk", "ha1_md5": "a", "ha1_sha256": "b"}
    entry = account_entry(subentry(SubentryType.PHONE, "desk", "Desk", phone), options={"lines": 1})
    await set_up(hass, entry)
    issue_id = f"phone_port_{entry.entry_id}"
    client = await hass_client()
    url = "/api/repairs/issues/fix"
    form = await (await client.post(url, json={"handler": DOMAIN, "issue_id": issue_id})).json()
    url = f"{url}/{form['flow_id']}"
    wrong = await client.post(url, json={"phone_port": 80})
    assert wrong.status == HTTPStatus.BAD_REQUEST
    taken = await (await client.post(url, json={"phone_port": 5080})).json()
    assert taken["errors"] == {"phone_port": "port_in_use"}
    assert "another program has it" in taken["description_placeholders"]["reason"]
    assert entry.options == {"lines": 1}
    link.answers.pop(SetPhoneServer)
    ended = await (await client.post(url, json={"phone_port": 5081})).json()
    assert ended["type"] == "create_entry"
    await hass.async_block_till_done()
    assert entry.options == {"lines": 1, "phone_port": 5081}
    server = link.all(SetPhoneServer)[-1].server
    assert server is not None
    assert server.port == 5081
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


async def test_a_menu_that_could_not_be_explored_is_tried_again(
    hass: HomeAssistant, link: ScriptedLink, hass_client: ClientSessionGenerator
) -> None:
    """Submitting dials."""
    entry = await with_flow(hass)
    raise_issue(hass, entry, "menu_not_explored", VALUES, facts=FACTS, about="insurance")
    ended = await walk(hass_client, f"menu_not_explored_insurance_{entry.entry_id}")
    assert ended["type"] == "create_entry"
    assert (await link.until(PlaceCall)).target == INSURANCE["number"]
    (call,) = entry.runtime_data.switchboard.active
    assert call.job.plan.explore
    await act(hass, "hang_up", call_id=call.id)
