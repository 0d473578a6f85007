"""A real SIP phone registers with a real engine under Home Assistant, is rung, and dials out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.phone_secret import hashed
from custom_components.hold_slayer.telephony.messages import (
    AccountSettings,
    AddAccount,
    DialledBy,
    LegState,
    PlaceCall,
    RemoveAccount,
)

from ..engine.station import HOST, PATIENCE, Station, free_port
from ..engine.wire import Wire, header, reply, wire
from ..homes import subentry

pytestmark = [
    pytest.mark.usefixtures("enable_custom_integrations"),
    pytest.mark.timeout(120),
]
PASSWORD = "a password of the phone"
SENSOR = "binary_sensor.desk_registered"


def trunk(request: str) -> list[str]:
    """Be a trunk whose every number is busy."""
    if request.startswith("ACK"):
        return []
    return [reply(request, "200 OK" if request.startswith("OPTIONS") else "486 Busy Here")]


@pytest.fixture
async def far() -> AsyncIterator[Wire]:
    """Give a trunk."""
    async with wire(trunk) as far:
        yield far


@pytest.fixture
async def phone() -> AsyncIterator[Station]:
    """Give a SIP phone: another engine process."""
    async with Station("desk") as phone:
        yield phone


@pytest.fixture
async def port(hass: HomeAssistant, far: Wire) -> AsyncIterator[int]:
    """Set up an account at the trunk with one SIP phone; return where it registers."""
    port = free_port()
    device = {
        "kind": "sip_device",
        "address": "desk",
        "ring_time": 20,
        "order": 1,
        "trusted": True,
        **hashed("desk", PASSWORD),
    }
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="trunk",
        unique_id="sip:home@trunk",
        data={
            "provider": "address_trunk",
            "registrar": f"{HOST}:{far.port}",
            "username": "home",
            "password": "",
            "register": False,
        },
        options={"phone_port": port},
        subentries_data=[subentry(SubentryType.PHONE, "desk", "Desk", device)],
    )
    entry.add_to_hass(hass)
    await hass.config.async_update(country="GB")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    yield port
    await hass.config_entries.async_unload(entry.entry_id)


async def registers(hass: HomeAssistant, phone: Station, port: int) -> None:
    """Let the phone register, and wait until Home Assistant shows it."""
    settings = AccountSettings(
        id="line",
        registrar=f"{HOST}:{port}",
        username="desk",
        password=PASSWORD,
        bind_address=HOST,
        allow_from=("*",),
    )
    await phone.link.request(AddAccount(account=settings))
    await shown(hass, "on")


async def shown(hass: HomeAssistant, state: str) -> None:
    """Wait until the sensor is in a state."""
    changed = asyncio.Event()

    @callback
    def take(_event: Event[EventStateChangedData]) -> None:
        changed.set()

    unlisten = hass.bus.async_listen("state_changed", take)
    try:
        async with asyncio.timeout(PATIENCE):
            while (now := hass.states.get(SENSOR)) is None or now.state != state:
                changed.clear()
                await changed.wait()
    finally:
        unlisten()


async def test_phone_is_rung_and_leaves(hass: HomeAssistant, phone: Station, port: int) -> None:
    """The phone shows up, rings for a test, is picked up, and is gone when it says so."""
    await registers(hass, phone, port)
    testing = hass.async_create_task(
        hass.services.async_call(
            DOMAIN, "test_phone", {"phone": "Desk"}, blocking=True, return_response=True
        )
    )
    leg = await phone.pick_up()
    result: Any = await testing
    assert result == {"phone": "Desk", "result": "passed"}
    await phone.leg_is(leg, LegState.DISCONNECTED)
    await phone.link.request(RemoveAccount(account_id="line"))
    await shown(hass, "off")


@pytest.mark.parametrize("number", ["112", "+442079460000"])
async def test_phone_dials_out(
    hass: HomeAssistant, phone: Station, port: int, far: Wire, number: str
) -> None:
    """What the phone dials reaches the trunk as it is, an emergency number too; busy comes back."""
    await registers(hass, phone, port)
    await phone.link.request(
        PlaceCall(leg="out", account_id="line", target=number, dialled_by=DialledBy.PERSON)
    )
    sent = await far.got("INVITE")
    assert sent.startswith(f"INVITE sip:{number}@")
    assert header(sent, "From").startswith("<sip:home@")
    ended = await phone.leg_is("out", LegState.DISCONNECTED)
    assert ended.sip_code == 486
