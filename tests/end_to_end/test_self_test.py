"""The test of an account in words, against a real Asterisk: a call to itself, an echo, a busy line."""

from collections.abc import AsyncIterator
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.const import DOMAIN, SubentryType
from lab.peers.asterisk import Asterisk

from ..homes import subentry
from .exchange import make_company, needs_asterisk

pytestmark = [
    needs_asterisk,
    pytest.mark.usefixtures("enable_custom_integrations"),
    pytest.mark.timeout(180),
]


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Asterisk]:
    """Give the running exchange."""
    async with await make_company(tmp_path) as asterisk:
        yield asterisk


@pytest.fixture
async def entry(hass: HomeAssistant, company: Asterisk) -> AsyncIterator[MockConfigEntry]:
    """Register as a user of the exchange; its echo and its busy line are saved contacts."""
    contacts = [
        subentry(SubentryType.CONTACT, number, number, {"name": number, "number": number})
        for number in ("300", "400")
    ]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="exchange",
        unique_id="sip:alice@exchange",
        data={
            "provider": "generic",
            "registrar": company.registrar,
            "username": "alice",
            "password": "open-sesame",
        },
        subentries_data=contacts,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def report(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Test the account."""
    answer = await hass.services.async_call(
        DOMAIN, "test_account", data, blocking=True, return_response=True
    )
    assert answer is not None
    return dict(answer)


async def test_it_calls_itself(
    hass: HomeAssistant, company: Asterisk, entry: MockConfigEntry
) -> None:
    """Speech gets through both ways and keys are heard, really, through the exchange."""
    answer = await report(hass)
    size = answer["invite_bytes"]
    assert answer["text"] == (
        f"Registered with {company.registrar}. There is no address translation (NAT) in between."
        f" A call begins with {size} bytes, which gets through everywhere."
        " Speech gets through both ways. Keys are heard."
    )
    assert 600 < size < 1200


async def test_an_echo(hass: HomeAssistant, company: Asterisk, entry: MockConfigEntry) -> None:
    """What an echo sends back proves both ways."""
    answer = await report(hass, number="300")
    assert answer["text"].endswith("Speech gets through both ways.")
    assert (answer["answered"], answer["speech_said"]) == (True, True)


async def test_a_busy_line(hass: HomeAssistant, company: Asterisk, entry: MockConfigEntry) -> None:
    """The far side's answer is told with its code."""
    answer = await report(hass, number="400")
    assert re.search(r"not answered \(486 .*\)\.$", answer["text"])
