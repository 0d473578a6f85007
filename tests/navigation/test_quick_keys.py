"""Keys go out as soon as the option wanted has been said, and again when that was too early."""

import pytest

from custom_components.hold_slayer.hearing.heard import (
    Repeat,
    Repeated,
    RepeatEnded,
    RepeatSource,
    Sound,
    UtteranceStarted,
)
from custom_components.hold_slayer.navigation.acts import MarkPrompt, NoteKind, SendKeys
from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.flow_format import read_flow, write_yaml
from custom_components.hold_slayer.navigation.moments import Transcribed
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.states import CallState

from .drive import Drive

S = CallState
CLAIMS = "For claims, press 2."
#: What the ears and speech-to-text take in these calls, s.
LATE = 0.35 + 0.3


def call(intent: str = "claims", **plan: object) -> Drive:
    drive = Drive(CallPlan(intent=intent, user_name="Ann", **plan), hangover_s=0.35)  # type: ignore[arg-type]
    drive.answer()
    return drive


def flow(*, barge_in: bool | None = None, print_id: str = "", ends_at: float = 0.0) -> CallFlow:
    prompt = Prompt(text="For claims, press 2", print_id=print_id, ends_at=ends_at)
    return CallFlow(
        name="ACME",
        steps=(
            Step(action=Action.PRESS, keys="2", prompt=prompt, barge_in=barge_in),
            Step(action=Action.HOLD),
        ),
    )


def after_option(drive: Drive) -> float:
    """Seconds from the end of what was said last to the last key."""
    said = drive.audio - LATE
    return drive.times(SendKeys)[-1] - (drive.now - drive.audio) - said


def test_known_step_fires_while_the_menu_goes_on() -> None:
    drive = call(flow=flow())
    drive.say("For billing, press 1.")
    drive.say(CLAIMS, after=0.1)
    assert drive.keys == ["2"]
    assert after_option(drive) < 1.0


def test_a_certain_option_is_taken_at_once() -> None:
    drive = call()
    drive.say("For billing, press 1.")
    assert drive.keys == []
    drive.say(CLAIMS, after=0.1)
    assert drive.keys == ["2"]
    assert after_option(drive) < 1.0


@pytest.mark.parametrize(
    ("intent", "option"),
    [
        ("claims", "For new claims, press 2."),  # old ones may follow
        ("a claim on my home insurance", CLAIMS),  # home insurance may follow
        ("", CLAIMS),
        ("claims", "To be called back about claims, press 2."),
        ("claims", "We are closed. For claims, press 2."),
    ],
)
def test_what_may_be_bettered_waits_for_the_end(intent: str, option: str) -> None:
    drive = call(intent)
    drive.say("For billing, press 1.")
    drive.say(option, after=0.1)
    assert drive.keys == []


def test_what_was_chosen_before_need_not_be_said_again() -> None:
    drive = call("a claim on my home insurance")
    drive.say("For car insurance, press 1.")
    drive.say("For home insurance, press 2.", after=0.1)
    assert drive.keys == []
    drive.wait(2)
    assert drive.keys == ["2"]
    drive.say("For a claim, press 1.")
    assert drive.keys == ["2", "1"]


def test_a_menu_that_talks_on_gets_the_key_again_at_its_end() -> None:
    """A company that ignores keys while it talks: one more key, and no wrong one."""
    for plan in ({"flow": flow()}, {}):
        drive = call(**plan)
        drive.say("For billing, press 1.")
        drive.say(CLAIMS, after=0.1)
        drive.say("For complaints, press 3.", after=0.1)
        drive.say("For anything else, press 0.", after=0.1)
        assert drive.keys == ["2"]
        drive.wait(2)
        assert drive.keys == ["2", "2"]
        drive.music(8)
        assert drive.state is S.ON_HOLD
        assert not drive.notes(NoteKind.FLOW_STALE)
        # From now on nothing is pressed while it talks.
        deed = drive.navigator.journal[-1]
        assert (deed.keys, deed.late) == ("2", True)


