"""The tools over MCP: a real client speaks to Home Assistant's own MCP server."""

from collections.abc import AsyncIterator
import contextlib
import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import CallToolResult, TextContent
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hold_slayer.const import LlmCalls
from custom_components.hold_slayer.llm_tools import CALLING_TOOLS, READING_TOOLS
from custom_components.hold_slayer.record_tools import RECORD_TOOLS
from custom_components.hold_slayer.telephony.messages import HangUp, PlaceCall

from .calling import start, to_hold
from .homes import account_entry, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

READING = {f"hold_slayer__{tool.short_name}" for tool in (*READING_TOOLS, *RECORD_TOOLS)}
CALLING = {f"hold_slayer__{tool.short_name}" for tool in CALLING_TOOLS}


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set up Assist, the MCP server as its own form does, and an account."""
    for component in ("homeassistant", "http", "conversation", "intent", "llm"):
        assert await async_setup_component(hass, component, {})
    form = await hass.config_entries.flow.async_init("mcp_server", context={"source": "user"})
    await hass.config_entries.flow.async_configure(form["flow_id"], {})
    entry = account_entry()
    await set_up(hass, entry)
    return entry


@contextlib.asynccontextmanager
async def session(
    hass_client: ClientSessionGenerator, token: str, path: str = "/api/mcp"
) -> AsyncIterator[ClientSession]:
    """Open an MCP session as a chat program on another machine does."""
    client = await hass_client()
    url = str(client.make_url(path))
    async with (
        create_mcp_http_client({"Authorization": f"Bearer {token}"}) as http,
        streamable_http_client(url, http_client=http) as (reading, writing, _),
        ClientSession(reading, writing) as opened,
    ):
        await opened.initialize()
        yield opened


def said(result: CallToolResult) -> dict[str, Any]:
    """Return the data that a tool answered with."""
    content = result.content[0]
    assert isinstance(content, TextContent)
    data: dict[str, Any] = json.loads(content.text)
    return data


async def test_reading_over_mcp(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    hass_access_token: str,
) -> None:
    """The reading tools are listed with their hints and arguments, and answer."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    async with session(hass_client, hass_access_token, "/api/mcp/assist") as opened:
        listed = {
            tool.name: tool
            for tool in (await opened.list_tools()).tools
            if tool.name.startswith("hold_slayer__")
        }
        assert set(listed) == READING
        for tool in listed.values():
            assert tool.annotations is not None
            assert tool.annotations.readOnlyHint is True
            assert tool.annotations.destructiveHint is False
            assert tool.description
        assert listed["hold_slayer__get_call_transcript"].inputSchema["required"] == ["call_id"]
        active = await opened.call_tool("hold_slayer__list_active_calls", {})
        assert not active.isError
        assert [each["call_id"] for each in said(active)["calls"]] == [call.id]
        status = said(await opened.call_tool("hold_slayer__get_call_status", {"call_id": call.id}))
        assert (status["state"], status["contact"]) == ("on_hold", "Insurance")


async def test_calling_over_mcp(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    hass_access_token: str,
) -> None:
    """Once allowed, a call can be placed and ended; refusals come back as readable errors."""
    hass.config_entries.async_update_entry(entry, options={"llm_calls": LlmCalls.ON})
    await hass.async_block_till_done()
    async with session(hass_client, hass_access_token) as opened:
        names = {tool.name for tool in (await opened.list_tools()).tools}
        assert names >= READING | CALLING
        refused = await opened.call_tool("hold_slayer__make_call", {"contact": "+19005550100"})
        assert refused.isError
        assert "+19005550100" in said(refused)["error"]
        assert not link.all(PlaceCall)
        made = await opened.call_tool("hold_slayer__make_call", {"contact": "Insurance"})
        assert said(made)["state"] == "dialing"
        assert link.all(PlaceCall)[0].target == "+442079460000"
        ended = await opened.call_tool("hold_slayer__end_call", {})
        assert said(ended)["state"] == "ended"
        assert link.all(HangUp)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_call_status", {"call_id": ["not", "a", "text"]}),
        ("get_call_transcript", {}),
        ("search_call_history", {"offset": -1}),
        ("send_dtmf", {"keys": "1; rm -rf /"}),
        ("make_call", {"contact": "Insurance", "number": "+19005550100"}),
        ("learn_call_flow", {"contact": "Insurance", "flow": "{not a flow"}),
    ],
)
async def test_bad_arguments_over_mcp(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    hass_access_token: str,
    tool: str,
    arguments: dict[str, Any],
) -> None:
    """Arguments of the wrong kind are refused in words; nothing is dialled, the server goes on."""
    hass.config_entries.async_update_entry(entry, options={"llm_calls": LlmCalls.ON})
    await hass.async_block_till_done()
    async with session(hass_client, hass_access_token, "/api/mcp/assist") as opened:
        result = await opened.call_tool(f"hold_slayer__{tool}", arguments)
        assert result.isError
        content = result.content[0]
        assert isinstance(content, TextContent)
        assert content.text
        assert not link.all(PlaceCall)
        assert len((await opened.list_tools()).tools) >= len(READING)
