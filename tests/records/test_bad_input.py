"""Whatever is asked of the history, the answer is clear, and the next question is answered too."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import probatio
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.records.history import history_of

from ..calling import act
from ..homes import account_entry, set_up
from ..scripted_link import ScriptedLink
from .made import writing

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    float("inf"),
    "",
    " ",
    "never",
    "99999-01-01",
    "\x00",
    "%_\\",
    "' OR 1=1 --",
    "💥" * 5000,
    "x" * 200_000,
    "NEAR(a b",
    '"',
    "a AND",
    "*",
    [],
    {},
    ["a"],
    {"a": 1},
)
FIELDS = ("contact", "outcome", "since", "until", "config_entry_id", "limit", "offset")


@pytest.mark.parametrize("field", [*FIELDS, "search", "call_id"])
async def test_odd_values(
    hass: HomeAssistant, link: ScriptedLink, hass_ws_client: WebSocketGenerator, field: str
) -> None:
    """Each is an answer or a translated error, over the websocket and by action; nothing breaks."""
    await set_up(hass, account_entry())
    await history_of(hass).write(writing("c1", "claim"))
    client = await hass_ws_client(hass)
    command = {"search": "search", "call_id": "get"}.get(field, "list")
    action = {"call_id": "export_calls"}.get(field, "get_call_history")
    for value in ODD:
        if value != float("inf"):
            message = {"type": f"hold_slayer/history/{command}", field: value}
            await client.send_json_auto_id(message)
            answer = await client.receive_json()
            if not answer["success"]:
                known = answer["error"].get("translation_key") or answer["error"]["code"]
                assert known != "unknown_error", (value, answer)
                assert known.startswith(("history_", "unknown_c", "invalid_format")), known
        key = await refused(hass, action, **{field: value})
        assert key is None or key.startswith(("history_", "unknown_c", "schema")), (value, key)
        assert key != "history_unavailable", value
    assert (await act(hass, "get_call_history"))["total"] == 1
    assert history_of(hass).writer.trouble is None


async def refused(hass: HomeAssistant, action: str, **data: Any) -> str | None:
    """Return the key of the error an action ends in; None when it does not."""
    try:
        await act(hass, action, **data)
    except HomeAssistantError as error:
        return str(error.translation_key)
    except probatio.Invalid:
        return "schema"
    return None
