"""Prompts of which nothing is understood."""

from custom_components.hold_slayer.navigation.states import Outcome

from .acme import call


def test_prompts_that_nobody_understands_end_the_call() -> None:
    drive = call(ask_question=False)
    for words in ("Gnarl blubber wug.", "Snark boojum frumious.", "Quux zot.", "Mimsy tove rath."):
        drive.say(words)
        drive.wait(9)
    assert drive.end.outcome is Outcome.MENU_LOST
    assert drive.end.reason == "Nothing in this menu could be understood."


def test_exploring_leaves_where_there_is_no_menu() -> None:
    drive = call(explore=True)
    drive.say("Gnarl blubber wug.")
    drive.wait(40)
    assert drive.end.outcome is Outcome.EXPLORED
    assert drive.keys == []
