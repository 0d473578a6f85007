"""SIP phones that register here, as Home Assistant sees them: the form, the sensor, ringing."""

import hashlib
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.telephony.messages import (
    PHONES_ACCOUNT,
    ErrorKind,
    GetPhoneContacts,
    HangUp,
    LegState,
    PhoneContacts,
    PhoneRegistration,
    PlaceCall,
    SetPhoneServer,
)

from .homes import account_entry, leg_is, set_up, subentry
from .scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

DEVICE: dict[str, Any] = {
    "kind": "sip_device",
    "address": "desk",
    "ring_time": 20,
    "order": 1,
    "trusted": True,
    "ha1_md5": "0" * 32,
    "ha1_sha256": "0" * 64,
}
FORM: dict[str, Any] = {"name": "Kitchen wall", "kind": "sip_device", "availability": {}}
CONTACTS = ("sip:desk@192.168.1.20:5060", "sip:desk@192.168.1.21:5060;transport=tcp")


@pytest.fixture
async def entry(hass: HomeAssistant, link: ScriptedLink) -> MockConfigEntry:
    """Set up an account with one SIP phone."""
    link.answers[GetPhoneContacts] = lambda message: PhoneContacts(
        request=0, username=message.username, contacts=CONTACTS
    )
    entry = account_entry(desk())
    await set_up(hass, entry)
    return entry


def desk() -> Any:
    """Return the SIP phone as it is stored."""
    stored = subentry(SubentryType.PHONE, "desk", "Desk", DEVICE)
    return {**stored, "unique_id": "phone_sip_device_desk"}


def shown(result: Any) -> dict[str, str]:
    """Return what a form shows."""
    return {str(key): key.description["suggested_value"] for key in result["data_schema"].schema}


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


async def test_form(hass: HomeAssistant, entry: MockConfigEntry, link: ScriptedLink) -> None:
    """The form makes a user name and a password, shows it once and keeps its hashes alone."""
    flows = hass.config_entries.subentries
    result = await flows.async_init(
        (entry.entry_id, SubentryType.PHONE), context={"source": SOURCE_USER}
    )
    result = await flows.async_configure(result["flow_id"], FORM)
    assert result["step_id"] == "credentials"
    told = shown(result)
    assert (told["username"], told["port"]) == ("kitchen_wall", "5070")
    assert told["server"]
    assert len(told["password"]) == 20
    result = await flows.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    (stored,) = [each for each in entry.subentries.values() if each.title == "Kitchen wall"]
    assert told["password"] not in str(stored.data)
    text = f"kitchen_wall:hold_slayer:{told['password']}".encode()
    assert stored.data["ha1_sha256"] == hashlib.sha256(text).hexdigest()
    server = link.all(SetPhoneServer)[-1].server
    assert server is not None
    assert {each.username for each in server.users} == {"desk", "kitchen_wall"}
    assert hass.states.get("binary_sensor.kitchen_wall_registered") is not None


async def test_new_password(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Changing a phone keeps its password, unless a new one is wanted."""
    flows = hass.config_entries.subentries
    for wanted in (False, True):
        before = dict(entry.subentries["desk"].data)
        result = await entry.start_subentry_reconfigure_flow(hass, "desk")
        form = {
            "name": "Desk",
            "kind": "sip_device",
            "address": "desk",
            "ring_time": 30,
            "new_password": wanted,
            "availability": {},
        }
        result = await flows.async_configure(result["flow_id"], form)
        if wanted:
            assert result["step_id"] == "credentials"
            await flows.async_configure(result["flow_id"], {})
        await hass.async_block_till_done()
        after = entry.subentries["desk"].data
        assert after["ring_time"] == 30
        assert (after["ha1_md5"] != before["ha1_md5"]) is wanted


async def test_name_taken_and_bad(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A user name is there once, and can be typed on any phone."""
    flows = hass.config_entries.subentries
    result = await flows.async_init(
        (entry.entry_id, SubentryType.PHONE), context={"source": SOURCE_USER}
    )
    for address, problem in (("desk", "already_configured"), ("my phone", "phone_user_invalid")):
        result = await flows.async_configure(result["flow_id"], {**FORM, "address": address})
        assert result["errors"] == {"address": problem}


async def test_sensor(hass: HomeAssistant, entry: MockConfigEntry, link: ScriptedLink) -> None:
    """The sensor follows the registration, and the engine's end."""
    sensor = "binary_sensor.desk_registered"
    assert state_of(hass, sensor) == "off"
    link.tell(PhoneRegistration(username="desk", contacts=1, agent="Phone 1.0"))
    await hass.async_block_till_done()
    assert state_of(hass, sensor) == "on"
    link.tell(PhoneRegistration(username="desk", contacts=0))
    await hass.async_block_till_done()
    assert state_of(hass, sensor) == "off"


async def test_rings_all_contacts(
    hass: HomeAssistant, entry: MockConfigEntry, link: ScriptedLink
) -> None:
    """All contacts ring at once; the first to answer takes the test ring."""
    link.tell(PhoneRegistration(username="desk", contacts=2))
    testing = hass.async_create_task(
        hass.services.async_call(
            DOMAIN, "test_phone", {"phone": "Desk"}, blocking=True, return_response=True
        )
    )
    placed = [await link.until(PlaceCall, 1), await link.until(PlaceCall, 2)]
    assert {call.target for call in placed} == set(CONTACTS)
    assert {call.account_id for call in placed} == {PHONES_ACCOUNT}
    leg_is(link, placed[0].leg, LegState.RINGING)
    leg_is(link, placed[1].leg, LegState.CONFIRMED)
    assert await testing == {"phone": "Desk", "result": "passed"}
    assert {each.leg for each in link.all(HangUp)} == {call.leg for call in placed}


async def test_nobody_registered(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A phone that is not there is named."""
    with pytest.raises(HomeAssistantError) as error:
        await hass.services.async_call(DOMAIN, "test_phone", {"phone": "Desk"}, blocking=True)
    assert error.value.translation_key == "phone_not_registered"


async def test_port_taken(hass: HomeAssistant, link: ScriptedLink, issue_registry: Any) -> None:
    """A port that cannot be had is a repair issue; the account works."""
    link.refuse(SetPhoneServer, ErrorKind.PORT_IN_USE, "port 5070 is used by another program")
    entry = account_entry(desk())
    await set_up(hass, entry)
    assert entry.runtime_data.registered
    assert issue_registry.async_get_issue(DOMAIN, f"phone_port_{entry.entry_id}") is not None
