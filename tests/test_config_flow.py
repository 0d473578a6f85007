"""The forms of an account: every way through them, and every way they fail."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, start_reauth_flow

from custom_components.hold_slayer.const import DOMAIN
from custom_components.hold_slayer.providers import PRESETS, Provider
from custom_components.hold_slayer.telephony.errors import EngineStartError, StartProblem
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    ErrorKind,
    TestAccount,
    Transport,
)

from .homes import account_entry, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

FORM: dict[str, Any] = {
    "registrar": " sip.example.com ",
    "username": "alice",
    "password": "s3cret",
    "advanced": {},
}


async def begin(hass: HomeAssistant, provider: str = "generic") -> Any:
    """Open the set-up and choose a provider."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["step_id"] == "user"
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"provider": provider})


async def fill(hass: HomeAssistant, result: Any, form: dict[str, Any]) -> Any:
    """Fill a form in and wait out the progress."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], form)
    while result["type"] in (FlowResultType.SHOW_PROGRESS, FlowResultType.SHOW_PROGRESS_DONE):
        await hass.async_block_till_done()
        result = await hass.config_entries.flow.async_configure(result["flow_id"])
    return result


async def test_registers_and_leads_to_a_phone(hass: HomeAssistant, link: ScriptedLink) -> None:
    """An account that registers is stored, and the next form adds a phone."""
    result = await fill(hass, await begin(hass), FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "alice@sip.example.com"
    assert result["data"]["registrar"] == "sip.example.com"
    assert result["result"].unique_id == "sip:alice@sip.example.com"
    tried = link.all(TestAccount)[0].account
    assert (tried.registrar, tried.username, tried.password) == (
        "sip.example.com",
        "alice",
        "s3cret",
    )
    kind, flow_id = result["next_flow"]
    assert kind == "config_subentries_flow"
    next_form = hass.config_entries.subentries.async_get(flow_id)
    assert next_form["step_id"] == "user"
    assert len(link.all(AddAccount)) == 1


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (ErrorKind.UNAUTHORISED, "invalid_auth"),
        (ErrorKind.FORBIDDEN, "forbidden"),
        (ErrorKind.NOT_FOUND, "unknown_user"),
        (ErrorKind.REJECTED, "rejected"),
        (ErrorKind.UNREACHABLE, "cannot_connect"),
        (ErrorKind.TIMEOUT, "timeout"),
        (ErrorKind.TLS_FAILED, "tls_failed"),
        (ErrorKind.PORT_IN_USE, "port_in_use"),
        (ErrorKind.INVALID_ADDRESS, "invalid_host"),
        (ErrorKind.UNSUPPORTED, "unsupported"),
        (ErrorKind.ENGINE_ERROR, "engine_failed"),
    ],
)
async def test_refused_then_put_right(
    hass: HomeAssistant, link: ScriptedLink, error: ErrorKind, key: str
) -> None:
    """Each answer has its own error; what was typed stays, and it can be tried again."""
    link.refuse(TestAccount, error, "Nope", 403)
    result = await fill(hass, await begin(hass), FORM)
    assert result["step_id"] == "account"
    assert result["errors"] == {"base": key}
    assert result["description_placeholders"]["reason"] == "403 Nope"
    del link.answers[TestAccount]
    result = await fill(hass, result, FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("problem", "key"),
    [
        (StartProblem.MISSING_LIBRARY, "engine_missing"),
        (StartProblem.UNSUPPORTED_MACHINE, "engine_unsupported"),
        (StartProblem.PORT_IN_USE, "port_in_use"),
        (StartProblem.TIMEOUT, "engine_timeout"),
        (StartProblem.CRASHED, "engine_failed"),
        (StartProblem.PROTOCOL, "engine_failed"),
    ],
)
async def test_engine_does_not_start(
    hass: HomeAssistant, link: ScriptedLink, problem: StartProblem, key: str
) -> None:
    """A missing or broken engine is told in the form."""
    link.start_error = EngineStartError(problem, "because")
    result = await fill(hass, await begin(hass), FORM)
    assert result["errors"] == {"base": key}
    assert result["description_placeholders"]["reason"] == "because"


async def test_engine_lost_while_trying(hass: HomeAssistant, link: ScriptedLink) -> None:
    """An engine that dies while it tries is told in the form."""
    link.lose(TestAccount)
    result = await fill(hass, await begin(hass), FORM)
    assert result["errors"] == {"base": "engine_failed"}


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"registrar": "sip example"}, {"registrar": "invalid_host"}),
        ({"registrar": "sip.example.com:99999"}, {"registrar": "invalid_host"}),
        ({"registrar": "sip..example"}, {"registrar": "invalid_host"}),
        ({"username": "a b"}, {"username": "invalid_username"}),
        ({"username": "x" * 129}, {"username": "invalid_username"}),
        ({"username": 'a"\r\nContact: <sip:x>'}, {"username": "invalid_username"}),
        ({"password": ""}, {"password": "invalid_password"}),
        ({"password": "a\nb"}, {"password": "invalid_password"}),
        ({"advanced": {"outbound_proxy": "a/b"}}, {"base": "invalid_proxy"}),
        ({"advanced": {"sip_domain": "a/b"}}, {"base": "invalid_domain"}),
        ({"advanced": {"display_name": 'x" <sip:y>'}}, {"base": "invalid_display_name"}),
        ({"advanced": {"codecs": []}}, {"base": "no_codec"}),
    ],
)
async def test_bad_input(
    hass: HomeAssistant, link: ScriptedLink, change: dict[str, Any], errors: dict[str, str]
) -> None:
    """What cannot be right is said at the field, before anything is sent."""
    result = await fill(hass, await begin(hass), FORM | change)
    assert result["errors"] == errors
    assert not link.all(TestAccount)


async def test_same_account_twice(hass: HomeAssistant, link: ScriptedLink) -> None:
    """The same account, however it is typed, is refused."""
    await set_up(hass, account_entry())
    result = await fill(hass, await begin(hass), FORM | {"username": "Alice"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_presets(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Every provider's form can be shown, and its suggestions arrive."""
    for provider in Provider:
        result = await begin(hass, provider.value)
        assert result["step_id"] == "account"
        hass.config_entries.flow.async_abort(result["flow_id"])
    result = await begin(hass, Provider.TELNYX.value)
    result = await fill(hass, result, FORM | {"registrar": PRESETS[Provider.TELNYX].registrar})
    assert link.all(TestAccount)[0].account.transport is Transport.TLS


