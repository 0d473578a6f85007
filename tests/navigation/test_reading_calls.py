"""Calls in which the menu is read: by rules, by the model, with traps."""

import pytest

from custom_components.hold_slayer.hearing.heard import Sound, Verdict
from custom_components.hold_slayer.navigation.acts import (
    Consult,
    NoteKind,
    SendKeys,
    StopRingingUser,
)
from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.moments import PhoneState, Transcribed
from custom_components.hold_slayer.navigation.plan import CallBack, CallBackPolicy, CallPlan, Limits
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .drive import Drive

S = CallState
MENU = "Welcome to ACME. For billing, press 1. For claims, press 2. For anything else, press 3."
QUEUE = "All our agents are busy. Please stay on the line."


def call(intent: str = "a question about my invoice", **plan: object) -> Drive:
    drive = Drive(CallPlan(intent=intent, user_name="Ann", **plan))  # type: ignore[arg-type]
    drive.answer()
    return drive


def test_menu_is_read_and_the_wait_begins() -> None:
    drive = call()
    drive.say(MENU)
    drive.wait(2)
    assert drive.keys == ["1"]
    drive.say(QUEUE)
    drive.wait(2)
    assert drive.state is S.ON_HOLD


def test_options_over_several_utterances() -> None:
    drive = call("report an accident")
    drive.say("welcome to acme for billing press one")
    drive.say("for claims press two", after=0.6)
    drive.say("to hear this again press star", after=0.6)
    assert drive.keys == []
    drive.wait(2)
    assert drive.keys == ["2"]


def test_second_menu() -> None:
    drive = call()
    drive.say(MENU)
    drive.wait(2)
    drive.say("For your last invoice, press 1. For a payment plan, press 2.")
    drive.wait(2)
    assert drive.keys == ["1", "1"]


def test_model_decides_a_tie_among_the_keys_heard() -> None:
    drive = call("my contract number 7", model=True)
    drive.say("For old contracts, press 4. For new contracts, press 5.")
    drive.wait(2)
    consult = drive.all(Consult)[0]
    assert set(consult.options) == {"4", "5", "representative", "repeat"}
    assert drive.keys == []
    drive.model("5")
    assert drive.keys == ["5"]


@pytest.mark.parametrize("choice", ["9", "1900", "{pin}", "0", "press 4", ""])
def test_model_cannot_choose_what_was_not_offered(choice: str) -> None:
    drive = call("something else entirely", model=True)
    drive.say("For cats, press 4. For dogs, press 5.")
    drive.wait(2)
    drive.model(choice)
    assert set(drive.keys) <= {"4", "5", "0"}
    assert choice not in drive.keys or choice == "0"


def test_model_too_slow_goes_on_by_rules() -> None:
    drive = call("something else", model=True)
    drive.say("For cats, press 4. For dogs, press 5. For an operator, press 6.")
    drive.wait(12)
    assert drive.keys == ["6"]
    assert drive.notes(NoteKind.DEGRADED)


def test_nothing_fits_asks_for_a_person() -> None:
    drive = call("zebras")
    drive.say("For cats, press 4. For dogs, press 5.")
    drive.wait(2)
    assert drive.keys == ["0"]


def test_spoken_menu_is_answered_in_speech() -> None:
    drive = call()
    drive.say("You can say billing, claims or technical support.")
    drive.wait(2)
    assert drive.spoken == ["billing"]
    drive.wait(2)
    drive.say("You said billing. Is that correct?")
    drive.wait(2)
    assert drive.spoken[-1] == "Yes"
    assert drive.keys == []


def test_wrong_echo_is_denied() -> None:
    drive = call()
    drive.say("You can say billing, claims or technical support.")
    drive.wait(3)
    drive.say("Did you say claims? Please say yes or no.")
    drive.wait(2)
    assert drive.spoken[-1] == "No"


def test_bot_is_told_the_intent_then_asked_for_a_person() -> None:
    drive = call("my broken router")
    drive.say("Hi, I'm the virtual assistant. In a few words, tell me what you are calling about.")
    drive.wait(3)
    assert drive.spoken == ["I'm calling about my broken router."]
    drive.say("Sorry, I didn't understand. You can say things like pay my bill.")
    drive.wait(4)
    drive.say("In a few words, please tell me why you are calling.")
    drive.wait(4)
    drive.say("Please tell me why you are calling, in your own words.")
    drive.wait(4)
    assert drive.spoken[-1] == "Representative, please."


def test_secret_is_typed_as_a_placeholder() -> None:
    drive = call(secrets=frozenset({"account_number"}))
    drive.say("Please enter your account number, followed by the pound key.")
    drive.wait(2)
    assert drive.keys == ["{account_number}", "#"]


