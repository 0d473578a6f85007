"""Reaching the user at home: notify entities and voice satellites, and what goes wrong with them."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.telephony.messages import Bridge, LegState, PlaceCall

from ..calling import act, over, reaches, start, to_person
from ..homes import account_entry, leg_is, set_up
from ..scripted_link import ScriptedLink

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


class Kitchen:
    """A satellite and a notify entity that do as the test says."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Register both actions."""
        self.answer: str | None = "yes"
        self.error: HomeAssistantError | None = None
        #: The answer comes once this is set.
        self.thinking: asyncio.Event | None = None
        self.asked: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        hass.services.async_register(
            "assist_satellite",
            "ask_question",
            self._ask,
            supports_response=SupportsResponse.ONLY,
        )
        hass.services.async_register("notify", "send_message", self._tell)

    async def _ask(self, call: ServiceCall) -> Any:
        """Answer as wanted."""
        self.asked.append(dict(call.data))
        if self.error:
            raise self.error
        if self.thinking is not None:
            await self.thinking.wait()
        return {"id": self.answer, "sentence": "", "slots": {}}

    async def _tell(self, call: ServiceCall) -> None:
        """Take a message."""
        self.told.append(dict(call.data))
        if self.error:
            raise self.error


@pytest.fixture
def kitchen(hass: HomeAssistant) -> Kitchen:
    """Give the kitchen."""
    return Kitchen(hass)


async def home(hass: HomeAssistant) -> MockConfigEntry:
    """Set an account up that asks in the kitchen."""
    entry = account_entry(
        options={"satellites": ["assist_satellite.kitchen"], "notify_entities": ["notify.tv"]}
    )
    await set_up(hass, entry)
    return entry


async def test_yes_puts_through(hass: HomeAssistant, link: ScriptedLink, kitchen: Kitchen) -> None:
    """A yes makes picking up enough."""
    call = await start(hass, await home(hass))
    await to_person(hass, link, call)
    assert kitchen.told[0]["entity_id"] == ["notify.tv"]
    assert [each["entity_id"] for each in kitchen.asked] == ["assist_satellite.kitchen"]
    leg_is(link, link.all(PlaceCall)[-1].leg, LegState.CONFIRMED)
    await link.until(Bridge)


async def test_no_keeps_holding_and_the_next_person_is_asked_about(
    hass: HomeAssistant, link: ScriptedLink, kitchen: Kitchen
) -> None:
    """A no goes on waiting; when somebody else answers the question comes again."""
    kitchen.answer = "no"
    call = await start(hass, await home(hass))
    await to_person(hass, link, call)
    await reaches(hass, call, CallState.ON_HOLD)
    assert len(kitchen.asked) == 1
    kitchen.answer = None
    await to_person(hass, link, call)
    assert len(kitchen.asked) == 2
    # no answer at all changes nothing: the phone rings on
    assert call.state in (CallState.PERSON_DETECTED, CallState.RINGING_YOU)


async def test_what_cannot_be_told_costs_nothing(
    hass: HomeAssistant, link: ScriptedLink, kitchen: Kitchen
) -> None:
    """A satellite that is busy and a message that fails leave the call as it is."""
    kitchen.error = HomeAssistantError("busy")
    call = await start(hass, await home(hass))
    await to_person(hass, link, call)
    assert len(kitchen.asked) == len(kitchen.told) == 1
    assert call.active
    assert link.all(PlaceCall)[1:]


async def test_a_yes_that_comes_too_late(
    hass: HomeAssistant, link: ScriptedLink, kitchen: Kitchen
) -> None:
    """Who says yes when the call is over brings nothing back."""
    kitchen.thinking = asyncio.Event()
    call = await start(hass, await home(hass))
    person = hass.async_create_task(to_person(hass, link, call))
    await link.until(PlaceCall, 2)
    await act(hass, "hang_up")
    await over(hass, call)
    placed = len(link.all(PlaceCall))
    kitchen.thinking.set()
    await person
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(kitchen.asked) == 1
    assert len(link.all(PlaceCall)) == placed
    assert not call.active
