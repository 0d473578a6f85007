"""Which account and which call an action means."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.lookup import account_for, call_for
from custom_components.hold_slayer.calls.problems import failed
from custom_components.hold_slayer.const import DOMAIN, SubentryType
from custom_components.hold_slayer.records.history import history_of

from ..calling import act, over, start
from ..homes import ACCOUNT, DESK, INSURANCE, account_entry, set_up, subentry
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


@pytest.fixture
async def both(hass: HomeAssistant, link: ScriptedLink) -> tuple[MockConfigEntry, MockConfigEntry]:
    """Set two accounts up, each with a contact of its own."""
    first = account_entry()
    await set_up(hass, first)
    second = MockConfigEntry(
        domain=DOMAIN,
        title="bob@sip.example.com",
        unique_id="sip:bob@sip.example.com",
        data=ACCOUNT | {"username": "bob"},
        subentries_data=(
            subentry(SubentryType.PHONE, "hall", "Hall", DESK),
            subentry(SubentryType.CONTACT, "bank", "Bank", INSURANCE | {"aliases": ["my bank"]}),
        ),
    )
    await set_up(hass, second)
    return first, second


@pytest.mark.parametrize("wanted", ["bank", "Bank", "my bank", " MY BANK "])
async def test_the_account_that_knows_the_contact(
    hass: HomeAssistant, both: tuple[MockConfigEntry, MockConfigEntry], wanted: str
) -> None:
    """With several accounts the contact says which one calls."""
    call = await start(hass, both[1], contact=wanted)
    assert call.job.name == "Bank"
    assert account_for(hass, {"contact": "Insurance"}) is both[0].runtime_data


async def test_an_account_has_to_be_named_where_nothing_says_which(
    hass: HomeAssistant, both: tuple[MockConfigEntry, MockConfigEntry]
) -> None:
    """A bare number could go out on either."""
    with pytest.raises(ServiceValidationError):
        await act(hass, "start_call", number="+442079460009")
    call = await start(
        hass, both[1], contact="", number="+442079460009", config_entry_id=both[1].entry_id
    )
    assert call.job.target == "+442079460009"


async def test_which_call(
    hass: HomeAssistant, both: tuple[MockConfigEntry, MockConfigEntry]
) -> None:
    """By id, by line, by account; the only one where nothing is said."""
    with pytest.raises(ServiceValidationError) as refused:
        call_for(hass, {})
    assert refused.value.translation_key == "no_call"
    one = await start(hass, both[0], line=2)
    assert call_for(hass, {})[1] is one
    other = await start(hass, both[1], contact="Bank")
    with pytest.raises(ServiceValidationError) as refused:
        call_for(hass, {})
    assert refused.value.translation_key == "several_calls"
    for data, expected in (
        ({"call_id": other.id}, other),
        ({"line": 2}, one),
        ({"config_entry_id": both[1].entry_id}, other),
        ({"config_entry_id": both[1].entry_id, "line": 1}, other),
    ):
        assert call_for(hass, data)[1] is expected
    with pytest.raises(ServiceValidationError) as refused:
        call_for(hass, {"config_entry_id": both[0].entry_id, "line": 1})
    assert refused.value.translation_key == "no_call_on_line"
    await act(hass, "hang_up", call_id=one.id)
    await over(hass, one)
    with pytest.raises(ServiceValidationError) as refused:
        call_for(hass, {"call_id": one.id})
    assert refused.value.translation_key == "call_is_over"


async def test_calls_of_one_account(
    hass: HomeAssistant, both: tuple[MockConfigEntry, MockConfigEntry]
) -> None:
    """A list can be narrowed to an account, and to what goes on."""
    one = await start(hass, both[0])
    other = await start(hass, both[1], contact="Bank")
    await act(hass, "hang_up", call_id=other.id)
    await over(hass, other)

    async def ids(**data: Any) -> list[str]:
        return [each["call_id"] for each in (await act(hass, "get_calls", **data))["calls"]]

    assert set(await ids()) == {one.id, other.id}
    assert await ids(config_entry_id=both[1].entry_id) == [other.id]
    assert await ids(active=True) == [one.id]


async def test_calls_before_a_restart(
    hass: HomeAssistant, both: tuple[MockConfigEntry, MockConfigEntry]
) -> None:
    """What was over before is listed in the same fields, after what runs now, until there are 20."""
    over_before = await start(hass, both[0])
    await act(hass, "hang_up", call_id=over_before.id)
    await over(hass, over_before)
    await hass.config_entries.async_reload(both[0].entry_id)
    await hass.async_block_till_done()
    running = await start(hass, both[0])
    listed = (await act(hass, "get_calls", config_entry_id=both[0].entry_id))["calls"]
    assert [each["call_id"] for each in listed] == [running.id, over_before.id]
    now, past = listed
    assert now.keys() == past.keys()
    assert (past["contact"], past["state"], past["outcome"]) == ("Insurance", "ended", "hung_up")
    assert past["since"] == past["ended"]
    assert past["phones"] == []
    only = await act(hass, "get_calls", active=True, config_entry_id=both[0].entry_id)
    assert [each["call_id"] for each in only["calls"]] == [running.id]
    elsewhere = await act(hass, "get_calls", config_entry_id=both[1].entry_id)
    assert elsewhere["calls"] == []


async def test_a_history_that_cannot_be_read_hides_no_call(
    hass: HomeAssistant,
    both: tuple[MockConfigEntry, MockConfigEntry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What runs is listed all the same."""
    running = await start(hass, both[0])

    async def unreadable(*_: Any) -> None:
        raise failed("history_unavailable", reason="the disk is gone")

    monkeypatch.setattr(history_of(hass), "read", unreadable)
    listed = (await act(hass, "get_calls"))["calls"]
    assert [each["call_id"] for each in listed] == [running.id]