def test_a_new_menu_is_no_rest_of_the_old_one() -> None:
    drive = call("claims for a car")
    drive.say("For claims, press 2.")
    drive.wait(2)
    drive.say("For a car, press 1.", after=0.1)
    assert drive.keys == ["2", "1"]


def test_a_step_may_wait_for_silence() -> None:
    drive = call(flow=flow(barge_in=False))
    drive.say(CLAIMS)
    assert drive.keys == []
    drive.say("For complaints, press 3.", after=0.1)
    assert drive.keys == []
    drive.wait(2)
    assert drive.keys == ["2"]


def test_a_lost_early_key_is_learned() -> None:
    drive = call()
    drive.say(CLAIMS)
    drive.say("For complaints, press 3.", after=0.1)
    drive.wait(2)
    drive.music(8)
    drive.person("Hello, this is Jane, how can I help you?")
    lesson = drive.navigator.lesson("ACME")
    assert lesson is not None
    assert lesson.flow.steps[0].barge_in is False
    assert read_flow(write_yaml(lesson.flow)) == lesson.flow


# ── one utterance with short pauses ──────────────────────────────────────────────

OPTIONS = ("For billing, press 1.", CLAIMS, "For complaints, press 3.")


@pytest.mark.parametrize("stored", [True, False])
def test_words_so_far_are_enough(stored: bool) -> None:
    """The key goes out in the pause after the option, and again when the menu talks on."""
    drive = call(**({"flow": flow()} if stored else {}))
    began = drive.menu("Welcome to ACME.", *OPTIONS)
    first = drive.times(SendKeys)[0] - (drive.now - drive.audio)
    said = began + (3 + 4 + 4) / 2.5 + 2 * 0.4
    assert said <= first <= said + 1.0
    drive.wait(2)
    assert drive.keys == ["2", "2"]
    assert drive.navigator.journal[0].late
    drive.music(8)
    assert drive.state is S.ON_HOLD


def two_steps() -> CallFlow:
    first = flow().steps[0]
    second = Step(action=Action.PRESS, keys="3", prompt=Prompt(text="For old ones, press 3"))
    return CallFlow(name="ACME", steps=(first, second, Step(action=Action.HOLD)))


def test_the_next_menu_may_begin_in_the_same_breath() -> None:
    """A key cuts the menu short, and what it leads to follows without a pause."""
    drive = call(flow=two_steps())
    drive.menu("For billing, press 1.", CLAIMS, "For new ones, press 1.", "For old ones, press 3.")
    assert drive.keys == ["2", "3"]
    second = drive.navigator.journal[1]
    assert second.heard.startswith("For new ones")


def test_prints_know_the_pause_after_the_option() -> None:
    ends_at = (4 + 4) / 2.5 + 0.4
    drive = call(flow=flow(print_id="feed", ends_at=ends_at))
    began = drive.menu(*OPTIONS, known="feed", deaf=True)
    pressed = drive.times(SendKeys)[0] - (drive.now - drive.audio)
    assert began + ends_at <= pressed <= began + ends_at + 1.0
    assert drive.keys == ["2"]


def test_a_copy_that_was_left_fires_nothing() -> None:
    """The menu begins as it always did and then goes on in another way."""
    drive = call(flow=flow(print_id="feed", ends_at=4.0))
    since = drive.audio
    repeat = Repeat(source=RepeatSource.BOOK, score=0.95, print_id="feed", offset=0.0)
    drive.heard(UtteranceStarted(time=drive.audio + 0.2, utterance=1, since=since))
    drive.wait(0.6)
    drive.heard(Repeated(time=drive.audio, since=since, sound=Sound.SPEECH, repeat=repeat))
    drive.wait(3)
    drive.heard(RepeatEnded(time=drive.audio, since=since))
    drive.wait(3)
    assert drive.keys == []


