"""Calls with a stored flow, persons judged by their words, and what noise does to both."""

import pytest

from custom_components.hold_slayer.hearing.heard import Sound, Verdict
from custom_components.hold_slayer.navigation.acts import NoteKind, SendKeys, StopRingingUser
from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.moments import (
    PhoneState,
    Transcribed,
    TranscriptUnavailable,
)
from custom_components.hold_slayer.navigation.plan import Limits
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .acme import FLOW, MENU, QUEUE, call

S = CallState


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
    assert len(drive.notes(NoteKind.SPEECH_TO_TEXT_AWAY)) == 1


def test_cost_limit() -> None:
    drive = call(limits=Limits(cost_s=60.0))
    drive.say(QUEUE)
    drive.music(60)
    assert drive.end.outcome is Outcome.COST_LIMIT


@pytest.mark.parametrize("reason", ["repeated", "queue_full", "timeout", "error", "no_audio"])
def test_single_utterance_without_words_does_not_make_the_reader_away(reason: str) -> None:
    drive = call()
    for utterance in range(1, 6):
        drive.tell(TranscriptUnavailable(utterance=utterance, reason=reason))
    assert drive.notes(NoteKind.SPEECH_TO_TEXT_AWAY) == []


def test_question_for_something_not_stored_names_the_reason() -> None:
    drive = call()
    for _ in range(3):
        drive.say("Please enter your account number, followed by the pound key.")
        drive.wait(4)
    assert drive.keys[:1] == ["0"], "a person is asked for at the second time"
    drive.company_hangs_up()
    assert drive.end.outcome is Outcome.MENU_LOST
    assert "account_number" in drive.end.reason
