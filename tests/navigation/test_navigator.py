"""Calls from dialing to the bridge, and the ways in which they go wrong."""

from itertools import pairwise

import pytest

from custom_components.hold_slayer.hearing.heard import (
    Cue,
    Phase,
    Reason,
    Sound,
    Verdict,
    VerdictChange,
)
from custom_components.hold_slayer.navigation.acts import (
    BridgeUser,
    NoteKind,
    RingUser,
    SetPhase,
    Speak,
    StopRingingUser,
    StopSpeaking,
    UnbridgeUser,
)
from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.moments import Order, PhoneState
from custom_components.hold_slayer.navigation.plan import CallPlan, EarlyRing, Limits
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .acme import DEAF, FLOW, on_hold, with_person
from .drive import Drive

S = CallState


def test_whole_call_by_ear_alone() -> None:
    drive = on_hold()
    assert drive.keys == ["2", "1"]
    drive.person("Hello, this is Jane, how can I help you?")
    drive.wait(3)
    drive.phone(PhoneState.ACCEPTED)
    assert drive.states == [
        S.DIALING,
        S.RINGING,
        S.NAVIGATING,
        S.ON_HOLD,
        S.PERSON_SUSPECTED,
        S.PERSON_DETECTED,
        S.RINGING_YOU,
        S.CONNECTED,
    ]
    assert [act.phase for act in drive.all(SetPhase)][-1] is Phase.TALKING
    drive.phone(PhoneState.HUNG_UP)
    assert drive.end.outcome is Outcome.CONNECTED
    assert drive.state is S.ENDED


def test_key_is_pressed_after_the_prompt_only() -> None:
    drive = Drive(DEAF)
    drive.answer()
    drive.say("Welcome to ACME.")
    assert drive.keys == []
    drive.say("For claims, press 2.", after=0.2)
    assert drive.keys == []
    drive.wait(1.0)
    assert drive.keys == ["2"]


def test_prompt_length_tells_greeting_from_menu_without_words() -> None:
    flow = CallFlow(
        name="x",
        steps=(Step(action=Action.PRESS, keys="2", prompt=Prompt(text="menu", seconds=8.0)),),
    )
    drive = Drive(CallPlan(flow=flow, speech_to_text=False))
    drive.answer()
    drive.say("welcome to acme")
    drive.wait(3)
    assert drive.keys == []
    drive.say("for billing press one for claims press two for all other questions press three " * 2)
    drive.wait(2)
    assert drive.keys == ["2"]


def test_agent_hears_something_within_a_second_of_their_last_word() -> None:
    drive = with_person()
    stopped = drive.now - drive.reading_s - drive.hangover_s
    assert drive.spoken[0].startswith("Hello, one moment please. I'm an assistant calling for Ann")
    assert stopped <= drive.times(Speak)[0] <= stopped + 1.0


def test_one_moment_is_repeated_while_ringing() -> None:
    drive = with_person()
    drive.wait(45)
    times = drive.times(Speak)
    assert len(times) == 4
    assert all(10 <= later - sooner <= 18 for sooner, later in pairwise(times))


def test_one_moment_waits_for_a_pause() -> None:
    drive = with_person()
    drive.wait(8)
    before = len(drive.spoken)
    drive.say("Are you still there? I can not wait for ever, you know, I have other people")
    during = drive.times(Speak)[before:]
    assert all(at >= drive.now - 1.5 for at in during)


def test_early_ring_only_where_announcements_are_known() -> None:
    for policy, known, rings in (
        (EarlyRing.ALWAYS, False, True),
        (EarlyRing.NEVER, True, False),
        (EarlyRing.KNOWN_ANNOUNCEMENTS, False, False),
        (EarlyRing.KNOWN_ANNOUNCEMENTS, True, True),
    ):
        drive = on_hold(
            CallPlan(flow=FLOW, speech_to_text=False, early_ring=policy, announcements_known=known)
        )
        drive.verdict(Verdict.SUSPECTED, 0.6)
        assert [act.early for act in drive.all(RingUser)] == ([True] if rings else []), policy


