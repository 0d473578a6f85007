"""Each kind of step, each way out of a step that does not come, and early keys."""

import pytest

from custom_components.hold_slayer.navigation.acts import NoteKind
from custom_components.hold_slayer.navigation.flow import Action, CallFlow, OnTimeout, Prompt, Step
from custom_components.hold_slayer.navigation.moments import Transcribed
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.states import CallState, Outcome

from .drive import Drive

S = CallState


def call(*steps: Step, **plan: object) -> Drive:
    flow = CallFlow(name="x", steps=steps)
    drive = Drive(CallPlan(flow=flow, intent="claims", **plan))  # type: ignore[arg-type]
    drive.answer()
    return drive


def expect(text: str) -> Prompt:
    return Prompt(text=text)


def test_listen_then_press() -> None:
    drive = call(
        Step(action=Action.LISTEN, prompt=expect("welcome to the blue company")),
        Step(action=Action.PRESS, keys="5"),
        Step(action=Action.HOLD),
    )
    drive.say("Some jingle words.")
    drive.wait(2)
    assert drive.keys == []
    drive.say("Welcome to the blue company.")
    assert drive.keys == ["5"]
    assert drive.state is S.ON_HOLD


def test_say_and_wait() -> None:
    drive = call(
        Step(action=Action.SAY, text="claims please", prompt=expect("what is it about")),
        Step(action=Action.WAIT, seconds=4),
        Step(action=Action.PRESS, keys="1", prompt=expect("cars press one")),
    )
    drive.say("What is it about?")
    assert drive.spoken == ["claims please"]
    drive.wait(5)
    drive.say("For cars press one.")
    assert drive.keys == ["1"]


def test_connect_rings_without_holding() -> None:
    drive = call(
        Step(action=Action.PRESS, keys="1", prompt=expect("cars press one")),
        Step(action=Action.CONNECT, prompt=expect("putting you through")),
    )
    drive.say("For cars press one.")
    drive.wait(1)
    drive.say("Putting you through now.")
    assert drive.state is S.RINGING_YOU


def test_hold_waits_for_its_prompt() -> None:
    drive = call(Step(action=Action.HOLD, prompt=expect("you are now in the line of cars")))
    drive.say("Something else is said here.")
    drive.wait(2)
    assert drive.state is S.NAVIGATING
    drive.say("You are now in the line of cars.")
    assert drive.state is S.ON_HOLD


def test_alternatives() -> None:
    drive = call(
        Step(
            action=Action.PRESS,
            keys="3",
            prompt=expect("for parts press three"),
            alternatives=(expect("spare parts are on number three"),),
        )
    )
    drive.say("Spare parts are on number three.")
    assert drive.keys == ["3"]


@pytest.mark.parametrize(
    ("on_timeout", "keys", "state", "outcome"),
    [
        (OnTimeout.PROCEED, ["7"], S.NAVIGATING, None),
        (OnTimeout.SKIP, [], S.NAVIGATING, None),
        (OnTimeout.HOLD, [], S.ON_HOLD, None),
        (OnTimeout.GIVE_UP, [], S.FAILED, Outcome.MENU_LOST),
        (OnTimeout.READ_MENU, [], S.NAVIGATING, None),
    ],
)
def test_prompt_that_does_not_come(
    on_timeout: OnTimeout, keys: list[str], state: CallState, outcome: Outcome | None
) -> None:
    drive = call(
        Step(
            action=Action.PRESS,
            keys="7",
            prompt=expect("seven please"),
            time_limit=10,
            on_timeout=on_timeout,
        )
    )
    drive.wait(11)
    assert drive.keys == keys
    assert drive.state is state
    if outcome is not None:
        assert drive.end.outcome is outcome
    assert bool(drive.notes(NoteKind.FLOW_STALE)) == (on_timeout is OnTimeout.READ_MENU)


def test_barge_in_presses_on_partial_words() -> None:
    for barge_in, keys in ((True, ["2"]), (False, [])):
        drive = call(
            Step(
                action=Action.PRESS,
                keys="2",
                prompt=expect("for claims press two"),
                barge_in=barge_in,
            )
        )
        drive.tell(Transcribed(utterance=1, text="for billing press one for claims", final=False))
        assert drive.keys == []
        drive.tell(
            Transcribed(
                utterance=1, text="for billing press one for claims press two for", final=False
            )
        )
        assert drive.keys == keys


def test_key_without_an_expected_prompt_waits_for_the_menu_that_names_it() -> None:
    drive = call(Step(action=Action.PRESS, keys="2"), Step(action=Action.HOLD))
    drive.say("Welcome to the blue company.")
    drive.wait(1)
    assert drive.keys == []
    drive.say("For billing, press 1. For claims, press 2.")
    drive.wait(1)
    assert drive.keys == ["2"]


def test_secret_of_a_flow_stays_a_placeholder() -> None:
    drive = call(
        Step(action=Action.PRESS, keys="{pin}", prompt=expect("please enter the code")),
        secrets=frozenset({"pin"}),
    )
    drive.say("Please enter the code.")
    assert drive.keys == ["{pin}"]


def test_last_key_that_got_lost_is_pressed_again_on_hold() -> None:
    drive = call(
        Step(action=Action.PRESS, keys="2", prompt=expect("for claims press two")),
        Step(action=Action.HOLD),
    )
    first = drive.say("For billing, press 1. For claims, press 2.")
    assert drive.state is S.ON_HOLD
    drive.wait(3)
    drive.say("For billing, press 1. For claims, press 2.", repeat_of=first)
    assert drive.keys == ["2", "2"]


def test_a_step_while_waiting_fires_each_time_its_prompt_comes() -> None:
    """What keeps a caller in the queue is said again and again: the same audio is not read again."""
    stay = "To stay in the queue, press 1."
    step = Step(action=Action.PRESS, keys="1", prompt=expect(stay))
    drive = call(Step(action=Action.PRESS, keys="2", prompt=expect("claims press 2")), step, step)
    drive.say("For claims, press 2.")
    drive.wait(2)
    drive.music(10)
    first = drive.say(stay)
    drive.wait(2)
    drive.music(10)
    drive.say(stay, repeat_of=first)
    drive.wait(2)
    assert drive.keys == ["2", "1", "1"]


def test_words_without_an_expected_prompt_are_said_when_the_company_has_spoken() -> None:
    drive = call(Step(action=Action.SAY, text="claims please"), Step(action=Action.HOLD))
    drive.say("Hello and thank you for calling the blue company.")
    drive.wait(4)
    assert drive.spoken == ["claims please"]


def test_secret_is_given_so_often_and_no_more() -> None:
    asked = Step(
        action=Action.PRESS, keys="{account_number}", prompt=expect("enter your account number")
    )
    drive = call(*[asked] * 5, secrets=frozenset({"account_number"}))
    for _ in range(5):
        if drive.state in {S.ENDED, S.FAILED}:
            break
        drive.say("Please enter your account number.")
        drive.wait(3)
    assert drive.keys == ["{account_number}"] * 3
    assert drive.end.outcome is Outcome.MENU_LOST
    assert "{account_number}" in drive.end.reason
