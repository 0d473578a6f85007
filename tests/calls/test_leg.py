"""One leg on a scripted link: what is asked of a leg that is not there, and an engine that refuses."""

import pytest

from custom_components.hold_slayer.calls.leg import Leg
from custom_components.hold_slayer.hearing.heard import Phase, PrintKind
from custom_components.hold_slayer.telephony.errors import EngineError
from custom_components.hold_slayer.telephony.messages import (
    ErrorKind,
    GetPrintBook,
    GetStatistics,
    HangUp,
    LegChanged,
    LegState,
    MarkPrint,
    PlaceCall,
    SetPhase,
    StopPlaying,
)

from ..scripted_link import ScriptedLink

LEG = "call.company"


@pytest.fixture
async def leg(link: ScriptedLink) -> Leg:
    """Name a leg on a running engine; it is not placed yet."""
    await link.start()
    return Leg(link, LEG, "account")  # type: ignore[arg-type]


async def test_a_leg_that_was_never_placed(link: ScriptedLink, leg: Leg) -> None:
    """Nothing is known of it, and nothing is asked of the engine."""
    assert not leg.up
    assert await leg.statistics() is None
    assert await leg.print_book() is None
    assert await leg.mark_print(1.0, 2.0, PrintKind.ANNOUNCEMENT) == ""
    assert not leg.was_person
    await leg.stop_playing()
    await leg.set_phase(Phase.HOLD)
    await leg.hang_up()
    assert link.requests == []


async def test_a_leg_that_is_up(link: ScriptedLink, leg: Leg) -> None:
    """Everything is handed on under its name."""
    await leg.place("100", phase=Phase.UNKNOWN)
    leg.changed(LegChanged(leg=LEG, state=LegState.CONFIRMED))
    figures = await leg.statistics()
    assert figures is not None
    assert figures.codec == "PCMA"
    await leg.set_phase(Phase.HOLD)
    await leg.stop_playing()
    await leg.mark_print(1.0, 2.0, None)
    assert leg.was_person
    await leg.hang_up("enough")
    assert {getattr(each, "leg", "") for each in link.requests} == {LEG}
    kinds = [PlaceCall, GetStatistics, SetPhase, StopPlaying, MarkPrint, HangUp]
    assert [type(each) for each in link.requests] == kinds
    assert not leg.up


async def test_refusals_cost_figures_not_calls(link: ScriptedLink, leg: Leg) -> None:
    """What cannot be had is empty; hanging up ends the leg whatever the engine says."""
    await leg.place("100", phase=Phase.UNKNOWN)
    leg.changed(LegChanged(leg=LEG, state=LegState.CONFIRMED))
    for kind in (GetStatistics, GetPrintBook, MarkPrint, HangUp):
        link.refuse(kind, ErrorKind.WRONG_STATE)
    assert await leg.statistics() is None
    assert await leg.print_book() is None
    assert await leg.mark_print(1.0, 2.0, None) == ""
    assert leg.was_person
    await leg.hang_up()
    assert leg.state is LegState.DISCONNECTED


async def test_a_refused_call_is_over(link: ScriptedLink, leg: Leg) -> None:
    """The refusal is told, and there is nothing left to hang up."""
    link.refuse(PlaceCall, ErrorKind.REFUSED_BY_POLICY)
    with pytest.raises(EngineError):
        await leg.place("100", phase=Phase.UNKNOWN)
    assert not leg.up


async def test_an_engine_that_does_not_answer(
    link: ScriptedLink, leg: Leg, caplog: pytest.LogCaptureFixture
) -> None:
    """A leg whose end is not confirmed in time is given up for lost, with a warning."""
    await leg.place("100", phase=Phase.UNKNOWN)

    def silent(_: HangUp) -> None:
        raise TimeoutError

    link.answers[HangUp] = silent
    await leg.hang_up()
    assert leg.state is LegState.DISCONNECTED
    assert LEG in caplog.text
