"""A call that meets a fault: an engine that refuses or is lost, a navigator that breaks, odd reports."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.hold_slayer.calls.progress import SegmentKind
from custom_components.hold_slayer.hearing.heard import (
    Hearing,
    Phase,
    Repeat,
    Repeated,
    RepeatSource,
    Sound,
)
from custom_components.hold_slayer.navigation.acts import (
    Note,
    NoteKind,
    SetPhase as EnterPhase,
    StopSpeaking,
)
from custom_components.hold_slayer.navigation.navigator import Navigator
from custom_components.hold_slayer.navigation.states import CallState, Outcome
from custom_components.hold_slayer.telephony.messages import (
    ErrorKind,
    HangUp,
    LegState,
    PlaceCall,
    Registration,
    RegistrationState,
    SendKeys,
    SetPhase,
    StopPlaying,
)

from ..calling import act, company, hears, over, start, to_hold
from ..homes import leg_is
from ..scripted_link import ScriptedLink
from ..test_websocket_api import subscribe

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def test_the_engine_is_lost_while_dialling(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """The call ends at once, with that outcome."""
    link.lose(PlaceCall)
    call = await start(hass, entry)
    await over(hass, call)
    assert call.progress.outcome is Outcome.ENGINE_LOST


async def test_the_navigator_breaks(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A fault in our own thinking ends the call as failed, hangs up, and is logged with its trace."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(Navigator, "handle", broken)
    hears(link, company(call), Hearing(time=30.0, since=30.0, sound=Sound.SPEECH))
    await over(hass, call)
    assert (call.state, call.progress.outcome) == (CallState.FAILED, Outcome.FAILED)
    assert call.progress.reason == "internal"
    assert [each.leg for each in link.all(HangUp)] == [company(call)]
    assert "ZeroDivisionError: a fault" in caplog.text


async def test_a_refused_order_costs_that_order(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The engine may refuse to fall silent or to listen otherwise: the call goes on."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    for kind in (StopPlaying, SetPhase):
        link.refuse(kind, ErrorKind.WRONG_STATE, f"no {kind.__name__} now")
    call._do(StopSpeaking())
    call._do(EnterPhase(phase=Phase.TALKING))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert call.state is CallState.ON_HOLD
    assert "no StopPlaying now" in caplog.text
    assert "no SetPhase now" in caplog.text


@pytest.mark.parametrize("action", [("send_dtmf", {"keys": "1"}), ("say", {"message": "Hello"})])
async def test_an_action_on_a_lost_engine(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    action: tuple[str, dict[str, Any]],
) -> None:
    """Whoever asked is told in words."""
    await start(hass, entry)
    link.lose(SendKeys)
    with pytest.raises(HomeAssistantError) as error:
        await act(hass, action[0], **action[1])
    assert error.value.translation_key in ("engine_lost", "speech_unavailable")


async def test_reports_that_concern_no_call(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Of the account, or of a state that means nothing to the course of a call."""
    call = await start(hass, entry)
    account = entry.entry_id
    call.handle(Registration(account_id=account, state=RegistrationState.REGISTERED))
    leg_is(link, company(call), LegState.CALLING)
    await hass.async_block_till_done()
    assert call.state is CallState.DIALING


async def test_what_was_heard_before_is_marked(
    hass: HomeAssistant,
    link: ScriptedLink,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """A repeat marks the announcement in the timeline, for a card that is opened later, too."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    hears(link, company(call), Hearing(time=20.0, since=20.0, sound=Sound.SPEECH))
    hears(
        link,
        company(call),
        Repeated(
            time=22.0,
            since=20.0,
            sound=Sound.SPEECH,
            repeat=Repeat(source=RepeatSource.BOOK, score=0.9, print_id="ab12"),
        ),
    )
    await hass.async_block_till_done()
    last = call.progress.segments[-1]
    assert (last.kind, last.repeat) == (SegmentKind.ANNOUNCEMENT, True)
    snapshot = await subscribe(await hass_ws_client(hass))
    shown = snapshot["lines"][0]["call"]["segments"][-1]
    assert (shown["kind"], shown["repeat"]) == ("announcement", True)


async def test_what_is_announced_is_shown(
    hass: HomeAssistant, link: ScriptedLink, entry: MockConfigEntry
) -> None:
    """Place and wait reach the sensors and the answer of the actions."""
    call = await start(hass, entry)
    await to_hold(hass, link, call)
    for kind, value in ((NoteKind.QUEUE_POSITION, 4.0), (NoteKind.ESTIMATED_WAIT, 600.0)):
        call._do(Note(kind=kind, value=value))
    await hass.async_block_till_done()
    shown = (await act(hass, "get_calls"))["calls"][0]
    assert (shown["queue_position"], shown["estimated_wait"]) == (4, 600.0)
    place = hass.states.get("sensor.hold_slayer_line_1_queue_position")
    wait = hass.states.get("sensor.hold_slayer_line_1_estimated_wait")
    assert place is not None
    assert wait is not None
    assert place.state == "4"
    assert float(wait.state) * {"s": 1, "min": 60}[wait.attributes["unit_of_measurement"]] == 600