@pytest.mark.parametrize("how", ["verdict", "music"])
def test_false_alarm_goes_back_quietly(how: str) -> None:
    drive = on_hold(CallPlan(flow=FLOW, speech_to_text=False, early_ring=EarlyRing.ALWAYS))
    drive.verdict(Verdict.SUSPECTED, 0.6)
    assert drive.state is S.PERSON_SUSPECTED
    if how == "verdict":
        drive.wait(1)
        drive.verdict(Verdict.MACHINE, 0.1)
        assert drive.state is S.PERSON_SUSPECTED, "words may still come"
        drive.sound(Sound.SPEECH, 4)
    else:
        drive.music(4)
    assert drive.state is S.ON_HOLD
    assert len(drive.all(StopRingingUser)) == 1
    assert how == "verdict" or not drive.spoken
    assert drive.notes(NoteKind.FALSE_ALARM)


def test_music_while_ringing_means_nobody_is_there() -> None:
    drive = with_person()
    drive.wait(3)
    drive.music(5)
    assert drive.state is S.RINGING_YOU
    drive.wait(2)
    assert drive.state is S.ON_HOLD
    assert drive.all(StopRingingUser)
    drive.person("Hello? Sorry about that.")
    assert drive.state is S.RINGING_YOU


def test_question_settles_doubt() -> None:
    drive = on_hold()
    drive.say("uh hello", verdict=Verdict.SUSPECTED)
    drive.silence(2.5)
    assert drive.spoken == ["Hello? Can you hear me?"]
    drive.wait(2)
    drive.say("yes I can hear you")
    assert drive.state is S.RINGING_YOU


def test_unanswered_question_is_asked_twice_then_dropped() -> None:
    drive = on_hold()
    drive.say("some new advert starts here", verdict=Verdict.SUSPECTED)
    drive.silence(16)
    assert drive.spoken == ["Hello? Can you hear me?"] * 2
    assert drive.state is S.ON_HOLD


def test_without_a_voice_doubt_ends_for_the_person() -> None:
    drive = on_hold(CallPlan(flow=FLOW, speech_to_text=False, text_to_speech=False))
    drive.say("uh hello", verdict=Verdict.SUSPECTED)
    drive.silence(9)
    assert drive.state is S.RINGING_YOU
    assert not drive.spoken


def test_agent_hangs_up_while_ringing() -> None:
    drive = with_person()
    drive.wait(5)
    drive.company_hangs_up()
    assert drive.all(StopRingingUser)
    assert drive.end.outcome is Outcome.COMPANY_HUNG_UP
    assert "before you were on the phone" in drive.end.reason


def test_user_not_reached_says_goodbye_with_the_number() -> None:
    drive = with_person(
        CallPlan(flow=FLOW, speech_to_text=False, user_name="Ann", leave_number="5550100")
    )
    drive.wait(3)
    drive.phone(PhoneState.UNREACHED)
    assert "5 5 5 0 1 0 0" in drive.spoken[-1]
    assert drive.state is S.RINGING_YOU
    drive.wait(20)
    assert drive.end.outcome is Outcome.USER_NOT_REACHED


def test_patience_with_the_user_ends() -> None:
    drive = with_person(CallPlan(flow=FLOW, speech_to_text=False, limits=Limits(keep_agent_s=30.0)))
    drive.wait(60)
    assert drive.end.outcome is Outcome.USER_NOT_REACHED
    assert drive.all(StopRingingUser)