async def test_reauthentication(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A new password is tried before it is stored."""
    entry = account_entry()
    await set_up(hass, entry)
    result: Any = await start_reauth_flow(hass, entry)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"password": "a\nb"})
    assert result["errors"] == {"password": "invalid_password"}
    link.refuse(TestAccount, ErrorKind.UNAUTHORISED)
    result = await fill(hass, result, {"password": "wrong"})
    assert result["step_id"] == "reauth_confirm"
    assert result["errors"] == {"base": "invalid_auth"}
    del link.answers[TestAccount]
    result = await fill(hass, result, {"password": "right"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["password"] == "right"
    await hass.async_block_till_done()
    assert link.all(AddAccount)[-1].account.password == "right"


async def test_reconfigure(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Everything but the password is shown again; the change is tried before it is stored."""
    entry = account_entry()
    await set_up(hass, entry)
    result: Any = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "account"
    suggested = {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
        if key.description
    }
    assert suggested["registrar"] == "sip.example.com"
    assert "password" not in suggested
    result = await fill(hass, result, FORM | {"username": "bob"})
    assert result["reason"] == "reconfigure_successful"
    assert (entry.unique_id, entry.title) == (
        "sip:bob@sip.example.com",
        "bob@sip.example.com",
    )
    await hass.async_block_till_done()


async def test_reconfigure_to_the_same(hass: HomeAssistant, link: ScriptedLink) -> None:
    """An account may keep its own address, but not take another's."""
    entry = account_entry()
    await set_up(hass, entry)
    other = MockConfigEntry(domain=DOMAIN, unique_id="sip:bob@sip.example.com", data={})
    other.add_to_hass(hass)
    result: Any = await entry.start_reconfigure_flow(hass)
    result = await fill(hass, result, FORM | {"username": "bob"})
    assert result["reason"] == "already_configured"
    result = await entry.start_reconfigure_flow(hass)
    result = await fill(hass, result, FORM)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()


async def test_options(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Options are checked, stored flat, shown again and in force at once."""
    entry = account_entry()
    await set_up(hass, entry)
    result: Any = await hass.config_entries.options.async_init(entry.entry_id)
    bad = {"your_name": "x" * 61, "speech": {}, "reach": {"quiet_start": "22:00:00"}}
    result = await hass.config_entries.options.async_configure(result["flow_id"], bad)
    assert result["errors"] == {"your_name": "invalid_name", "base": "invalid_quiet_hours"}
    good = {
        "your_name": "Ada",
        "lines": 1,
        "speech": {"language": "de"},
        "reach": {"ring_together": True},
    }
    result = await hass.config_entries.options.async_configure(result["flow_id"], good)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    settings = entry.runtime_data.settings
    assert (settings.your_name, settings.lines, settings.language, settings.ring_together) == (
        "Ada",
        1,
        "de",
        True,
    )
    assert hass.states.get("sensor.hold_slayer_line_2_call_state") is None
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM


async def test_trunk_by_address(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A trunk that knows us by our address needs no password, and all its settings are used."""
    advanced = {
        "register": False,
        "outbound_proxy": "one.example, two.example:5070",
        "identity": "p_asserted",
        "hide_number": True,
        "public_address": "203.0.113.5",
        "stun_server": "stun.example:3478",
        "allow_from": "198.51.100.0/24 media.example",
        "rtp_port": 20000,
    }
    form = {"registrar": "sip.example.com", "username": "alice", "advanced": advanced}
    result = await fill(hass, await begin(hass, "address_trunk"), form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    tried = link.all(TestAccount)[0].account
    assert (tried.register, tried.password) == (False, "")
    assert tried.outbound_proxies == ("one.example", "two.example:5070")
    assert (tried.identity, tried.hide_number) == ("p_asserted", True)
    assert (tried.public_address, tried.stun_server) == ("203.0.113.5", "stun.example:3478")
    assert tried.allow_from == ("198.51.100.0/24", "media.example")
    assert tried.rtp_port == 20000


@pytest.mark.parametrize(
    ("advanced", "error"),
    [
        ({"outbound_proxy": "fine.example, not/a/host"}, "invalid_proxy"),
        ({"stun_server": "stun example?"}, "invalid_stun"),
        ({"public_address": "home.example"}, "invalid_public_address"),
        ({"allow_from": "198.51.100.0/24, ??"}, "invalid_allow_from"),
    ],
)
async def test_bad_trunk_settings(
    hass: HomeAssistant, link: ScriptedLink, advanced: dict[str, Any], error: str
) -> None:
    """Each wrong setting is named, and nothing is tried."""
    result = await fill(hass, await begin(hass), {**FORM, "advanced": advanced})
    assert result["errors"] == {"base": error}
    assert not link.all(TestAccount)
