"""A backup finds the history whole and at rest; without one there is nothing to hold."""

import sqlite3
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer import backup
from custom_components.hold_slayer.records import history
from custom_components.hold_slayer.records.history import history_of

from .calling import act, over, start
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def test_a_backup_in_mid_call(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file alone holds all calls before; what happens meanwhile is written afterwards."""
    before = await start(hass, entry)
    await act(hass, "hang_up", call_id=before.id)
    await over(hass, before)
    await backup.async_pre_backup(hass)

    def stored() -> list[Any]:
        # the file as it is copied, without what SQLite keeps beside it
        with sqlite3.connect(
            f"file:{hass.config.path(history.FILE)}?immutable=1", uri=True
        ) as file:
            return file.execute("SELECT id, outcome FROM hold_slayer_calls").fetchall()

    assert await hass.async_add_executor_job(stored) == [(before.id, "hung_up")]
    with monkeypatch.context() as impatient:
        # what reads meanwhile need not wait for what is not written
        impatient.setattr(history, "_CATCH_UP_S", 0.05)
        during = await start(hass, entry)
        await act(hass, "hang_up", call_id=during.id)
        await over(hass, during)
    assert await hass.async_add_executor_job(stored) == [(before.id, "hung_up")]
    await backup.async_post_backup(hass)
    found = (await act(hass, "get_call_history"))["calls"]
    assert [each["call_id"] for each in found] == [during.id, before.id]
    assert history_of(hass).health == "sqlite"


async def test_a_backup_before_any_account(hass: HomeAssistant) -> None:
    """Nothing is there to be held, and nothing fails."""
    await backup.async_pre_backup(hass)
    await backup.async_post_backup(hass)
