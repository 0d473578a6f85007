"""What every test gets: sockets on loopback, and nothing beyond this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import pytest_socket

from custom_components.hold_slayer.telephony import process

from .homes import account_entry, set_up
from .scripted_link import ScriptedLink

#: Tests in which real calls, servers and browsers run in real time.
REAL_TIME = ("browser", "calls", "end_to_end", "engine", "lab", "recording", "speech", "telephony")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what fails in real time once more: a machine may stand still for a second.

    What had to be run twice is named at the end of the run, and stays a thing to mend.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in REAL_TIME:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def loopback_only(socket_enabled: None) -> None:
    """Allow real sockets to this machine; Home Assistant's test plugin forbids all of them."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def measured_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let engine processes know what coverage is measured, when it is."""
    monkeypatch.setattr(
        "custom_components.hold_slayer.telephony.process.KEPT",
        (*process.KEPT, "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"),
    )


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a history of its own; the configuration folder is shared by all.

    What was reported is waited for, however slow the machine is.
    """
    history = "custom_components.hold_slayer.records.history"
    monkeypatch.setattr(f"{history}.FILE", str(tmp_path / "hold_slayer.db"))
    monkeypatch.setattr(f"{history}._CATCH_UP_S", 60.0)


@pytest.fixture(autouse=True)
def quick_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show no progress for longer than it takes: there is no dialog that has to be drawn."""
    monkeypatch.setattr("custom_components.hold_slayer.flow_progress.LEAST_S", 0)


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> ScriptedLink:
    """Give Home Assistant a scripted engine; the same link however often it is made."""
    made = ScriptedLink(on_event=lambda _event: None, on_state=lambda _state: None)

    def make(*, on_event: Callable[..., None], on_state: Callable[..., None], **_: Any) -> Any:
        made.attach(on_event, on_state)
        return made

    monkeypatch.setattr("custom_components.hold_slayer.calls.engine.EngineLink", make)
    return made


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set an account up, with a phone and a contact."""
    entry = account_entry()
    await set_up(hass, entry)
    return entry
