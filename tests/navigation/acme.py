"""A company that most tests call: its menu, its stored call flow, and how far a call to it has come."""

from custom_components.hold_slayer.navigation.flow import Action, CallFlow, Prompt, Step
from custom_components.hold_slayer.navigation.plan import CallPlan
from custom_components.hold_slayer.navigation.states import CallState

from .drive import Drive

MENU = "Welcome to ACME. For billing, press 1. For claims, press 2. For anything else, press 3."
QUEUE = "All our agents are busy. Please stay on the line."
FLOW = CallFlow(
    name="ACME",
    steps=(
        Step(action=Action.PRESS, keys="2", prompt=Prompt(text="For claims, press 2")),
        Step(action=Action.PRESS, keys="1", prompt=Prompt(text="For an open claim, press 1")),
        Step(action=Action.HOLD),
    ),
)
#: The stored flow without anything that could read.
DEAF = CallPlan(flow=FLOW, speech_to_text=False, user_name="Ann")


def call(intent: str = "a question about my invoice", **plan: object) -> Drive:
    """A call that was just answered, with everything that can read."""
    drive = Drive(CallPlan(intent=intent, user_name="Ann", **plan))  # type: ignore[arg-type]
    drive.answer()
    return drive


def on_hold(plan: CallPlan = DEAF) -> Drive:
    """A call that waits on hold, music playing."""
    drive = Drive(plan)
    drive.answer()
    drive.say("Welcome to ACME. For billing, press 1. For claims, press 2.")
    drive.wait(2)
    drive.say("For an open claim, press 1. For a new claim, press 2.")
    drive.wait(2)
    drive.music(30)
    assert drive.state is CallState.ON_HOLD
    return drive


def with_person(plan: CallPlan = DEAF) -> Drive:
    """A call in which an agent has just been recognised."""
    drive = on_hold(plan)
    drive.person("Hello, this is Jane, how can I help you?")
    return drive