def test_secret_is_spoken_where_it_is_asked_for_by_voice() -> None:
    drive = call(secrets=frozenset({"date_of_birth"}))
    drive.say("Please tell me your date of birth.")
    drive.wait(2)
    assert drive.spoken == ["{date_of_birth}"]


def test_unknown_secret_is_never_given() -> None:
    drive = call(secrets=frozenset({"pin"}))
    drive.say("Please enter your account number.")
    drive.wait(12)
    assert "{pin}" not in drive.keys
    assert not any("{" in text for text in drive.spoken)


def test_secret_is_given_three_times_at_most() -> None:
    drive = call(secrets=frozenset({"account_number"}))
    for number in range(5):
        drive.say(f"Hello number {number}, please enter your account number now.")
        drive.wait(4)
    assert drive.keys.count("{account_number}") <= 3


def test_same_menu_three_times_is_lost() -> None:
    drive = call("zebras")
    for _ in range(4):
        drive.say("For cats, press 4. For dogs, press 5. For an operator, press 6.")
        drive.wait(3)
        drive.say("Thank you, that was the cat department speaking to you today.")
        drive.wait(3)
        if drive.state is S.FAILED:
            break
    assert drive.end.outcome is Outcome.MENU_LOST
    assert "3 times" in drive.end.reason


def test_invalid_entry_ends_in_lost() -> None:
    drive = call()
    drive.say(MENU)
    for _ in range(3):
        drive.wait(2)
        drive.say("Sorry, that is an invalid entry.")
    drive.wait(3)
    assert drive.end.outcome is Outcome.MENU_LOST


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        (
            "Our offices are currently closed. Our hours are Monday to Friday from 9 am to 5 pm.",
            Outcome.CLOSED,
            "09:00",
        ),
        ("All lines are busy. Please try again later.", Outcome.CALL_LATER, "later"),
        ("Please leave a message after the tone.", Outcome.VOICEMAIL, "oicemail"),
    ],
)
def test_dead_ends_have_names(text: str, outcome: Outcome, reason: str) -> None:
    drive = call()
    drive.say(text)
    drive.wait(3)
    assert drive.end.outcome is outcome
    assert reason in drive.end.reason
    assert drive.state is S.FAILED


def test_closed_after_some_hold() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(60)
    drive.say("We are closed. We open at eight thirty.")
    drive.wait(5)
    drive.company_hangs_up()
    assert drive.end.outcome is Outcome.CLOSED
    assert drive.end.opens_at == "08:30"


def test_queue_numbers_are_kept() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    for place in ("four", "three", "three", "two"):
        drive.music(20)
        drive.say(f"You are number {place} in the queue. The wait is about ten minutes.")
    assert [note.value for note in drive.notes(NoteKind.QUEUE_POSITION)] == [4, 3, 2]
    assert [note.value for note in drive.notes(NoteKind.ESTIMATED_WAIT)] == [600]


def test_press_to_stay_in_the_queue() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(20)
    drive.say("To stay in the queue, press 1. To leave a message, press 2.")
    drive.wait(1)
    assert drive.keys == ["1"]
    assert drive.state is S.ON_HOLD


OFFER = "Press 1 to receive a call back without losing your place, or stay on the line."


def test_call_back_is_refused_by_default() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.say(OFFER)
    drive.wait(5)
    assert drive.keys == []
    assert drive.notes(NoteKind.CALLBACK_OFFERED)


def test_call_back_is_taken_and_the_number_confirmed() -> None:
    drive = call(call_back=CallBack(policy=CallBackPolicy.ALWAYS, number="5550100"))
    drive.say(QUEUE)
    drive.wait(2)
    drive.say(OFFER)
    drive.wait(2)
    assert drive.keys == ["1"]
    drive.say("We have the number 5 5 5 0 1 0 0. If this is correct, press 1. If not, press 2.")
    drive.wait(2)
    assert drive.keys == ["1", "1"]
    drive.say("Thank you. We will call you back in about ten minutes. Goodbye.")
    assert drive.end.outcome is Outcome.CALL_BACK_ARRANGED
    assert drive.state is S.ENDED


def test_call_back_number_is_typed_when_asked_for() -> None:
    drive = call(call_back=CallBack(policy=CallBackPolicy.ALWAYS, number="+1 555 0100"))
    drive.say(QUEUE)
    drive.wait(2)
    drive.say(OFFER)
    drive.wait(2)
    drive.say("Please enter your ten digit phone number, followed by the pound key.")
    drive.wait(2)
    assert drive.keys == ["1", "15550100", "#"]


