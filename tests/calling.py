"""Driving a call with a scripted engine: what the tests of the Home Assistant side share."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant, callback
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hold_slayer.calls.call import Call
from custom_components.hold_slayer.const import DOMAIN, BusEvent
from custom_components.hold_slayer.hearing.heard import (
    Cue,
    Hearing,
    Reason,
    Sound,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.states import CallState
from custom_components.hold_slayer.telephony.messages import (
    Bridge,
    HeardOnLeg,
    KeyMethod,
    KeyReceived,
    LegState,
    PlaceCall,
)

from .homes import leg_is
from .scripted_link import ScriptedLink


async def act(hass: HomeAssistant, action: str, answer: bool = True, **data: Any) -> Any:
    """Run an action of ours and return its response."""
    return await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=answer
    )


async def start(hass: HomeAssistant, entry: MockConfigEntry, **data: Any) -> Call:
    """Start a call to the insurance."""
    response = await act(hass, "start_call", **({"contact": "Insurance"} | data))
    call: Call = entry.runtime_data.switchboard.calls[response["call_id"]]
    return call


def company(call: Call) -> str:
    """Return the id of the company leg."""
    return f"{call.id}.company"


def hears(link: ScriptedLink, leg: str, event: Any) -> None:
    """Report what the ears of a leg hear."""
    link.tell(HeardOnLeg(leg=leg, heard=event))


async def to_hold(hass: HomeAssistant, link: ScriptedLink, call: Call) -> None:
    """Take a call to the music."""
    leg_is(link, company(call), LegState.RINGING)
    leg_is(link, company(call), LegState.CONFIRMED)
    # music that has played for long enough to mean a hold
    hears(link, company(call), Hearing(time=8.0, since=0.5, sound=Sound.MUSIC))
    await reaches(hass, call, CallState.ON_HOLD)


async def to_person(hass: HomeAssistant, link: ScriptedLink, call: Call) -> None:
    """Take a call to a person."""
    await to_hold(hass, link, call)
    hears(link, company(call), Hearing(time=20.0, since=20.0, sound=Sound.SPEECH))
    for verdict, probability in ((Verdict.SUSPECTED, 0.7), (Verdict.PERSON, 0.97)):
        hears(
            link,
            company(call),
            VerdictChange(
                time=21.0,
                verdict=verdict,
                probability=probability,
                since=20.0,
                reasons=(Reason(cue=Cue.NEW_SPEECH, weight=1.2),),
            ),
        )
    await hass.async_block_till_done()


async def to_phone(hass: HomeAssistant, link: ScriptedLink, call: Call) -> str:
    """Take a call to a phone that was picked up; return its leg."""
    await to_person(hass, link, call)
    phone = await link.until(PlaceCall, len(link.all(PlaceCall)) if _phone(link) else 2)
    leg_is(link, phone.leg, LegState.RINGING)
    leg_is(link, phone.leg, LegState.CONFIRMED)
    await hass.async_block_till_done()
    return phone.leg


async def to_bridge(hass: HomeAssistant, link: ScriptedLink, call: Call) -> str:
    """Take a call to the bridge; return the phone leg."""
    leg = await to_phone(hass, link, call)
    link.tell(KeyReceived(leg=leg, key="1", method=KeyMethod.RFC4733))
    await link.until(Bridge)
    await hass.async_block_till_done()
    return leg


async def reaches(hass: HomeAssistant, call: Call, state: CallState) -> None:
    """Wait until a call is in a state."""
    changed = asyncio.Event()
    unlisten = hass.bus.async_listen(BusEvent.CALL, callback(lambda _event: changed.set()))
    try:
        async with asyncio.timeout(10):
            while call.state is not state:
                await changed.wait()
                changed.clear()
    finally:
        unlisten()
    await hass.async_block_till_done()


async def over(hass: HomeAssistant, call: Call) -> None:
    """Wait until a call is over."""
    async with asyncio.timeout(10):
        await call.ended.wait()
    await hass.async_block_till_done()


def _phone(link: ScriptedLink) -> bool:
    """Tell whether a phone is being rung already."""
    return ".phone" in link.all(PlaceCall)[-1].leg
