"""Events of calls as lines of the log and as messages to those who follow the history."""

import json
import logging
from typing import Any

from homeassistant.auth.models import User
from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.calls.progress import Speaker, TranscriptLine
from custom_components.hold_slayer.records.event_log import EVENTS_LOGGER

from ..calling import act, over, start, to_hold
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the events in the log."""
    return [
        json.loads(each.getMessage())
        for each in caplog.records
        if each.name == "hold_slayer.events"
    ]


async def test_a_line_per_event(
    hass: HomeAssistant,
    link: ScriptedLink,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is a JSON object on one line with who and when; secrets are placeholders."""
    monkeypatch.setattr(EVENTS_LOGGER, "level", logging.NOTSET)
    caplog.set_level(logging.INFO, "hold_slayer.events")
    entry = account_entry(options={"event_log": True})
    await set_up(hass, entry)
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    text = "number\u2028987654321\nplease"
    call.progress.say(
        TranscriptLine(time=call.progress.started, speaker=Speaker.COMPANY, text=text)
    )
    await act(hass, "send_dtmf", keys="987654321")
    await act(hass, "hang_up")
    await over(hass, call)
    events = logged(caplog)
    kinds = [each["event"] for each in events]
    assert kinds[0] == "state"
    # a leg may be over a moment later
    assert [each for each in kinds if each != "leg"][-1] == "ended"
    assert {"keys", "words"} <= set(kinds)
    for each in events:
        assert each["v"] == 1
        assert each["call_id"] == call.id
        assert each["contact"] == "Insurance"
        assert each["line"] == 1
        assert each["time"].endswith("+00:00")
    for record in caplog.records:
        if record.name == "hold_slayer.events":
            assert len(record.getMessage().splitlines()) == 1
            assert "987654321" not in record.getMessage()
    assert events[-1]["outcome"] == "hung_up"
    assert [each["keys"] for each in events if each["event"] == "keys"] == ["{account_number}"]


async def test_off_unless_wanted(
    hass: HomeAssistant, link: ScriptedLink, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of a call is in the log by itself; the option works at once."""
    caplog.set_level(logging.DEBUG)
    entry = account_entry()
    await set_up(hass, entry)
    call = await start(hass, entry)
    assert logged(caplog) == []
    hass.config_entries.async_update_entry(entry, options={"event_log": True})
    await hass.async_block_till_done()
    await act(hass, "hang_up")
    await over(hass, call)
    assert [each["event"] for each in logged(caplog)][-1] == "ended"


async def test_following_the_history(
    hass: HomeAssistant, link: ScriptedLink, hass_ws_client: WebSocketGenerator
) -> None:
    """A call appears when it begins, changes when it ends, and goes when it is deleted."""
    entry = account_entry()
    await set_up(hass, entry)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "hold_slayer/history/subscribe"})
    subscribed = await client.receive_json()
    assert subscribed["success"]
    call = await start(hass, entry)
    event = (await client.receive_json())["event"]
    assert (event["kind"], event["call"]["call_id"]) == ("call", call.id)
    assert event["call"]["ended"] is None
    await act(hass, "hang_up")
    await over(hass, call)
    event = (await client.receive_json())["event"]
    assert event["call"]["outcome"] == "hung_up"
    await act(hass, "set_verdict", call_id=call.id, person=False)
    assert (await client.receive_json())["event"]["kind"] == "call"
    await act(hass, "delete_calls", call_id=call.id)
    assert (await client.receive_json())["event"] == {"kind": "deleted", "call_ids": [call.id]}
    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": subscribed["id"]})
    assert (await client.receive_json())["success"]
    await client.send_json_auto_id({"type": "hold_slayer/history/summary", "call_id": call.id})
    assert (await client.receive_json())["error"]["translation_key"] == "unknown_call"


async def test_nobody_follows_what_they_may_not_see(
    hass: HomeAssistant,
    link: ScriptedLink,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_user: User,
    hass_read_only_access_token: str,
) -> None:
    """A user who may read line 2 alone is told of its calls alone."""
    entry = account_entry()
    await set_up(hass, entry)
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", "hold_slayer", f"{entry.entry_id}_line2_call_state"
    )
    assert entity_id
    hass_read_only_user.permissions = PolicyPermissions(
        {"entities": {"entity_ids": {entity_id: {"read": True}}}},
        PermissionLookup(er.async_get(hass), dr.async_get(hass)),
    )
    client = await hass_ws_client(hass, hass_read_only_access_token)
    await client.send_json_auto_id({"type": "hold_slayer/history/subscribe"})
    assert (await client.receive_json())["success"]
    first = await start(hass, entry, line=1)
    second = await start(hass, entry, line=2)
    event = (await client.receive_json())["event"]
    assert event["call"]["call_id"] == second.id
    for command in ("get", "summary"):
        await client.send_json_auto_id(
            {"type": f"hold_slayer/history/{command}", "call_id": first.id}
        )
        assert (await client.receive_json())["error"]["translation_key"] == "unknown_call"