def test_call_back_only_after_a_long_wait() -> None:
    plan = CallBack(policy=CallBackPolicy.LONG_WAIT, after_s=600, number="5550100")
    drive = call(call_back=plan)
    drive.say(QUEUE)
    drive.wait(2)
    drive.say("The estimated wait time is twenty minutes. " + OFFER)
    drive.wait(2)
    assert drive.keys == ["1"]


FLOW = CallFlow(
    name="ACME",
    steps=(
        Step(action=Action.PRESS, keys="2", prompt=Prompt(text="For claims, press 2")),
        Step(action=Action.PRESS, keys="1", prompt=Prompt(text="For an open claim, press 1")),
        Step(action=Action.HOLD),
    ),
)


def test_flow_fires_as_soon_as_its_prompt_is_read() -> None:
    drive = call("my claim", flow=FLOW)
    drive.say("Welcome to ACME.")
    drive.wait(2)
    assert drive.keys == []
    drive.say("For billing press one for claims press two.")
    ended = drive.audio - drive.reading_s - drive.hangover_s
    assert drive.keys == ["2"]
    assert drive.audio - ended <= 1.0
    drive.wait(2)
    drive.say("For an open claim, press 1. For a new claim, press 2.")
    assert drive.keys == ["2", "1"]
    assert drive.state is S.ON_HOLD
    assert not drive.notes(NoteKind.FLOW_STALE)


def test_moved_key_is_found_and_the_flow_marked_stale() -> None:
    drive = call("my claim", flow=FLOW)
    drive.say("For claims, press 4. For billing, press 2.")
    drive.wait(2)
    assert drive.keys == ["4"]
    assert len(drive.notes(NoteKind.FLOW_STALE)) == 1
    drive.say("For an open claim, press 1. For a new claim, press 2.")
    drive.wait(2)
    assert drive.keys == ["4", "1"]
    assert drive.state is S.ON_HOLD


def test_changed_menu_is_read_instead() -> None:
    drive = call("a question about my bill", flow=FLOW)
    drive.say("For sales, press 5. For invoices and payments, press 6.")
    drive.wait(2)
    assert drive.keys == ["6"]
    assert drive.notes(NoteKind.FLOW_STALE)


def test_step_that_never_comes_times_out_into_reading() -> None:
    drive = call("my claim", flow=FLOW)
    for _ in range(3):
        drive.say("Something about the weather in the mountains today.")
        drive.wait(15)
    assert drive.notes(NoteKind.FLOW_STALE)


def test_speech_to_text_away_goes_on_by_ear() -> None:
    drive = call("my claim", flow=FLOW)
    drive.say("For billing, press 1. For claims, press 2.", unreadable=True)
    drive.wait(2)
    assert drive.keys == ["2"]


def test_person_greets_while_ears_only_suspect() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(20)
    drive.say("Hi, this is Jane speaking, how can I help you?", verdict=Verdict.SUSPECTED)
    assert drive.state is S.RINGING_YOU
    drive.phone(PhoneState.ACCEPTED)
    assert drive.state is S.CONNECTED


def test_announcement_words_call_a_suspicion_off() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(20)
    drive.say(
        "Your call is important to us. Please stay on the line. Did you know you can visit our"
        " website?",
        verdict=Verdict.SUSPECTED,
    )
    assert drive.state is S.ON_HOLD
    assert drive.notes(NoteKind.FALSE_ALARM)


def test_late_words_of_an_announcement_do_not_count_against_the_agent() -> None:
    drive = call()
    drive.reading_s = 2.0
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(20)
    drive.say("Hello, this is Jane, how can I help?", verdict=Verdict.PERSON, probability=0.9)
    assert drive.state is S.RINGING_YOU


def test_invented_words_on_music_mean_nothing() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(20)
    drive.say("Thank you for watching!", verdict=Verdict.SUSPECTED)
    assert drive.state is not S.RINGING_YOU


def test_repeated_announcement_with_new_speech_to_text_is_known_by_its_words() -> None:
    drive = call()
    drive.say("We are so glad that you called the blue company today, hello and good morning.")
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(20)
    drive.say(
        "We are so glad that you called the blue company today, hello and good morning.",
        verdict=Verdict.SUSPECTED,
        probability=0.7,
    )
    assert drive.state is S.ON_HOLD


def test_queue_behind_a_queue_with_a_second_menu() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.music(30)
    drive.say("For private customers, press 1. For questions about an invoice, press 2.")
    drive.wait(2)
    assert drive.keys == ["2"]
    drive.say("Please hold while I transfer you.")
    drive.wait(3)
    assert drive.state is S.ON_HOLD