def test_hold_agent_hold_again_by_music_and_by_order() -> None:
    drive = with_person()
    drive.phone(PhoneState.ACCEPTED)
    assert drive.state is S.CONNECTED
    drive.music(21)
    assert drive.state is S.ON_HOLD
    assert len(drive.all(UnbridgeUser)) == 1
    drive.person("Hello, I am back.")
    drive.phone(PhoneState.ACCEPTED)
    assert drive.state is S.CONNECTED
    drive.order(Order.RESUME_HOLD)
    assert drive.state is S.ON_HOLD
    assert len(drive.all(UnbridgeUser)) == 2


def test_speech_over_the_line_keeps_the_bridge() -> None:
    drive = with_person()
    drive.phone(PhoneState.ACCEPTED)
    drive.music(15)
    drive.sound(Sound.SPEECH, 1)
    drive.music(15)
    assert drive.state is S.CONNECTED


def test_user_accepts_while_only_suspected() -> None:
    drive = on_hold(CallPlan(flow=FLOW, speech_to_text=False, early_ring=EarlyRing.ALWAYS))
    drive.verdict(Verdict.SUSPECTED, 0.6)
    drive.phone(PhoneState.ACCEPTED)
    assert drive.all(BridgeUser)
    assert drive.state is S.CONNECTED


def test_bridge_stops_our_voice() -> None:
    drive = with_person()
    drive.phone(PhoneState.ACCEPTED)
    kinds = [type(act) for _, act in drive.orders]
    assert kinds.index(StopSpeaking) < kinds.index(BridgeUser)


def test_direct_pick_up_without_menu() -> None:
    drive = Drive(CallPlan(speech_to_text=False))
    drive.answer()
    assert drive.all(SetPhase)[-1].phase is Phase.UNKNOWN
    drive.person("ACME, Jane speaking.")
    assert drive.state is S.RINGING_YOU
    assert drive.keys == []


def test_never_a_key_into_a_persons_ear() -> None:
    drive = Drive(DEAF)
    drive.answer()
    drive.say("ACME, hello?", verdict=Verdict.SUSPECTED)
    drive.silence(20)
    assert drive.keys == []


def test_connect_only_when_told() -> None:
    drive = with_person(CallPlan(flow=FLOW, speech_to_text=False, auto_connect=False))
    assert drive.state is S.PERSON_DETECTED
    assert not drive.all(RingUser)
    drive.wait(15)
    assert len(drive.spoken) == 2
    drive.order(Order.CONNECT_NOW)
    assert drive.state is S.RINGING_YOU
    assert [act.early for act in drive.all(RingUser)] == [False]


def test_user_corrects_the_verdict() -> None:
    drive = with_person()
    drive.order(Order.IS_NO_PERSON)
    assert drive.state is S.ON_HOLD
    drive.order(Order.IS_PERSON)
    assert drive.state is S.RINGING_YOU


def test_keep_holding_lets_the_person_go_on() -> None:
    drive = with_person()
    drive.wait(3)
    drive.order(Order.KEEP_HOLDING)
    assert drive.state is S.ON_HOLD
    assert drive.spoken[-1] == "Sorry, please go on."
    assert drive.all(StopRingingUser)


def test_proof_of_a_recording_ends_the_suspicion_at_once() -> None:
    drive = on_hold()
    drive.verdict(Verdict.SUSPECTED, 0.6)
    drive.heard(
        VerdictChange(
            time=drive.audio,
            since=drive.audio - 1,
            verdict=Verdict.MACHINE,
            probability=0.02,
            reasons=(Reason(cue=Cue.REPEATED, weight=-18.0),),
        )
    )
    assert drive.state is S.ON_HOLD


def test_suspicion_that_comes_back_goes_on() -> None:
    drive = on_hold()
    drive.verdict(Verdict.SUSPECTED, 0.6)
    drive.wait(1)
    drive.verdict(Verdict.MACHINE, 0.2)
    drive.wait(1)
    drive.verdict(Verdict.PERSON, 0.9)
    assert drive.state is S.RINGING_YOU
    assert not drive.notes(NoteKind.FALSE_ALARM)
