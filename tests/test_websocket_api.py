"""The subscription that feeds the card."""

import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntryChange
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.const import SubentryType
from custom_components.hold_slayer.telephony.messages import (
    LegState,
    Registration,
    RegistrationState,
)

from .calling import act, company, start
from .homes import DESK, account_entry, add_subentry, leg_is, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def subscribe(client: Any) -> Any:
    """Subscribe and return the snapshot."""
    await client.send_json_auto_id({"type": "hold_slayer/subscribe"})
    assert (await client.receive_json())["success"]
    return await event(client)


async def event(client: Any) -> Any:
    """Return the next event."""
    return (await client.receive_json())["event"]


async def test_snapshot_and_deltas(
    hass: HomeAssistant,
    link: ScriptedLink,
    hass_ws_client: WebSocketGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A card sees idle lines, then a call, then only what changes."""
    entry = account_entry()
    await set_up(hass, entry)
    client = await hass_ws_client(hass)
    snapshot = await subscribe(client)
    assert snapshot["kind"] == "snapshot"
    assert snapshot["now"] == pytest.approx(time.time(), abs=60)
    assert [line["name"] for line in snapshot["lines"]] == ["Line 1", "Line 2"]
    assert snapshot["lines"][0]["call"] is None
    assert snapshot["lines"][0]["device_id"]
    assert [contact["name"] for contact in snapshot["contacts"]] == ["Insurance"]
    assert [phone["name"] for phone in snapshot["phones"]] == ["Desk"]

    call = await start(hass, entry)
    first = await event(client)
    assert (first["kind"], first["id"]) == ("line", f"{entry.entry_id}_1")
    assert first["call"]["id"] == call.id
    assert first["call"]["state"] == "dialing"
    assert [segment["kind"] for segment in first["call"]["segments"]] == ["ringing"]

    leg_is(link, company(call), LegState.CONFIRMED)
    freezer.tick(0.3)
    async_fire_time_changed(hass)
    changes = [await event(client) for _ in range(3)]
    assert changes[0]["call"]["state"] == "navigating"
    assert "number" not in changes[0]["call"]
    assert {each["kind"] for each in changes[1:]} == {"segment"}
    assert changes[2]["segment"]["kind"] == "menu"

    await act(hass, "hang_up")
    freezer.tick(0.3)
    async_fire_time_changed(hass)
    ended = await event(client)
    assert ended["call"]["outcome"] == "hung_up"
    assert ended["call"]["outcome_text"] == "Hung up"


async def test_new_phone_sends_a_snapshot(
    hass: HomeAssistant, link: ScriptedLink, hass_ws_client: WebSocketGenerator
) -> None:
    """Contacts and phones that come or go are told at once; unloading empties the card."""
    entry = account_entry()
    await set_up(hass, entry)
    client = await hass_ws_client(hass)
    await subscribe(client)
    add_subentry(hass, entry, SubentryType.PHONE, "Kitchen", DESK | {"address": "201"})
    await hass.async_block_till_done()
    snapshots = [await event(client)]
    while len(snapshots[-1]["phones"]) != 2:
        snapshots.append(await event(client))
    await hass.config_entries.async_unload(entry.entry_id)
    while (last := await event(client))["lines"]:
        pass
    assert last["contacts"] == []


async def test_a_line_that_is_not_available(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An account that is not registered any more takes its idle lines away, and gives them back."""
    client = await hass_ws_client(hass)
    await subscribe(client)
    for state, available in (
        (RegistrationState.FAILED, False),
        (RegistrationState.REGISTERED, True),
    ):
        link.tell(Registration(account_id=entry.entry_id, state=state))
        freezer.tick(0.3)
        async_fire_time_changed(hass)
        told = [await event(client), await event(client)]
        assert sorted(each["id"] for each in told) == [f"{entry.entry_id}_{n}" for n in (1, 2)]
        assert all(each["available"] is available for each in told)
        assert all(each["call"] is None for each in told)


async def test_others_see_only_their_lines(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    hass_read_only_user: MockUser,
) -> None:
    """Somebody who may read one line's entities gets that line, and no deltas of the other."""
    entity_id = "sensor.hold_slayer_line_2_call_state"
    hass_read_only_user.groups = []
    hass_read_only_user.mock_policy({"entities": {"entity_ids": {entity_id: {"read": True}}}})
    client = await hass_ws_client(hass, hass_read_only_access_token)
    snapshot = await subscribe(client)
    assert [line["name"] for line in snapshot["lines"]] == ["Line 2"]
    first = await start(hass, entry, line=1)
    second = await start(hass, entry, line=2)
    told = await event(client)
    assert (told["id"], told["call"]["id"]) == (f"{entry.entry_id}_2", second.id)
    assert first.active


async def test_other_integrations_change_nothing(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """An entry of somebody else that comes sends no snapshot; the next thing told is the call."""
    client = await hass_ws_client(hass)
    await subscribe(client)
    MockConfigEntry(domain="sun").add_to_hass(hass)
    async_dispatcher_send(
        hass,
        SIGNAL_CONFIG_ENTRY_CHANGED,
        ConfigEntryChange.ADDED,
        hass.config_entries.async_entries("sun")[0],
    )
    call = await start(hass, entry)
    assert (await event(client))["call"]["id"] == call.id
