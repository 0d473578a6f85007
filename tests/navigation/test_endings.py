"""How calls begin in other ways and how they end: failures, limits, dead lines, lost keys."""

import pytest

from custom_components.hold_slayer.hearing.heard import (
    AudioStopped,
    Hearing,
    Sound,
    UtteranceEnded,
    UtteranceStarted,
    Verdict,
)
from custom_components.hold_slayer.navigation.acts import EndCall, SendKeys
from custom_components.hold_slayer.navigation.moments import (
    EndedBy,
    LineChanged,
    LineState,
    Order,
    PhoneState,
    Tick,
    Transcribed,
)
from custom_components.hold_slayer.navigation.plan import CallPlan, Limits, Mode
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .acme import DEAF, FLOW, on_hold, with_person
from .drive import Drive

S = CallState


def test_direct_mode_rings_when_answered() -> None:
    drive = Drive(CallPlan(mode=Mode.DIRECT))
    drive.answer()
    assert drive.states == [S.DIALING, S.RINGING, S.RINGING_YOU]
    drive.phone(PhoneState.ACCEPTED)
    assert drive.state is S.CONNECTED
    assert not drive.spoken


def test_early_media_menu_is_navigated_before_the_answer() -> None:
    drive = Drive(DEAF)
    drive.tell(LineChanged(state=LineState.CALLING))
    drive.tell(LineChanged(state=LineState.EARLY))
    drive.now = 5.0
    drive.say("For claims, press 2.")
    drive.wait(1.5)
    assert drive.keys == ["2"]
    drive.tell(LineChanged(state=LineState.ANSWERED))
    assert drive.state is S.NAVIGATING


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [("busy", Outcome.BUSY), ("no_answer", Outcome.NO_ANSWER), ("nonsense", Outcome.FAILED)],
)
def test_failed_dialing(failure: str, outcome: Outcome) -> None:
    drive = Drive(DEAF)
    drive.tell(LineChanged(state=LineState.CALLING))
    drive.tell(
        LineChanged(
            state=LineState.ENDED, ended_by=EndedBy.FAILURE, failure=failure, text="486 Busy here"
        )
    )
    assert drive.end.outcome is outcome
    assert drive.end.reason == "486 Busy here"
    assert drive.state is S.FAILED
    assert drive.navigator.deadline is None


def test_dropped_in_queue() -> None:
    drive = on_hold()
    drive.company_hangs_up()
    assert drive.end.outcome is Outcome.DROPPED_IN_QUEUE


def test_hang_up_while_somebody_is_only_suspected_is_a_drop() -> None:
    drive = on_hold()
    drive.verdict(Verdict.SUSPECTED, 0.7)
    assert drive.state is S.PERSON_SUSPECTED
    drive.company_hangs_up()
    assert drive.end.outcome is Outcome.DROPPED_IN_QUEUE


def hangs_up_while_speaking(drive: Drive) -> int:
    """Let the company begin to speak and hang up before its words are known."""
    drive.heard(UtteranceStarted(time=drive.audio, utterance=50, since=drive.audio))
    since = drive.audio
    drive.wait(3)
    drive.company_hangs_up()
    drive.heard(
        UtteranceEnded(time=drive.audio, utterance=50, since=since, until=drive.audio - 0.1)
    )
    assert not drive.all(EndCall), "the words are on their way"
    return 50


def test_words_that_come_after_the_hang_up_explain_it() -> None:
    drive = on_hold(CallPlan(flow=FLOW, user_name="Ann"))
    utterance = hangs_up_while_speaking(drive)
    drive.wait(1)
    drive.tell(Transcribed(utterance=utterance, text="We are closed today. Goodbye."))
    assert drive.end.outcome is Outcome.CLOSED


def test_the_end_does_not_wait_for_words_for_long() -> None:
    drive = on_hold(CallPlan(flow=FLOW, user_name="Ann"))
    hangs_up_while_speaking(drive)
    drive.wait(9)
    assert drive.end.outcome is Outcome.DROPPED_IN_QUEUE


def test_nothing_is_done_on_a_line_that_is_gone() -> None:
    drive = on_hold(CallPlan(flow=FLOW, user_name="Ann"))
    utterance = hangs_up_while_speaking(drive)
    before = len(drive.keys), len(drive.spoken)
    drive.tell(
        Transcribed(utterance=utterance, text="To stay in the queue press 1. For sales press 2.")
    )
    assert (len(drive.keys), len(drive.spoken)) == before
    assert drive.end.outcome is Outcome.DROPPED_IN_QUEUE


