"""An account reloaded again and again in Home Assistant, with a real engine: nothing stays behind."""

from collections import Counter
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.engine import shared_engine
from custom_components.hold_slayer.const import DOMAIN, Conf
from lab.bench.sink import HOST, Sink

from ..homes import ACCOUNT, set_up

pytestmark = [pytest.mark.usefixtures("enable_custom_integrations"), pytest.mark.timeout(180)]


def children() -> set[int]:
    """Return the child processes of this one."""
    return {
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    }


def connections() -> Counter[str]:
    """Count open sockets, pipes and process descriptors."""
    found: Counter[str] = Counter()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            kind = str(entry.readlink()).partition("[")[0].partition(":")[0]
        except FileNotFoundError:
            continue
        if kind in ("socket", "pipe", "anon_inode"):
            found[kind] += 1
    return found


async def reload(hass: HomeAssistant, entry: MockConfigEntry, sink: Sink) -> None:
    """Reload and wait for the new registration."""
    before = sink.requests["REGISTER"]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await sink.until("REGISTER", before + 2)


async def test_five_reloads_leave_nothing_behind(hass: HomeAssistant) -> None:
    """As many sockets, pipes and processes after five more reloads as after the first."""
    alone = children()
    async with Sink() as sink:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="sink",
            unique_id="sip:alice@sink",
            data={**ACCOUNT, Conf.REGISTRAR.value: f"{HOST}:{sink.port}"},
        )
        await set_up(hass, entry)
        await reload(hass, entry, sink)
        before = connections()
        engines = set()
        for _ in range(5):
            await reload(hass, entry, sink)
            engines.add(shared_engine(hass).link.pid)
            assert children() - alone == {shared_engine(hass).link.pid}
        assert len(engines) == 5
        assert connections() == before
        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
    assert children() == alone
