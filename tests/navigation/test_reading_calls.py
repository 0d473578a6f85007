"""Calls in which the menu is read: by rules, by the model, with traps."""

import pytest

from custom_components.hold_slayer.navigation.acts import Consult, NoteKind
from custom_components.hold_slayer.navigation.phrases import Line
from custom_components.hold_slayer.navigation.plan import CallBack, CallBackPolicy, Limits
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .acme import MENU, QUEUE, call

S = CallState


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


def test_whoever_answers_our_question_hears_no_key() -> None:
    """A person whose words were misread, and whom the ears do not notice, is asked again, then put through."""
    drive = call()
    drive.say("corner bakery good morning hollow can i kelp yew")
    drive.wait(9)
    assert drive.spoken == [drive.navigator.phrases.lines[Line.QUESTION]]
    drive.say("you yes i can hear you")
    drive.wait(9)
    assert drive.state is S.PERSON_SUSPECTED
    drive.say("hello are you there")
    assert drive.state is S.RINGING_YOU
    assert drive.keys == []


def test_a_prompt_that_repeats_after_our_question_waits_for_a_key() -> None:
    drive = call()
    first = drive.say("Gnarl blubber wug.")
    drive.wait(9)
    drive.say("Gnarl blubber wug.", repeat_of=first)
    drive.wait(9)
    assert drive.keys == ["0"]


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


def test_the_model_is_asked_only_so_often() -> None:
    """A menu that goes round in ever other words does not use up the model."""
    drive = call("my contract number 7", model=True, limits=Limits(consults=2, same_menu=9))
    for one, other in (
        ("old", "new"),
        ("private", "business"),
        ("short", "long"),
        ("big", "small"),
    ):
        before = len(drive.all(Consult))
        drive.say(f"For {one} contracts, press 4. For {other} contracts, press 5.")
        drive.wait(2)
        if len(drive.all(Consult)) > before:
            drive.model("repeat")
    assert len(drive.all(Consult)) == 2


@pytest.mark.parametrize(
    ("language", "intent", "cut", "whole"),
    [
        ("en", "claims", "for sales press one for claims press", " two"),
        ("de", "Schaden", "für verträge drücken sie die eins für schäden drücken sie die", " zwei"),
        ("fr", "sinistre", "pour un contrat tapez un pour un sinistre tapez", " deux"),
        ("es", "siniestros", "para ventas pulse uno para siniestros pulse", " dos"),
        ("it", "carta", "per il saldo prema uno per una carta prema", " due"),
        ("nl", "schade", "voor verkoop toets een voor schade toets", " twee"),
        ("pt", "sinistros", "para vendas prima um para sinistros prima", " dois"),
    ],
)
def test_a_menu_whose_last_key_got_lost_is_heard_again(
    language: str, intent: str, cut: str, whole: str
) -> None:
    drive = call(intent, languages=(language,))
    drive.say(cut)
    drive.wait(3)
    assert drive.keys == []
    drive.say(cut + whole)
    drive.wait(3)
    assert drive.keys == ["2"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "To stay in the queue, press 1."),
        ("de", "Drücken Sie die 1, um in der Warteschleife zu bleiben."),
        ("fr", "Pour rester en ligne, tapez 1."),
        ("es", "Para permanecer en espera, pulse 1."),
        ("it", "Per restare in attesa, prema 1."),
        ("nl", "Om in de wachtrij te blijven, toets 1."),
        ("pt", "Para permanecer na linha, prima 1."),
    ],
)
def test_a_queue_that_was_not_known_as_one_is_stayed_in(language: str, text: str) -> None:
    drive = call("change my flight", languages=(language,))
    for _ in range(4):
        drive.say(text)
        drive.wait(20)
    assert set(drive.keys) == {"1"}
    assert drive.state in (S.NAVIGATING, S.ON_HOLD)


def test_a_menu_whose_first_words_got_lost_is_heard_again() -> None:
    drive = call("afspraak", languages=("nl",))
    drive.say("van toets één voor rekeningen toets twee")
    drive.wait(3)
    assert drive.keys == []
    drive.say("voor afspraken toets één voor rekeningen toets twee")
    drive.wait(3)
    assert drive.keys == ["1"]


def test_wanted_option_whose_key_was_not_heard_is_heard_once_more() -> None:
    drive = call("my card was stolen")
    drive.say("for your balance press one for a lost or stolen card tree time")
    drive.wait(3)
    assert drive.keys == []
    drive.say("for your balance press one for a lost or stolen card press two")
    drive.wait(3)
    assert drive.keys == ["2"]


def test_what_follows_the_last_key_may_be_nothing_wanted() -> None:
    drive = call("my card was stolen")
    drive.say("for your balance press one thank you for your patience")
    drive.wait(3)
    assert drive.keys == ["0"]