def test_user_who_hangs_up_meanwhile_ends_the_wait() -> None:
    drive = on_hold(CallPlan(flow=FLOW, user_name="Ann"))
    hangs_up_while_speaking(drive)
    drive.order(Order.HANG_UP)
    assert drive.end.outcome is Outcome.HUNG_UP


def test_busy_tone_in_the_queue_is_a_hang_up() -> None:
    drive = on_hold()
    drive.sound(Sound.BUSY, 5)
    assert drive.end.outcome is Outcome.DROPPED_IN_QUEUE


def test_early_busy_tone() -> None:
    drive = Drive(DEAF)
    drive.tell(LineChanged(state=LineState.CALLING))
    drive.sound(Sound.BUSY, 0)
    assert drive.end.outcome is Outcome.BUSY


def test_dead_line() -> None:
    drive = on_hold()
    drive.heard(AudioStopped(time=drive.audio, since=drive.audio))
    drive.wait(599)
    assert drive.state is S.ON_HOLD
    drive.wait(2)
    assert drive.end.outcome is Outcome.LINE_DEAD


def test_dead_line_in_the_middle_of_a_menu() -> None:
    drive = Drive(CallPlan(intent="orders"))
    drive.answer()
    drive.heard(UtteranceStarted(time=drive.audio, utterance=1, since=drive.audio))
    drive.wait(5)
    drive.heard(AudioStopped(time=drive.audio, since=drive.audio))
    drive.wait(59)
    assert drive.state is S.NAVIGATING
    drive.wait(2)
    assert drive.end.outcome is Outcome.LINE_DEAD


def test_silence_in_the_menu_and_on_hold() -> None:
    drive = Drive(DEAF)
    drive.answer()
    drive.silence(61)
    assert drive.end.outcome is Outcome.LINE_DEAD
    drive = on_hold()
    drive.silence(70)
    assert drive.state is S.ON_HOLD
    assert drive.spoken == ["Hello? Can you hear me?"]
    drive.wait(600)
    assert drive.end.outcome is Outcome.LINE_DEAD


def test_limits() -> None:
    drive = on_hold(CallPlan(flow=FLOW, speech_to_text=False, limits=Limits(hold_s=120.0)))
    drive.music(121)
    assert drive.end.outcome is Outcome.TIME_LIMIT
    drive = on_hold(CallPlan(flow=FLOW, speech_to_text=False, limits=Limits(call_s=100.0)))
    drive.music(100)
    assert drive.end.outcome is Outcome.TIME_LIMIT


def test_hang_up_by_the_user_anywhere() -> None:
    drive = on_hold()
    drive.order(Order.HANG_UP)
    assert drive.end.outcome is Outcome.HUNG_UP
    drive = with_person()
    drive.phone(PhoneState.ACCEPTED)
    drive.order(Order.HANG_UP)
    assert drive.end.outcome is Outcome.CONNECTED
    assert drive.navigator.handle(Tick(), 1e9) == []


def test_odd_input_does_no_harm() -> None:
    drive = Drive(DEAF)
    for moment in (Tick(), LineChanged(state=LineState.ANSWERED), object(), None):
        drive.tell(moment)  # type: ignore[arg-type]
    drive.heard(UtteranceEnded(time=-1, utterance=99, since=5, until=-3))
    drive.heard(Hearing(time=float("nan"), since=0, sound=Sound.DTMF, digit="?"))
    drive.verdict(Verdict.PERSON, float("nan"))
    drive.phone(PhoneState.HUNG_UP)
    assert drive.state in S


def test_clock_that_jumps_back_moves_nothing() -> None:
    drive = on_hold()
    drive.navigator.handle(Tick(), drive.now - 1000)
    assert drive.navigator.deadline is not None
    assert drive.navigator.deadline >= drive.now - 1


def test_key_without_effect_is_tried_again_slower_then_another_way() -> None:
    drive = Drive(DEAF)
    drive.answer()
    first = drive.say("For billing, press 1. For claims, press 2.")
    for _ in range(3):
        drive.wait(2)
        drive.say("For billing, press 1. For claims, press 2.", repeat_of=first)
    drive.wait(2)
    sent = drive.all(SendKeys)
    assert [act.keys for act in sent] == ["2"] * 4
    assert sent[0].tone_ms == 0
    assert sent[1].tone_ms >= 180
    assert len({act.method for act in sent}) == 3
