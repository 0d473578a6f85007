"""A person, or perhaps one: what phones, orders, menus and answers change about it."""

import pytest

from custom_components.hold_slayer.hearing.heard import UtteranceEnded, UtteranceStarted, Verdict
from custom_components.hold_slayer.navigation.acts import (
    BridgeUser,
    EndCall,
    NoteKind,
    ReadEarly,
    RingUser,
    Speak,
    StopRingingUser,
)
from custom_components.hold_slayer.navigation.moments import Order, PhoneState, SpeakingEnded
from custom_components.hold_slayer.navigation.plan import CallPlan, EarlyRing, Mode
from custom_components.hold_slayer.navigation.states import CallState as S, Outcome

from .drive import Drive
from .test_suspecting import GREETING, on_hold

EARLY = CallPlan(intent="my claim", early_ring=EarlyRing.ALWAYS, ask_question=False)


def suspected(plan: CallPlan | None = None) -> Drive:
    """Return a call in which somebody may have spoken."""
    drive = on_hold(plan)
    drive.say("Mumbling", verdict=Verdict.SUSPECTED, unreadable=True)
    assert drive.state is S.PERSON_SUSPECTED
    return drive


def with_person(plan: CallPlan | None = None) -> Drive:
    """Return a call with a person, while the user's phone rings."""
    drive = on_hold(plan)
    drive.person(GREETING)
    assert drive.state is S.RINGING_YOU
    return drive


def test_accepted_at_the_first_suspicion() -> None:
    """Who picks up the early ring is bridged at once."""
    drive = suspected(EARLY)
    assert drive.all(RingUser)[0].early
    drive.phone(PhoneState.ACCEPTED)
    assert drive.all(BridgeUser)
    assert drive.state is S.CONNECTED


@pytest.mark.parametrize("state", [PhoneState.UNREACHED, PhoneState.HUNG_UP])
def test_unreached_at_the_first_suspicion(state: PhoneState) -> None:
    """The early ring is a try: when a person speaks the phone is rung again."""
    drive = suspected(EARLY)
    drive.phone(state)
    assert drive.state is S.PERSON_SUSPECTED
    drive.person(GREETING)
    assert len(drive.all(RingUser)) == 2
    assert drive.state is S.RINGING_YOU


@pytest.mark.parametrize("order", [Order.IS_PERSON, Order.CONNECT_NOW])
def test_the_user_knows_that_it_is_a_person(order: Order) -> None:
    """The user is believed without another word of the company."""
    drive = suspected()
    drive.order(order)
    assert drive.state is S.RINGING_YOU
    assert drive.all(RingUser)


@pytest.mark.parametrize("order", [Order.IS_NO_PERSON, Order.KEEP_HOLDING])
def test_the_user_knows_that_it_is_nobody(order: Order) -> None:
    """A suspicion the user denies is a false alarm."""
    drive = suspected(EARLY)
    drive.order(order)
    assert drive.state is S.ON_HOLD
    assert drive.notes(NoteKind.FALSE_ALARM)
    assert drive.all(StopRingingUser)


def test_a_menu_is_nobody() -> None:
    """Whoever offers keys is a machine."""
    drive = on_hold()
    drive.say("For billing press 1 and for claims press 2", verdict=Verdict.SUSPECTED)
    assert drive.state is not S.PERSON_SUSPECTED
    assert not drive.all(RingUser)


def test_a_pause_is_read_early() -> None:
    """What was said up to a pause is read before the speaker has finished."""
    drive = suspected()
    drive.menu("Good morning,", "how can I help you?")
    assert any(act.at_pause for act in drive.all(ReadEarly))


def asked(plan: CallPlan | None = None) -> tuple[Drive, int]:
    """Return a call that asks who is there, and the request of the question."""
    drive = suspected(plan)
    while not drive.all(Speak):
        drive.wait(1)
    return drive, drive.all(Speak)[-1].request


def end_speaking(drive: Drive, request: int, **how: object) -> None:
    """Let our words end otherwise than by having been said."""
    drive._speaking.clear()
    drive.tell(SpeakingEnded(request=request, **how))  # type: ignore[arg-type]


def test_an_answer_is_a_person() -> None:
    """Who speaks once the question was asked has answered it."""
    drive, request = asked()
    end_speaking(drive, request)
    drive.say("Yes I am here", verdict=Verdict.SUSPECTED)
    assert drive.state is S.RINGING_YOU


def test_who_talks_through_the_question_is_none() -> None:
    """Speech that began before the question and went on through it did not listen."""
    drive = suspected()
    while not drive.all(Speak):
        drive.wait(1)
    began = drive.audio - 3
    drive.heard(UtteranceStarted(time=drive.audio, utterance=90, since=began))
    end_speaking(drive, drive.all(Speak)[-1].request)
    drive.heard(
        UtteranceEnded(time=drive.audio, utterance=90, since=began, until=drive.audio - 0.3)
    )
    assert drive.state is S.ON_HOLD
    assert not drive.all(RingUser)


def test_nobody_answers_any_question() -> None:
    """Silence upon every question ends the suspicion."""
    drive, _ = asked()
    drive.silence(90)
    assert drive.state is S.ON_HOLD
    assert len(drive.all(Speak)) >= 2
    assert not drive.all(RingUser)


def test_a_voice_that_fails() -> None:
    """A question that cannot be asked decides nothing: in doubt the user is rung."""
    drive, request = asked()
    end_speaking(drive, request, completed=False, error="no voice")
    drive.silence(120)
    assert drive.state is S.RINGING_YOU


def test_a_question_cut_short_is_no_answer() -> None:
    """Talked over without an error, the suspicion goes on."""
    drive, request = asked()
    end_speaking(drive, request, completed=False)
    assert drive.state is S.PERSON_SUSPECTED


def test_the_person_asks_who_calls_and_what_about() -> None:
    """Asked back, the call says for whom it is, and what it is about when it may."""
    plan = CallPlan(intent="a leak in the roof", user_name="Alice", mode=Mode.AI_ASSISTED)
    drive = with_person(plan)
    drive.wait(20)
    before = len(drive.spoken)
    drive.say("Who is calling please?")
    assert any("Alice" in text for text in drive.spoken[before:])
    drive.wait(20)
    before = len(drive.spoken)
    drive.say("What is it about?")
    assert any("a leak in the roof" in text for text in drive.spoken[before:])


def test_an_order_while_the_phone_does_not_ring() -> None:
    """Not to be connected by itself, a call rings the phone as soon as it is told to."""
    drive = on_hold(CallPlan(intent="my claim", auto_connect=False))
    drive.person(GREETING)
    assert not drive.all(RingUser)
    drive.order(Order.CONNECT_NOW)
    assert drive.all(RingUser)
    assert drive.state is S.RINGING_YOU


@pytest.mark.parametrize("order", [Order.IS_NO_PERSON, Order.KEEP_HOLDING])
def test_no_person_after_all(order: Order) -> None:
    """The phone stops ringing, and the wait goes on."""
    drive = with_person()
    drive.order(order)
    assert drive.all(StopRingingUser)
    assert drive.state is S.ON_HOLD


def test_a_goodbye_that_is_never_said() -> None:
    """The person is let go once, and also when the voice never ends."""
    drive = with_person()
    drive.wait(20)
    drive.phone(PhoneState.UNREACHED)
    said = len(drive.spoken)
    drive.phone(PhoneState.UNREACHED)
    assert len(drive.spoken) == said
    assert not drive.all(EndCall)
    drive._speaking.clear()
    drive.wait(60)
    assert drive.end.outcome is Outcome.USER_NOT_REACHED
