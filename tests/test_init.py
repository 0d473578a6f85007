"""Starting, stopping and changing accounts."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.hold_slayer.calls.account import Account
from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.telephony.errors import EngineStartError, StartProblem
from custom_components.hold_slayer.telephony.messages import (
    AddAccount,
    ErrorKind,
    Registration,
    RegistrationState,
    RemoveAccount,
)
from custom_components.hold_slayer.telephony.supervision import LinkState

from .homes import account_entry, add_subentry, set_up
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")
STATE = "sensor.hold_slayer_line_1_call_state"


async def test_account_registers_and_unregisters(hass: HomeAssistant, link: ScriptedLink) -> None:
    """An account is added to the engine, and taken away with the last entry."""
    entry = account_entry()
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert link.all(AddAccount)[0].account.registrar == "sip.example.com"
    assert hass.states.is_state(STATE, "idle")

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert link.all(RemoveAccount)[0].account_id == entry.entry_id
    assert link.state is LinkState.STOPPED


async def test_engine_stops_with_home_assistant(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Entries are not unloaded at the end, the engine stops all the same."""
    await set_up(hass, account_entry())
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert link.state is LinkState.STOPPED


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ErrorKind.UNAUTHORISED, ConfigEntryState.SETUP_ERROR),
        (ErrorKind.UNREACHABLE, ConfigEntryState.SETUP_RETRY),
        (ErrorKind.PORT_IN_USE, ConfigEntryState.SETUP_RETRY),
    ],
)
async def test_refused_registration(
    hass: HomeAssistant, link: ScriptedLink, error: ErrorKind, state: ConfigEntryState
) -> None:
    """A wrong password asks for a new one, everything else is tried again."""
    link.refuse(AddAccount, error)
    entry = account_entry()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is state
    asked = bool(list(entry.async_get_active_flows(hass, {"reauth"})))
    assert asked is (error is ErrorKind.UNAUTHORISED)
    assert link.state is LinkState.STOPPED


@pytest.mark.parametrize(
    ("problem", "state", "issue"),
    [
        (StartProblem.MISSING_LIBRARY, ConfigEntryState.SETUP_ERROR, "engine_missing"),
        (StartProblem.UNSUPPORTED_MACHINE, ConfigEntryState.SETUP_ERROR, "engine_unsupported"),
        (StartProblem.CRASHED, ConfigEntryState.SETUP_RETRY, "engine_cannot_start"),
        (StartProblem.PORT_IN_USE, ConfigEntryState.SETUP_RETRY, "port_in_use"),
    ],
)
async def test_engine_does_not_start(
    hass: HomeAssistant,
    link: ScriptedLink,
    issue_registry: ir.IssueRegistry,
    problem: StartProblem,
    state: ConfigEntryState,
    issue: str,
) -> None:
    """The user is told what to do; the issue goes when it works again."""
    link.start_error = EngineStartError(problem, "because", machine="armv7l-musl")
    entry = account_entry()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is state
    issue_id = f"{issue}_{entry.entry_id}"
    raised = issue_registry.async_get_issue(DOMAIN, issue_id)
    assert raised is not None
    assert raised.translation_placeholders is not None
    if state is ConfigEntryState.SETUP_ERROR:
        assert raised.translation_placeholders["machine"] == "armv7l-musl"
        assert "armv7l-musl" in str(entry.reason)

    link.start_error = None
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_lost_registration_makes_unavailable(
    hass: HomeAssistant, link: ScriptedLink, caplog: pytest.LogCaptureFixture
) -> None:
    """Lines are unavailable while the registrar is away; the log says it once."""
    entry = account_entry()
    await set_up(hass, entry)
    lost = Registration(
        account_id=entry.entry_id, state=RegistrationState.FAILED, sip_code=503, text="Unavailable"
    )
    link.tell(lost)
    link.tell(lost)
    await hass.async_block_till_done()
    assert hass.states.is_state(STATE, "unavailable")
    assert caplog.text.count("is no longer registered") == 1

    link.tell(Registration(account_id=entry.entry_id, state=RegistrationState.REGISTERED))
    await hass.async_block_till_done()
    assert hass.states.is_state(STATE, "idle")


async def test_wrong_password_later_asks_again(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A registrar that no longer takes the password starts the reauthentication."""
    entry = account_entry()
    await set_up(hass, entry)
    link.tell(
        Registration(
            account_id=entry.entry_id,
            state=RegistrationState.FAILED,
            sip_code=401,
            text="Unauthorized",
        )
    )
    await hass.async_block_till_done()
    assert [flow["step_id"] for flow in entry.async_get_active_flows(hass, {"reauth"})] == [
        "reauth_confirm"
    ]


async def test_subentries_are_taken_over_live(hass: HomeAssistant, link: ScriptedLink) -> None:
    """A new phone can be rung without a reload."""
    entry = account_entry()
    await set_up(hass, entry)
    add_subentry(
        hass, entry, SubentryType.PHONE, "Mobile", {"kind": "number", "address": "+447700900000"}
    )
    await hass.async_block_till_done()
    assert sorted(phone.name for phone in entry.runtime_data.phones.values()) == ["Desk", "Mobile"]
    assert len(link.all(AddAccount)) == 1


async def test_more_lines_without_reload(hass: HomeAssistant, link: ScriptedLink) -> None:
    """The number of lines changes live."""
    entry = account_entry()
    await set_up(hass, entry)
    hass.config_entries.async_update_entry(entry, options={"lines": 3})
    await hass.async_block_till_done()
    assert hass.states.is_state("sensor.hold_slayer_line_3_call_state", "idle")
    assert len(link.all(AddAccount)) == 1


async def test_new_credentials_register_anew(hass: HomeAssistant, link: ScriptedLink) -> None:
    """Changed credentials reload the account when no call is up."""
    entry = account_entry()
    await set_up(hass, entry)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "password": "new"})
    await hass.async_block_till_done()
    assert [message.account.password for message in link.all(AddAccount)] == ["s3cret", "new"]


async def test_a_fault_at_the_start_leaves_no_engine(
    hass: HomeAssistant, link: ScriptedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that cannot start gives the engine back."""

    async def broken(_: Account) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Account, "start", broken)
    entry = account_entry()
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert link.state is LinkState.STOPPED


async def test_an_account_that_cannot_be_unloaded_goes_on(
    hass: HomeAssistant, link: ScriptedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While its entities stay, the engine keeps it registered, and calls can be made."""
    entry = account_entry()
    await set_up(hass, entry)

    async def stay(*_: object) -> bool:
        return False

    with monkeypatch.context() as patched:
        patched.setattr(hass.config_entries, "async_unload_platforms", stay)
        assert not await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.FAILED_UNLOAD
    assert link.state is LinkState.RUNNING
    assert entry.runtime_data.registered
    # Home Assistant does this only after an unloading that worked
    await entry._async_process_on_unload(hass)
    await entry.runtime_data.stop("the test is over")
    await entry.runtime_data.engine.release()