def test_transcripts_are_wanted_for_new_speech_only() -> None:
    drive = call()
    first = drive.say(QUEUE)
    drive.wait(2)
    drive.music(20)
    said = len(drive.navigator._call.line.said)
    drive.say(QUEUE, repeat_of=first)
    assert len(drive.navigator._call.line.said) == said


def test_keys_are_not_sent_while_somebody_may_listen() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.wait(2)
    drive.say("To stay in the queue, press 1.", verdict=Verdict.PERSON, probability=0.95)
    assert not drive.all(SendKeys)


def test_ringing_after_a_transfer_is_no_silence() -> None:
    drive = call()
    drive.say("Please hold while I transfer you.")
    drive.wait(2)
    drive.sound(Sound.RINGBACK, 120)
    assert drive.state is S.ON_HOLD


def test_late_words_of_the_menu_before_are_not_answered_again() -> None:
    drive = call(flow=FLOW)
    drive.reading_s = 3.0
    drive.say("For billing press one for claims press two.")
    drive.wait(1)
    assert drive.keys == ["2"]
    before = drive.navigator._call.acted_at
    drive.tell(
        Transcribed(
            utterance=99,
            text="for billing press one for an open claim press one",
            since=0.5,
            until=before - 1,
        )
    )
    drive.wait(3)
    assert drive.keys == ["2"]


def test_words_without_times_get_those_of_their_utterance() -> None:
    drive = call()
    drive.say(MENU)
    words = drive.navigator._call.line.said[-1]
    assert words.until > words.since > 0


def test_flow_step_is_recognised_though_its_key_was_misheard() -> None:
    flow = CallFlow(
        name="x",
        steps=(
            Step(action=Action.PRESS, keys="2", prompt=Prompt(text="home insurance press 2")),
            Step(action=Action.HOLD),
        ),
    )
    drive = call("my home", flow=flow)
    drive.say(
        "for car insurance press one for home insurance to for all other questions press three"
    )
    drive.wait(1)
    assert drive.keys == ["2"]


def test_queue_words_and_music_mean_hold_at_once_with_a_step_pending() -> None:
    drive = call(flow=FLOW)
    drive.say("Please hold for the next available representative.")
    assert drive.state is S.ON_HOLD
    drive = call(flow=FLOW)
    drive.music(5)
    assert drive.state is S.ON_HOLD
    drive.say("For billing press one for claims press two.")
    drive.wait(2)
    assert drive.keys == ["2"]
    assert drive.state is S.NAVIGATING


def test_fading_verdict_does_not_call_the_ringing_off() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.music(20)
    drive.person("Hello, this is Jane, how can I help?")
    assert drive.state is S.RINGING_YOU
    drive.silence(6)
    drive.verdict(Verdict.MACHINE, 0.1)
    drive.verdict(Verdict.NOBODY, 0.05)
    drive.wait(5)
    assert drive.state is S.RINGING_YOU


def test_announcement_that_fooled_the_ears_is_called_off_by_its_words() -> None:
    drive = call()
    drive.say(QUEUE)
    drive.music(20)
    drive.person(
        "Your call is important to us. Please stay on the line. The next available agent will be"
        " with you shortly."
    )
    assert drive.state is S.ON_HOLD
    assert drive.all(StopRingingUser)
    assert drive.notes(NoteKind.ANNOUNCEMENT), "it is kept as the announcement it was"


def test_closed_said_just_before_the_company_hangs_up() -> None:
    drive = call()
    drive.say("The car insurance department is closed today.")
    drive.company_hangs_up()
    assert drive.end.outcome is Outcome.CLOSED


def test_degradation_is_said_once() -> None:
    drive = call("my claim", flow=FLOW)
    for _ in range(3):
        drive.say("Something that nobody can read.", unreadable=True)
        drive.wait(1)
    assert len(drive.notes(NoteKind.DEGRADED)) == 1


def test_cost_limit() -> None:
    drive = call(limits=Limits(cost_s=60.0))
    drive.say(QUEUE)
    drive.music(60)
    assert drive.end.outcome is Outcome.COST_LIMIT


def test_question_for_something_not_stored_names_the_reason() -> None:
    drive = call()
    for _ in range(3):
        drive.say("Please enter your account number, followed by the pound key.")
        drive.wait(4)
    assert drive.keys[:1] == ["0"], "a person is asked for at the second time"
    drive.company_hangs_up()
    assert drive.end.outcome is Outcome.MENU_LOST
    assert "account_number" in drive.end.reason