# ── prints ───────────────────────────────────────────────────────────────────────


def test_the_prompt_answered_is_named_and_kept() -> None:
    drive = call()
    began = drive.say("For billing, press 1.")
    drive.say(CLAIMS, after=0.1)
    (mark,) = drive.all(MarkPrompt)
    assert mark.since == pytest.approx(began)
    deed = drive.navigator.journal[0]
    assert deed.print_id == f"{mark.request:012x}"
    assert deed.ends_at == pytest.approx(mark.until - mark.since, abs=0.05)
    drive.music(8)
    drive.person("Hello, this is Jane, how can I help you?")
    lesson = drive.navigator.lesson("ACME")
    assert lesson is not None
    prompt = lesson.flow.steps[0].prompt
    assert (prompt.print_id, prompt.ends_at) == (deed.print_id, deed.ends_at)
    assert read_flow(write_yaml(lesson.flow)) == lesson.flow


def test_a_known_print_needs_no_words() -> None:
    """Speech-to-text is slow, or away: the key goes out when the option's audio has passed."""
    drive = call(flow=flow(print_id="feed", ends_at=3.6))
    drive.say("For billing, press 1.", known=("feed", 0.0))
    assert drive.keys == []
    drive.reading_s = 5.0
    drive.say(CLAIMS, after=0.1, known=("feed", 2.0), unreadable=True)
    assert drive.keys == ["2"]
    assert drive.times(SendKeys)[0] < drive.now - 4.0  # long before its words


def test_another_print_changes_nothing() -> None:
    drive = call(flow=flow(print_id="feed", ends_at=1.6))
    drive.say("For billing, press 1.", known=("beef", 0.0))
    assert drive.keys == []


def test_barging_in_is_done_upon_recognition() -> None:
    drive = call(flow=flow(barge_in=True, print_id="feed", ends_at=8.0))
    drive.say(
        "Welcome to ACME, for billing and everything about money press 1", known=("feed", 0.0)
    )
    assert drive.keys == ["2"]
    assert drive.times(SendKeys)[0] < drive.now - 3.0


def test_a_menu_without_pauses_is_timed() -> None:
    """No utterance ends with the option: half a second later the copy still goes on."""
    drive = call(flow=flow(print_id="feed", ends_at=3.0))
    began = drive.say(
        "For billing press 1 for claims press 2 for complaints press 3 for all else press 4",
        known=("feed", 0.0),
        unreadable=True,
    )
    assert drive.keys == ["2"]
    pressed = drive.times(SendKeys)[0] - (drive.now - drive.audio)
    assert 3.0 <= pressed - began <= 4.0


def test_words_that_arrive_after_the_key_do_not_count() -> None:
    drive = call(flow=flow(print_id="feed", ends_at=1.6))
    since = drive.say(CLAIMS, known=("feed", 0.0), unreadable=True)
    assert drive.keys == ["2"]
    drive.tell(Transcribed(utterance=1, text=CLAIMS, since=since, until=since + 1.6))
    drive.wait(2)
    assert drive.keys == ["2"]


def test_a_known_option_is_heard_up_to_its_key() -> None:
    """The pause before "press two" is too early: the key may be another one now."""
    drive = call(flow=flow())
    drive.menu("Welcome to ACME.", "If you would like to ask about claims,", "press 2.", "Or hold.")
    assert drive.keys == ["2"]
    changed = call(flow=flow())
    changed.menu("Welcome to ACME.", "For claims,", "press 3.", "For sales, press 2.")
    changed.wait(3)
    assert changed.keys == ["3"]
    assert changed.navigator.flow_stale


def test_the_key_of_another_option_is_not_the_one_waited_for() -> None:
    """The menu has changed: the known key is said, for something else, then the option without its key."""
    drive = call(flow=flow())
    drive.menu("For sales, press 1.", "For parts, press 2.", "For claims,", "press 3.")
    drive.wait(3)
    assert drive.keys == ["3"]
